"""The journal on a real file: full disks, damage, two daemons."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.connection import in_port_words
from processor.adapters.sqlite.store import SqliteStore
from processor.model.effect import AlertChanged, OrderChanged
from processor.model.reading import Reading
from processor.ports.dead_letters import DeadLetterState
from processor.ports.journal import Batch, Checkpoint, Counts, JournalBroken, JournalFull
from tests.ports.batches import RULES, T0, alert, batch, order, reading, rejection


def heavy(number: int) -> Batch:
    """A batch that compression cannot make small."""
    devices = [f"device-{(number * 7_919 + step * 104_729) % 10**9:09}" for step in range(300)]
    effects: list[AlertChanged | OrderChanged] = [alert(1, name=f"A{number}"), order(1, name=f"O{number}")]
    return batch([reading(device, T0 + number) for device in devices], effects=effects, rejections=[rejection()])


def fill(store: SqliteStore) -> int:
    """Commit until the disk is full; how many batches it took."""
    for number in range(1000):
        try:
            store.journal.commit(heavy(number))
        except JournalFull:
            return number
    raise AssertionError("the disk never got full")


def test_everything_is_there_after_reopening(path: Path) -> None:
    with SqliteStore(path) as store:
        store.journal.commit(heavy(1))
        store.journal.commit(heavy(2))
        store.journal.save_checkpoints([Checkpoint("sunrise", 2, T0, RULES, b"state")])
    with SqliteStore(path) as store:
        assert store.journal.last_offset() == 2
        assert [list(block.inputs) for _, block in store.journal.blocks(0)] == [
            list(heavy(1).block.inputs),
            list(heavy(2).block.inputs),
        ]
        assert [row.key for row in store.outbox.due(T0, 10)] == ["A1/1", "O1/1", "A2/1", "O2/1"]
        assert store.journal.totals() == Counts(received=602, stored=600, dead_letters=2)
        assert store.journal.commit(heavy(3)) == 3
    assert check(path) == []


def test_a_full_disk_refuses_the_batch_whole_and_takes_it_when_there_is_space(store: SqliteStore, path: Path) -> None:
    pages = int(store._writer.pragma("page_count")[0][0])
    store._writer.pragma(f"max_page_count = {pages + 20}")
    taken = fill(store)
    assert store.journal.last_offset() == taken
    assert store.journal.totals().stored == taken * 300
    assert len(store.outbox.due(T0, 1000)) == 2 * taken
    with pytest.raises(JournalFull, match="the disk is full"):
        store.journal.commit(heavy(taken))
    store._writer.pragma("max_page_count = 1000000")
    assert store.journal.commit(heavy(taken)) == taken + 1
    assert len(store.outbox.due(T0, 1000)) == 2 * (taken + 1)
    assert check(path) == []


def test_a_full_disk_refuses_checkpoints_in_the_same_words(store: SqliteStore) -> None:
    pages = int(store._writer.pragma("page_count")[0][0])
    store._writer.pragma(f"max_page_count = {pages}")
    noise = b"".join(number.to_bytes(8, "big") for number in range(0, 10**12, 7_777_777))
    with pytest.raises(JournalFull):
        store.journal.save_checkpoints([Checkpoint("sunrise", 1, T0, RULES, noise)])
    assert list(store.journal.checkpoints()) == []


def test_a_store_held_by_another_writer_is_tried_again_later(store: SqliteStore, path: Path) -> None:
    store._writer.pragma("busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFull, match="another process holds it"):
            store.journal.commit(batch())
        other.execute("ROLLBACK")
    assert store.journal.commit(batch()) == 1


def test_a_failing_effect_leaves_nothing_of_its_batch(store: SqliteStore) -> None:
    broken = AlertChanged("k", None, alert().rule_name)  # type: ignore[arg-type]  # what a bug in the core could hand over
    with pytest.raises(AttributeError):
        store.journal.commit(batch(effects=[alert(1), broken]))
    assert store.journal.last_offset() == 0
    assert store.outbox.due(T0, 10) == []
    assert store.journal.commit(batch(effects=[alert(1)])) == 1


def test_a_damaged_block_is_named(store: SqliteStore, path: Path) -> None:
    store.journal.commit(batch())
    store.journal.commit(batch())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE journal SET block = x'00112233' WHERE offset = 2")
    with pytest.raises(JournalBroken, match=r"block 2 .* restore a backup"):
        list(store.journal.blocks(0))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, JournalFull),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, JournalFull),
        (sqlite3.SQLITE_CORRUPT, JournalBroken),
        (sqlite3.SQLITE_READONLY, JournalBroken),
        (sqlite3.SQLITE_IOERR_FSYNC, JournalBroken),  # the disk has space: it is the disk
    ],
)
def test_errors_are_told_apart_by_whether_waiting_helps(code: int, kind: type, path: Path) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    assert type(in_port_words(error, str(path))) is kind


def test_a_retried_dead_letter_is_settled_in_the_batch_that_holds_its_readings(store: SqliteStore) -> None:
    store.journal.commit(batch([], rejections=[rejection("one"), rejection("two")]))
    first, second = store.dead_letters.find()
    store.journal.commit(batch([reading()], settled=[first.id]))
    assert [letter.id for letter in store.dead_letters.find()] == [second.id]
    retried = store.dead_letters.get(first.id)
    assert retried is not None
    assert retried.state is DeadLetterState.RETRIED


def test_two_daemons_cannot_open_one_store(store: SqliteStore, path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from processor.adapters.sqlite.store import SqliteStore\n"
        "from processor.ports.journal import JournalBroken\n"
        "try: SqliteStore(Path(sys.argv[1]))\n"
        "except JournalBroken as error: print(error)\n"
    )
    second = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "is open in another wardwatch (process" in second.stdout
    with pytest.raises(JournalBroken, match="stop that one first"):
        SqliteStore(path)
    assert store.journal.commit(batch()) == 1


def test_a_closed_store_can_be_opened_again_in_the_same_process(path: Path) -> None:
    for expected in (1, 2):
        with SqliteStore(path) as store:
            assert store.journal.commit(batch()) == expected


def test_a_store_in_a_folder_that_is_not_there_is_refused_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(JournalBroken, match="must exist and be writable"):
        SqliteStore(tmp_path / "missing" / "store.db")


def test_numbers_come_back_as_floats_however_they_were_written(store: SqliteStore) -> None:
    store.journal.commit(batch([reading(flow=3, on=True)]))
    [(_, block)] = store.journal.blocks(0)
    [each] = block.inputs
    assert isinstance(each, Reading)
    assert [type(value) for value in each.values.values()] == [float, bool]


def test_a_commit_waits_for_the_disk_and_progress_marks_do_not(store: SqliteStore) -> None:
    def setting() -> int:
        return int(store._writer.pragma("synchronous")[0][0])

    assert setting() == 2
    with store._writer.transaction(durable=False) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    assert setting() == 2  # FULL: the next commit is in the log on the disk when it returns
    store.outbox.delivered([1], T0)
    store.cursors.advance("influx", 1)
    with pytest.raises(RuntimeError), store._writer.transaction(durable=False):
        raise RuntimeError
    assert setting() == 2
    with store._writer.transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._writer.pragma("journal_mode") == [("wal",)]


def test_a_forged_length_does_not_make_a_reader_ask_for_all_memory(store: SqliteStore) -> None:
    store.journal.commit(batch())
    forged = b"\x28\xb5\x2f\xfd\xe0" + (1 << 40).to_bytes(8, "little") + b"\x00" * 20
    with store._writer.transaction() as connection:
        connection.execute("UPDATE journal SET block = ?", (forged,))
    with pytest.raises(JournalBroken, match="impossible length"):
        list(store.journal.blocks(0))
