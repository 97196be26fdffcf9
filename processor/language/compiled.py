"""What a compiled expression is, and what it may look at: the seam between the language and the engine."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from processor.model.evidence import Evidence, Verdict
from processor.model.place import PlaceKind
from processor.model.reading import Value
from processor.model.time import DurationMs, EpochMs

if TYPE_CHECKING:
    from processor.language.looks import Said


class WindowView(Protocol):
    """A running window, as an expression reads it."""

    def value(self, now: EpochMs) -> float | None:
        """The aggregate over the window that ends now, or None when there is not enough to tell."""


class DeviceView(Protocol):
    """One device's running state, as an expression reads it. Slots are `Vocabulary.slots`.

    A place is looked at in the same way: it has no points, only group tests and windows over them.
    """

    last_arrival: EpochMs
    """Core time of the newest message of the device, on the same terms."""

    @property
    def values(self) -> Sequence[Value | None]:
        """By slot: the newest good value, None before the first."""

    @property
    def arrivals(self) -> Sequence[EpochMs]:
        """By slot: core time of the newest arrival; before the first, the instant waiting for it began."""

    @property
    def windows(self) -> Sequence[WindowView]:
        """By the index `WindowRegistry.require` gave."""

    @property
    def peers(self) -> "Sequence[TallyView | None]":
        """By the index `PeerRegistry.require` gave; None where the device has no place of that kind."""


class TallyView(Protocol):
    """A running group test, as an expression reads it."""

    def count(self, now: EpochMs) -> int:
        """How many members (devices, or distinct places for `count of floors`) were true within the test's window."""

    def unknown(self, now: EpochMs) -> int:
        """How many members can at present not be told."""

    def total(self) -> int:
        """How many members there are."""


class WindowKind(StrEnum):
    """How the samples of a window become one number."""

    AVG = "avg"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    COUNT = "count"  # samples that were true (or, for a number, samples at all)
    RATE = "rate"  # (newest - oldest) per millisecond; the expression scales it
    DELTA = "delta"  # newest - oldest
    DURATION = "duration"  # ms during which the sampled condition was true
    MEDIAN = "median"
    PERCENTILE = "percentile"  # `WindowSpec.percent` of the samples are at most this
    STDDEV = "stddev"
    CHANGES = "changes"
    FLAT = "flat"  # 1 when known over the whole window and never another, 0 when it became another
    SINCE = "since"  # ms since the sampled condition was last true
    SLOPE = "slope"  # Theil-Sen over the medians of local days, per millisecond
    NIGHT_MIN = "night_min"  # smallest sample of the last complete nights
    FIRST = "first"
    LAST = "last"


Evaluate: TypeAlias = Callable[[DeviceView, EpochMs], Verdict]
Sample: TypeAlias = Callable[[DeviceView, EpochMs], Value | None]


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """A window an expression needs: on each reading that carries one of `slots`, `sample` is fed at the reading's time.

    `key` is the canonical text (kind, expression, length): equal keys share one window per device. `gap_ms` is the
    longest time between two samples across which a state (for DURATION) still counts as known. `held` is true when
    every slot is on-change: then the window ends at `now`, else at its newest sample. `zone` is set where local days
    decide what is in the window; `same_hour` leaves of these days the hour of day in which the window ends; `night` is
    its begin and end in minutes after local midnight, and how many of them. `peers` are the group tests in it, by their
    index in `DeviceView.peers`: such a window goes by core time and is fed also when what it samples becomes another
    because of them.
    """

    key: str
    kind: WindowKind
    slots: frozenset[int]
    length_ms: DurationMs
    gap_ms: DurationMs | None
    held: bool
    sample: Sample
    percent: int = 0
    zone: str = ""
    same_hour: bool = False
    night: tuple[int, int, int] | None = None
    point: int | None = None
    """The slot whose newest value is the sample, where that is all there is to it."""
    peers: tuple[int, ...] = ()


