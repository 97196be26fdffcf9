"""A device's own time: how it is written, and whether it is believed (DESIGN.md 6)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from processor.decode.faults import Unfit, shown
from processor.model.profile import TimeField, TimeFormat
from processor.model.reading import Flag, RejectionReason
from processor.model.time import DAY, MINUTE, EpochMs

ParseTime: TypeAlias = Callable[[Any, EpochMs], EpochMs]
"""(raw value, arrival) to the device's time; Unfit where it is no time. The arrival only settles the doubled hour of
a zone's autumn night: of the two instants the nearer one is meant."""

CLOCK_TOLERANCE: Final = MINUTE
CLOCK_LIMIT: Final = DAY
HISTORY_LIMIT: Final = 400 * DAY

NO_TIME: Final = int(Flag.NO_DEVICE_TIME)
OFF: Final = int(Flag.CLOCK_OFF)
REFUSED: Final = int(Flag.CLOCK_REFUSED)
LATE: Final = int(Flag.LATE)
STORED: Final = int(Flag.HISTORY)
KEPT_BY_BROKER: Final = int(Flag.RETAINED | Flag.REDELIVERED | Flag.BACKLOG)

PER_SECOND: Final = {
    TimeFormat.EPOCH_S: 1,
    TimeFormat.EPOCH_MS: 10**3,
    TimeFormat.EPOCH_US: 10**6,
    TimeFormat.EPOCH_NS: 10**9,
}
LARGEST: Final = 10**20  # year 5138 in nanoseconds; a number beyond is no time in any format
TEXT_CHARS: Final = 40
ISO: Final = re.compile(
    r"\d{4}-?\d\d-?\d\d[Tt ]\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,12})?)?\s?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
CLEARLY_NEARER: Final = 14 * MINUTE  # the smallest shift of any zone's clock is half an hour
MILLISECOND: Final = timedelta(milliseconds=1)


def time_parser(field: TimeField) -> ParseTime:
    """Reads times written in the field's format. ValueError for a zone nobody knows."""
    if field.format is TimeFormat.ISO:
        return _iso(field.zone)
    return _epoch(PER_SECOND[field.format])


def believed(at: EpochMs, arrived: EpochMs, flags: int, *, backlog: bool) -> tuple[EpochMs, int]:
    """The time to use and the flags that say why. What the broker kept is old by nature, like a backlog."""
    early = arrived - at
    if -CLOCK_TOLERANCE <= early <= CLOCK_TOLERANCE:
        return at, flags
    if not -CLOCK_LIMIT <= early <= CLOCK_LIMIT:
        return arrived, flags | REFUSED
    if early > 0 and (backlog or flags & KEPT_BY_BROKER):
        return at, flags | LATE
    return arrived, flags | OFF


def believed_history(at: EpochMs, arrived: EpochMs, flags: int) -> tuple[EpochMs, int]:
    """Stored history keeps its own time; Unfit where it lies in the future or too far back to mean anything."""
    if at - arrived > CLOCK_TOLERANCE:
        raise Unfit(RejectionReason.BAD_TIME, "stored history from the future")
    if arrived - at > HISTORY_LIMIT:
        raise Unfit(RejectionReason.BAD_TIME, "stored history more than 400 days old")
    return at, flags | STORED


def bad_time(raw: object) -> Unfit:
    """The fault of a value that is no time."""
    return Unfit(RejectionReason.BAD_TIME, f"{shown(raw)} is not a time in the profile's format")


def _epoch(per_second: int) -> ParseTime:
    millis = per_second == PER_SECOND[TimeFormat.EPOCH_MS]

    def parse(raw: object, _: EpochMs) -> EpochMs:
        if isinstance(raw, bool) or not isinstance(raw, (int, float)):
            raw = _digits(raw)
        elif millis and type(raw) is int and -LARGEST < raw < LARGEST:
            return raw
        if not -LARGEST < raw < LARGEST:
            raise bad_time(raw)
        if per_second <= 1000:  # noqa: PLR2004 - seconds and milliseconds: a multiplication, which keeps fractions
            return round(raw * (1000 // per_second))
        return int(raw) // (per_second // 1000)

    return parse


def _digits(raw: object) -> int:
    """Some firmware writes the number as text."""
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= len(str(LARGEST)):
        return int(raw)
    raise bad_time(raw)


def _iso(zone_name: str) -> ParseTime:
    zone = ZoneInfo(zone_name)

    def parse(raw: object, arrived: EpochMs) -> EpochMs:
        if not isinstance(raw, str) or len(raw) > TEXT_CHARS or not ISO.fullmatch(raw):
            raise bad_time(raw)
        try:
            written = datetime.fromisoformat(_normal(raw))
        except ValueError:  # the 30th of February
            raise bad_time(raw) from None
        if written.tzinfo is not None:
            return (written - EPOCH) // MILLISECOND
        return _nearest(written.replace(tzinfo=zone), arrived)

    return parse


def _normal(raw: str) -> str:
    """What `fromisoformat` reads: no space before the offset, a large Z."""
    return raw[:11] + raw[11:].replace(" ", "").replace("z", "Z") if " " in raw[11:] or raw[-1] == "z" else raw


def _nearest(local: datetime, arrived: EpochMs) -> EpochMs:
    """The instant of a local time; in the hour that comes twice, the one nearer to the arrival."""
    first: EpochMs = (local - EPOCH) // MILLISECOND
    if -CLEARLY_NEARER <= first - arrived <= CLEARLY_NEARER:
        return first
    second: EpochMs = (local.replace(fold=1) - EPOCH) // MILLISECOND
    return second if abs(second - arrived) < abs(first - arrived) else first
