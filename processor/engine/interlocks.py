"""Reasons not to act, looked at in one order, so that the ledger always names the first that counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from processor.engine.device_state import DeviceState
from processor.model.disposition import Interlock
from processor.model.district import District
from processor.model.profile import CommandSpec
from processor.model.rule import Level
from processor.model.time import DAY, MINUTE, DurationMs, EpochMs

# Blast radius (DOMAIN.md 2.1, interlock 4): a wrong rule must run out of breath before it has emptied a community.
DEVICE_PAUSE_MS: Final[DurationMs] = 10 * MINUTE
DEVICE_ALERTS_PER_DAY: Final = 3
RULE_ALERTS_PER_WINDOW: Final = 3
RULE_WINDOW_MS: Final[DurationMs] = 10 * MINUTE


@dataclass(slots=True)
class Budgets:
    """What automatic commands have been spent, in one scope. Only what is sent spends.

    The commands of one alert count once: "inlet off and heater off" is one answer. And what was done for a milder
    alert never holds up a graver one: a hot socket's stop must not keep the fire next to it from being fought. There
    are four levels, so this stays bounded.
    """

    stopped: bool = False
    devices: dict[str, list[tuple[EpochMs, str, Level]]] = field(default_factory=dict)  # (when, alert, its level)
    rules: dict[str, list[tuple[EpochMs, str]]] = field(default_factory=dict)  # (when, alert)

    def device_spent(self, device: str, alert: str, level: Level, now: EpochMs) -> bool:
        """Whether other alerts, as grave as this one or graver, have used up the device's share."""
        spent = [entry for entry in self.devices.get(device, ()) if now - entry[0] < DAY]
        others = {other: at for at, other, grave in spent if grave <= level and other != alert}
        return len(others) >= DEVICE_ALERTS_PER_DAY or any(now - at < DEVICE_PAUSE_MS for at in others.values())

    def rule_spent(self, rule: str, alert: str, now: EpochMs) -> bool:
        """Whether other alerts of this rule have used up its share."""
        recent = {other for at, other in self.rules.get(rule, ()) if now - at < RULE_WINDOW_MS}
        return alert not in recent and len(recent) >= RULE_ALERTS_PER_WINDOW

    def spend(self, device: str, rule: str, alert: str, level: Level, now: EpochMs) -> None:
        """Note a command that is being sent."""
        spent = [entry for entry in self.devices.get(device, []) if now - entry[0] < DAY]
        self.devices[device] = [*spent, (now, alert, level)]
        kept = [(at, other) for at, other in self.rules.get(rule, []) if now - at < RULE_WINDOW_MS]
        self.rules[rule] = [*kept, (now, alert)]


def evidence_interlock(*, fresh: bool, doubt: Interlock | None) -> Interlock | None:
    """Why the alert's evidence may not cause a command (DESIGN.md 5.5, 5.6)."""
    return None if fresh else doubt or Interlock.EVIDENCE_UNKNOWN


def target_interlock(target: DeviceState | None, spec: CommandSpec | None) -> Interlock | None:
    """Why this command may not be sent to this device, whatever the evidence (DESIGN.md 5.7)."""
    if target is None or spec is None:
        return Interlock.NO_TARGET
    if not spec.makes_safer:
        return Interlock.NOT_SAFER
    # Nobody said whether it is critical, so it is.
    return None if target.device.critical is False else Interlock.CRITICAL


def budget_interlock(
    budgets: Budgets, *, device: str, rule: str, alert: str, level: Level, now: EpochMs
) -> Interlock | None:
    """Why the budget forbids it."""
    if budgets.stopped:
        return Interlock.KILL_SWITCH
    if budgets.device_spent(device, alert, level, now):
        return Interlock.DEVICE_BUDGET
    return Interlock.RULE_BUDGET if budgets.rule_spent(rule, alert, now) else None


def probation_interlock(district: District, rule: str, now: EpochMs) -> Interlock | None:
    """A new or changed automatic answer only shows for a while what it would do (DOMAIN.md 2.1, interlock 6)."""
    until = district.probation.get(rule)
    return Interlock.PROBATION if until is not None and now < until else None


def first_interlock(found: Sequence[Interlock | None]) -> Interlock | None:
    """The first that counts."""
    return next((interlock for interlock in found if interlock is not None), None)
