"""The history of rule sets in a store, and what retention may take of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from processor.adapters.sqlite.blocks import shrink
from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.schema import VERSION_1, VERSION_2
from processor.adapters.sqlite.store import SqliteStore
from processor.model.time import DAY
from processor.ports.journal import Batch, Block, Checkpoint, Counts, JournalBroken
from processor.ports.rule_sets import KeptSet, RuleSet, SetCause, SetRequest, Trial
from tests.adapters.sqlite.old_stores import of_version, of_version_3
from tests.ports.batches import T0


def texts_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM kept_texts").fetchone()[0])


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
    with of_version(path, VERSION_1, VERSION_2) as connection:
        connection.execute("INSERT INTO configurations VALUES ('old', ?, 'files', x'00')", (T0,))
    with SqliteStore(path) as store:
        (found,) = store.rule_sets.history(10)
        assert (found.rules_hash, found.at, found.author, found.offset) == ("old", T0, "files", None)


def test_a_text_that_several_sets_have_is_kept_once(path: Path) -> None:
    with SqliteStore(path) as store:
        for number in range(20):
            files = {"rules/big.yaml": "the same in all", "rules/small.yaml": f"limit: {number % 4}"}
            store.journal.save_configuration(f"{number:064}", files, T0, "li")
        assert store.rule_sets.kept(f"{7:064}") == KeptSet(
            {"rules/big.yaml": "the same in all", "rules/small.yaml": "limit: 3"}
        )
    assert texts_in(path) == 1 + 4


def test_a_text_goes_with_the_last_set_that_has_it(path: Path) -> None:
    with SqliteStore(path, policy=Policy(age=DAY, history=DAY)) as store:
        for name in "abc":
            bring(store, name, T0)
        store.journal.save_checkpoints([Checkpoint("s", 5, T0, "b" * 64, b"x")])
        assert texts_in(path) == 3
        store.journal.retain(T0 + 30 * DAY)
        assert store.rule_sets.kept("b" * 64) == KeptSet({"rules/a.yaml": "b"})
    assert texts_in(path) == 2


SOURCES = {"rules/z.yaml": "Z: 漏水", "config/a.yaml": "a"}


def old_store(path: Path) -> None:
    of_version_3(path, {"a" * 64: SOURCES, "b" * 64: None, "c" * 64: {**SOURCES, "config/a.yaml": "b"}})


def test_the_files_of_a_store_of_version_3_are_taken_over_in_their_order(path: Path) -> None:
    old_store(path)
    with SqliteStore(path) as store:
        assert names(store) == "cba"
        kept = store.rule_sets.kept("a" * 64)
        assert kept == KeptSet(SOURCES, {"R": 7})
        assert list(kept.sources) == list(SOURCES)
        newer = store.rule_sets.kept("c" * 64)
        assert newer is not None
        assert newer.sources["config/a.yaml"] == "b"
    assert texts_in(path) == 3


def test_a_set_that_could_not_be_read_is_said_to_be_lost_until_its_files_come_again(path: Path) -> None:
    old_store(path)
    with SqliteStore(path) as store:
        with pytest.raises(JournalBroken, match="lacks all of its files; restore a backup"):
            store.rule_sets.kept("b" * 64)
        store.journal.save_configuration("b" * 64, SOURCES, T0, "li")
        assert store.rule_sets.kept("b" * 64) == KeptSet(SOURCES, {"R": 7})


def test_a_store_whose_kept_files_were_damaged_is_said_to_be(path: Path) -> None:
    with SqliteStore(path) as store:
        bring(store, "a", T0)
        bring(store, "b", T0)
    assert check(path) == []
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM kept_texts WHERE text = ?", (shrink(b"a"),))
        connection.execute("UPDATE kept_texts SET text = ? WHERE text = ?", (shrink(b"c"), shrink(b"b")))
    assert [finding.code for finding in check(path)] == ["kept_files", "kept_files"]
