"""What every running window can do, whatever it counts."""

from typing import Protocol, TypeAlias

from processor.model.reading import Value
from processor.model.time import EpochMs

Dump: TypeAlias = list[list[float] | bytes]
"""A window's state in a snapshot: columns of numbers, or bytes that the window itself packed."""


class Window(Protocol):
    """One device's running window: samples in, one number out."""

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one sample at time `at`, which may be older than the newest."""

    def value(self, now: EpochMs) -> float | None:
        """The answer for the window that ends at the newest sample (or now, where its points are on-change)."""

    def next_reach(self, after: EpochMs, bound: float | None) -> EpochMs | None:
        """The first instant later than `after` at which waiting alone may bring the answer to `bound` or away from it.

        It may be early, never late; None when waiting changes nothing. Only windows that end now are moved by time.
        """

    def dump(self) -> Dump:
        """What a snapshot keeps."""

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""

    def extent(self) -> tuple[int | None, EpochMs | None, EpochMs | None]:
        """How much is kept (readings, stretches or blocks), and the oldest and the newest instant of it, to show."""


def finite(sample: Value | None) -> float | None:
    """The sample as a number that can be counted with; None for texts, infinity and what is not a number."""
    if sample.__class__ is float:  # by far the most usual, and NaN and infinity leave NaN here
        return sample if sample - sample == 0 else None
    if sample is None or isinstance(sample, str):
        return None
    value = float(sample)
    return value if value - value == 0 else None
