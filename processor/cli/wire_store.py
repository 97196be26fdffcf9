"""Opens a store without a daemon: to look into it beside one, and to check, copy and compact it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from processor.adapters.sqlite.archive import Restored, backup, restore, vacuum
from processor.adapters.sqlite.check import Finding, Progress, check
from processor.adapters.sqlite.connection import Reader
from processor.adapters.sqlite.dead_letters import DeadLetterRecords
from processor.adapters.sqlite.past import SqlitePast
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.rule_sets import SqliteRuleSetHistory
from processor.adapters.sqlite.store import SqliteStore
from processor.loading.settings_model import Settings
from processor.model.time import DAY
from processor.ports.journal import JournalBroken, JournalFull
from processor.ports.rule_sets import SetRequest

__all__ = [
    "Finding",
    "JournalBroken",
    "JournalFull",
    "Progress",
    "Restored",
    "StoredDeadLetters",
    "StoredRuleSets",
    "ask_store",
    "backup",
    "check",
    "open_past",
    "open_records",
    "open_shadow",
    "restore",
    "shadow_path",
    "store_path",
    "vacuum",
]


SHADOW_KEPT_MS: Final = 60 * DAY


def store_path(settings: Settings) -> Path:
    """Where the daemon keeps its store."""
    return Path(settings.store.path)


def open_records(settings: Settings) -> SqliteRecords:
    """The store to look into. Raises JournalBroken with the cure."""
    return SqliteRecords(store_path(settings))


@contextmanager
def open_past(path: Path) -> Iterator[tuple[SqlitePast, SqliteRecords]]:
    """The journal and the records of this store, both read beside its daemon. Raises JournalBroken with the cure."""
    with closing(SqlitePast(path)) as past, closing(SqliteRecords(path)) as records:
        yield past, records


class StoredRuleSets(SqliteRuleSetHistory):
    """The history of rule sets of a store to look into. Raises JournalBroken with the cure."""

    def __init__(self, settings: Settings, path: Path | None = None) -> None:
        self._own = Reader(path or store_path(settings))
        super().__init__(self._own)

    def close(self) -> None:
        """Let the file go."""
        self._own.close()


def shadow_path(settings: Settings) -> Path:
    """Where a shadow run keeps what it would have done."""
    return Path(f"{settings.store.path}.shadow")


def open_shadow(settings: Settings) -> SqliteStore:
    """The shadow's own small store, locked against a second run. Its journal holds what it decided, and no readings."""
    history = min(int(settings.store.history_days * DAY), SHADOW_KEPT_MS)
    return SqliteStore(shadow_path(settings), policy=Policy(age=history, history=history))


def ask_store(path: Path, request: SetRequest) -> None:
    """Leave a request for the daemon's next start. Raises JournalBroken where a daemon runs on the store."""
    with SqliteStore(path) as store:
        store.rule_sets.ask(request)


class StoredDeadLetters(DeadLetterRecords):
    """The dead letters of a store to look into. Raises JournalBroken with the cure."""

    def __init__(self, settings: Settings) -> None:
        self._own = Reader(store_path(settings))
        super().__init__(self._own)

    def close(self) -> None:
        """Let the file go."""
        self._own.close()
