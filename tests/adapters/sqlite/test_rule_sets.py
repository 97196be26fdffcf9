"""The history of rule sets in a store, and what retention may take of it."""

from pathlib import Path

import pytest

from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.store import SqliteStore
from processor.model.time import DAY
from processor.ports.journal import Batch, Block, Checkpoint, Counts
from processor.ports.rule_sets import KeptSet, RuleSet, SetCause, SetRequest, Trial
from tests.ports.batches import T0


def entry(name: str, at: int) -> RuleSet:
    return RuleSet(name * 64, name * 64, at, "li", SetCause.RELOAD, "why", trials={"R": Trial(at, "wang")})


def bring(store: SqliteStore, name: str, at: int) -> int:
    """A set comes into force with a block of its own; two more blocks follow under it."""
    store.journal.save_configuration(name * 64, {"rules/a.yaml": name}, at, "li")
    block = Block(at, name * 64, ())
    first = store.journal.commit(Batch(block, (), (), Counts(), rule_set=entry(name, at)))
    for _ in range(2):
        store.journal.commit(Batch(block, (), (), Counts()))
    return first


def names(store: SqliteStore) -> str:
    return "".join(each.rules_hash[0] for each in store.rule_sets.history(10))


def test_what_was_kept_is_given_back_newest_first(path: Path) -> None:
    with SqliteStore(path) as store:
        assert store.rule_sets.newest() is None
        offsets = [bring(store, name, T0 + number) for number, name in enumerate("abca")]
        assert names(store) == "acba"
        newest = store.rule_sets.newest()
        assert newest is not None
        assert (newest.offset, newest.trials) == (offsets[-1], {"R": Trial(T0 + 3, "wang")})
        assert [each.number for each in store.rule_sets.named("aaaa")] == [4]
        assert store.rule_sets.named("abc") == []
        assert store.rule_sets.kept("b" * 64) == KeptSet({"rules/a.yaml": "b"})


def test_a_request_waits_until_its_files_come_into_force(path: Path) -> None:
    with SqliteStore(path) as store:
        for name in "ab":
            store.rule_sets.ask(SetRequest(name * 64, "li", SetCause.ROLLBACK, "as it was"))
    with SqliteStore(path) as store:
        bring(store, "a", T0)
        assert [each.content_hash[0] for each in store.rule_sets.asked()] == ["b"]


@pytest.mark.parametrize(
    ("checkpoint", "kept"),
    [
        (9, "c"),  # everything before the newest block is covered, and of the first two sets nothing is left
        (5, "cb"),  # blocks of b are still needed
        (3, "cba"),  # the checkpoint itself is of a
    ],
)
def test_retention_never_drops_a_set_that_a_block_or_a_checkpoint_needs(path: Path, checkpoint: int, kept: str) -> None:
    with SqliteStore(path, policy=Policy(age=DAY, history=DAY)) as store:
        for number, name in enumerate("abc"):
            bring(store, name, T0 + number)
        hashes = {3: "a", 5: "b", 9: "c"}
        store.journal.save_checkpoints([Checkpoint("s", checkpoint, T0, hashes[checkpoint] * 64, b"x")])
        store.journal.retain(T0 + 30 * DAY)
        assert names(store) == kept
        assert [name for name in "cba" if store.rule_sets.kept(name * 64)] == list(kept)
        needed = {block.rules_hash[0] for _, block in store.journal.blocks(0)} | {hashes[checkpoint]}
        assert needed <= set(names(store))


def test_a_set_of_an_older_store_has_what_that_knew_of_it(path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - only here

    from processor.adapters.sqlite.schema import VERSION_1, VERSION_2, statements  # noqa: PLC0415 - as above

    with sqlite3.connect(path) as connection:
        for statement in [*statements(VERSION_1), *statements(VERSION_2)]:
            connection.execute(statement)
        connection.execute("INSERT INTO configurations VALUES ('old', ?, 'files', x'00')", (T0,))
        connection.execute("PRAGMA user_version = 2")
        connection.execute(f"PRAGMA application_id = {0x57415244}")
    connection.close()
    with SqliteStore(path) as store:
        (found,) = store.rule_sets.history(10)
        assert (found.rules_hash, found.at, found.author, found.offset) == ("old", T0, "files", None)
