"""Running windows: samples in, one number out, without rescanning what has not changed."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from processor.engine.window import Dump, Window
from processor.engine.window_days import DayRanks, SameHour
from processor.engine.window_nights import Nights
from processor.engine.window_slope import Slope
from processor.engine.window_states import SinceTrue, Unchanged
from processor.engine.window_truth import TrueTime
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs

# A device that floods (or a window of a month over a 1-s meter) must not eat the memory: past this many samples the
# oldest go first and the window is shorter than asked. 12 h of a 15-s meter are 2,880 samples.
MAX_SAMPLES: Final = 4_096


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

    def next_reach(self, after: EpochMs, _bound: float | None) -> EpochMs | None:
        """When the next sample leaves the window."""
        if not self.spec.held:
            return None
        return next((at for sampled in self.ats if (at := sampled + self.spec.length_ms + 1) > after), None)

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


def _percentile(window: Samples) -> float | None:
    ordered = sorted(window.values)
    return ordered[max(0, -(-len(ordered) * window.spec.percent // 100) - 1)] if ordered else None


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
    WindowKind.PERCENTILE: _percentile,
    WindowKind.STDDEV: _stddev,
    WindowKind.CHANGES: _changes,
    WindowKind.FIRST: _first,
    WindowKind.LAST: _last,
}


_KINDS: Final[dict[WindowKind, Callable[[WindowSpec], Window]]] = {
    WindowKind.DURATION: TrueTime,
    WindowKind.SINCE: SinceTrue,
    WindowKind.FLAT: Unchanged,
    WindowKind.NIGHT_MIN: Nights,
    WindowKind.SLOPE: Slope,
}
_OF_DAYS: Final[dict[WindowKind, Callable[[WindowSpec], Window]]] = {
    WindowKind.MEDIAN: DayRanks,
    WindowKind.PERCENTILE: DayRanks,
    WindowKind.AVG: SameHour,
    WindowKind.MIN: SameHour,
    WindowKind.MAX: SameHour,
}


def running_window(spec: WindowSpec) -> Window:
    """A window for one device, empty. `spec.zone` says that it counts local days."""
    kinds = _OF_DAYS if spec.zone and spec.kind in _OF_DAYS else _KINDS
    return kinds.get(spec.kind, Samples)(spec)