class WindowRegistry:
    """The windows all expressions of one profile need, without repeats. Filled while compiling, then frozen."""

    def __init__(self) -> None:
        self.specs: list[WindowSpec] = []
        self._index: dict[str, int] = {}

    def require(self, spec: WindowSpec) -> int:
        """The index of this window in `DeviceView.windows`."""
        found = self._index.get(spec.key)
        if found is None:
            found = self._index[spec.key] = len(self.specs)
            self.specs.append(spec)
        return found


@dataclass(frozen=True, slots=True)
class PeerSpec:
    """A group test that a device's condition needs: the tally `key` of `rule` at the device's place of this kind.

    `others` leaves the device itself out.
    """

    rule: str
    key: str
    by: PlaceKind
    others: bool


class PeerRegistry:
    """The group tests that the conditions of one kind of device need, without repeats. `rule`: whose are compiled."""

    def __init__(self) -> None:
        self.rule = ""
        self.specs: list[PeerSpec] = []

    def require(self, key: str, by: PlaceKind, *, others: bool) -> int:
        """The index of this group test in `DeviceView.peers`."""
        spec = PeerSpec(self.rule, key, by, others)
        if spec not in self.specs:
            self.specs.append(spec)
        return self.specs.index(spec)


@dataclass(frozen=True, slots=True)
class Silence:
    """The verdict may change `after_ms` after the newest arrival of `slot` (None: of any message), if none comes."""

    slot: int | None
    after_ms: DurationMs


@dataclass(frozen=True, slots=True)
class Lapse:
    """Waiting alone may carry this window over `bound` (None: over any number), and the verdict with it."""

    window: int
    bound: float | None


TRUE: Final = 1
FALSE: Final = 2
UNKNOWN: Final = 4


class Span(Protocol):
    """A run of readings of one device, before any of them is looked at."""

    def numbers(self, slot: int) -> tuple[float, float] | None:
        """Between what the point's values lie while the run is taken in; None: it has none."""

    def members(self, slot: int) -> Collection[Value]:
        """Every value the point has while the run is taken in."""

    def known(self, slot: int) -> bool:
        """Whether every reading of the run carries the point."""

    def silence(self, slot: int | None) -> DurationMs:
        """The longest time that the point (None: the device) was silent by any reading of the run."""

    def back(self, length_ms: DurationMs) -> "Span | None":
        """The run and all that windows of this length still hold at its begin; None: not known."""


Screen: TypeAlias = Callable[[Span], int]
"""Which verdicts (TRUE | FALSE | UNKNOWN) a condition may give during a run."""


def anything(_span: Span) -> int:
    """The screen of a condition of which nothing can be said beforehand."""
    return TRUE | FALSE | UNKNOWN


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition over one device, bound to a profile, its parameters and the attributes it names.

    `evaluate` costs no allocation and says nothing but the verdict; `explain` builds the words, for transitions only.
    `slots` are the points whose arrival may change the verdict (also through windows). `periodic` is true when every
    point it looks at is periodic: then a hold is proved by readings, never by waiting (DESIGN.md 6). `silences` are
    the instants at which absence or staleness may change it; `next_edge(now)` is the next instant at which a
    time-of-day test may; `lapses` are the windows that waiting alone may carry over a bound. `peers` are the group
    tests it looks at, `asks_silence` whether it asks with `missing`. `said(slots)` is what is left of it to look at
    when a message with these points has just come.
    """

    evaluate: Evaluate
    explain: Callable[[DeviceView, EpochMs], Evidence]
    slots: frozenset[int]
    periodic: bool
    silences: tuple[Silence, ...]
    next_edge: Callable[[EpochMs], EpochMs] | None
    text: str
    said: "Callable[[frozenset[int]], Said]"
    peers: tuple[int, ...] = ()
    asks_silence: bool = False
    screen: Screen = anything
    lapses: tuple[Lapse, ...] = ()
