"""Seeded randomness: one generator per device, so that adding a device changes no other device's life."""

import math
from random import Random

POISSON_NORMAL_ABOVE = 50.0


def generator(seed: int, *names: str) -> Random:
    """A generator that depends on the seed and the names only, the same in every process."""
    return Random("/".join((str(seed), *names)))  # noqa: S311 - simulated physics, not secrets


def poisson(rng: Random, mean: float) -> int:
    """How many events of a Poisson process with this mean happened."""
    if mean <= 0.0:
        return 0
    if mean > POISSON_NORMAL_ABOVE:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


class OrnsteinUhlenbeck:
    """Noise with a memory: standard deviation `sigma`, correlation time `tau_s`."""

    def __init__(self, rng: Random, *, sigma: float, tau_s: float) -> None:
        self._rng = rng
        self._sigma = sigma
        self._tau_s = tau_s
        self.value = rng.gauss(0.0, sigma)

    def step(self, seconds: float) -> float:
        """The value `seconds` later; exact for any step, so that the step's length changes no statistics."""
        keep = math.exp(-seconds / self._tau_s)
        self.value = self.value * keep + self._sigma * math.sqrt(1.0 - keep * keep) * self._rng.gauss(0.0, 1.0)
        return self.value
