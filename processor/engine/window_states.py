"""Windows over what stands until it changes: how long it was true, since when it is not, whether it ever changed.

A state holds from one sample to the next, if that comes within `gap_ms`. They take samples in the order of their
times: one that is older than the newest says nothing new about what has been counted (docs/language.md).
"""

from zlib import crc32

from processor.engine.window import Dump
from processor.language.compiled import WindowSpec
from processor.model.reading import Value
from processor.model.time import EpochMs


class SinceTrue:
    """How long ago a condition was last true; before it ever was, since the first sample."""

    __slots__ = ("_gap_ms", "_held", "_last_at", "_last_true", "_until")

    def __init__(self, spec: WindowSpec) -> None:
        self._gap_ms = spec.gap_ms
        self._held = spec.held
        self._last_at: EpochMs | None = None
        self._last_true = False
        self._until: EpochMs = 0

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample."""
        last_at = self._last_at
        if last_at is None:
            self._until = at
        elif at < last_at:
            return
        elif self._last_true:
            near = self._gap_ms is None or at - last_at <= self._gap_ms
            self._until = at if near else last_at
        self._last_at = at
        self._last_true = bool(sample)
        if self._last_true:
            self._until = at

    def value(self, now: EpochMs) -> float | None:
        """Milliseconds since it was true, 0 while it is; None before the first sample."""
        if self._last_at is None:
            return None
        if self._last_true:
            return 0.0
        end = max(now, self._last_at) if self._held else self._last_at
        return float(end - self._until)

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """The first instant later than `after` at which waiting alone brings it to `bound`, or past it."""
        if not self._held or self._last_at is None or self._last_true or bound is None:
            return None
        reached = self._until + int(bound)
        return next((at for at in (reached, reached + 1) if at > after), None)

    def extent(self) -> tuple[None, EpochMs | None, EpochMs | None]:
        """When it was last true (or watching began), and the newest reading."""
        return None, None if self._last_at is None else self._until, self._last_at

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        return [[] if self._last_at is None else [self._last_at, float(self._last_true), self._until]]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        if dump[0]:
            self._last_at, self._last_true, self._until = int(dump[0][0]), bool(dump[0][1]), int(dump[0][2])


class Unchanged:
    """Whether a value was known and one and the same over the whole window: 1 or 0, None where that is not known."""

    __slots__ = ("_changed", "_from", "_gap_ms", "_held", "_last", "_last_at", "_length_ms")

    def __init__(self, spec: WindowSpec) -> None:
        self._length_ms = spec.length_ms
        self._gap_ms = spec.gap_ms
        self._held = spec.held
        self._last_at: EpochMs | None = None
        self._last: float | None = None
        self._from: EpochMs | None = None
        self._changed: EpochMs | None = None

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample."""
        before = self._last_at
        if before is not None and at < before:
            return
        self._last_at = at
        if sample is None:
            self._from = None  # what it was meanwhile is not known
            return
        value = float(crc32(sample.encode())) if isinstance(sample, str) else float(sample)
        if self._last is not None and value != self._last:
            self._changed = self._from = at
        elif self._from is None or before is None or not self._near(at - before):
            self._from = at
        self._last = value

    def _near(self, elapsed: int) -> bool:
        return self._gap_ms is None or elapsed <= self._gap_ms

    def value(self, now: EpochMs) -> float | None:
        """1 when it never changed, 0 when it did, None when it was not known all the time."""
        if self._last_at is None:
            return None
        begin = (max(now, self._last_at) if self._held else self._last_at) - self._length_ms
        if self._changed is not None and self._changed > begin:
            return 0.0
        return 1.0 if self._from is not None and self._from <= begin else None

    def next_reach(self, after: EpochMs, _bound: float | None) -> EpochMs | None:
        """The first instant later than `after` at which waiting alone changes the answer."""
        if not self._held:
            return None
        begins = (begin for begin in (self._changed, self._from) if begin is not None)
        return min((at for begin in begins if (at := begin + self._length_ms) > after), default=None)

    def extent(self) -> tuple[None, EpochMs | None, EpochMs | None]:
        """Since when it is known and the same, and the newest reading."""
        return None, self._from, self._last_at

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        return [
            [] if mark is None else [float(mark)] for mark in (self._last_at, self._last, self._from, self._changed)
        ]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        last_at, last, begun, changed = dump
        self._last_at = int(last_at[0]) if last_at else None
        self._last = float(last[0]) if last else None
        self._from = int(begun[0]) if begun else None
        self._changed = int(changed[0]) if changed else None
