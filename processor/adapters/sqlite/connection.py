"""Connections to a store: the one that writes, and those that only read; and SQLite's errors in the port's words."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from processor.adapters.sqlite.schema import migrate, require_current, require_ours
from processor.ports.journal import JournalBroken, JournalFull

Row: TypeAlias = tuple[Any, ...]

BUSY_MS: Final = 10_000
WAL_LIMIT_BYTES: Final = 64 * 1024 * 1024  # what a checkpointed write-ahead log may keep of the disk
FREE_MARGIN_BYTES: Final = 1024 * 1024  # an I/O error with less space than this left is a full disk
FULL_CODES: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def in_port_words(error: sqlite3.Error, path: str) -> JournalFull | JournalBroken:
    """What the runtime is told: `JournalFull` where trying again later can help, `JournalBroken` where it cannot."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN} and _disk_full(path)):
        return JournalFull(f"store {path}: the disk is full ({error}); free space or lower the retention")
    if code in FULL_CODES:
        return JournalFull(f"store {path}: another process holds it ({error}); it is tried again")
    return JournalBroken(f"store {path}: {error}; run `wardwatch store check`, mend the cause or restore a backup")


def _disk_full(path: str) -> bool:
    try:
        space = os.statvfs(Path(path).parent)
    except OSError:
        return False
    return space.f_bavail * space.f_frsize < FREE_MARGIN_BYTES


class Writer:
    """The one connection that writes. Any thread may use it; one at a time gets it."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        except sqlite3.Error as error:
            raise in_port_words(error, self.path) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._connection.close()
            raise in_port_words(error, self.path) from error
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        require_ours(self._connection, self.path)  # before anything is written into what may be someone else's
        for pragma in (
            "auto_vacuum = INCREMENTAL",  # counts only before the first table is made
            "journal_mode = WAL",
            "synchronous = FULL",
            f"journal_size_limit = {WAL_LIMIT_BYTES}",
            "temp_store = MEMORY",
        ):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        migrate(self._connection, self.path)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """All or nothing. With durable=False it survives a crash of the process at once, and one of the machine
        from the next durable commit on: for progress marks whose loss only repeats work that has one effect."""
        with self._lock:
            connection = self._connection
            try:
                if not durable:
                    connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise in_port_words(error, self.path) from error
                raise
            finally:
                if not durable:
                    connection.execute("PRAGMA synchronous = FULL")

    def pragma(self, text: str) -> list[Row]:
        """Run one PRAGMA outside any transaction."""
        with self._lock:
            try:
                return self._connection.execute(f"PRAGMA {text}").fetchall()
            except sqlite3.Error as error:
                raise in_port_words(error, self.path) from error

    def rewrite(self) -> None:
        """Write the whole file anew, without free pages."""
        with self._lock:
            try:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.Error as error:
                raise in_port_words(error, self.path) from error

    def close(self) -> None:
        """Close; SQLite then folds the write-ahead log into the file."""
        with self._lock:
            self._connection.close()


class Reader:
    """A connection that only reads, beside a writer in this or another process. Short reads: it holds no snapshot."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._lock = threading.Lock()
        if not path.is_file():
            raise JournalBroken(f"there is no store at {path}; give its path, or start the daemon, which makes it")
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_MS / 1000,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise in_port_words(error, self.path) from error
        try:
            require_current(self._connection, self.path)
        except sqlite3.Error as error:
            self._connection.close()
            raise in_port_words(error, self.path) from error
        except JournalBroken:
            self._connection.close()
            raise

    def rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[Row]:
        """Every row of one query."""
        with self._lock:
            try:
                return self._connection.execute(query, parameters).fetchall()
            except sqlite3.Error as error:
                raise in_port_words(error, self.path) from error

    def one(self, query: str, parameters: tuple[object, ...] = ()) -> Row | None:
        """The first row of one query, if there is one."""
        rows = self.rows(query, parameters)
        return rows[0] if rows else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment. Not for long on a busy store: its log cannot shrink meanwhile."""
        self.rows("BEGIN")
        try:
            self.rows("SELECT count(*) FROM sqlite_master")  # the snapshot is taken at the first read
            yield
        finally:
            self.rows("COMMIT")

    def copy_to(self, target: Path, pages: int, progress: Callable[[int, int], None]) -> None:
        """Copy the whole database into a new file, in one piece without a log beside it."""
        try:
            with self._lock, closing(sqlite3.connect(target, isolation_level=None)) as copy:
                self._connection.backup(
                    copy, pages=pages, progress=lambda _, left, total: progress(total - left, total), sleep=0
                )
                copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.Error as error:
            raise in_port_words(error, str(target)) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()
