"""Leak sensor: wet when the film under it is larger than its electrodes need, after its own delay."""

from random import Random

from processor.model.time import MINUTE, SECOND, DurationMs, EpochMs
from simulators.devices.reporter import Reporter
from simulators.environment import Environment
from simulators.message import Command, Event
from simulators.plumbing import Branch, Spot

WET_AREA_M2 = 0.05  # A0: the film must span the electrodes [K]
DRY_AREA_M2 = 0.02
REPEAT_WHILE_WET = MINUTE  # DOMAIN.md 1.4: the alarm repeats every 60 s and more
DELAY_S = (5.0, 120.0)  # DOMAIN.md 5.1 leak sensor


class LeakSensor:
    """Reports on change, every period, and each minute while wet."""

    def __init__(
        self,
        rng: Random,
        reporter: Reporter,
        *,
        branch: Branch,
        environment: Environment,
        delay_s: tuple[float, float] = DELAY_S,
    ) -> None:
        self.reporter = reporter
        self.spot = Spot()
        self._rng = rng
        self._branch = branch
        self._environment = environment
        self._delay_ms = int(rng.uniform(*delay_s) * SECOND)
        self._battery = rng.uniform(40.0, 100.0)
        self._wet = False
        self._covered_since: EpochMs | None = None
        self._reported_at: EpochMs = 0
        branch.spots.append(self.spot)

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        self._branch.advance(now)
        self._battery = max(0.0, self._battery - dt / (1_000 * 86_400 * 20))  # one percent in 20 days [K]
        changed = self._sense(now)
        repeat = self._wet and now - self._reported_at >= REPEAT_WHILE_WET
        if not (changed or repeat or self.reporter.due(now)):
            return []
        self._reported_at = now
        shows = tuple(self.spot.causes) if self._wet else ()
        body = {
            "wet": int(self._wet),
            "battery_pct": round(self._battery),
            "temp": round(self._environment.ambient_c(now) - 2.0 + self._rng.gauss(0.0, 0.1), 1),
            "tamper": 0,
        }
        return self.reporter.report(now, body, shows)

    def _sense(self, now: EpochMs) -> bool:
        before = self._wet
        if self.spot.area_m2 < DRY_AREA_M2:
            self._covered_since = None
            self._wet = False
        elif self.spot.area_m2 > WET_AREA_M2 and self._covered_since is None:
            self._covered_since = now
        if self._covered_since is not None and now - self._covered_since >= self._delay_ms:
            self._wet = True
        return self._wet != before

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - a sensor takes no commands
        return "unknown_command"
