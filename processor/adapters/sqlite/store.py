"""Opening a store: the parts of the daemon's durable memory, joined on one file."""

from pathlib import Path
from types import TracebackType
from typing import Self

from processor.adapters.sqlite.connection import Reader, Writer
from processor.adapters.sqlite.dead_letters import DeadLetterLimits, SqliteDeadLetters
from processor.adapters.sqlite.journal import SqliteJournal
from processor.adapters.sqlite.locking import StoreLock
from processor.adapters.sqlite.outbox import SqliteCursors, SqliteOutbox
from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.rule_sets import SqliteRuleSets


class SqliteStore:
    """The store of one daemon, locked against a second one.

    `journal`, `outbox`, `cursors`, `dead_letters`, `rule_sets`.

    Raises JournalBroken where the file cannot be this daemon's store, with the cure.
    """

    def __init__(
        self, path: Path, *, policy: Policy | None = None, dead_letter_limits: DeadLetterLimits | None = None
    ) -> None:
        limits = dead_letter_limits or DeadLetterLimits()
        self.path = path
        self._lock = StoreLock(path)
        try:
            self._writer = Writer(path)
            self._reader = Reader(path)
            self.journal = SqliteJournal(self._writer, self._reader, policy or Policy(), limits)
        except BaseException:
            self._lock.release()
            raise
        self.outbox = SqliteOutbox(self._writer, self._reader)
        self.cursors = SqliteCursors(self._writer, self._reader)
        self.dead_letters = SqliteDeadLetters(self._writer, self._reader, limits)
        self.rule_sets = SqliteRuleSets(self._writer, self._reader)

    def close(self) -> None:
        """Close every part and let another daemon in."""
        self.journal.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
