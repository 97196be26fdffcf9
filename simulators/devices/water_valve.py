"""Motor valve: takes some seconds to travel, says where it stands, and may be jammed."""

from random import Random

from processor.model.time import SECOND, DurationMs, EpochMs
from simulators.devices.reporter import Reporter
from simulators.message import Body, Command, Event
from simulators.plumbing import Branch

TRAVEL_S = (4.0, 8.0)  # a DN25 motor ball valve turns in 4-8 s [K]
TARGETS = {"close": 0.0, "open": 1.0}


class WaterValve:
    """Obeys `close` and `open`. Jammed: it says yes and does not move. `jammed_by` names the causes."""

    def __init__(self, rng: Random, reporter: Reporter, *, branch: Branch) -> None:
        self.reporter = reporter
        self.jammed_by: dict[str, float] = {}
        self._branch = branch
        self._travel_ms = rng.uniform(*TRAVEL_S) * SECOND
        self._target = branch.open_fraction

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        before = self._position()
        if not self.jammed_by:
            self._move(now, dt)
        if self._position() == before and not self.reporter.due(now):
            return []
        share = self._branch.open_fraction
        body: Body = {"position": self._position(), "open_pct": round(100 * share), "fault": 0}
        return self.reporter.report(now, body, tuple(self.jammed_by) if share != self._target else ())

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - the valve moves in its own steps
        if command.cmd not in TARGETS:
            return "unknown_command"
        self._target = TARGETS[command.cmd]
        self.reporter.hasten()
        return ""

    def _move(self, now: EpochMs, dt: DurationMs) -> None:
        gap = self._target - self._branch.open_fraction
        if gap == 0.0:
            return
        self._branch.advance(now)  # the water of the past step ran through the old opening
        reach = dt / self._travel_ms
        if abs(gap) <= reach:
            self._branch.open_fraction = self._target
        else:
            self._branch.open_fraction += reach if gap > 0 else -reach

    def _position(self) -> str:
        share = self._branch.open_fraction
        if share == self._target or self.jammed_by:
            return "closed" if share == 0.0 else "open"
        return "moving"
