"""A daily schedule in a zone's local time: is it open, and when may that change. Pure: the instant comes in.

A day's interval begins at the first moment the wall clock shows (or, over a gap, has passed) the begin, and ends at
the last moment it shows the end, so that a clock put back neither closes nor shortens it in the middle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from processor.model.rule import Active
from processor.model.time import DAY, EpochMs

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAYS_AHEAD: Final = 8  # a week and the day on which "next" may fall after it
_MINUTES_OF_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """Open from `begin_minute` to `end_minute` after local midnight, on days that are in `days` when it begins."""

    begin_minute: int
    end_minute: int
    zone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    @classmethod
    def of(cls, active: Active) -> "Schedule":
        """The schedule a rule's `active` describes."""
        return cls(active.begin_minute % _MINUTES_OF_DAY, active.end_minute % _MINUTES_OF_DAY, active.zone, active.days)

    def is_open(self, now: EpochMs) -> bool:
        """Whether `now` lies in an interval; the begin is in it, the end is not."""
        return any(begin <= now < end for begin, end in self._intervals(now, -2, 1))

    def next_edge(self, now: EpochMs) -> EpochMs:
        """The next instant after `now` at which an interval begins or ends; a far one when the schedule has no days."""
        edges = [edge for interval in self._intervals(now, -2, _DAYS_AHEAD) for edge in interval if edge > now]
        return min(edges, default=now + _DAYS_AHEAD * DAY)

    def _intervals(self, now: EpochMs, first: int, last: int) -> Iterator[tuple[EpochMs, EpochMs]]:
        zone = zone_named(self.zone)
        today = (_EPOCH + now * _MILLISECOND).astimezone(zone).date()
        runs_over = 1 if self.end_minute <= self.begin_minute else 0
        for ahead in range(first, last + 1):
            day = today + timedelta(days=ahead)
            if day.weekday() in self.days:
                begin = _instant(day, self.begin_minute, zone, last=False)
                yield begin, _instant(day + timedelta(days=runs_over), self.end_minute, zone, last=True)


@cache
def zone_named(name: str) -> ZoneInfo:
    """The zone, once; raises ZoneInfoNotFoundError for a name that is none."""
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether there is a zone of that name."""
    try:
        zone_named(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _instant(day: date, minute: int, zone: ZoneInfo, *, last: bool) -> EpochMs:
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    before, after = wall.replace(fold=0), wall.replace(fold=1)
    first_ms, second_ms = _epoch_ms(before), _epoch_ms(after)
    if first_ms > second_ms:  # only in a gap does the earlier offset give the later instant
        return _clock_change(second_ms, first_ms, zone)
    return second_ms if last else first_ms


def _epoch_ms(moment: datetime) -> EpochMs:
    return (moment.astimezone(UTC) - _EPOCH) // _MILLISECOND


def _clock_change(low: EpochMs, high: EpochMs, zone: ZoneInfo) -> EpochMs:
    """The instant in (low, high] from which the zone's offset is that of `high`."""

    def offset(instant: EpochMs) -> timedelta | None:
        return (_EPOCH + instant * _MILLISECOND).astimezone(zone).utcoffset()

    target = offset(high)
    while high - low > 1:
        middle = (low + high) // 2
        if offset(middle) == target:
            high = middle
        else:
            low = middle
    return high
