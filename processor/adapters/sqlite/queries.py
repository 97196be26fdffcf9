"""The store as people read it: from its own connection, so also from another process while the daemon writes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from processor.adapters.sqlite.blocks import Unpacker, filter_word, may_speak_of
from processor.adapters.sqlite.connection import Reader, Row
from processor.model.alert import AlertState, Transition, Withheld
from processor.model.disposition import Disposition, DispositionState
from processor.model.effect import AlertChanged, DispositionChanged, OrderChanged
from processor.model.order import Order, OrderState
from processor.model.reading import Reading
from processor.model.rule import Level
from processor.model.time import EpochMs
from processor.ports.records import AlertRecord, DispositionStep

_ALERTS: Final = """
SELECT body, first_at, last_at,
  coalesce((SELECT id FROM orders WHERE orders.alert = alerts.alert ORDER BY changed_at DESC LIMIT 1), '')
FROM alerts"""
_SPAN: Final = "SELECT min(offset), max(offset) FROM journal WHERE last_at >= ? AND first_at < ?"
_FILTERS: Final = """
SELECT offset, devices FROM block_devices WHERE offset >= ? AND offset < ? ORDER BY offset DESC LIMIT ?"""
_BLOCK: Final = "SELECT block FROM journal WHERE offset = ? AND last_at >= ? AND first_at < ?"
_FILTERS_AT_ONCE: Final = 4096
_EARLIEST: Final = -(1 << 63)
_LATEST: Final = (1 << 63) - 1

Asked = tuple[str, object]


class SqliteRecords:
    """`processor.ports.records.Records` on a store. Raises JournalBroken where there is none, or not of our version."""

    def __init__(self, path: Path) -> None:
        self._reader = Reader(path)
        self._alert = msgspec.json.Decoder(AlertChanged)
        self._order = msgspec.json.Decoder(OrderChanged)
        self._disposition = msgspec.json.Decoder(DispositionChanged)

    def alerts(
        self,
        *,
        states: frozenset[AlertState] = frozenset(),
        community: str = "",
        subject: str = "",
        rule: str = "",
        level: Level | None = None,
        shadow: bool = True,
        limit: int = 100,
    ) -> list[AlertRecord]:
        """Newest transition first; `shadow` False: without those of rules that only show what they would do."""
        asked: list[Asked] = [("community", community), ("subject", subject), ("rule", rule), ("level", level)]
        kept = () if shadow else (f"withheld <> '{Withheld.SHADOW}'",)
        return [self._alert_record(row) for row in self._newest(_ALERTS, "last_at", states, asked, limit, more=kept)]

    def alert(self, alert: str) -> AlertRecord | None:
        """The newest of one alert."""
        row = self._reader.one(f"{_ALERTS} WHERE alert = ?", (alert,))
        return self._alert_record(row) if row else None

    def transitions(self, alert: str) -> list[Transition]:
        """Every step of one alert, oldest first."""
        rows = self._reader.rows("SELECT body FROM transitions WHERE alert = ? ORDER BY number", (alert,))
        return [self._alert.decode(body).transition for (body,) in rows]

    def orders(
        self,
        *,
        states: frozenset[OrderState] = frozenset(),
        community: str = "",
        subject: str = "",
        alert: str = "",
        limit: int = 100,
    ) -> list[Order]:
        """Newest step first."""
        asked: list[Asked] = [("community", community), ("subject", subject), ("alert", alert)]
        rows = self._newest("SELECT body FROM orders", "changed_at", states, asked, limit)
        return [self._order.decode(body).order for (body,) in rows]

    def order(self, order: str) -> Order | None:
        """The newest of one order."""
        row = self._reader.one("SELECT body FROM orders WHERE id = ?", (order,))
        return self._order.decode(row[0]).order if row else None

    def order_steps(self, order: str) -> list[Order]:
        """Every step of one order, oldest first."""
        rows = self._reader.rows("SELECT body FROM order_steps WHERE id = ? ORDER BY number", (order,))
        return [self._order.decode(body).order for (body,) in rows]

    def dispositions(
        self,
        *,
        states: frozenset[DispositionState] = frozenset(),
        community: str = "",
        device: str = "",
        alert: str = "",
        limit: int = 100,
    ) -> list[Disposition]:
        """Newest step first."""
        asked: list[Asked] = [("community", community), ("device", device), ("alert", alert)]
        rows = self._newest("SELECT body FROM dispositions", "last_at", states, asked, limit)
        return [self._disposition.decode(body).disposition for (body,) in rows]

    def disposition_steps(self, command_id: str) -> list[DispositionStep]:
        """Every step of one automatic command, oldest first."""
        rows = self._reader.rows(
            "SELECT at, body FROM disposition_steps WHERE command_id = ? ORDER BY step", (command_id,)
        )
        return [DispositionStep(at, self._disposition.decode(body).disposition) for at, body in rows]

    def readings(
        self, *, device: str = "", since: EpochMs | None = None, until: EpochMs | None = None, limit: int = 100
    ) -> list[Reading]:
        """The readings that came last among those with since <= at < until, newest `at` first."""
        begin = _EARLIEST if since is None else since
        end = _LATEST if until is None else until
        unpacker = Unpacker()
        found: list[Reading] = []
        for offset in self._offsets(device, begin, end):
            row = self._reader.one(_BLOCK, (offset, begin, end))
            if row is None:
                continue
            found.extend(
                each
                for each in reversed(unpacker.unpack(offset, row[0]))
                if isinstance(each, Reading) and begin <= each.at < end and device in {"", each.device}
            )
            if len(found) >= limit:
                break
        found = found[:limit]
        found.sort(key=lambda reading: reading.at, reverse=True)
        return found

    def close(self) -> None:
        self._reader.close()

    def _offsets(self, device: str, begin: EpochMs, end: EpochMs) -> Iterator[int]:
        """Blocks that may hold what is asked, newest first."""
        first, last = self._reader.one(_SPAN, (begin, end)) or (None, None)
        if last is None:
            return
        word = filter_word(device)
        before = int(last) + 1
        while rows := self._reader.rows(_FILTERS, (first, before, _FILTERS_AT_ONCE)):
            for offset, devices in rows:
                if devices is None or (devices and (not device or may_speak_of(word, devices))):
                    yield offset
            before = rows[-1][0]

    def _newest(
        self,
        select: str,
        time: str,
        states: Iterable[str],
        asked: Iterable[Asked],
        limit: int,
        *,
        more: tuple[str, ...] = (),
    ) -> list[Row]:
        """Rows of constant SQL; only what was asked travels, as parameters."""
        wanted = [(name, value) for name, value in asked if value not in {"", None}]
        conditions = [*(f"{name} = ?" for name, _ in wanted), *more]
        parameters = [value for _, value in wanted]
        if kept := sorted(states):
            conditions.append(f"state IN ({', '.join('?' * len(kept))})")
            parameters += kept
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return self._reader.rows(f"{select}{where} ORDER BY {time} DESC LIMIT ?", (*parameters, limit))

    def _alert_record(self, row: Row) -> AlertRecord:
        body, first_at, last_at, order = row
        effect = self._alert.decode(body)
        return AlertRecord(effect.transition, effect.rule_name, first_at, last_at, order)
