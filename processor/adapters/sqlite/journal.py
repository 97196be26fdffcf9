"""The journal on SQLite: one row per batch, and in the same transaction all that the batch decided."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from processor.adapters.sqlite.blocks import Packer, Unpacker, expand, shrink
from processor.adapters.sqlite.connection import Reader, Writer
from processor.adapters.sqlite.dead_letters import DeadLetterLimits, add_count, keep, mark_retried
from processor.adapters.sqlite.projections import Moment, Recorder
from processor.adapters.sqlite.retention import Policy, Retained, Retention
from processor.adapters.sqlite.rule_sets import SqliteRuleSetHistory, keep_entry, keep_files
from processor.model.time import EpochMs
from processor.ports.journal import NO_PROBATION, Batch, Block, Checkpoint, Counts, JournalBroken
from processor.ports.rule_sets import KeptSet

_BLOCK: Final = """
INSERT INTO journal(now, first_at, last_at, readings, rules_hash, block) VALUES (?, ?, ?, ?, ?, ?)"""
_PAGE: Final = """
SELECT offset, now, rules_hash, block FROM journal WHERE offset > ? AND offset <= ? ORDER BY offset LIMIT ?"""
_CHECKPOINT: Final = "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)"
_BLOCKS_AT_ONCE: Final = 8  # a reader of a long journal holds some hundred kilobytes of it, not all
_SCOPES_AT_ONCE: Final = 16
_NEWEST: Final = (1 << 63) - 1


class SqliteJournal:
    """`processor.ports.journal.Journal` on a store."""

    def __init__(self, writer: Writer, reader: Reader, policy: Policy, limits: DeadLetterLimits) -> None:
        self._writer = writer
        self._reader = reader
        self._limits = limits
        self._packer = Packer()
        self._recorder = Recorder()
        self._retention = Retention(writer, policy)
        self.retained = Retained()
        """What the last `retain` did, by sink where it was forced."""

    def commit(self, batch: Batch) -> int:
        """Make the whole batch durable in one transaction and return its offset. Raises JournalFull, JournalBroken."""
        block = batch.block
        packed = self._packer.pack(block.inputs)
        with self._writer.transaction() as connection:
            times = (packed.first_at, packed.last_at, packed.readings)
            row = (block.now, *times, block.rules_hash, packed.block)
            offset = int(connection.execute(_BLOCK, row).lastrowid or 0)
            connection.execute("INSERT INTO block_devices VALUES (?, ?)", (offset, packed.devices))
            self._recorder.record(connection, batch.effects, Moment(offset, block.now))
            keep(connection, [(None, rejection) for rejection in batch.rejections], offset, self._limits)
            mark_retried(connection, batch.settled_dead_letters)
            if batch.rule_set is not None:
                keep_entry(connection, batch.rule_set, offset)
            _add_counts(connection, batch.counts)
        return offset

    def save_checkpoints(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Replace the checkpoints of these scopes, in one transaction."""
        rows = [(each.scope, each.offset, each.now, each.rules_hash, shrink(each.state)) for each in checkpoints]
        with self._writer.transaction() as connection:
            connection.executemany(_CHECKPOINT, rows)

    def checkpoints(self) -> Iterator[Checkpoint]:
        """The newest checkpoint of every scope that has one."""
        after: str | None = None
        while rows := self._reader.rows(
            "SELECT * FROM checkpoints WHERE (? IS NULL OR scope > ?) ORDER BY scope LIMIT ?",
            (after, after, _SCOPES_AT_ONCE),
        ):
            for scope, offset, now, rules_hash, state in rows:
                yield Checkpoint(scope, offset, now, rules_hash, _expanded(state, f"checkpoint of {scope}"))
            after = rows[-1][0]

    def keep_checkpoints(self, scopes: Iterable[str]) -> None:
        """Forget those of every other scope."""
        kept = set(scopes)
        with self._writer.transaction() as connection:
            gone = [row for row in connection.execute("SELECT scope FROM checkpoints").fetchall() if row[0] not in kept]
            connection.executemany("DELETE FROM checkpoints WHERE scope = ?", gone)

    def blocks(self, after: int, until: int | None = None) -> Iterator[tuple[int, Block]]:
        """(offset, block) for every block with after < offset (<= until), in order."""
        unpacker = Unpacker()
        end = _NEWEST if until is None else until
        while rows := self._reader.rows(_PAGE, (after, end, _BLOCKS_AT_ONCE)):
            for offset, now, rules_hash, block in rows:
                yield offset, Block(now, rules_hash, unpacker.unpack(offset, block))
            after = rows[-1][0]

    def last_offset(self) -> int:
        """The newest offset, 0 for an empty journal."""
        row = self._reader.one("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
        return int(row[0]) if row else 0

    def totals(self) -> Counts:
        """The sums of all batches ever committed."""
        found: dict[str, int] = dict(self._reader.rows("SELECT name, value FROM counts"))
        return Counts(**{name: found.get(name, 0) for name in Counts.__struct_fields__})

    def save_configuration(
        self,
        rules_hash: str,
        sources: dict[str, str],
        now: EpochMs,
        author: str,
        probation: Mapping[str, EpochMs] = NO_PROBATION,
    ) -> None:
        """Keep the operator files (path -> text) that `rules_hash` stands for; once is enough."""
        with self._writer.transaction() as connection:
            keep_files(connection, rules_hash, sources, now=now, author=author, probation=probation)

    def configuration(self, rules_hash: str) -> KeptSet | None:
        """The operator files kept under `rules_hash`, and the probation."""
        return SqliteRuleSetHistory(self._reader).kept(rules_hash)

    def retain(self, now: EpochMs) -> int:
        """Drop what the policy allows; how many blocks went (`retained` tells more)."""
        self.retained = self._retention.run(now)
        return self.retained.blocks

    def close(self) -> None:
        """Close the store."""
        self._reader.close()
        self._writer.close()


def _add_counts(connection: sqlite3.Connection, counts: Counts) -> None:
    for name in Counts.__struct_fields__:
        add_count(connection, name, getattr(counts, name))


def _expanded(data: bytes, what: str) -> bytes:
    try:
        return expand(data)
    except Exception as error:
        raise JournalBroken(f"the {what} cannot be read ({error}); restore a backup") from error
