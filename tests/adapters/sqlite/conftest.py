"""A store on a fresh disk folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.adapters.sqlite.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as opened:
        yield opened
