"""The history of rule sets in a store: `processor.ports.rule_sets` on SQLite."""

import sqlite3
from collections.abc import Mapping
from typing import Final

import msgspec

from processor.adapters.sqlite.blocks import expand, shrink
from processor.adapters.sqlite.connection import Reader, Row, Writer
from processor.adapters.sqlite.kept_files import drop_unused, keep_texts
from processor.model.time import EpochMs
from processor.ports.journal import JournalBroken
from processor.ports.rule_sets import KeptSet, RuleSet, SetCause, SetRequest

_COLUMNS: Final = "number, offset, at, rules_hash, content_hash, author, cause, reason, body"
_KEEP: Final = f"""
INSERT INTO rule_sets({_COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"""  # noqa: S608 - constant words
_NAMED: Final = f"""
SELECT {_COLUMNS} FROM rule_sets WHERE number IN (
  SELECT max(number) FROM rule_sets WHERE substr(rules_hash, 1, ?) = ? OR substr(content_hash, 1, ?) = ?
  GROUP BY rules_hash) ORDER BY number DESC"""  # noqa: S608 - constant words


_TEXTS: Final = """
SELECT path, text FROM kept_files JOIN kept_texts USING (hash) WHERE rules_hash = ? ORDER BY number"""


class SqliteRuleSetHistory:
    """`processor.ports.rule_sets.RuleSetHistory`, read beside a daemon."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def newest(self) -> RuleSet | None:
        """The set in force, or last in force."""
        return next(iter(self.history(1)), None)

    def history(self, limit: int) -> list[RuleSet]:
        """Newest first."""
        rows = self._reader.rows(
            f"SELECT {_COLUMNS} FROM rule_sets ORDER BY number DESC LIMIT ?",  # noqa: S608 - constant words
            (limit,),
        )
        return [_rule_set(row) for row in rows]

    def named(self, prefix: str) -> list[RuleSet]:
        """The newest entry of every set whose hash begins so."""
        return [_rule_set(row) for row in self._reader.rows(_NAMED, (len(prefix), prefix) * 2)]

    def kept(self, rules_hash: str) -> KeptSet | None:
        """The files of one set and its probation."""
        row = self._reader.one("SELECT files, probation FROM configurations WHERE rules_hash = ?", (rules_hash,))
        if row is None:
            return None
        try:
            sources = {path: expand(text).decode() for path, text in self._reader.rows(_TEXTS, (rules_hash,))}
            probation = msgspec.json.decode(row[1], type=dict[str, int])
        except Exception as error:
            raise JournalBroken(f"the configuration {rules_hash} cannot be read ({error}); restore a backup") from error
        if len(sources) != row[0]:
            lost = "all" if row[0] is None else row[0] - len(sources)
            raise JournalBroken(f"the configuration {rules_hash} lacks {lost} of its files; restore a backup")
        return KeptSet(sources, probation)


class SqliteRuleSets(SqliteRuleSetHistory):
    """`processor.ports.rule_sets.RuleSets` of the one daemon that writes."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        super().__init__(reader)
        self._writer = writer

    def ask(self, request: SetRequest) -> None:
        """Keep a request until files of its content come into force."""
        row = (request.content_hash, msgspec.json.encode(request).decode())
        with self._writer.transaction() as connection:
            connection.execute("INSERT INTO set_requests(content_hash, body) VALUES (?, ?)", row)

    def asked(self) -> list[SetRequest]:
        """What was asked and has not come into force, oldest first."""
        rows = self._reader.rows("SELECT body FROM set_requests ORDER BY id")
        return [msgspec.json.decode(body, type=SetRequest) for (body,) in rows]


def keep_files(
    connection: sqlite3.Connection,
    rules_hash: str,
    sources: Mapping[str, str],
    *,
    now: EpochMs,
    author: str,
    probation: Mapping[str, EpochMs],
) -> None:
    """Keep the operators' files that `rules_hash` stands for; once is enough."""
    held = msgspec.json.encode(dict(probation)).decode()
    written = connection.execute(
        "INSERT OR IGNORE INTO configurations(rules_hash, now, author, files, probation) VALUES (?, ?, ?, ?, ?)",
        (rules_hash, now, author, len(sources), held),
    ).rowcount
    healed = connection.execute(
        "UPDATE configurations SET files = ? WHERE rules_hash = ? AND files IS NULL", (len(sources), rules_hash)
    ).rowcount
    if written or healed:
        keep_texts(connection, rules_hash, sources)


def keep_entry(connection: sqlite3.Connection, entry: RuleSet, offset: int) -> None:
    """Write that a set came into force with the block `offset`, in the block's own transaction."""
    words = (entry.author, entry.cause, entry.reason)
    body = shrink(msgspec.json.encode(entry))
    connection.execute(_KEEP, (offset, entry.at, entry.rules_hash, entry.content_hash, *words, body))
    connection.execute("DELETE FROM set_requests WHERE content_hash = ?", (entry.content_hash,))


def drop_old_sets(connection: sqlite3.Connection, before: EpochMs) -> int:
    """Drop sets older than `before`, but none that a block or a checkpoint of the store still needs, nor the newest.

    A set is over when the next one began at or before the oldest block (and checkpoint) that is still there.
    """
    oldest = connection.execute(
        "SELECT min(offset) FROM (SELECT min(offset) AS offset FROM journal UNION SELECT min(offset) FROM checkpoints)"
    ).fetchone()[0]
    if oldest is None:
        return 0
    gone = connection.execute(
        """DELETE FROM rule_sets WHERE at < :before AND EXISTS
           (SELECT 1 FROM rule_sets AS later WHERE later.number = rule_sets.number + 1 AND later.offset <= :oldest)""",
        {"before": before, "oldest": oldest},
    ).rowcount
    connection.execute(
        "DELETE FROM configurations WHERE now < ? AND rules_hash NOT IN (SELECT rules_hash FROM rule_sets)", (before,)
    )
    drop_unused(connection)
    return gone


def _rule_set(row: Row) -> RuleSet:
    number, offset, at, rules_hash, content_hash, author, cause, reason, body = row
    if body is None:  # kept by a wardwatch that noted no more
        return RuleSet(rules_hash, content_hash, at, author, SetCause(cause), reason, number=number, offset=offset)
    try:
        found = msgspec.json.decode(expand(body), type=RuleSet)
    except Exception as error:
        raise JournalBroken(f"rule set {number} of the history cannot be read ({error}); restore a backup") from error
    return msgspec.structs.replace(found, number=number, offset=offset)
