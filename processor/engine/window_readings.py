"""Windows that keep every reading, oldest first: what comes in and what leaves is all that is ever counted.

A reading that is older than the newest is put where it belongs. Past MAX_SAMPLES readings (a device that floods) a
window goes on in blocks of its length's 1,024th part: its begin is then that much less sharp, and nothing is lost.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import isfinite
from typing import Final

from processor.engine.window import Dump, Window, finite
from processor.engine.window_long import coarse
from processor.language.compiled import WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs

MAX_SAMPLES: Final = 16_384
"""48 h of a 15-s meter are 11,520. At 16 bytes each (24 where they are sorted) a flood costs 400 KB and no more."""

_COMPACT: Final = 64
# With fewer than so many kept for each that comes, all is counted anew rather than what comes and goes.
_ANEW: Final = 4


class Readings:
    """The readings of a window. `_entered`, `_inserted` and `_leaves` are what a kind counts as they come and go."""

    __slots__ = ("_ats", "_coarse", "_head", "_spec", "_values")

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._ats: array[int] = array("q")
        self._values: array[float] = array("d")
        self._head = 0  # what lies before it has left the window
        self._coarse: Window | None = None

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading at time `at`."""
        if self._coarse is not None:
            self._coarse.add(at, sample)
            return
        value = finite(sample)
        if value is None:
            return
        ats = self._ats
        if len(ats) > self._head and at < ats[-1]:
            self._insert(at, value)
            return
        ats.append(at)
        self._values.append(value)
        self._entered(value)
        if ats[self._head] < at - self._spec.length_ms:
            self._leave(at - self._spec.length_ms)
        if len(ats) - self._head > MAX_SAMPLES:
            self._coarsen()

    def extend(self, ats: Sequence[EpochMs], values: Sequence[float]) -> None:
        """Take many readings at once, in order, all newer than what is kept: as `add` of each, for less."""
        kept = len(self._ats) - self._head
        fits = self._coarse is None and kept + len(ats) <= MAX_SAMPLES and all(map(isfinite, values))
        if not fits or kept > _ANEW * len(ats):
            for at, value in zip(ats, values, strict=True):
                self.add(at, value)
            return
        self._ats.extend(ats)
        self._values.extend(values)
        head = bisect_left(self._ats, ats[-1] - self._spec.length_ms, self._head)
        del self._ats[:head]
        del self._values[:head]
        self._head = 0
        self._emptied()
        self._filled()

    def _insert(self, at: EpochMs, value: float) -> None:
        if at < self._ats[-1] - self._spec.length_ms:
            return
        index = bisect_right(self._ats, at, self._head)
        self._ats.insert(index, at)
        self._values.insert(index, value)
        self._inserted(index, value)

    def _leave(self, oldest: EpochMs) -> None:
        ats, head, size = self._ats, self._head, len(self._ats)
        while head < size and ats[head] < oldest:
            self._leaves(head)
            head += 1
        self._settle(head)

    def _settle(self, head: int) -> None:
        """Let what is kept begin at `head`."""
        if head > _COMPACT and head * 2 > len(self._ats):
            del self._ats[:head]
            del self._values[:head]
            head = 0
        self._head = head

    def _coarsen(self) -> None:
        self._coarse = coarse(self._spec)
        for at, value in zip(self._ats[self._head :], self._values[self._head :], strict=True):
            self._coarse.add(at, value)
        self._ats, self._values, self._head = array("q"), array("d"), 0
        self._emptied()

    def value(self, now: EpochMs) -> float | None:
        """The answer over the window that ends at the newest reading (or now, where the points are on-change)."""
        if self._coarse is not None:
            return self._coarse.value(now)
        if self._spec.held and len(self._ats) > self._head:
            self._leave(max(now, self._ats[-1]) - self._spec.length_ms)
        return self._answer(len(self._ats) - self._head)

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When the next reading leaves the window."""
        if not self._spec.held:
            return None
        if self._coarse is not None:
            return self._coarse.next_reach(after, bound)
        index = bisect_right(self._ats, after - self._spec.length_ms - 1, self._head)
        return self._ats[index] + self._spec.length_ms + 1 if index < len(self._ats) else None

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How much is kept, and the oldest and newest instant of it."""
        if self._coarse is not None:
            return self._coarse.extent()
        kept = len(self._ats) - self._head
        return (kept, self._ats[self._head], self._ats[-1]) if kept else (0, None, None)

    def dump(self) -> Dump:
        """What a snapshot keeps: blocks after a mark, or the readings."""
        if self._coarse is not None:
            return [[1.0], *self._coarse.dump()]
        return [[], list(self._ats[self._head :]), list(self._values[self._head :])]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self._emptied()
        self._head, self._coarse = 0, None
        if dump[0]:
            self._ats, self._values, self._coarse = array("q"), array("d"), coarse(self._spec)
            self._coarse.load(dump[1:])
            return
        self._ats = array("q", map(int, dump[1]))
        self._values = array("d", dump[2])
        self._filled()

    def _filled(self) -> None:
        for index, value in enumerate(self._values):
            self._inserted(index, value)

    def _entered(self, value: float) -> None:
        """A reading came, the newest."""

    def _inserted(self, index: int, value: float) -> None:
        """A reading came late, to `index`."""
        del index
        self._entered(value)

    def _leaves(self, index: int) -> None:
        """The reading at `index`, the oldest, is about to leave."""

    def _emptied(self) -> None:
        """Nothing is kept any more."""

    def _answer(self, size: int) -> float | None:
        raise NotImplementedError
