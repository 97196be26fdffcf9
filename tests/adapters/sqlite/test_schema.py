"""A store of every version becomes a current one; what is not ours is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.schema import APPLICATION_ID, CURRENT, migrate, version_of
from processor.adapters.sqlite.store import SqliteStore
from processor.model.reading import Reading
from processor.ports.journal import JournalBroken
from tests.ports.batches import T0, alert, batch, reading

VERSION_1 = Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8")


def write(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def tables(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
        assert (version_of(connection), connection.execute("PRAGMA application_id").fetchone()[0]) == (
            CURRENT,
            APPLICATION_ID,
        )
    return [(name, " ".join(sql.split())) for name, sql in rows]


def test_a_store_of_version_1_becomes_a_current_one_with_all_it_held(path: Path, tmp_path: Path) -> None:
    write(path, VERSION_1)
    with SqliteStore(path) as store:
        readings = [each for _, block in store.journal.blocks(0) for each in block.inputs]
        assert [each.device for each in readings if isinstance(each, Reading)] == ["leak-1", "leak-2", "leak-3"]
        assert [row.effect for row in store.outbox.due(T0, 10)] == [alert(1)]
        assert [each.state for each in store.journal.checkpoints()] == [b"state of version 1"]
        assert store.cursors.position("influx") == 1
        assert store.journal.commit(batch([reading("leak-9", T0 + 9_000)])) == 4
    with SqliteStore(tmp_path / "new.db"):
        pass
    assert tables(path) == tables(tmp_path / "new.db")
    assert check(path) == []


def test_readings_of_before_the_device_filter_are_found(path: Path) -> None:
    write(path, VERSION_1)
    with SqliteStore(path):
        pass
    records = SqliteRecords(path)
    assert [each.at for each in records.readings(device="leak-2")] == [T0 + 2_000]
    records.close()


def test_a_current_store_is_not_migrated(path: Path) -> None:
    with SqliteStore(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert migrate(connection, str(path)) == CURRENT


def test_a_newer_store_is_refused_with_its_cure_and_not_touched(path: Path) -> None:
    with SqliteStore(path):
        pass
    write(path, f"PRAGMA user_version = {CURRENT + 1}")
    before = path.read_bytes()
    with pytest.raises(JournalBroken, match=rf"schema version {CURRENT + 1}.*run the newer wardwatch"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_an_older_store_is_refused_to_readers_with_its_cure(path: Path) -> None:
    write(path, VERSION_1)
    with pytest.raises(JournalBroken, match="start this version's daemon on it once"):
        SqliteRecords(path)


def test_another_database_is_refused_and_not_touched(path: Path) -> None:
    write(path, "CREATE TABLE photos(name)")
    before = path.read_bytes()
    with pytest.raises(JournalBroken, match="not a wardwatch store"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"this is not a database, but it is long enough to look" * 100)
    with pytest.raises(JournalBroken, match="not a database"):
        SqliteStore(path)


def test_a_failed_migration_leaves_the_old_version(path: Path) -> None:
    write(path, VERSION_1 + "CREATE TABLE block_devices(in_the_way);")
    with pytest.raises(JournalBroken, match="already exists"):
        SqliteStore(path)
    with closing(sqlite3.connect(path)) as connection:
        assert version_of(connection) == 1
