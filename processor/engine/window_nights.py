"""The smallest value of the last complete nights: a leak is what flows while everybody sleeps."""

from typing import Final

from processor.engine.window import Dump, finite
from processor.language.compiled import WindowSpec
from processor.language.local_time import local_time
from processor.model.reading import Value
from processor.model.time import MINUTE, EpochMs

_HALF: Final = 2


class Nights:
    """One row for each night: its local day of beginning, first and last sample, and the smallest value.

    A night counts when its samples span half of it: one drop of water at two o'clock is no night. Where the points are
    on-change, a value stands until the next one, and so does what stood when the night began; a reading that is older
    than the newest is then not counted.
    """

    __slots__ = (
        "_answer",
        "_begin",
        "_clock",
        "_count",
        "_end",
        "_gap_ms",
        "_held",
        "_last",
        "_last_at",
        "_memo",
        "_rows",
    )

    def __init__(self, spec: WindowSpec) -> None:
        self._begin, self._end, self._count = spec.night or (0, 0, 1)
        self._clock = local_time(spec.zone)
        self._gap_ms = spec.gap_ms
        self._held = spec.held
        self._last_at: EpochMs | None = None
        self._last = 0.0
        self._rows: dict[int, tuple[EpochMs, EpochMs, float]] = {}
        # What was worked out, and from when until when it holds. They change no answer.
        self._memo: tuple[EpochMs, EpochMs, int | None] = (1, 0, None)
        self._answer: tuple[EpochMs, EpochMs, float | None] = (1, 0, None)

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample; those of the day are only remembered as what stands."""
        value = finite(sample)
        if value is None:
            return
        newest = self._last_at
        if self._held:
            self._answer = (1, 0, None)
        if self._held and newest is not None and at < newest:
            return  # what stood has been counted
        if newest is None or at >= newest:
            if self._held and newest is not None and (self._gap_ms is None or at - newest <= self._gap_ms):
                self._stand(newest, at)
            self._last_at, self._last = at, value
        night = self._night_at(at)
        if night is not None:
            self._enter(night, at, at, value)
            self._forget()

    def _stand(self, since: EpochMs, until: EpochMs) -> None:
        """The last value stood from `since` to `until`: enter it into every night between that is still kept."""
        last = self._clock.day(until)
        for night in range(max(self._clock.day(since) - 1, last - self._count - 1), last + 1):
            begin, end = max(since, self._begins(night)), min(until, self._ends(night))
            if begin < end:
                self._enter(night, begin, end, self._last)
        self._forget()

    def _enter(self, night: int, first: EpochMs, last: EpochMs, value: float) -> None:
        row = self._rows.get(night)
        if row is not None:
            first, last, value = min(first, row[0]), max(last, row[1]), min(value, row[2])
        self._rows[night] = (first, last, value)
        self._answer = (1, 0, None)

    def _forget(self) -> None:
        if len(self._rows) > self._count + 1:
            for night in sorted(self._rows)[: -self._count - 1]:
                del self._rows[night]

    def value(self, now: EpochMs) -> float | None:
        """The smallest value of the nights asked for, None unless each of them counts."""
        if self._last_at is None:
            return None
        end = max(now, self._last_at) if self._held else self._last_at
        since, until, known = self._answer
        if since <= end < until:
            return known
        last = self._clock.day(end)
        while self._ends(last) > end:
            last -= 1
        found = self._smallest_of(last, end)
        self._answer = (self._ends(last), self._ends(last + 1), found)
        return found

    def _smallest_of(self, last: int, end: EpochMs) -> float | None:
        smallest: float | None = None
        for night in range(last - self._count + 1, last + 1):
            found = self._smallest(night, end)
            if found is None:
                return None
            smallest = found if smallest is None else min(smallest, found)
        return smallest

    def _smallest(self, night: int, until: EpochMs) -> float | None:
        begin, end = self._begins(night), self._ends(night)
        row = self._rows.get(night)
        if self._held and self._last_at is not None and self._last_at < end:
            # Nothing came since: what stood last stands through this night. That it is not too old was asked before.
            since = max(begin, self._last_at)
            row = (
                (since, min(until, end), self._last)
                if row is None
                else (min(since, row[0]), end, min(row[2], self._last))
            )
        if row is None or (row[1] - row[0]) * _HALF < end - begin:
            return None
        return row[2]

    def next_reach(self, after: EpochMs, _bound: float | None) -> EpochMs | None:
        """When the next night is complete."""
        if not self._held:
            return None
        day = self._clock.day(after) - 1
        while self._ends(day) <= after:
            day += 1
        return self._ends(day)

    def _begins(self, night: int) -> EpochMs:
        return self._clock.instant(night, self._begin)

    def _ends(self, night: int) -> EpochMs:
        return self._clock.instant(night + (self._end <= self._begin), self._end, last=True)

    def _night_at(self, at: EpochMs) -> int | None:
        begin, until, night = self._memo
        if begin <= at < until:
            return night
        self._memo = self._look_up(at)
        return self._memo[2]

    def _look_up(self, at: EpochMs) -> tuple[EpochMs, EpochMs, int | None]:
        day = self._clock.day(at)
        after = at
        for night in (day - 1, day, day + 1):
            begin, end = self._begins(night), self._ends(night)
            if begin <= at < end:
                return begin, end, night
            if begin > at:
                return after, begin, None
        return at, at + MINUTE, None

    def extent(self) -> tuple[int, EpochMs | None, EpochMs | None]:
        """How many nights are kept, the first reading in them, and the newest."""
        return len(self._rows), min((row[0] for row in self._rows.values()), default=None), self._last_at

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        known = [] if self._last_at is None else [self._last_at, self._last]
        return [known, *([night, *self._rows[night]] for night in sorted(self._rows))]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        if dump[0]:
            self._last_at, self._last = int(dump[0][0]), float(dump[0][1])
        self._rows = {int(row[0]): (int(row[1]), int(row[2]), float(row[3])) for row in dump[1:]}
