"""How long a condition was true within a window: its stretches of truth, and their sum."""

from array import array
from typing import Final

from processor.engine.window import Dump
from processor.engine.window_long import BlockTruth, coarse
from processor.language.compiled import WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs

MAX_STRETCHES: Final = 8_192
"""A condition that comes and goes more often than this within a window is counted in blocks of its 1,024th part."""

_COMPACT: Final = 64
_LOOK_AHEAD: Final = 64


class TrueTime:
    """Between a true reading and the next one, if that is near enough. Readings count in the order of their times:
    one that is older than the newest changes nothing, since its stretch has been counted.
    """

    __slots__ = ("_begins", "_coarse", "_ends", "_head", "_last_at", "_last_true", "_spec", "_total")

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._begins: array[int] = array("q")
        self._ends: array[int] = array("q")
        self._head = 0
        self._total = 0  # of the stretches from `_head` on, in full
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
        if len(self._ends) - self._head > MAX_STRETCHES:
            self._coarsen()

    def _extend(self, begin: EpochMs, end: EpochMs) -> None:
        self._total += end - begin
        if len(self._ends) > self._head and self._ends[-1] == begin:
            self._ends[-1] = end
        else:
            self._begins.append(begin)
            self._ends.append(end)

    def _leave(self, oldest: EpochMs) -> None:
        begins, ends, head, size = self._begins, self._ends, self._head, len(self._ends)
        while head < size and ends[head] <= oldest:
            self._total -= ends[head] - begins[head]
            head += 1
        if head > _COMPACT and head * 2 > size:
            del begins[:head]
            del ends[:head]
            head = 0
        self._head = head

    def _coarsen(self) -> None:
        made = coarse(self._spec)
        if not isinstance(made, BlockTruth):
            raise TypeError(made)  # what a duration becomes
        for begin, end in zip(self._begins[self._head :], self._ends[self._head :], strict=True):
            made.stood(begin, end)
        if self._last_at is not None:
            made.go_on(self._last_at, true=self._last_true)
        self._coarse = made
        self._begins, self._ends, self._head, self._total = array("q"), array("q"), 0, 0

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
        oldest, total = end - self._spec.length_ms, self._total
        if self._head < len(self._begins):
            total -= max(0, oldest - self._begins[self._head])
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
        return self._reach(at, int(bound))

    def _reach(self, at: EpochMs, bound: int) -> EpochMs | None:
        """Go from bend to bend of the line that the sum is over time, until it crosses the bound."""
        length_ms, last = self._spec.length_ms, self._head + _LOOK_AHEAD
        stretches = list(zip(self._begins[self._head : last], self._ends[self._head : last], strict=True))
        if last >= len(self._ends) and self._last_true and self._last_at is not None:
            stretches.append((self._last_at, at + 2 * length_ms))
        total = self._within(at)
        for bend in sorted({edge + length_ms for stretch in stretches for edge in stretch if edge + length_ms > at}):
            leaving = any(since <= at - length_ms < until for since, until in stretches)
            slope = int(self._last_true) - leaving
            reached = _crossed(at, bend, total, slope, bound)
            if reached is not None:
                return reached
            at, total = bend, total + slope * (bend - at)
        # Nothing more leaves, or too much to look at now: then look again where looking ended.
        return at if last < len(self._ends) else None

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How many stretches are kept, the begin of the oldest, and the newest reading."""
        if self._coarse is not None:
            return self._coarse.extent()
        kept = len(self._ends) - self._head
        return kept, self._begins[self._head] if kept else self._last_at, self._last_at

    def dump(self) -> Dump:
        """What a snapshot keeps: blocks after a mark, or the stretches."""
        if self._coarse is not None:
            return [[1.0], *self._coarse.dump()]
        last = [] if self._last_at is None else [float(self._last_at), float(self._last_true)]
        return [[], list(self._begins[self._head :]), list(self._ends[self._head :]), last]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self._head, self._begins, self._ends, self._coarse = 0, array("q"), array("q"), None
        if dump[0]:
            self._coarsen_from(dump[1:])
            return
        self._begins, self._ends = array("q", map(int, dump[1])), array("q", map(int, dump[2]))
        self._total = sum(self._ends) - sum(self._begins)
        if dump[3]:
            self._last_at, self._last_true = int(dump[3][0]), bool(dump[3][1])

    def _coarsen_from(self, dump: Dump) -> None:
        self._coarsen()
        if self._coarse is not None:
            self._coarse.load(dump)


def _crossed(at: EpochMs, bend: EpochMs, total: int, slope: int, bound: int) -> EpochMs | None:
    """The first instant after `at`, up to `bend`, at which a line through (at, total) meets or leaves the bound."""
    distance = (bound - total) * slope
    if slope == 0 or distance < 0 or distance > bend - at:
        return None
    return at + max(1, distance)
