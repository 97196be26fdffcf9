"""Dead letters in the store: bounded in number and bytes, the oldest go first."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from processor.adapters.sqlite.connection import Reader, Row, Writer
from processor.model.reading import Rejection, RejectionReason
from processor.ports.dead_letters import DeadLetter, DeadLetterState

_INSERT: Final = """
INSERT OR IGNORE INTO dead_letters(key, reason, topic, payload, size, detail, device, arrived, offset)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ADD: Final = """
INSERT INTO counts VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = value + excluded.value"""
_COLUMNS: Final = "id, reason, topic, payload, size, detail, device, arrived, offset, state"
_FIND: Final = """
SELECT {} FROM dead_letters WHERE id > ? AND (? IS NULL OR state = ?) AND (? IS NULL OR reason = ?)
ORDER BY id {} LIMIT ?"""
_ROWS, _BYTES, _EVICTED = "dead_letter_rows", "dead_letter_bytes", "dead_letters_evicted"
_ROW_BYTES: Final = 200  # what a row costs beside its payload, topic and detail, roughly
_EVICT_AT_ONCE: Final = 500


class DeadLetterLimits(NamedTuple):
    """How much is kept."""

    rows: int = 100_000
    bytes: int = 256 * 1024 * 1024


def add_count(connection: sqlite3.Connection, name: str, amount: int) -> None:
    """Add to one of the store's totals, in the open transaction."""
    if amount:
        connection.execute(_ADD, (name, amount))


def count(connection: sqlite3.Connection, name: str) -> int:
    """One of the store's totals."""
    row = connection.execute("SELECT value FROM counts WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def keep(
    connection: sqlite3.Connection,
    rejections: Iterable[tuple[str | None, Rejection]],
    offset: int,
    limits: DeadLetterLimits,
) -> None:
    """Insert into the open transaction; make room by dropping the oldest."""
    rows = size = 0
    for key, each in rejections:
        where = (each.detail, each.device, each.arrived, offset)
        inserted = connection.execute(_INSERT, (key, each.reason, each.topic, each.payload, each.size, *where)).rowcount
        if inserted == 1:
            rows += 1
            size += len(each.payload) + len(each.topic) + len(each.detail) + _ROW_BYTES
    add_count(connection, _ROWS, rows)
    add_count(connection, _BYTES, size)
    if rows:
        _make_room(connection, limits)


def _make_room(connection: sqlite3.Connection, limits: DeadLetterLimits) -> None:
    rows, size = count(connection, _ROWS), count(connection, _BYTES)
    while rows and (rows > limits.rows or size > limits.bytes):
        oldest = connection.execute(
            "SELECT id, length(payload) + length(topic) + length(detail) FROM dead_letters ORDER BY id LIMIT ?",
            (_EVICT_AT_ONCE,),
        ).fetchall()
        gone = _oldest_to_go(oldest, rows - limits.rows, size - limits.bytes)
        freed = sum(bytes_ + _ROW_BYTES for _, bytes_ in gone)
        connection.execute("DELETE FROM dead_letters WHERE id <= ?", (gone[-1][0],))
        add_count(connection, _ROWS, -len(gone))
        add_count(connection, _BYTES, -freed)
        add_count(connection, _EVICTED, len(gone))
        rows, size = rows - len(gone), size - freed


def _oldest_to_go(oldest: Sequence[Row], rows: int, size: int) -> list[Row]:
    gone: list[Row] = []
    for row in oldest:
        if rows <= 0 and size <= 0:
            break
        gone.append(row)
        rows, size = rows - 1, size - row[1] - _ROW_BYTES
    return gone


def mark_retried(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Settle these in the open transaction: they are readings now."""
    connection.executemany(
        "UPDATE dead_letters SET state = ? WHERE id = ? AND state = ?",
        [(DeadLetterState.RETRIED, number, DeadLetterState.WAITING) for number in numbers],
    )


def dead_letter(row: Row) -> DeadLetter:
    """One row of `_COLUMNS`."""
    number, reason, topic, payload, size, detail, device, arrived, offset, state = row
    rejection = Rejection(RejectionReason(reason), topic, payload, size, arrived, detail, device)
    return DeadLetter(number, rejection, offset, DeadLetterState(state))


class DeadLetterRecords:
    """The half of `processor.ports.dead_letters.DeadLetters` that only reads, beside a daemon that writes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find(
        self,
        *,
        state: DeadLetterState | None = DeadLetterState.WAITING,
        reason: RejectionReason | None = None,
        after: int = 0,
        limit: int = 100,
        newest_first: bool = False,
    ) -> list[DeadLetter]:
        """Those with id > after, oldest first unless told."""
        query = _FIND.format(_COLUMNS, "DESC" if newest_first else "ASC")
        return [dead_letter(row) for row in self._reader.rows(query, (after, state, state, reason, reason, limit))]

    def get(self, number: int) -> DeadLetter | None:
        """The dead letter of this id."""
        row = self._reader.one(f"SELECT {_COLUMNS} FROM dead_letters WHERE id = ?", (number,))  # noqa: S608 - constant
        return dead_letter(row) if row else None

    def waiting(self) -> dict[str, int]:
        """Waiting dead letters by reason."""
        rows = self._reader.rows("SELECT reason, count(*) FROM dead_letters WHERE state = 'waiting' GROUP BY reason")
        return dict(rows)

    def evicted(self) -> int:
        """How many went because the list was full, ever."""
        row = self._reader.one("SELECT value FROM counts WHERE name = ?", (_EVICTED,))
        return int(row[0]) if row else 0


class SqliteDeadLetters(DeadLetterRecords):
    """`processor.ports.dead_letters.DeadLetters` on a store."""

    def __init__(self, writer: Writer, reader: Reader, limits: DeadLetterLimits) -> None:
        super().__init__(reader)
        self._writer = writer
        self._limits = limits

    def add(self, rejections: Sequence[tuple[str, Rejection]]) -> None:
        """Keep these, each once per key."""
        with self._writer.transaction() as connection:
            keep(connection, rejections, 0, self._limits)

    def settle(self, numbers: Iterable[int], state: DeadLetterState) -> int:
        """Set the state of the waiting ones of these; how many were."""
        with self._writer.transaction() as connection:
            done = connection.executemany(
                "UPDATE dead_letters SET state = ? WHERE id = ? AND state = ?",
                [(state, number, DeadLetterState.WAITING) for number in numbers],
            )
            return max(0, done.rowcount)
