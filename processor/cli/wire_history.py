"""Opens what a backtest reads: the store's journal, or files of readings."""

from pathlib import Path

from processor.adapters.sqlite.history import SqliteHistory
from processor.ports.history import HistoryUnusable
from processor.ports.journal import JournalBroken, JournalFull

__all__ = ["HistoryUnusable", "JournalBroken", "JournalFull", "open_store_history"]


def open_store_history(path: Path) -> SqliteHistory:
    """The journal of a store, and what was decided. Raises JournalBroken with the cure."""
    return SqliteHistory(path)
