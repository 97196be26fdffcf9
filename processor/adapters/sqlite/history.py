"""A store as a source of a backtest: its journal block by block, and what was decided then."""

import heapq
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from processor.adapters.sqlite.blocks import Unpacker
from processor.adapters.sqlite.connection import Reader
from processor.model.effect import AlertChanged, DispositionChanged, Effect, OrderChanged, RemindPeople
from processor.model.order import OrderResult
from processor.model.time import DAY, EpochMs
from processor.ports.history import Answered, BadRow, Decided, Extent, Judged, Stretch

_PAGE: Final = "SELECT offset, now, block FROM journal WHERE offset >= ? AND offset <= ? ORDER BY offset LIMIT ?"
_BLOCKS_AT_ONCE: Final = 64
_ROWS_AT_ONCE: Final = 1_000


class _Kind(NamedTuple):
    """One table of steps. `at` is the column of its core time, `order` what tells rows of one instant apart."""

    select: str
    effect: type[Effect]


_ALERTS: Final = """
SELECT decided_at, offset, number, body FROM transitions WHERE decided_at >= ? AND decided_at < ?
ORDER BY decided_at, offset, alert, number"""
_STOOD: Final = """
SELECT decided_at, offset, number, body FROM transitions WHERE decided_at < ?1
AND alert IN (SELECT alert FROM alerts WHERE first_at < ?1 AND last_at >= ?1)
ORDER BY decided_at, offset, alert, number"""
_ORDERS: Final = """
SELECT changed_at, offset, number, body FROM order_steps WHERE changed_at >= ? AND changed_at < ?
ORDER BY changed_at, offset, id, number"""
_DISPOSITIONS: Final = """
SELECT at, offset, step, body FROM disposition_steps WHERE at >= ? AND at < ? ORDER BY at, step"""
_REMINDERS: Final = """
SELECT json_extract(effect, '$.decided_at') AS at, offset, sequence, effect FROM outbox
WHERE tag = 'remind_people' AND at >= ? AND at < ? ORDER BY at, sequence"""
_JUDGED: Final = """
SELECT alerts.subject, alerts.first_at, CASE alerts.state WHEN 'ok' THEN alerts.last_at END,
  json_extract(orders.body, '$.order.result') AS result
FROM orders JOIN alerts USING (alert) WHERE alerts.rule = ? AND result IS NOT NULL
ORDER BY alerts.first_at, alerts.alert"""
# In the order in which one instant's effects leave the core: step, order, command, reminder.
_KINDS: Final = (
    _Kind(_ALERTS, AlertChanged),
    _Kind(_ORDERS, OrderChanged),
    _Kind(_DISPOSITIONS, DispositionChanged),
    _Kind(_REMINDERS, RemindPeople),
)


class SqliteHistory:
    """`processor.ports.history.History` and `Past` on a store, beside a daemon that writes it."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._reader = Reader(path)

    def extent(self) -> Extent:
        """The journal's first and last block."""
        first, last = self._ends()
        if not last:
            return Extent(None, None, 0)
        return Extent(self._now_of(first), self._now_of(last), last - first + 1)

    def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
        """One for each block."""
        first, last = self._ends()
        begin = first if since is None else self._first_at(since, first, last)
        unpacker = Unpacker()
        after = begin
        while rows := self._reader.rows(_PAGE, (after, last, _BLOCKS_AT_ONCE)):
            for offset, now, block in rows:
                if until is not None and now >= until:
                    return
                yield Stretch(unpacker.unpack(offset, block), now, offset - first + 1)
            after = rows[-1][0] + 1

    @property
    def bad_rows(self) -> tuple[int, Sequence[BadRow]]:
        """None: what could not be decoded never became a row of the journal."""
        return 0, ()

    def decided(self, since: EpochMs, until: EpochMs) -> Iterator[Decided]:
        """What was decided, in the order of time; reminders as far back as the outbox goes."""
        stood = msgspec.json.Decoder(AlertChanged)
        for at, _, _, body in self._reader.rows(_STOOD, (since,)):
            step = stood.decode(body)
            yield Decided(at, step.transition.community, step)
        for begin in range(since, until, DAY):  # day by day, so that no more than a day's steps are in memory
            found = [self._of_kind(number, kind, begin, min(begin + DAY, until)) for number, kind in enumerate(_KINDS)]
            for _, decided in heapq.merge(*found, key=lambda pair: pair[0]):
                yield decided

    def answered(self) -> Answered:
        """Every alert, command and order the store knows."""
        alerts, commands = (
            frozenset(name for (name,) in self._reader.rows(query))
            for query in ("SELECT alert FROM alerts", "SELECT command_id FROM dispositions")
        )
        return Answered(alerts, commands, dict(self._reader.rows("SELECT id, alert FROM orders")))

    def judged(self, rule: str) -> list[Judged]:
        """The alerts of this rule whose orders have a result."""
        rows = self._reader.rows(_JUDGED, (rule,))
        return [Judged(subject, began, ended, OrderResult(result)) for subject, began, ended, result in rows]

    def close(self) -> None:
        self._reader.close()

    def _of_kind(
        self, number: int, kind: _Kind, since: EpochMs, until: EpochMs
    ) -> Iterator[tuple[tuple[int, int, int, int], Decided]]:
        decode = msgspec.json.Decoder(kind.effect).decode
        for at, offset, order, body in self._reader.rows(kind.select, (since, until)):
            effect = decode(body)
            yield (at, offset, number, order), Decided(at, _scope_of(effect), effect)

    def _ends(self) -> tuple[int, int]:
        first, last = self._reader.one("SELECT min(offset), max(offset) FROM journal") or (None, None)
        return (int(first), int(last)) if last is not None else (1, 0)

    def _now_of(self, offset: int) -> EpochMs:
        row = self._reader.one("SELECT now FROM journal WHERE offset >= ? ORDER BY offset LIMIT 1", (offset,))
        return int(row[0]) if row else 0

    def _first_at(self, since: EpochMs, first: int, last: int) -> int:
        """The first block at or after `since`: core time never falls from block to block."""
        low, high = first, last + 1
        while low < high:
            middle = (low + high) // 2
            if self._now_of(middle) < since:
                low = middle + 1
            else:
                high = middle
        return low


def _scope_of(effect: object) -> str:
    match effect:
        case AlertChanged(transition=step):
            return step.community
        case OrderChanged(order=order):
            return order.community
        case DispositionChanged(disposition=done):
            return done.community
        case RemindPeople(scope=scope):
            return scope
    return ""
