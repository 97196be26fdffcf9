"""The outbox and the sinks' cursors in the store."""

from collections.abc import Iterable
from typing import Final

import msgspec

from processor.adapters.sqlite.connection import Reader, Writer
from processor.model.effect import Effect
from processor.model.time import EpochMs
from processor.ports.journal import OutboxRow

ERROR_LIMIT: Final = 500  # characters kept of the other side's words

_DUE: Final = """
SELECT sequence, key, scope, effect, attempts, due_at, offset FROM outbox
WHERE state = 'waiting' AND sequence > ? AND due_at <= ? ORDER BY sequence LIMIT ?"""
_DELIVERED: Final = "UPDATE outbox SET state = 'delivered', settled_at = ? WHERE sequence = ? AND state = 'waiting'"
_POSTPONE: Final = """
UPDATE outbox SET attempts = attempts + 1, due_at = ?, error = ? WHERE sequence = ? AND state = 'waiting'"""
_GIVE_UP: Final = """
UPDATE outbox SET attempts = attempts + 1, state = 'failed', settled_at = ?, error = ?
WHERE sequence = ? AND state = 'waiting'"""


class SqliteOutbox:
    """`processor.ports.journal.Outbox` on a store.

    Settling does not wait for the disk: should the machine lose power in the next moments, the effect is delivered
    again under its key, which has one effect (DESIGN.md 5.3).
    """

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader
        self._decoder = msgspec.json.Decoder(Effect)

    def due(self, now: EpochMs, limit: int, after: int = 0) -> list[OutboxRow]:
        """Undelivered rows with due_at <= now and sequence > after, oldest first."""
        return [
            OutboxRow(sequence, key, scope, self._decoder.decode(effect), attempts, due_at, offset)
            for sequence, key, scope, effect, attempts, due_at, offset in self._reader.rows(_DUE, (after, now, limit))
        ]

    def delivered(self, sequences: Iterable[int], now: EpochMs) -> None:
        """These rows are done."""
        with self._writer.transaction(durable=False) as connection:
            connection.executemany(_DELIVERED, [(now, sequence) for sequence in sequences])

    def postpone(self, sequence: int, due_at: EpochMs, error: str) -> None:
        """Not now: try again at `due_at`."""
        with self._writer.transaction(durable=False) as connection:
            connection.execute(_POSTPONE, (due_at, error[:ERROR_LIMIT], sequence))

    def give_up(self, sequence: int, now: EpochMs, error: str) -> None:
        """Never again: kept as a failed row with its reason."""
        with self._writer.transaction(durable=False) as connection:
            connection.execute(_GIVE_UP, (now, error[:ERROR_LIMIT], sequence))

    def waiting(self) -> dict[str, int]:
        """Undelivered rows by effect tag."""
        return dict(self._reader.rows("SELECT tag, count(*) FROM outbox WHERE state = 'waiting' GROUP BY tag"))


class SqliteCursors:
    """`processor.ports.journal.Cursor` on a store. Moving on does not wait for the disk: a sink takes twice as once."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def position(self, sink: str) -> int:
        """The newest offset the sink has durably taken, 0 at first."""
        row = self._reader.one("SELECT offset FROM cursors WHERE sink = ?", (sink,))
        return int(row[0]) if row else 0

    def advance(self, sink: str, offset: int) -> None:
        """Never moves back."""
        with self._writer.transaction(durable=False) as connection:
            connection.execute(
                """INSERT INTO cursors VALUES (?, ?)
                ON CONFLICT(sink) DO UPDATE SET offset = max(offset, excluded.offset)""",
                (sink, offset),
            )

    def keep_only(self, sinks: Iterable[str]) -> None:
        """Forget every other sink."""
        kept = set(sinks)
        with self._writer.transaction() as connection:
            gone = [row for row in connection.execute("SELECT sink FROM cursors").fetchall() if row[0] not in kept]
            connection.executemany("DELETE FROM cursors WHERE sink = ?", gone)
