"""What every device of the district shares: the hour, the weather and how much people use electricity."""

import math
from random import Random

from processor.model.time import DAY, HOUR, EpochMs
from simulators.chance import generator

LOCAL_OFFSET = 8 * HOUR  # China keeps UTC+8 all year


def local_hour(now: EpochMs) -> float:
    """The hour of the local day, 0.0 up to 24.0."""
    return ((now + LOCAL_OFFSET) % DAY) / HOUR


def in_hours(hour: float, spans: tuple[tuple[float, float], ...]) -> bool:
    """True when `hour` lies in one of the spans [begin, end)."""
    return any(begin <= hour < end for begin, end in spans)


def share_in_peaks(now: EpochMs, *, peaks: tuple[tuple[float, float], ...], share: float) -> float:
    """The rate now relative to the daily mean when `share` of all events falls into the peak hours."""
    hours = sum(end - begin for begin, end in peaks)
    if in_hours(local_hour(now), peaks):
        return share * 24.0 / hours
    return (1.0 - share) * 24.0 / (24.0 - hours)


class Environment:
    """Weather and load as smooth functions of time; `heat_k` is a heatwave's extra warmth."""

    def __init__(self, seed: int, *, mean_c: float = 22.0) -> None:
        rng: Random = generator(seed, "environment")
        self._mean_c = mean_c
        self._phase = rng.uniform(0.0, math.tau)
        self.heat_k = 0.0

    def ambient_c(self, now: EpochMs) -> float:
        """Air temperature: warmest at 15:00, ±4 K over the day."""
        return self._mean_c + self.heat_k + 4.0 * math.cos(math.tau * (local_hour(now) - 15.0) / 24.0)

    def humidity(self, now: EpochMs) -> float:
        """Relative humidity 0..1: moist at dawn, with a slow wave over five days."""
        daily = 0.08 * math.cos(math.tau * (local_hour(now) - 5.0) / 24.0)
        return 0.65 + daily + 0.05 * math.sin(math.tau * now / (5 * DAY) + self._phase)

    def load(self, now: EpochMs) -> float:
        """Share of the feeders' full load, 0..1: low before dawn, highest at 20:00."""
        hour = local_hour(now)
        evening = math.exp(-(((hour - 20.0) / 3.0) ** 2))
        midday = math.exp(-(((hour - 12.0) / 3.5) ** 2))
        return min(1.0, 0.22 + 0.65 * evening + 0.4 * midday)
