"""A window over group tests: fed on the core's clock, whenever what it samples becomes another because of them."""

from processor.engine.window import Dump, Window
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import DAY, HOUR, DurationMs, EpochMs


class GroupWindow:
    """A running window (`engine.window.Window`) that knows what it took last, and when doubt had a part in it."""

    __slots__ = ("_doubted_at", "_doubtful", "_inner", "_last", "_spec")

    def __init__(self, spec: WindowSpec, inner: Window) -> None:
        self._spec = spec
        self._inner = inner
        self._last: float | None = None
        self._doubtful = False
        self._doubted_at: EpochMs | None = None

    def take(self, now: EpochMs, sample: Value | None, *, always: bool, doubtful: bool) -> None:
        """Take what it samples now: `always`, or only if that is another than the last.

        `doubtful`: somebody whose word a command may not trust has a part in it.
        """
        if doubtful or self._doubtful:  # what was doubtful was so until now
            self._doubted_at = now
        self._doubtful = doubtful
        value = None if sample is None else float(sample)
        if always or value != self._last:
            self._last = value
            self._inner.add(now, sample)

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample."""
        self.take(at, sample, always=True, doubtful=True)

    def value(self, now: EpochMs) -> float | None:
        """The answer for the window that ends now."""
        return self._inner.value(now)

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """When waiting alone may bring the answer to `bound`, or away from it."""
        return self._inner.next_reach(after, bound)

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How much is kept, and the oldest and the newest instant of it."""
        return self._inner.extent()

    def fresh(self) -> "FreshWindow":
        """The same through evidence free of doubt."""
        return FreshWindow(self)

    def is_fresh(self, now: EpochMs) -> bool:
        """Whether doubt has no part in what the window holds."""
        if self._doubtful:
            return False
        return self._doubted_at is None or now - self._doubted_at > self._span(now)

    def _span(self, now: EpochMs) -> DurationMs:
        """How far back it may look: blocks begin up to an hour before, local days a day or two."""
        spec = self._spec
        if spec.kind is WindowKind.SINCE:
            return int(self._inner.value(now) or 0)
        return spec.length_ms + (2 * DAY if spec.zone else HOUR)

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        last = [] if self._last is None else [self._last]
        doubted = [] if self._doubted_at is None else [float(self._doubted_at)]
        return [last, [float(self._doubtful)], doubted, *self._inner.dump()]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        last, doubtful, doubted, *inner = dump
        self._last = float(last[0]) if last else None
        self._doubtful = bool(doubtful[0])
        self._doubted_at = int(doubted[0]) if doubted else None
        self._inner.load(inner)


class FreshWindow:
    """A window as a command may see it: unknown while doubt has a part in it."""

    __slots__ = ("_window",)

    def __init__(self, window: GroupWindow) -> None:
        self._window = window

    def value(self, now: EpochMs) -> float | None:
        """The answer, if it is free of doubt."""
        return self._window.value(now) if self._window.is_fresh(now) else None
