"""Blocks of what is counted from one reading to the next (changes, truth) or in ranges (percentiles).

The first two take readings in the order of their times: one that is older than the newest is not counted.
"""

from collections import Counter
from typing import Final

from processor.engine.sketch import BUCKETS, bucket, packed, ranked, unpacked
from processor.engine.window import Dump, Window, finite
from processor.engine.window_blocks import Blocks
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import HOUR, DurationMs, EpochMs

COARSE_PARTS: Final = 1_024
"""Into how many blocks a window is cut when a device floods it: its begin is that much less sharp."""

COARSE_RANKS: Final = 64
"""The same for percentiles, whose blocks are larger."""


class BlockChanges(Blocks):
    """`changes` over days: how many there were in each hour."""

    __slots__ = ("_last", "_last_at")

    def __init__(self, spec: WindowSpec, block_ms: DurationMs = HOUR) -> None:
        super().__init__(spec, block_ms)
        self._last_at: EpochMs | None = None
        self._last = 0.0

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading."""
        value = finite(sample)
        if value is None or (self._last_at is not None and at < self._last_at):
            return
        changed = self._last_at is not None and value != self._last
        self._last_at, self._last = at, value
        self._put(at, float(changed))

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        return [[] if self._last_at is None else [float(self._last_at), self._last], *super().dump()]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        if dump[0]:
            self._last_at, self._last = int(dump[0][0]), float(dump[0][1])
        super().load(dump[1:])


class BlockTruth(Blocks):
    """`duration` over days: how much of each hour was true."""

    __slots__ = ("_last_at", "_last_true")

    def __init__(self, spec: WindowSpec, block_ms: DurationMs = HOUR) -> None:
        super().__init__(spec, block_ms)
        self._last_at: EpochMs | None = None
        self._last_true = False

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading: what was true since the one before is."""
        last_at, gap_ms = self._last_at, self._spec.gap_ms
        if last_at is not None:
            if at < last_at:
                return
            if self._last_true and (gap_ms is None or at - last_at <= gap_ms):
                self.stood(last_at, at)
        self._last_at = at
        self._last_true = bool(sample)

    def stood(self, begin: EpochMs, end: EpochMs) -> None:
        """It was true from `begin` to `end`."""
        begin = max(begin, self._first_block(end) * self._block_ms)
        while begin < end:
            until = min(end, begin - begin % self._block_ms + self._block_ms)
            self._put(begin, float(until - begin))
            begin = until

    def go_on(self, at: EpochMs, *, true: bool) -> None:
        """Take the newest reading's word over from a window that kept more."""
        self._last_at, self._last_true = at, true

    def value(self, now: EpochMs) -> float | None:
        """Milliseconds of truth in the window; None before the first reading."""
        if self._last_at is None:
            return None
        end = max(now, self._last_at) if self._spec.held else self._last_at
        self._leave(end)
        row = self._all()
        true_ms = row[0] if row else 0.0
        if self._spec.held and self._last_true:
            true_ms += end - max(self._last_at, self._first_block(end) * self._block_ms)
        return min(true_ms, float(self._spec.length_ms))  # the block in which it begins may be longer than asked

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When it may reach the bound at the earliest, or a block leaves."""
        value = self.value(after)
        if not self._spec.held or value is None:
            return None
        leaves = super().next_reach(after, None)
        if not self._last_true or bound is None:
            return leaves
        short = int(bound - value)
        reached = after + (short if short > 0 else 1) if short >= -1 else None
        return min((at for at in (leaves, reached) if at is not None), default=None)

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        return [[] if self._last_at is None else [float(self._last_at), float(self._last_true)], *super().dump()]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        if dump[0]:
            self._last_at, self._last_true = int(dump[0][0]), bool(dump[0][1])
        super().load(dump[1:])


class BlockRanks:
    """`median` and percentiles of a window that a device floods: how many readings of each block fell into each range.

    Ranges are those of `sketch`: an answer is at most 1.6 % off.
    """

    __slots__ = ("_block_ms", "_counts", "_newest", "_open", "_spec", "_total")

    def __init__(self, spec: WindowSpec, block_ms: DurationMs) -> None:
        self._spec = spec
        self._block_ms = block_ms
        self._counts: dict[int, bytes] = {}
        self._open: dict[int, int] = {}
        self._total: Counter[int] = Counter()
        self._newest: EpochMs | None = None

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading at time `at`; a late one goes into its own block."""
        value = finite(sample)
        if value is None:
            return
        number, found = at // self._block_ms, bucket(value)
        if self._newest is None or at > self._newest:
            if self._newest is not None and number > self._newest // self._block_ms:
                self._counts[self._newest // self._block_ms] = packed(self._open)
                self._open = {}
            self._newest = at
            self._leave(at)
        if number == self._newest // self._block_ms:
            self._open[found + BUCKETS] = self._open.get(found + BUCKETS, 0) + 1
        elif number >= (self._newest - self._spec.length_ms) // self._block_ms:
            counts = unpacked(self._counts.get(number, b""))
            counts[found + BUCKETS] = counts.get(found + BUCKETS, 0) + 1
            self._counts[number] = packed(counts)
        else:
            return
        self._total[found] += 1

    def _leave(self, end: EpochMs) -> None:
        first = (end - self._spec.length_ms) // self._block_ms
        for number in [number for number in self._counts if number < first]:
            self._take_away(unpacked(self._counts.pop(number)))
        if self._newest is not None and self._open and self._newest // self._block_ms < first:
            self._take_away(self._open)
            self._open = {}

    def _take_away(self, counts: dict[int, int]) -> None:
        for key, count in counts.items():
            self._total[key - BUCKETS] -= count
        self._total = +self._total

    def value(self, now: EpochMs) -> float | None:
        """The answer over the blocks of the window."""
        if self._newest is None:
            return None
        self._leave(max(now, self._newest) if self._spec.held else self._newest)
        return ranked(self._total, 50 if self._spec.kind is WindowKind.MEDIAN else self._spec.percent)

    def next_reach(self, after: EpochMs, _bound: float | None) -> EpochMs | None:
        """When the next block may leave."""
        return after + self._block_ms if self._spec.held and self._total else None

    def extent(self) -> tuple[int, EpochMs | None, EpochMs | None]:
        """How many blocks there are, the begin of the oldest, and the newest reading."""
        oldest = min(self._counts, default=None)
        return len(self._counts) + 1, None if oldest is None else oldest * self._block_ms, self._newest

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        numbers = sorted(self._counts)
        newest = [] if self._newest is None else [float(self._newest)]
        return [newest, list(map(float, numbers)), packed(self._open), *(self._counts[number] for number in numbers)]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        newest, numbers, last, *counts = (column if isinstance(column, bytes) else list(column) for column in dump)
        self._newest = int(newest[0]) if newest else None
        self._open = unpacked(bytes(last)) if isinstance(last, bytes) else {}
        self._counts = {
            int(number): text for number, text in zip(numbers, counts, strict=True) if isinstance(text, bytes)
        }
        self._total = Counter()
        for found in (self._open, *map(unpacked, self._counts.values())):
            for key, count in found.items():
                self._total[key - BUCKETS] += count


def coarse(spec: WindowSpec) -> Window:
    """The window that takes over when a device sends more readings than are kept."""
    if spec.kind in {WindowKind.MEDIAN, WindowKind.PERCENTILE}:
        return BlockRanks(spec, -(-spec.length_ms // COARSE_RANKS))
    return long(spec, -(-spec.length_ms // COARSE_PARTS))


def long(spec: WindowSpec, block_ms: DurationMs = HOUR) -> Blocks:
    """A window of blocks."""
    return _KINDS.get(spec.kind, Blocks)(spec, block_ms)


_KINDS: Final[dict[WindowKind, type[Blocks]]] = {
    WindowKind.CHANGES: BlockChanges,
    WindowKind.DURATION: BlockTruth,
}
