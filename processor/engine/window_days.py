"""Ranks and baselines over the whole local days before today.

Days without samples are no days: the answer is unknown under a share of them.
"""

from array import array
from collections import Counter
from typing import Final

from processor.engine.sketch import BUCKETS, bound, bucket, packed, part_of, ranked, unpacked
from processor.engine.window import Dump, finite
from processor.engine.window_day import Days
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs

LEAST_SHARE: Final = 4
"""A quarter of the days asked must have samples: a baseline of one day is no baseline."""

HOURS: Final = 24


class DayRanks(Days):
    """`median` and percentiles of days, of all their hours or of one: counts by range, a few bytes for each."""

    __slots__ = ("_open", "_parts", "_sealed")

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._parts = HOURS if spec.same_hour else 1
        self._open: list[dict[int, int]] = [{} for _ in range(self._parts)]
        self._sealed: dict[int, bytes] = {}

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample, into the day it belongs to."""
        value = finite(sample)
        if value is None:
            return
        day, hour = self._clock.day_and_hour(at)
        if not self._same_hour:
            hour = 0
        key = bucket(value) + BUCKETS
        if self._newest is None or day > self._today:
            self._seal(day)
        if self._newest is None or at > self._newest:
            self._newest = at
        self._forget_after(day)
        if day == self._today:
            counts = self._open[hour]
            counts[key] = counts.get(key, 0) + 1
        elif day >= self._today - self._count:
            parts = [self._of(day, each) for each in range(self._parts)]
            parts[hour][key] = parts[hour].get(key, 0) + 1
            self._sealed[day] = bound([packed(part) for part in parts])

    def _seal(self, day: int) -> None:
        if any(self._open):
            self._sealed[self._today] = bound([packed(part) for part in self._open])
            self._open = [{} for _ in range(self._parts)]
        self._today = day
        self._sealed = {kept: text for kept, text in self._sealed.items() if kept >= day - self._count}

    def _answer(self, today: int, hour: int) -> float | None:
        total: Counter[int] = Counter()
        days = 0
        for day in range(today - self._count, today):
            counts = self._open[hour] if day == self._today else self._of(day, hour)
            days += bool(counts)
            total.update(counts)
        if days * LEAST_SHARE < self._count:
            return None
        return ranked(
            {key - BUCKETS: count for key, count in total.items()},
            50 if self._spec.kind is WindowKind.MEDIAN else self._spec.percent,
        )

    def _of(self, day: int, hour: int) -> dict[int, int]:
        text = self._sealed.get(day)
        return {} if text is None else unpacked(part_of(text, hour, self._parts))

    def extent(self) -> tuple[int, EpochMs | None, EpochMs | None]:
        """How many days are kept, and the newest reading."""
        return len(self._sealed) + any(self._open), None, self._newest

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        marks = [] if self._newest is None else [float(self._newest), float(self._today)]
        days = sorted(self._sealed)
        return [
            marks,
            bound([packed(part) for part in self._open]),
            list(map(float, days)),
            *(self._sealed[day] for day in days),
        ]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        marks, today, days, *sealed = dump
        if marks:
            self._newest, self._today = int(marks[0]), int(marks[1])
        self._open = [unpacked(part_of(_bytes(today), each, self._parts)) for each in range(self._parts)]
        self._sealed = {int(day): _bytes(text) for day, text in zip(days, sealed, strict=True)}


class SameHour(Days):
    """`avg`, `min` and `max` of one hour of the day over days: a number and a count for each hour."""

    __slots__ = ("_rows",)

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._rows: dict[int, tuple[array[float], array[float]]] = {}

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample, into the day and hour it belongs to."""
        value = finite(sample)
        if value is None:
            return
        day, hour = self._clock.day(at), self._hour(at)
        if self._newest is None or at > self._newest:
            self._newest = at
            if day > self._today:
                self._today = day
                self._rows = {kept: row for kept, row in self._rows.items() if kept >= day - self._count}
        self._forget_after(day)
        if day < self._today - self._count:
            return
        counts, numbers = self._rows.get(day) or self._rows.setdefault(
            day, (array("d", [0] * HOURS), array("d", [0] * HOURS))
        )
        numbers[hour] = self._joined(numbers[hour], value) if counts[hour] else value
        counts[hour] += 1

    def _joined(self, one: float, other: float) -> float:
        match self._spec.kind:
            case WindowKind.MIN:
                return min(one, other)
            case WindowKind.MAX:
                return max(one, other)
            case _:
                return one + other

    def _answer(self, today: int, hour: int) -> float | None:
        days = [
            (row[0][hour], row[1][hour])
            for day, row in self._rows.items()
            if today - self._count <= day < today and row[0][hour]
        ]
        if not days or len(days) * LEAST_SHARE < self._count:
            return None
        numbers = [number for _, number in days]
        match self._spec.kind:
            case WindowKind.MIN:
                return min(numbers)
            case WindowKind.MAX:
                return max(numbers)
            case _:
                return sum(numbers) / sum(count for count, _ in days)

    def extent(self) -> tuple[int, EpochMs | None, EpochMs | None]:
        """How many days are kept, and the newest reading."""
        return len(self._rows), None, self._newest

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        marks = [] if self._newest is None else [float(self._newest), float(self._today)]
        return [marks, *([float(day), *row[0], *row[1]] for day, row in sorted(self._rows.items()))]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        marks, *rows = dump
        if marks:
            self._newest, self._today = int(marks[0]), int(marks[1])
        self._rows = {int(row[0]): (array("d", row[1 : HOURS + 1]), array("d", row[HOURS + 1 :])) for row in rows}


def _bytes(column: list[float] | bytes) -> bytes:
    return column if isinstance(column, bytes) else b""
