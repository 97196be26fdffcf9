"""The wall clock of a zone as whole numbers: which local day, which hour, and when a day's minute comes.

A zone's offset only changes on a quarter of an hour, so the offset of each quarter is asked of the calendar once.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from processor.language.schedule import zone_named
from processor.model.time import DAY, HOUR, MINUTE, EpochMs

QUARTER: Final = 15 * MINUTE
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_REMEMBERED: Final = 4_096  # quarters: six weeks of them; a replay over years forgets and asks again


class LocalTime:
    """One zone's wall clock. What it remembers changes no answer."""

    def __init__(self, zone: str) -> None:
        self._zone = zone_named(zone)
        self._offsets: dict[int, int] = {}
        self._mark = (-1, 0, 0)  # a quarter, its day and its hour
        self._midnight: tuple[int, EpochMs] | None = None  # of the day that was asked about last

    def wall(self, at: EpochMs) -> int:
        """What the wall clock shows, in ms since 1970-01-01 00:00 on that clock."""
        quarter = at // QUARTER
        offset = self._offsets.get(quarter)
        return at + (self._offset(quarter) if offset is None else offset)

    def day(self, at: EpochMs) -> int:
        """The local day, in days since 1970-01-01."""
        return self.wall(at) // DAY

    def hour(self, at: EpochMs) -> int:
        """The local hour of day, 0 to 23."""
        return self.wall(at) % DAY // HOUR

    def day_and_hour(self, at: EpochMs) -> tuple[int, int]:
        """The local day and the local hour of day."""
        mark = self._mark
        if mark[0] != at // QUARTER:
            wall = self.wall(at)
            if (wall - at) % QUARTER:  # as clocks were before 1972
                return wall // DAY, wall % DAY // HOUR
            mark = self._mark = (at // QUARTER, wall // DAY, wall % DAY // HOUR)
        return mark[1], mark[2]

    def instant(self, day: int, minute: int, *, last: bool = False) -> EpochMs:
        """When the clock of that day shows that minute: the first time, or the last; over a gap, when the gap ends."""
        shown = day * DAY + minute * MINUTE
        before, after = (self.wall(shown + side) - shown - side for side in (-DAY, DAY))
        fitting = [at for at in (shown - before, shown - after) if self.wall(at) == shown]
        if fitting:
            return max(fitting) if last else min(fitting)
        low, high = (shown - max(before, after)) // QUARTER, (shown - min(before, after)) // QUARTER + 1
        return next(at for at in range(low * QUARTER, high * QUARTER + 1, QUARTER) if self.wall(at) >= shown)

    def midnight_after(self, at: EpochMs) -> EpochMs:
        """When the next local day begins."""
        day, known = self.day(at), self._midnight
        if known is None or known[0] != day:
            known = self._midnight = (day, self.instant(day + 1, 0))
        return known[1]

    def _offset(self, quarter: int) -> int:
        moment = (_EPOCH + quarter * QUARTER * _MILLISECOND).astimezone(self._zone)
        offset = (moment.utcoffset() or timedelta(0)) // _MILLISECOND
        if len(self._offsets) >= _REMEMBERED:
            self._offsets.clear()
        self._offsets[quarter] = offset
        return offset


@cache
def local_time(zone: str) -> LocalTime:
    """The wall clock of a zone, one for all who ask."""
    return LocalTime(zone)
