"""Flow meter with pressure: reads its branch, blind below its floor."""

from random import Random

from processor.model.time import DurationMs, EpochMs
from simulators.devices.reporter import Reporter
from simulators.message import Command, Event
from simulators.plumbing import METER_FLOOR_L_MIN, Branch

NOISE_SHARE = 0.01


class FlowMeter:
    """Reports every period, and at once when the flow stops or starts (the real-time flag of DOMAIN.md 1.4)."""

    def __init__(self, rng: Random, reporter: Reporter, *, branch: Branch) -> None:
        self.reporter = reporter
        self._rng = rng
        self._branch = branch
        self._battery = rng.randint(40, 100)
        self._was_closed = False

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:  # noqa: ARG002 - the branch keeps the time
        self._branch.advance(now)
        closed = self._branch.open_fraction == 0.0
        changed, self._was_closed = closed != self._was_closed, closed
        if not (changed or self.reporter.due(now)):
            return []
        body = {
            "flow_l_min": round(self._reading(), 2),
            "total_l": round(self._branch.total_l, 1),
            "pressure_kpa": round(self._branch.kpa + self._rng.gauss(0.0, 1.0)),
            "reverse": False,
            "battery_pct": self._battery,
        }
        return self.reporter.report(now, body, self._branch.visible_leaks())

    def _reading(self) -> float:
        true = self._branch.flow_l_min
        if true < METER_FLOOR_L_MIN:
            return 0.0
        return true * (1.0 + self._rng.gauss(0.0, NOISE_SHARE))

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - a meter takes no commands
        return "unknown_command"
