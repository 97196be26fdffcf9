"""Stores as older versions wrote them."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from processor.adapters.sqlite.blocks import shrink
from processor.adapters.sqlite.schema import APPLICATION_ID, VERSION_1, VERSION_2, VERSION_3
from tests.ports.batches import T0


@contextmanager
def of_version(path: Path, *scripts: str) -> Iterator[sqlite3.Connection]:
    """A store of the version that these scripts made."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for script in scripts:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {len(scripts)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        yield connection


def of_version_3(path: Path, sets: Mapping[str, dict[str, str] | None]) -> None:
    """A store in which each set, known by its hash, holds all its files in one blob; None: it is damaged."""
    with of_version(path, VERSION_1, VERSION_2, VERSION_3) as connection:
        for name, files in sets.items():
            blob = b"\0" if files is None else shrink(msgspec.json.encode(files))
            connection.execute("INSERT INTO configurations VALUES (?, ?, 'li', ?, ?)", (name, T0, blob, '{"R": 7}'))
            connection.execute(
                "INSERT INTO rule_sets(at, rules_hash, content_hash, author, cause, reason) VALUES (?,?,?,?,?,?)",
                (T0, name, name, "li", "reload", "why"),
            )
