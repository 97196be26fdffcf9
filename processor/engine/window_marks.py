"""Windows that need less than every reading: how many were true, and the smallest or the largest."""

from array import array
from bisect import bisect_left, bisect_right
from typing import Final

from processor.engine.window import Dump, Window, finite
from processor.engine.window_long import coarse
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs

MAX_MARKS: Final = 16_384
"""As MAX_SAMPLES of `window_readings`."""

_COMPACT: Final = 64


class Count:
    """How many readings were true (of a number: how many came). Only their instants are kept."""

    __slots__ = ("_ats", "_coarse", "_head", "_newest", "_spec")

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._ats: array[int] = array("q")
        self._head = 0
        self._newest: EpochMs | None = None
        self._coarse: Window | None = None

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading at time `at`."""
        if self._coarse is not None:
            self._coarse.add(at, None if sample is None else bool(sample))
            return
        if sample is None:
            return
        newest = self._newest
        if newest is None or at >= newest:
            self._newest = at
            if sample:
                self._ats.append(at)
            self._leave(at - self._spec.length_ms)
        elif sample and at >= newest - self._spec.length_ms:
            self._ats.insert(bisect_right(self._ats, at, self._head), at)
        if len(self._ats) - self._head > MAX_MARKS:
            self._coarse = coarse(self._spec)
            for each in self._ats[self._head :]:
                self._coarse.add(each, sample=True)
            self._ats, self._head = array("q"), 0

    def _leave(self, oldest: EpochMs) -> None:
        ats, head, size = self._ats, self._head, len(self._ats)
        while head < size and ats[head] < oldest:
            head += 1
        if head > _COMPACT and head * 2 > size:
            del ats[:head]
            head = 0
        self._head = head

    def value(self, now: EpochMs) -> float | None:
        """How many; 0 before the first."""
        if self._coarse is not None:
            return self._coarse.value(now)
        if self._spec.held and self._newest is not None:
            self._leave(max(now, self._newest) - self._spec.length_ms)
        return float(len(self._ats) - self._head)

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When the next one leaves the window."""
        if not self._spec.held:
            return None
        if self._coarse is not None:
            return self._coarse.next_reach(after, bound)
        index = bisect_right(self._ats, after - self._spec.length_ms - 1, self._head)
        return self._ats[index] + self._spec.length_ms + 1 if index < len(self._ats) else None

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How many are kept, the oldest instant, and the newest reading's."""
        if self._coarse is not None:
            return self._coarse.extent()
        kept = len(self._ats) - self._head
        return kept, self._ats[self._head] if kept else self._newest, self._newest

    def dump(self) -> Dump:
        """What a snapshot keeps: blocks after a mark, or the instants."""
        if self._coarse is not None:
            return [[1.0], *self._coarse.dump()]
        return [[], [] if self._newest is None else [float(self._newest)], list(self._ats[self._head :])]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self._head, self._ats, self._coarse = 0, array("q"), None
        if dump[0]:
            self._coarse = coarse(self._spec)
            self._coarse.load(dump[1:])
            return
        self._newest = int(dump[1][0]) if dump[1] else None
        self._ats = array("q", map(int, dump[2]))


class Extreme:
    """The smallest or the largest: a reading is kept only while no later one is at least as extreme."""

    __slots__ = ("_ats", "_coarse", "_head", "_sign", "_spec", "_values")

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._sign = 1.0 if spec.kind is WindowKind.MAX else -1.0
        self._ats: array[int] = array("q")
        self._values: array[float] = array("d")  # times the sign, so that they always fall
        self._head = 0
        self._coarse: Window | None = None

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading at time `at`."""
        if self._coarse is not None:
            self._coarse.add(at, sample)
            return
        value = finite(sample)
        if value is None:
            return
        value *= self._sign
        ats, values, head = self._ats, self._values, self._head
        if len(ats) > head and at < ats[-1]:
            self._insert(at, value)
            return
        while len(values) > head and values[-1] <= value:
            values.pop()
            ats.pop()
        ats.append(at)
        values.append(value)
        self._leave(at - self._spec.length_ms)
        if len(ats) - self._head > MAX_MARKS:
            self._coarsen()

    def _insert(self, at: EpochMs, value: float) -> None:
        ats, values = self._ats, self._values
        index = bisect_right(ats, at, self._head)
        if at < ats[-1] - self._spec.length_ms or values[index] >= value:
            return
        begin = index
        while begin > self._head and values[begin - 1] <= value:
            begin -= 1
        ats[begin:index] = array("q", [at])
        values[begin:index] = array("d", [value])

    def _leave(self, oldest: EpochMs) -> None:
        head = bisect_left(self._ats, oldest, self._head)
        if head > _COMPACT and head * 2 > len(self._ats):
            del self._ats[:head]
            del self._values[:head]
            head = 0
        self._head = head

    def _coarsen(self) -> None:
        self._coarse = coarse(self._spec)
        for at, value in zip(self._ats[self._head :], self._values[self._head :], strict=True):
            self._coarse.add(at, value * self._sign)
        self._ats, self._values, self._head = array("q"), array("d"), 0

    def value(self, now: EpochMs) -> float | None:
        """The extreme over the window."""
        if self._coarse is not None:
            return self._coarse.value(now)
        if self._spec.held and len(self._ats) > self._head:
            self._leave(max(now, self._ats[-1]) - self._spec.length_ms)
        return self._values[self._head] * self._sign if self._head < len(self._values) else None

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When the extreme leaves the window."""
        if not self._spec.held:
            return None
        if self._coarse is not None:
            return self._coarse.next_reach(after, bound)
        index = bisect_right(self._ats, after - self._spec.length_ms - 1, self._head)
        return self._ats[index] + self._spec.length_ms + 1 if index < len(self._ats) else None

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How many readings may still become the extreme, the oldest of them and the newest reading."""
        if self._coarse is not None:
            return self._coarse.extent()
        kept = len(self._ats) - self._head
        return (kept, self._ats[self._head], self._ats[-1]) if kept else (0, None, None)

    def dump(self) -> Dump:
        """What a snapshot keeps: blocks after a mark, or the readings that matter."""
        if self._coarse is not None:
            return [[1.0], *self._coarse.dump()]
        return [[], list(self._ats[self._head :]), list(self._values[self._head :])]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self._head, self._coarse = 0, None
        self._ats, self._values = array("q"), array("d")
        if dump[0]:
            self._coarse = coarse(self._spec)
            self._coarse.load(dump[1:])
            return
        self._ats = array("q", map(int, dump[1]))
        self._values = array("d", dump[2])
