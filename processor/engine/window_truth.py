"""How long a condition was true within a window: its stretches of truth, and their sum."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from processor.engine.window import Dump
from processor.engine.window_long import BlockTruth, coarse
from processor.language.compiled import WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs

MAX_STRETCHES: Final = 8_192
"""A condition that comes and goes more often than this within a window is counted in blocks of its 1,024th part."""

_COMPACT: Final = 64


class TrueTime:
    """Between a true reading and the next one, if that is near enough. Readings count in the order of their times:
    one that is older than the newest changes nothing, since its stretch has been counted.

    Of each stretch its begin is kept, and how much was true before it: so the instant at which the sum comes to a
    bound is searched for, not walked to.
    """

    __slots__ = ("_before", "_begins", "_coarse", "_head", "_last_at", "_last_true", "_spec", "_true")

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._begins: array[int] = array("q")
        self._before: array[int] = array("q")
        self._true = 0  # of all stretches, also of those that have left
        self._head = 0
        self._last_at: EpochMs | None = None
        self._last_true = False
        self._coarse: BlockTruth | None = None

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading."""
        if self._coarse is not None:
            self._coarse.add(at, sample)
            return
        last_at, gap_ms = self._last_at, self._spec.gap_ms
        if last_at is not None:
            if at < last_at:
                return
            if self._last_true and (gap_ms is None or at - last_at <= gap_ms):
                self._extend(last_at, at)
        self._last_at = at
        self._last_true = bool(sample)
        self._leave(at - self._spec.length_ms)
        if len(self._begins) - self._head > MAX_STRETCHES:
            self._coarsen()

    def _extend(self, begin: EpochMs, end: EpochMs) -> None:
        size = len(self._begins)
        if size == self._head or self._end(size - 1) != begin:
            self._begins.append(begin)
            self._before.append(self._true)
        self._true += end - begin

    def _end(self, index: int) -> EpochMs:
        after = index + 1
        until = self._before[after] if after < len(self._before) else self._true
        return self._begins[index] + until - self._before[index]

    def _stretches(self) -> Iterator[tuple[EpochMs, EpochMs]]:
        return ((self._begins[index], self._end(index)) for index in range(self._head, len(self._begins)))

    def _leave(self, oldest: EpochMs) -> None:
        head, size = self._head, len(self._begins)
        while head < size and self._end(head) <= oldest:
            head += 1
        if head > _COMPACT and head * 2 > size:
            del self._begins[:head]
            del self._before[:head]
            head = 0
        self._head = head

    def _coarsen(self) -> None:
        made = coarse(self._spec)
        if not isinstance(made, BlockTruth):
            raise TypeError(made)  # what a duration becomes
        for begin, end in self._stretches():
            made.stood(begin, end)
        if self._last_at is not None:
            made.go_on(self._last_at, true=self._last_true)
        self._coarse = made
        self._begins, self._before, self._head, self._true = array("q"), array("q"), 0, 0

    def value(self, now: EpochMs) -> float | None:
        """Milliseconds of truth in the window; None before the first reading."""
        if self._coarse is not None:
            return self._coarse.value(now)
        if self._last_at is None:
            return None
        end = max(now, self._last_at) if self._spec.held else self._last_at
        self._leave(end - self._spec.length_ms)
        return float(self._within(end))

    def _within(self, end: EpochMs) -> int:
        oldest, head, total = end - self._spec.length_ms, self._head, 0
        if head < len(self._begins):
            total = self._true - self._before[head] - max(0, oldest - self._begins[head])
        if self._spec.held and self._last_true and self._last_at is not None:
            total += end - max(self._last_at, oldest)
        return total

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When waiting alone brings it to the bound, or away from it."""
        if self._coarse is not None:
            return self._coarse.next_reach(after, bound)
        if not self._spec.held or self._last_at is None or bound is None:
            return None
        at = max(after, self._last_at)
        self._leave(at - self._spec.length_ms)
        # Until the next reading the sum goes one way only: up while what was said last is true, else down.
        oldest = at - self._spec.length_ms
        distance = int(bound) - self._within(at)
        begin = self._grown(oldest, distance) if self._last_true else self._shrunk(oldest, -distance)
        return None if begin is None else begin + self._spec.length_ms

    def _gone(self, oldest: EpochMs) -> int:
        """How much was true before `oldest`, in the count of `_before`."""
        head = self._head
        if head == len(self._begins):
            return self._true
        return self._before[head] + max(0, oldest - self._begins[head])

    def _grown(self, oldest: EpochMs, more: int) -> EpochMs | None:
        """Where the window begins when so much more of it is true (0: the first more): when that much untruth left."""
        begins, before, last_at = self._begins, self._before, self._last_at
        if more < 0 or last_at is None:
            return None
        untrue = oldest - self._gone(oldest) + max(1, more)
        indices = range(self._head, len(begins))
        index = bisect_left(indices, untrue, key=lambda each: begins[each] - before[each])
        begin = untrue + (before[indices[index]] if index < len(indices) else self._true)
        return begin if begin <= last_at else None  # from there on, all of the window is true

    def _shrunk(self, oldest: EpochMs, less: int) -> EpochMs | None:
        """Where the window begins when so much less of it is true (0: the first less)."""
        true = self._gone(oldest) + max(1, less)
        if less < 0 or true > self._true:
            return None
        index = bisect_left(self._before, true, self._head) - 1
        return self._begins[index] + true - self._before[index]

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How many stretches are kept, the begin of the oldest, and the newest reading."""
        if self._coarse is not None:
            return self._coarse.extent()
        kept = len(self._begins) - self._head
        return kept, self._begins[self._head] if kept else self._last_at, self._last_at

    def dump(self) -> Dump:
        """What a snapshot keeps: blocks after a mark, or the stretches."""
        if self._coarse is not None:
            return [[1.0], *self._coarse.dump()]
        last = [] if self._last_at is None else [float(self._last_at), float(self._last_true)]
        ends = [float(end) for _, end in self._stretches()]
        return [[], list(self._begins[self._head :]), ends, last]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self._head, self._true, self._coarse = 0, 0, None
        self._begins, self._before = array("q"), array("q")
        if dump[0]:
            self._coarsen_from(dump[1:])
            return
        for begin, end in zip(dump[1], dump[2], strict=True):
            self._extend(int(begin), int(end))
        if dump[3]:
            self._last_at, self._last_true = int(dump[3][0]), bool(dump[3][1])

    def _coarsen_from(self, dump: Dump) -> None:
        self._coarsen()
        if self._coarse is not None:
            self._coarse.load(dump)
