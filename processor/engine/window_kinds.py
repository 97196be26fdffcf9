"""What is counted of the readings that a window keeps, as they come and go."""

from array import array
from bisect import bisect_left, insort
from itertools import pairwise

from processor.engine.exact import ExactSum, deviation
from processor.engine.window_blocks import ends
from processor.engine.window_readings import MAX_SAMPLES, Readings
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs


class Total(Readings):
    """`sum` and `avg`."""

    __slots__ = ("_total",)

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._total = ExactSum()

    def _entered(self, value: float) -> None:
        self._total.add(value)

    def _leaves(self, index: int) -> None:
        self._total.remove(self._values[index])

    def _emptied(self) -> None:
        self._total = ExactSum()

    def _answer(self, size: int) -> float | None:
        if not size:
            return None
        return self._total.over(size if self._spec.kind is WindowKind.AVG else 1)


class Scatter(Total):
    """`stddev`."""

    __slots__ = ("_squares",)

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._squares = ExactSum()

    def _entered(self, value: float) -> None:
        self._total.add(value)
        self._squares.add_square(value)

    def _leaves(self, index: int) -> None:
        value = self._values[index]
        self._total.remove(value)
        self._squares.remove_square(value)

    def _emptied(self) -> None:
        self._total, self._squares = ExactSum(), ExactSum()

    def _answer(self, size: int) -> float | None:
        # a deviation of a sample needs two
        return deviation(self._total, self._squares, size) if size > 1 else None


class Ranked(Readings):
    """`median` and percentiles: the same readings a second time, in order of size."""

    __slots__ = ("_ordered",)

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._ordered: array[float] = array("d")

    def _entered(self, value: float) -> None:
        insort(self._ordered, value)

    def _leaves(self, index: int) -> None:
        del self._ordered[bisect_left(self._ordered, self._values[index])]

    def _emptied(self) -> None:
        self._ordered = array("d")

    def _filled(self) -> None:
        self._ordered = array("d", sorted(self._values))

    def _answer(self, size: int) -> float | None:
        ordered = self._ordered
        if not size:
            return None
        if self._spec.kind is WindowKind.PERCENTILE:
            return ordered[max(0, -(-size * self._spec.percent // 100) - 1)]
        middle = size // 2
        return ordered[middle] if size % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Ends(Readings):
    """`first`, `last`, `delta` and `rate`: only the oldest and the newest are looked at."""

    __slots__ = ()

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading at time `at`: nothing is counted, so the usual one is put at the end and that is all."""
        ats = self._ats
        usual = sample.__class__ is float and self._coarse is None and not (ats and at < ats[-1])
        if not usual or sample - sample != 0:  # type: ignore[operator]  # a float, and NaN and infinity leave NaN here
            super().add(at, sample)
            return
        ats.append(at)
        self._values.append(sample)  # type: ignore[arg-type]  # a float
        oldest = at - self._spec.length_ms
        if ats[self._head] < oldest:
            self._leave(oldest)
        if len(ats) - self._head > MAX_SAMPLES:
            self._coarsen()

    def _leave(self, oldest: EpochMs) -> None:
        ats, head, size = self._ats, self._head, len(self._ats)
        while head < size and ats[head] < oldest:
            head += 1
        self._settle(head)

    def _answer(self, size: int) -> float | None:
        if not size:
            return None
        first, last = self._values[self._head], self._values[-1]
        return ends(self._spec, size, self._ats[-1] - self._ats[self._head], first, last)


class Changes(Readings):
    """`changes`: how often a reading differs from the one before it."""

    __slots__ = ("_count",)

    def __init__(self, spec: WindowSpec) -> None:
        super().__init__(spec)
        self._count = 0

    def _entered(self, value: float) -> None:
        before = len(self._values) - 2
        if before >= self._head and self._values[before] != value:
            self._count += 1

    def _inserted(self, index: int, value: float) -> None:
        values = self._values
        before = values[index - 1] if index > self._head else None
        after = values[index + 1] if index + 1 < len(values) else None
        if before is not None and after is not None and before != after:
            self._count -= 1
        self._count += (before is not None and before != value) + (after is not None and after != value)

    def _leaves(self, index: int) -> None:
        if index + 1 < len(self._values) and self._values[index] != self._values[index + 1]:
            self._count -= 1

    def _emptied(self) -> None:
        self._count = 0

    def _filled(self) -> None:
        self._count = sum(one != other for one, other in pairwise(self._values))

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When the next reading leaves the window, while there is a change in it that could leave."""
        if self._coarse is None and not self._count:
            return None
        return super().next_reach(after, bound)

    def _answer(self, _size: int) -> float | None:
        return float(self._count)
