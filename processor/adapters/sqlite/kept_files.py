"""The operators' files of every set that was in force, each text once: sets differ in a line or two of one file."""

import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec

from processor.adapters.sqlite.blocks import expand, shrink

_TEXT: Final = "INSERT OR IGNORE INTO kept_texts(hash, text) VALUES (?, ?)"
_FILE: Final = "INSERT OR IGNORE INTO kept_files(rules_hash, number, path, hash) VALUES (?, ?, ?, ?)"


def hash_of(text: str) -> bytes:
    """What a text is known by."""
    return sha256(text.encode()).digest()


def keep_texts(connection: sqlite3.Connection, rules_hash: str, sources: Mapping[str, str]) -> None:
    """Keep the files of a set; a text that another set has too is kept already."""
    for number, (path, text) in enumerate(sources.items()):
        known = hash_of(text)
        if connection.execute("SELECT 1 FROM kept_texts WHERE hash = ?", (known,)).fetchone() is None:
            connection.execute(_TEXT, (known, shrink(text.encode())))
        connection.execute(_FILE, (rules_hash, number, path, known))


def drop_unused(connection: sqlite3.Connection) -> None:
    """Forget the files of sets that are no more, and the texts that no set has."""
    connection.execute("DELETE FROM kept_files WHERE rules_hash NOT IN (SELECT rules_hash FROM configurations)")
    connection.execute("DELETE FROM kept_texts WHERE hash NOT IN (SELECT hash FROM kept_files)")


def split_configurations(connection: sqlite3.Connection) -> None:
    """Part of the step to version 4: takes the files of each configuration out of its one blob.

    One that cannot be read stays without files (`files` is NULL): that is said when somebody asks for it, and is no
    reason not to start.
    """
    for (rules_hash,) in connection.execute("SELECT rules_hash FROM configurations").fetchall():
        (blob,) = connection.execute(
            "SELECT sources FROM configurations WHERE rules_hash = ?", (rules_hash,)
        ).fetchone()
        try:
            sources = msgspec.json.decode(expand(blob), type=dict[str, str])
        except Exception:  # noqa: BLE001, S112 - whatever damage does to it
            continue
        keep_texts(connection, rules_hash, sources)
        connection.execute("UPDATE configurations SET files = ? WHERE rules_hash = ?", (len(sources), rules_hash))
