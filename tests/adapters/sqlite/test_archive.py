"""Backups of a running store, and the way back."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from processor.adapters.sqlite.archive import backup, restore, vacuum
from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.store import SqliteStore
from processor.ports.journal import JournalBroken
from tests.adapters.sqlite.committer import numbered
from tests.ports.batches import T0, batch, reading


def write(path: Path, batches: int) -> None:
    with SqliteStore(path) as store:
        for number in range(1, batches + 1):
            store.journal.commit(numbered(number))


def last(path: Path) -> int:
    with SqliteStore(path) as store:
        return store.journal.last_offset()


def test_a_backup_is_one_whole_file_of_the_moment_it_began(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processor.adapters.sqlite.archive._PAGES_AT_ONCE", 8)
    target = tmp_path / "backup.db"
    with SqliteStore(path) as store:
        for number in range(1, 200):
            store.journal.commit(numbered(number))
        seen: list[tuple[int, int]] = []

        def progress(done: int, total: int) -> None:
            assert len(seen) < 10_000, "the copy begins again and again"
            store.journal.commit(batch())  # the daemon goes on
            seen.append((done, total))

        assert backup(path, target, progress) == target.stat().st_size
        assert store.journal.last_offset() == 199 + len(seen) > 210
    assert seen[-1][0] == seen[-1][1] > 0
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith("backup")) == ["backup.db"]
    assert check(target) == []
    assert last(target) == 199


def test_a_backup_comes_to_its_end_however_fast_the_daemon_writes(path: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    with SqliteStore(path) as store:
        for number in range(1, 50):
            store.journal.commit(numbered(number))

        def write_on() -> None:
            while not stop.is_set():
                store.journal.commit(batch())

        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            backup(path, tmp_path / "backup.db")
        finally:
            stop.set()
            writer.join()
    assert check(tmp_path / "backup.db") == []


def test_a_backup_never_overwrites(path: Path, tmp_path: Path) -> None:
    write(path, 1)
    target = tmp_path / "photo.db"
    target.write_bytes(b"precious")
    with pytest.raises(JournalBroken, match="never overwrites"):
        backup(path, target)
    assert target.read_bytes() == b"precious"


def test_a_backup_to_nowhere_says_so(path: Path, tmp_path: Path) -> None:
    write(path, 1)
    with pytest.raises(JournalBroken, match="unable to open"):
        backup(path, tmp_path / "missing" / "backup.db")


def test_a_restored_store_goes_on_where_the_backup_was_made(path: Path, tmp_path: Path) -> None:
    write(path, 5)
    backup(path, tmp_path / "backup.db")
    fresh = tmp_path / "new" / "store.db"
    fresh.parent.mkdir()
    assert restore(tmp_path / "backup.db", fresh).findings == ()
    with SqliteStore(fresh) as store:
        assert store.journal.commit(numbered(6)) == 6
    assert check(fresh) == []


def test_restore_leaves_an_existing_store_alone_unless_told(path: Path, tmp_path: Path) -> None:
    write(path, 2)
    backup(path, tmp_path / "backup.db")
    write(path, 3)
    with pytest.raises(JournalBroken, match="say that it is to be replaced"):
        restore(tmp_path / "backup.db", path)
    assert last(path) == 5
    done = restore(tmp_path / "backup.db", path, replace=True)
    assert done.replaced is not None
    assert (last(path), last(done.replaced)) == (2, 5)


def test_the_log_of_the_replaced_store_never_meets_the_restored_one(path: Path, tmp_path: Path) -> None:
    write(path, 2)
    backup(path, tmp_path / "backup.db")
    with SqliteStore(path) as store:  # as after kill -9: what is newest is in the log only
        store.journal.commit(numbered(3))
        shutil.copyfile(path, tmp_path / "killed.db")
        shutil.copyfile(f"{path}-wal", tmp_path / "killed.db-wal")
    killed = tmp_path / "killed.db"
    done = restore(tmp_path / "backup.db", killed, replace=True)
    assert done.replaced is not None
    assert not Path(f"{done.replaced}-wal").exists()  # what was in the log is in the file now
    assert (last(killed), last(done.replaced)) == (2, 3)
    assert check(killed) == []


def test_a_damaged_store_can_be_replaced_and_is_kept(path: Path, tmp_path: Path) -> None:
    write(path, 2)
    backup(path, tmp_path / "backup.db")
    path.write_bytes(b"\xa5" * 10_000)
    Path(f"{path}-wal").write_bytes(b"\xa5" * 5_000)
    done = restore(tmp_path / "backup.db", path, replace=True)
    assert done.replaced is not None
    assert done.replaced.read_bytes() == b"\xa5" * 10_000
    assert last(path) == 2


def test_a_damaged_backup_is_not_restored(path: Path, tmp_path: Path) -> None:
    write(path, 4)
    backup(path, tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "backup.db", isolation_level=None)) as connection:
        connection.execute("UPDATE journal SET block = x'00' WHERE offset = 2")
    write(path, 1)
    done = restore(tmp_path / "backup.db", path, replace=True)
    assert {finding.code for finding in done.findings} == {"block"}
    assert last(path) == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.db", "store.db", "store.db.lock"]


def test_what_is_no_backup_is_not_restored(path: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear operator " * 100, encoding="utf-8")
    [finding] = restore(tmp_path / "letter.txt", path).findings
    assert finding.code == "unreadable"
    with pytest.raises(JournalBroken, match="No such file"):
        restore(tmp_path / "nothing.db", path)
    assert not path.exists()


def test_a_backup_of_an_older_version_is_brought_to_this_one(path: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    with closing(sqlite3.connect(older)) as connection:
        connection.executescript(Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8"))
    before = older.read_bytes()
    assert restore(older, path).findings == ()
    assert last(path) == 3
    assert older.read_bytes() == before


def test_nothing_is_restored_or_vacuumed_under_a_running_daemon(path: Path, tmp_path: Path) -> None:
    with SqliteStore(path):
        backup(path, tmp_path / "backup.db")
        with pytest.raises(JournalBroken, match="stop that one first"):
            restore(tmp_path / "backup.db", path, replace=True)
        with pytest.raises(JournalBroken, match="stop that one first"):
            vacuum(path)


def test_vacuum_gives_free_pages_back(path: Path) -> None:
    with SqliteStore(path) as store:
        for number in range(60):
            store.journal.commit(batch([reading(f"{number}-{n * 7919 % 10007}", T0 + n) for n in range(400)]))
        with store._writer.transaction() as connection:
            connection.execute("UPDATE journal SET block = x''")
    before, after = vacuum(path)
    assert after < before / 2
    with pytest.raises(JournalBroken, match="there is no store"):
        vacuum(path.with_name("nothing.db"))
