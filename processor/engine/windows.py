"""Running windows: samples in, one number out, without rescanning what has not changed."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeAlias

from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import DurationMs, EpochMs

# A device that floods (or a window of a month over a 1-s meter) must not eat the memory: past this many samples the
# oldest go first and the window is shorter than asked. 12 h of a 15-s meter are 2,880 samples.
MAX_SAMPLES: Final = 4_096

Dump: TypeAlias = list[list[float]]


class Samples:
    """Numbers of the last `length_ms`, oldest first, with the aggregate asked for when it is asked for."""

    __slots__ = ("ats", "spec", "total", "values")

    def __init__(self, spec: WindowSpec) -> None:
        self.spec = spec
        self.ats: list[EpochMs] = []
        self.values: list[float] = []
        self.total = 0.0

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample at time `at`. One that is older than the newest is put where it belongs."""
        if sample is None or isinstance(sample, str):
            return
        value = float(sample)
        ats = self.ats
        if ats and at < ats[-1]:
            self._insert(at, value)
        else:
            ats.append(at)
            self.values.append(value)
        self.total += value
        self._prune(ats[-1])

    def _insert(self, at: EpochMs, value: float) -> None:
        index = len(self.ats)
        while index and self.ats[index - 1] > at:
            index -= 1
        self.ats.insert(index, at)
        self.values.insert(index, value)

    def _prune(self, end: EpochMs) -> None:
        oldest = end - self.spec.length_ms
        ats = self.ats
        gone = 0
        while gone < len(ats) and ats[gone] < oldest:
            gone += 1
        gone = max(gone, len(ats) - MAX_SAMPLES)
        if gone:
            del ats[:gone]
            del self.values[:gone]
            # Summed again, so that rounding never drifts: a removal costs what the samples kept cost, once a sample.
            self.total = sum(self.values)

    def value(self, now: EpochMs) -> float | None:
        """The aggregate over the window that ends at the newest sample (or now, where the point is on-change)."""
        if self.spec.held:
            self._prune(max(now, self.ats[-1]) if self.ats else now)
        return AGGREGATES[self.spec.kind](self)

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        return [list(self.ats), list(self.values)]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self.ats = list(map(int, dump[0]))
        self.values = list(dump[1])
        self.total = sum(self.values)


def _average(window: Samples) -> float | None:
    return window.total / len(window.values) if window.values else None


def _minimum(window: Samples) -> float | None:
    return min(window.values) if window.values else None


def _maximum(window: Samples) -> float | None:
    return max(window.values) if window.values else None


def _sum(window: Samples) -> float | None:
    return window.total if window.values else None


def _count(window: Samples) -> float | None:
    # Booleans were stored as 1.0 and 0.0: the count of true samples is their sum.
    return window.total


def _delta(window: Samples) -> float | None:
    return window.values[-1] - window.values[0] if len(window.values) > 1 else None


def _rate(window: Samples) -> float | None:
    elapsed = window.ats[-1] - window.ats[0] if len(window.ats) > 1 else 0
    # The last digit of two readings a second apart is a "rate" of many units a minute: unknown until half is seen.
    if not elapsed or elapsed * 2 < window.spec.length_ms:
        return None
    return (window.values[-1] - window.values[0]) / elapsed


def _median(window: Samples) -> float | None:
    ordered = sorted(window.values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _p95(window: Samples) -> float | None:
    ordered = sorted(window.values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] if ordered else None


def _stddev(window: Samples) -> float | None:
    size = len(window.values)
    if size < 2:  # noqa: PLR2004 - a sample deviation needs two samples
        return None
    mean = window.total / size
    return float((sum((value - mean) ** 2 for value in window.values) / (size - 1)) ** 0.5)


def _changes(window: Samples) -> float | None:
    return float(sum(1 for before, after in pairwise(window.values) if before != after))


def _first(window: Samples) -> float | None:
    return window.values[0] if window.values else None


def _last(window: Samples) -> float | None:
    return window.values[-1] if window.values else None


AGGREGATES: Final[dict[WindowKind, Callable[[Samples], float | None]]] = {
    WindowKind.AVG: _average,
    WindowKind.MIN: _minimum,
    WindowKind.MAX: _maximum,
    WindowKind.SUM: _sum,
    WindowKind.COUNT: _count,
    WindowKind.DELTA: _delta,
    WindowKind.RATE: _rate,
    WindowKind.MEDIAN: _median,
    WindowKind.P95: _p95,
    WindowKind.STDDEV: _stddev,
    WindowKind.CHANGES: _changes,
    WindowKind.FIRST: _first,
    WindowKind.LAST: _last,
}


class TrueTime:
    """How long a condition was true in the last `length_ms`: between a true sample and the next one, if near enough."""

    __slots__ = ("begins", "ends", "gap_ms", "held", "last_at", "last_true", "length_ms")

    def __init__(self, spec: WindowSpec) -> None:
        self.length_ms: DurationMs = spec.length_ms
        self.gap_ms = spec.gap_ms
        self.held = spec.held
        self.begins: list[EpochMs] = []
        self.ends: list[EpochMs] = []
        self.last_at: EpochMs | None = None
        self.last_true = False

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample; an older one than the newest changes nothing (its interval has been counted)."""
        if self.last_at is not None:
            if at < self.last_at:
                return
            if self.last_true and (self.gap_ms is None or at - self.last_at <= self.gap_ms):
                self._extend(self.last_at, at)
        self.last_at = at
        self.last_true = sample is not None and bool(sample)
        self._prune(at)

    def _extend(self, begin: EpochMs, end: EpochMs) -> None:
        if self.ends and self.ends[-1] == begin:
            self.ends[-1] = end
        else:
            self.begins.append(begin)
            self.ends.append(end)

    def _prune(self, end: EpochMs) -> None:
        oldest = end - self.length_ms
        gone = 0
        while gone < len(self.ends) and self.ends[gone] <= oldest:
            gone += 1
        gone = max(gone, len(self.ends) - MAX_SAMPLES)
        if gone:
            del self.begins[:gone]
            del self.ends[:gone]

    def value(self, now: EpochMs) -> float | None:
        """Milliseconds of truth in the window; None before the first sample."""
        if self.last_at is None:
            return None
        end = max(now, self.last_at) if self.held else self.last_at
        self._prune(end)
        oldest = end - self.length_ms
        total = sum(stop - max(start, oldest) for start, stop in zip(self.begins, self.ends, strict=True))
        if self.held and self.last_true:
            total += end - max(self.last_at, oldest)
        return float(total)

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        last = [] if self.last_at is None else [self.last_at, float(self.last_true)]
        return [list(self.begins), list(self.ends), last]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        self.begins = [int(at) for at in dump[0]]
        self.ends = [int(at) for at in dump[1]]
        if dump[2]:
            self.last_at, self.last_true = int(dump[2][0]), bool(dump[2][1])


Window: TypeAlias = Samples | TrueTime


def running_window(spec: WindowSpec) -> Window:
    """A window for one device, empty."""
    return TrueTime(spec) if spec.kind is WindowKind.DURATION else Samples(spec)
