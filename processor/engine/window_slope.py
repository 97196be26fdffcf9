"""The trend of many days: the slope that half of all pairs of days are less steep than (Theil-Sen)."""

from array import array
from collections import Counter
from itertools import combinations
from statistics import median
from typing import Final

from processor.engine.sketch import bucket, ranked
from processor.engine.window import Dump, finite
from processor.engine.window_day import Days
from processor.language.compiled import WindowSpec
from processor.model.reading import Value
from processor.model.time import DAY, EpochMs

LEAST_DAYS: Final = 4
"""A slope through three days is the weather."""

DAY_SAMPLES: Final = 8_640
"""Samples of one day kept exactly, for its median: a 10-s meter's. What comes faster is counted in ranges."""


class Slope(Days):
    """Theil-Sen through the medians of days, per millisecond: half of all pairs of days climb less steeply.

    A day is closed by the first sample of a later one; what comes late for a closed day is not counted.
    """

    __slots__ = ("_exact", "_medians", "_ranges")

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._exact: array[float] = array("d")
        self._ranges: dict[int, int] = {}  # in place of the exact samples, once they are too many
        self._medians: dict[int, float] = {}

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample of today."""
        value = finite(sample)
        if value is None:
            return
        day = self._clock.day(at)
        if self._newest is None or day > self._today:
            self._close()
            self._today = day
            self._medians = {kept: found for kept, found in self._medians.items() if kept >= day - self._count}
        if self._newest is None or at > self._newest:
            self._newest = at
        if day == self._today:
            self._forget_after(day)
            self._take(value)

    def _take(self, value: float) -> None:
        if not self._ranges:
            self._exact.append(value)
            if len(self._exact) <= DAY_SAMPLES:
                return
            self._ranges = dict(Counter(map(bucket, self._exact)))
            self._exact = array("d")
            return
        found = bucket(value)
        self._ranges[found] = self._ranges.get(found, 0) + 1

    def _close(self) -> None:
        found = self._median()
        if found is not None:
            self._medians[self._today] = found
        self._exact, self._ranges = array("d"), {}

    def _median(self) -> float | None:
        if self._ranges:
            return ranked(self._ranges, 50)
        return float(median(self._exact)) if self._exact else None

    def _answer(self, today: int, _hour: int) -> float | None:
        medians = dict(self._medians)
        last = self._median() if self._today < today else None
        if last is not None:
            medians[self._today] = last
        days = sorted(day for day in medians if today - self._count <= day < today)
        if len(days) < LEAST_DAYS:
            return None
        return (
            float(median((medians[late] - medians[early]) / (late - early) for early, late in combinations(days, 2)))
            / DAY
        )

    def extent(self) -> tuple[int, EpochMs | None, EpochMs | None]:
        """How many days are kept, and the newest reading."""
        return len(self._medians) + bool(self._exact or self._ranges), None, self._newest

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        marks = [] if self._newest is None else [float(self._newest), float(self._today)]
        ranges = [float(number) for pair in sorted(self._ranges.items()) for number in pair]
        medians = sorted(self._medians.items())
        return [marks, list(self._exact), ranges, [float(day) for day, _ in medians], [found for _, found in medians]]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        marks, exact, ranges, days, medians = dump
        if marks:
            self._newest, self._today = int(marks[0]), int(marks[1])
        self._exact = array("d", exact)
        self._ranges = {int(found): int(count) for found, count in zip(ranges[::2], ranges[1::2], strict=True)}
        self._medians = {int(day): float(found) for day, found in zip(days, medians, strict=True)}
