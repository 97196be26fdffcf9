"""How files write time: numbers since the epoch in whatever unit, or ISO 8601 with or without a zone."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import msgspec

from processor.adapters.history.faults import shown
from processor.adapters.history.values import NotAValue
from processor.model.text import Text
from processor.model.time import SECOND, EpochMs

EARLIEST: Final[EpochMs] = 946_684_800_000  # 2000
LATEST: Final[EpochMs] = 4_102_444_800_000  # 2100: a slip of three digits must not make the core live a thousand years
# From which size on a number is meant in this unit: the years 1973 to 5138 in each.
_NANO: Final = 10**17
_MICRO: Final = 10**14
_MILLI: Final = 10**11
_MILLI_DIGITS: Final = 13
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_INTEGERS: Final = msgspec.json.Decoder(list[int]).decode


def read_instant(raw: object, zone: tzinfo) -> EpochMs:
    """The instant; one without a zone is on the district's clocks. Raises NotAValue."""
    if raw.__class__ is str:
        text = raw.strip()
        at = _of_number(text) if text.isdecimal() else _of_text(text, zone)
    elif isinstance(raw, datetime):
        at = _of_datetime(raw, zone)
    elif isinstance(raw, int | float) and raw == raw:  # noqa: PLR0124 - only an undefined number is not itself
        at = _of_number(raw)
    else:
        raise _no_instant(raw)
    if not EARLIEST <= at < LATEST:
        raise _no_instant(raw)
    return at


def instant_reader(zone: tzinfo) -> Callable[[object], EpochMs]:
    """As `read_instant`, with the newest one remembered: rows of one instant stand together."""
    last: object = object()  # equal to nothing that a file can hold
    at: EpochMs = 0

    def read(raw: object) -> EpochMs:
        nonlocal last, at
        if raw == last:
            return at
        if raw.__class__ is str and len(raw) == _MILLI_DIGITS and raw.isdecimal():  # by far the most
            found = int(raw)
            at = found if EARLIEST <= found < LATEST else read_instant(raw, zone)
        else:
            at = read_instant(raw, zone)
        last = raw
        return at

    return read


def instants(column: Sequence[Any], zone: tzinfo) -> list[EpochMs]:
    """As `read_instant` reads each, faster. Raises ValueError or TypeError where one is no instant."""
    found = _numbers(column)
    if found is not None and min(found) >= EARLIEST and max(found) < LATEST:
        return found
    found = _moments(column, zone)
    if found is not None and min(found) >= EARLIEST and max(found) < LATEST:
        return found
    kinds = set(map(type, column))
    # What is of one instant is written alike; a hash of other kinds may be equal where they are not.
    if len(kinds) == 1 and len(said := set(column)) < len(column):
        return list(map({raw: read_instant(raw, zone) for raw in said}.__getitem__, column))
    return [read_instant(raw, zone) for raw in column]


def _numbers(column: Sequence[Any]) -> list[int] | None:
    """Whole numbers, or texts of nothing but digits; None where something else is among them."""
    if column[0].__class__ is int:
        return list(column) if set(map(type, column)) == {int} else None
    if column[0].__class__ is not str:
        return None
    try:
        text = ",".join(column)
        found = _INTEGERS(f"[{text}]") if text.replace(",", "").isdecimal() else []
    except (TypeError, ValueError, msgspec.MsgspecError):
        return None
    return found if len(found) == len(column) else None


def _moments(column: Sequence[Any], zone: tzinfo) -> list[EpochMs] | None:
    """Datetimes, or texts of them, all with a zone or all without; None where something else is among them."""
    try:
        moments = _datetimes(column)
        low, high = min(moments), max(moments)
        begin = _EPOCH
        if low.tzinfo is None:
            begin = _EPOCH.replace(tzinfo=None) + (zone.utcoffset(low) or timedelta())
            # Clocks are not put forward and back within a day: if they are the same at its ends they are in between.
            if high - low >= _DAY or zone.utcoffset(high) != zone.utcoffset(low):
                return None
        return [round((moment - begin).total_seconds() * SECOND) for moment in moments]
    except (ValueError, TypeError, OverflowError):
        return None


def _datetimes(column: Sequence[Any]) -> Sequence[datetime]:
    if column[0].__class__ is not str:
        return column if isinstance(column[0], datetime) else ()
    # A number is no date, though 20260131 might be one.
    return () if any(map(str.isdecimal, column)) else list(map(datetime.fromisoformat, column))


def _of_number(raw: str | float) -> EpochMs:
    try:
        number = int(raw)
    except (ValueError, OverflowError):  # thousands of digits, or without end
        raise _no_instant(raw) from None
    if number >= _MILLI:
        if number < _MICRO:
            return number
        return number // 1_000 if number < _NANO else number // 1_000_000
    return number * SECOND


def _of_text(text: str, zone: tzinfo) -> EpochMs:
    try:
        return _of_datetime(datetime.fromisoformat(text), zone)
    except ValueError:
        pass
    try:
        return round(float(text) * SECOND)  # 1790000000.25
    except (ValueError, OverflowError):
        raise _no_instant(text) from None


def _of_datetime(named: datetime, zone: tzinfo) -> EpochMs:
    try:
        return round((named if named.tzinfo else named.replace(tzinfo=zone)).timestamp() * SECOND)
    except (OverflowError, ValueError, OSError):
        raise _no_instant(named) from None


def _no_instant(raw: object) -> NotAValue:
    said = shown(raw)
    return NotAValue(
        Text(
            zh=f"{said} 不是时间（毫秒、秒或 2026-01-31T08:00:00Z，2000 至 2100 年）",
            en=f"{said} is no time (ms, s or 2026-01-31T08:00:00Z, of the years 2000 to 2100)",
        )
    )
