"""How long a condition was true within a window."""

from typing import Final

from processor.engine.window import Dump
from processor.language.compiled import WindowSpec
from processor.model.reading import Value
from processor.model.time import DurationMs, EpochMs

MAX_SAMPLES: Final = 4_096


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

    def next_reach(self, _after: EpochMs, _bound: float | None) -> EpochMs | None:
        """Not told yet."""
        return None

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
