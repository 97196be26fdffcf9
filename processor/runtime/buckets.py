"""Histograms as plain counts: cheap to feed on every commit, turned into metrics only when somebody looks."""

from bisect import bisect_left
from typing import Final

from processor.ports.console import Distribution

COMMIT_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCH_READINGS: Final = (1.0, 5.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0)


class Buckets:
    """Counts observations by upper bound; an observation equal to a bound belongs to it."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0

    def observe(self, value: float) -> None:
        """Count one observation."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def distribution(self) -> Distribution:
        """What was observed so far."""
        return Distribution(bounds=self._bounds, counts=tuple(self._counts), total=self._total)
