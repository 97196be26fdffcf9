"""A schedule in a zone's local time, by hours, weekdays, holidays and season: is it open, and when may that change.

A day's interval begins at the first moment the wall clock shows (or, over a gap, has passed) the begin, and ends at
the last moment it shows the end, so that a clock put back neither closes nor shortens it in the middle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from processor.model.calendar import Calendar
from processor.model.rule import Active, DayKind
from processor.model.time import DAY, HOUR, EpochMs

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAYS_AHEAD: Final = 400  # a year and the month in which the same season may begin
_MINUTES_OF_DAY: Final = 24 * 60
_NO_HOLIDAYS: Final = Calendar()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Open from `begin_minute` to `end_minute` after local midnight, on days that are in `days` when it begins."""

    begin_minute: int
    end_minute: int
    zone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    kind: DayKind | None = None
    season: tuple[int, int] | None = None
    calendar: Calendar = field(default=_NO_HOLIDAYS, hash=False)

    @classmethod
    def of(cls, active: Active, calendar: Calendar = _NO_HOLIDAYS) -> "Schedule":
        """The schedule a rule's `active` describes; `calendar` knows the district's holidays."""
        return cls(
            active.begin_minute % _MINUTES_OF_DAY,
            active.end_minute % _MINUTES_OF_DAY,
            active.zone,
            active.days,
            active.kind,
            active.season,
            calendar,
        )

    def is_open(self, now: EpochMs) -> bool:
        """Whether `now` lies in an interval; the begin is in it, the end is not."""
        return any(begin <= now < end for begin, end in _near(self, now // HOUR))

    def next_edge(self, now: EpochMs) -> EpochMs:
        """The next instant after `now` at which an interval begins or ends; a far one when none does for a year."""
        next_: EpochMs | None = None
        for begin, end in self.intervals(now, -2, _DAYS_AHEAD):
            if next_ is not None and begin >= next_:
                break
            for edge in (begin, end):
                if edge > now and (next_ is None or edge < next_):
                    next_ = edge
        return now + _DAYS_AHEAD * DAY if next_ is None else next_

    def intervals(self, now: EpochMs, first: int, last: int) -> Iterator[tuple[EpochMs, EpochMs]]:
        """Begin and end of the intervals that begin on the days from `first` to `last` after the day of `now`."""
        zone = zone_named(self.zone)
        today = (_EPOCH + now * _MILLISECOND).astimezone(zone).date()
        runs_over = 1 if self.end_minute <= self.begin_minute else 0
        for ahead in range(first, last + 1):
            day = today + timedelta(days=ahead)
            if self._begins_on(day):
                begin = _instant(day, self.begin_minute, zone, last=False)
                yield begin, _instant(day + timedelta(days=runs_over), self.end_minute, zone, last=True)

    def _begins_on(self, day: date) -> bool:
        if day.weekday() not in self.days:
            return False
        if self.kind is not None and self.calendar.is_workday(day) is not (self.kind is DayKind.WORKDAYS):
            return False
        return self.season is None or _in_season(self.season, day.month * 100 + day.day)


@lru_cache(maxsize=4_096)  # a message must not pay for a calendar: an hour's intervals are the same all through it
def _near(schedule: Schedule, hour: int) -> tuple[tuple[EpochMs, EpochMs], ...]:
    """The intervals that an instant of this hour (since the epoch) may lie in."""
    begin, end = hour * HOUR, (hour + 1) * HOUR
    return tuple(each for each in schedule.intervals(begin, -2, 2) if each[0] < end and begin < each[1])


def _in_season(season: tuple[int, int], day: int) -> bool:
    first, last = season
    return first <= day <= last if first <= last else day >= first or day <= last


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
