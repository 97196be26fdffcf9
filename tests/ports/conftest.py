"""Every contract test here runs on the fake and on SQLite: the fake may be trusted because it passes the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from processor.adapters.sqlite.store import SqliteStore
from processor.ports.dead_letters import DeadLetters
from processor.ports.journal import Cursor, Journal, Outbox
from tests.fakes.journal import MemoryStore


class Store(Protocol):
    """The parts every store has."""

    @property
    def journal(self) -> Journal: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def cursors(self) -> Cursor: ...
    @property
    def dead_letters(self) -> DeadLetters: ...
    def close(self) -> None: ...


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.db")
    yield made
    made.close()
