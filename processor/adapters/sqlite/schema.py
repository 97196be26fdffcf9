"""The tables of a store, and how an older store becomes a current one."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

from processor.adapters.sqlite.kept_files import split_configurations
from processor.ports.journal import JournalBroken

APPLICATION_ID: Final = 0x57415244  # "WARD": `file` and a careful operator can tell what this database is

VERSION_1: Final = """
CREATE TABLE journal(
  offset INTEGER PRIMARY KEY AUTOINCREMENT, now INTEGER NOT NULL, first_at INTEGER, last_at INTEGER,
  readings INTEGER NOT NULL, rules_hash TEXT NOT NULL, block BLOB NOT NULL);
CREATE INDEX journal_time ON journal(last_at, first_at);
CREATE TABLE outbox(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, tag TEXT NOT NULL,
  effect TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, offset INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting', error TEXT NOT NULL DEFAULT '', settled_at INTEGER);
CREATE INDEX outbox_waiting ON outbox(sequence) WHERE state = 'waiting';
CREATE TABLE alerts(
  alert TEXT PRIMARY KEY, number INTEGER NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL,
  community TEXT NOT NULL, state TEXT NOT NULL, level INTEGER NOT NULL, first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX alerts_time ON alerts(last_at);
CREATE TABLE transitions(
  alert TEXT NOT NULL, number INTEGER NOT NULL, decided_at INTEGER NOT NULL, offset INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY(alert, number)) WITHOUT ROWID;
CREATE TABLE orders(
  id TEXT PRIMARY KEY, number INTEGER NOT NULL, state TEXT NOT NULL, alert TEXT NOT NULL, subject TEXT NOT NULL,
  community TEXT NOT NULL, level INTEGER NOT NULL, changed_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX orders_alert ON orders(alert);
CREATE INDEX orders_time ON orders(changed_at);
CREATE TABLE order_steps(
  id TEXT NOT NULL, number INTEGER NOT NULL, changed_at INTEGER NOT NULL, offset INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY(id, number)) WITHOUT ROWID;
CREATE TABLE order_refusals(
  key TEXT PRIMARY KEY, id TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, offset INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE dispositions(
  command_id TEXT PRIMARY KEY, state TEXT NOT NULL, alert TEXT NOT NULL, device TEXT NOT NULL,
  community TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX dispositions_time ON dispositions(last_at);
CREATE TABLE disposition_steps(
  step INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, command_id TEXT NOT NULL, at INTEGER NOT NULL,
  offset INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX disposition_steps_command ON disposition_steps(command_id);
CREATE TABLE dead_letters(
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, reason TEXT NOT NULL, topic TEXT NOT NULL,
  payload BLOB NOT NULL, size INTEGER NOT NULL, detail TEXT NOT NULL, device TEXT, arrived INTEGER NOT NULL,
  offset INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting');
CREATE TABLE counts(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoints(
  scope TEXT PRIMARY KEY, offset INTEGER NOT NULL, now INTEGER NOT NULL, rules_hash TEXT NOT NULL,
  state BLOB NOT NULL);
CREATE TABLE configurations(
  rules_hash TEXT PRIMARY KEY, now INTEGER NOT NULL, author TEXT NOT NULL, sources BLOB NOT NULL);
CREATE TABLE cursors(sink TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
"""

# Which devices a block speaks of, beside the block and not in its row, so that looking reads no block.
# NULL (a block written by version 1): it may speak of any device.
VERSION_2: Final = """
CREATE TABLE block_devices(offset INTEGER PRIMARY KEY, devices BLOB);
INSERT INTO block_devices SELECT offset, NULL FROM journal;
"""

# The history of rule sets. Of a set kept by an older version is known who brought it and when, and its files; the store
# never said which block was its first, nor in which order sets came back.
VERSION_3: Final = """
CREATE TABLE rule_sets(
  number INTEGER PRIMARY KEY AUTOINCREMENT, offset INTEGER, at INTEGER NOT NULL, rules_hash TEXT NOT NULL,
  content_hash TEXT NOT NULL, author TEXT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL, body BLOB);
CREATE TABLE set_requests(id INTEGER PRIMARY KEY AUTOINCREMENT, content_hash TEXT NOT NULL, body TEXT NOT NULL);
ALTER TABLE configurations ADD COLUMN probation TEXT NOT NULL DEFAULT '{}';
INSERT INTO rule_sets(at, rules_hash, content_hash, author, cause, reason)
  SELECT now, rules_hash, rules_hash, author, CASE author WHEN 'start' THEN 'start' ELSE 'reload' END, ''
  FROM configurations ORDER BY now;
ALTER TABLE alerts ADD COLUMN withheld TEXT NOT NULL DEFAULT '';
CREATE INDEX transitions_time ON transitions(decided_at);
"""

# Each text of an operator's file once, whichever sets have it. `files` says how many a set has; NULL: what was
# kept before could not be read.
VERSION_4: Final = """
CREATE TABLE kept_texts(hash BLOB PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE kept_files(
  rules_hash TEXT NOT NULL, number INTEGER NOT NULL, path TEXT NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY(rules_hash, number)) WITHOUT ROWID;
CREATE INDEX kept_files_hash ON kept_files(hash);
ALTER TABLE configurations ADD COLUMN files INTEGER;
"""
VERSION_4_END: Final = """
ALTER TABLE configurations DROP COLUMN sources;
"""

Step = str | Callable[[sqlite3.Connection], None]
"""Statements, or what statements cannot do."""

MIGRATIONS: Final[tuple[tuple[Step, ...], ...]] = (
    (VERSION_1,),
    (VERSION_2,),
    (VERSION_3,),
    (VERSION_4, split_configurations, VERSION_4_END),
)
"""MIGRATIONS[n] takes a store of version n to version n + 1. Never edit one that was released: add another."""

CURRENT: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of an open database: 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def require_ours(connection: sqlite3.Connection, path: str) -> None:
    """Raise JournalBroken for a database that is not a store, or is one of a newer wardwatch."""
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION_ID and (application != 0 or tables):
        raise JournalBroken(f"{path} is an SQLite database but not a wardwatch store; give the path of the store")
    version = version_of(connection)
    if version > CURRENT:
        raise JournalBroken(
            f"store {path} has schema version {version}, this wardwatch knows up to {CURRENT}; "
            "run the newer wardwatch that wrote it, or restore a backup made before the upgrade",
        )


def require_current(connection: sqlite3.Connection, path: str) -> None:
    """For readers, who cannot migrate: raise JournalBroken unless the store has exactly the current version."""
    require_ours(connection, path)
    version = version_of(connection)
    if version < CURRENT:
        raise JournalBroken(
            f"store {path} has schema version {version}, this wardwatch reads version {CURRENT}; "
            "start this version's daemon on it once, which migrates it",
        )


def statements(script: str) -> Iterator[str]:
    """The single statements of a script (executescript would commit the transaction it runs in)."""
    return (part.strip() for part in script.split(";") if part.strip())


def _take(connection: sqlite3.Connection, step: Step) -> None:
    if callable(step):
        step(connection)
        return
    for statement in statements(step):
        connection.execute(statement)


def migrate(connection: sqlite3.Connection, path: str) -> int:
    """Bring the store to the current version, each step in its own transaction; the version it had before."""
    require_ours(connection, path)
    before = version_of(connection)
    for version in range(before, CURRENT):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for step in MIGRATIONS[version]:
                _take(connection, step)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return before
