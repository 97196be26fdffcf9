"""The water of one branch: demand, pressure, leaks, a valve, and the wet film that a leak leaves floor by floor."""

import math
from dataclasses import dataclass, field
from random import Random

from processor.model.time import SECOND, DurationMs, EpochMs
from simulators.chance import poisson
from simulators.environment import local_hour

METER_FLOOR_L_MIN = 0.05  # what a meter still sees (DOMAIN.md 1.4: 72 L/day)
NOMINAL_KPA = 300.0
FILM_MM = 2.0  # a film of 2 mm: one litre wets half a square metre [K]
DRYING_TAU_S = 1200.0  # a film nobody wipes dries over tens of minutes [K]
SPREAD_LIMIT_M2 = 12.0  # then it finds a drain or the next floor [K]
LONGEST_STEP = 10 * SECOND


@dataclass(frozen=True, slots=True)
class EndUse:
    """One kind of water use: how often per person and day, litres/s, seconds."""

    per_person_day: float
    litres_per_s: tuple[float, float]
    seconds: tuple[float, float]


# DOMAIN.md 5.1 water: WC 6 or 9 L at 0.042 L/s; shower ~8.8 min at 0.123-0.142 L/s; kitchen tap 15-48 s; basin 15-40 s;
# washing machine fills at 0.167 L/s. Kitchen tap and machine are per household there: divided by 2.6 persons here.
END_USES = (
    EndUse(5.9, (0.042, 0.042), (143.0, 214.0)),
    EndUse(0.72, (0.123, 0.142), (380.0, 680.0)),
    EndUse(4.6, (0.083, 0.125), (15.0, 48.0)),
    EndUse(4.1, (0.042, 0.083), (15.0, 40.0)),
    EndUse(0.45, (0.167, 0.167), (60.0, 90.0)),
)
AWAKE_FROM, AWAKE_UNTIL = 7.0, 23.0  # get up N(07:00, 1 h), sleep 8 h
NIGHT_ACTIVITY = 0.12  # relative to the mean; ~6 % of people are active at night (DOMAIN.md 1.4)


def activity(now: EpochMs) -> float:
    """How much water people use now relative to the daily mean: low at night, high in the morning and evening."""
    hour = local_hour(now)
    if not AWAKE_FROM - 1.0 <= hour < AWAKE_UNTIL:
        return NIGHT_ACTIVITY
    morning = math.exp(-(((hour - 7.5) / 1.3) ** 2))
    evening = math.exp(-(((hour - 19.5) / 2.0) ** 2))
    return 0.8 + 1.8 * morning + 1.4 * evening


@dataclass(slots=True)
class Spot:
    """The floor under one leak sensor: how large the wet film is and who made it."""

    area_m2: float = 0.0
    causes: dict[str, None] = field(default_factory=dict)

    def wet_by(self, litres: float, cause: str) -> None:
        """Spill `litres` here."""
        self.area_m2 = min(SPREAD_LIMIT_M2, self.area_m2 + litres / FILM_MM)
        self.causes[cause] = None

    def wipe(self) -> None:
        """Someone mopped."""
        self.area_m2 = 0.0
        self.causes.clear()

    def dry(self, seconds: float) -> None:
        """Let it dry for a while."""
        self.area_m2 *= math.exp(-seconds / DRYING_TAU_S)


@dataclass(slots=True)
class Leak:
    """A hole: Q = C p^N (DOMAIN.md 5.1 pressure), 0.5 for a burst, 1.5 for a background leak; and where the water goes.

    `paths` are (spot, the instant from which the water reaches it), so that a burst wets storey after storey.
    """

    cause: str
    nominal_l_min: float
    exponent: float = 0.5
    paths: list[tuple[Spot, EpochMs]] = field(default_factory=list)

    def flow(self, kpa: float) -> float:
        """L/min at this pressure."""
        return self.nominal_l_min * math.pow(max(0.0, kpa / NOMINAL_KPA), self.exponent)


class Branch:
    """Everything behind one valve. The meter sits before the valve: a closed valve means that it reads zero."""

    def __init__(
        self, rng: Random, *, persons: float, floors: int = 6, start: EpochMs, step_ms: DurationMs = SECOND
    ) -> None:
        self._rng = rng
        self._persons = persons
        self._height_kpa = 9.8 * 3.0 * floors / 2.0
        self._uses: list[tuple[EpochMs, float]] = []
        self._last = start
        self._step_ms = min(step_ms, LONGEST_STEP)
        self._phase = rng.uniform(0.0, math.tau)
        self.open_fraction = 1.0
        self.leaks: list[Leak] = []
        self.spots: list[Spot] = []
        self._wanted_l_min = 0.0
        self.total_l = rng.uniform(1_000.0, 90_000.0)
        self.kpa = NOMINAL_KPA

    def advance(self, now: EpochMs) -> None:
        """Let the water run up to `now`, in steps of its own: when somebody looks must not change what happens."""
        while self._last + self._step_ms <= now:
            self._last += self._step_ms
            self._step(self._last, self._step_ms)

    @property
    def flow_l_min(self) -> float:
        """What runs through the meter at this opening of the valve."""
        return self._through(self._wanted_l_min)

    def visible_leaks(self) -> tuple[str, ...]:
        """Causes whose flow the meter can see now."""
        return tuple(leak.cause for leak in self.leaks if self._through(leak.flow(self.kpa)) >= METER_FLOOR_L_MIN)

    def _through(self, litres: float) -> float:
        return litres * self.open_fraction

    def _step(self, now: EpochMs, dt: DurationMs) -> None:
        seconds = dt / SECOND
        self._demand(now, seconds)
        demand = sum(flow for _, flow in self._uses) * 60.0
        daily = 30.0 * math.sin(math.tau * local_hour(now) / 24.0 + self._phase)  # daily +-0.03 MPa
        # p = p0(floor) - k Q^2 (DOMAIN.md 5.1); 0.01 kPa per (L/min)^2: 100 L/min costs 0.1 MPa
        self.kpa = max(40.0, 360.0 - self._height_kpa + daily - 0.01 * self.flow_l_min**2)
        self._wanted_l_min = demand + sum(leak.flow(self.kpa) for leak in self.leaks)
        self.total_l += self.flow_l_min * seconds / 60.0
        for leak in self.leaks:
            self._spill(leak, now, seconds)
        for spot in self.spots:
            spot.dry(seconds)

    def _demand(self, now: EpochMs, seconds: float) -> None:
        self._uses = [use for use in self._uses if use[0] > now]
        share = self._persons * activity(now) * seconds / 86_400.0
        for kind in END_USES:
            for _ in range(poisson(self._rng, kind.per_person_day * share)):
                length = int(self._rng.uniform(*kind.seconds) * SECOND)
                self._uses.append((now + length, self._rng.uniform(*kind.litres_per_s)))

    def _spill(self, leak: Leak, now: EpochMs, seconds: float) -> None:
        litres = self._through(leak.flow(self.kpa)) * seconds / 60.0
        for spot, since in leak.paths:
            if now >= since and litres > 0.0:
                spot.wet_by(litres, leak.cause)
