"""What may leave the store, and how it leaves without holding up a commit for long."""

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from processor.adapters.sqlite.connection import Writer
from processor.adapters.sqlite.dead_letters import add_count
from processor.adapters.sqlite.rule_sets import drop_old_sets
from processor.model.time import DAY, DurationMs, EpochMs

_BLOCKS_AT_ONCE: Final = 64  # some 3 MB: a commit that comes meanwhile waits a few milliseconds
_PAGES_AT_ONCE: Final = 512
_FREE_PAGES_KEPT: Final = 1024  # the next batches take them; giving every one back would only be asked for again


class Policy(NamedTuple):
    """How long and how much. `history` is for alerts, orders and dispositions, which are small and asked for later."""

    age: DurationMs | None = 30 * DAY
    bytes: int | None = None
    history: DurationMs | None = 400 * DAY


class Retained(NamedTuple):
    """What a run of retention did. `forced` is, by sink, how many blocks went that it had not taken yet."""

    blocks: int = 0
    readings: int = 0
    forced: Mapping[str, int] = MappingProxyType({})


class _Bounds(NamedTuple):
    """Offsets: blocks up to `covered` are in every checkpoint, those up to `taken` with every sink too."""

    covered: int
    taken: int


class Retention:
    """Drops old blocks, then gives the space back. Call it now and then, from any thread."""

    def __init__(self, writer: Writer, policy: Policy) -> None:
        self._writer = writer
        self._policy = policy
        self._page_size = int(writer.pragma("page_size")[0][0])

    def run(self, now: EpochMs) -> Retained:
        """Age first, never past a sink; then size, past a sink where nothing else helps, never past a checkpoint."""
        blocks = readings = 0
        forced: dict[str, int] = {}
        while True:
            gone, weight = self._drop_some(now, forced)
            if not gone:
                break
            blocks, readings = blocks + gone, readings + weight
        if self._policy.history is not None:
            self._drop_history(now - self._policy.history)
        self._give_space_back()
        return Retained(blocks, readings, forced)

    def _drop_some(self, now: EpochMs, forced: dict[str, int]) -> tuple[int, int]:
        with self._writer.transaction() as connection:
            bounds = _bounds(connection)
            last = self._last_to_go(connection, now, bounds)
            if last is None:
                return 0, 0
            for sink, position in connection.execute("SELECT sink, offset FROM cursors WHERE offset < ?", (last,)):
                missed = connection.execute(
                    "SELECT count(*) FROM journal WHERE offset > ? AND offset <= ?", (position, last)
                ).fetchone()[0]
                forced[sink] = forced.get(sink, 0) + missed
            return _drop(connection, last)

    def _last_to_go(self, connection: sqlite3.Connection, now: EpochMs, bounds: _Bounds) -> int | None:
        oldest = connection.execute(
            "SELECT offset, now, length(block) FROM journal WHERE offset <= ? ORDER BY offset LIMIT ?",
            (bounds.covered, _BLOCKS_AT_ONCE),
        ).fetchall()
        excess = self._excess(connection)
        last = None
        for offset, at, size in oldest:
            too_old = self._policy.age is not None and at < now - self._policy.age and offset <= bounds.taken
            if not too_old and excess <= 0:
                break
            last = int(offset)
            excess -= size
        return last

    def _excess(self, connection: sqlite3.Connection) -> int:
        if self._policy.bytes is None:
            return 0
        pages, free = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count")
        )
        return (pages - free) * self._page_size - self._policy.bytes

    def _drop_history(self, before: EpochMs) -> None:
        with self._writer.transaction() as connection:
            for statement in _HISTORY:
                connection.execute(statement, {"before": before})
            drop_old_sets(connection, before)

    def _give_space_back(self) -> None:
        free = int(self._writer.pragma("freelist_count")[0][0])
        while free > _FREE_PAGES_KEPT:
            self._writer.pragma(f"incremental_vacuum({_PAGES_AT_ONCE})")
            left = int(self._writer.pragma("freelist_count")[0][0])
            if left >= free:  # a store made without auto_vacuum: `wardwatch store vacuum` changes that
                return
            free = left


# What is still open stays, however old it is.
_HISTORY: Final = (
    """DELETE FROM transitions WHERE alert IN
       (SELECT alert FROM alerts WHERE last_at < :before AND state = 'ok')""",
    "DELETE FROM alerts WHERE last_at < :before AND state = 'ok'",
    "DELETE FROM order_steps WHERE id IN (SELECT id FROM orders WHERE changed_at < :before AND state = 'closed')",
    "DELETE FROM orders WHERE changed_at < :before AND state = 'closed'",
    "DELETE FROM order_refusals WHERE at < :before",
    """DELETE FROM disposition_steps WHERE command_id IN
       (SELECT command_id FROM dispositions WHERE last_at < :before)""",
    "DELETE FROM dispositions WHERE last_at < :before",
)


def _bounds(connection: sqlite3.Connection) -> _Bounds:
    covered = connection.execute("SELECT min(offset) FROM checkpoints").fetchone()[0] or 0
    newest = connection.execute("SELECT max(offset) FROM journal").fetchone()[0] or 0
    covered = min(covered, newest - 1)  # the newest block tells when the daemon last lived
    taken = connection.execute("SELECT min(offset) FROM cursors").fetchone()[0]
    return _Bounds(covered, covered if taken is None else min(covered, taken))


def _drop(connection: sqlite3.Connection, last: int) -> tuple[int, int]:
    blocks, readings = connection.execute(
        "SELECT count(*), coalesce(sum(readings), 0) FROM journal WHERE offset <= ?", (last,)
    ).fetchone()
    connection.execute("DELETE FROM journal WHERE offset <= ?", (last,))
    connection.execute("DELETE FROM block_devices WHERE offset <= ?", (last,))
    connection.execute("DELETE FROM outbox WHERE state <> 'waiting' AND offset <= ?", (last,))
    add_count(connection, "retained_blocks", blocks)
    add_count(connection, "retained_readings", readings)
    return int(blocks), int(readings)
