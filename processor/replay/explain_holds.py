"""When the holds of one alert began, were broken off or began again, noted while a journal is read again."""

from collections import deque
from enum import StrEnum
from typing import Final

import msgspec

from processor.engine.alerts import AlertRecord
from processor.engine.groups import group_key, group_of
from processor.engine.scope import Scope
from processor.model.inputs import Input, Started
from processor.model.rule import Level
from processor.model.time import EpochMs

KEPT: Final = 16


class HoldChange(StrEnum):
    """What happened to a hold."""

    BEGAN = "began"
    REACHED = "reached"
    FALSE = "false"  # the condition was no longer true
    UNKNOWN = "unknown"  # the condition could not be told any more
    PAUSED = "paused"  # the pause between two readings was too long: it began again
    DOWN = "down"  # we ourselves were down: the clock stood still


class HoldStep(msgspec.Struct, frozen=True):
    """One such step: when it was seen, of which level, and since when the hold then ran."""

    at: EpochMs
    level: Level
    change: HoldChange
    since: EpochMs | None = None


State = tuple[EpochMs | None, bool]


class HoldLog:
    """Give `watch` to a rewinder; `newest` then has the last steps, oldest first."""

    def __init__(self, subject: str, rule: str) -> None:
        self._subject = subject
        self._rule = rule
        self._before: tuple[State, ...] = ()
        self._steps: deque[HoldStep] = deque(maxlen=KEPT)

    def newest(self) -> tuple[HoldStep, ...]:
        """The last steps that were seen."""
        return tuple(self._steps)

    def begin(self, scope: Scope) -> None:
        """Reading begins here, at a checkpoint: of what was before, only the beginning of what runs is known."""
        record = self._record(scope)
        rule = scope.plan.district.rules.get(self._rule)
        if record is None or rule is None:
            return
        self._before = tuple((state.since, state.on) for state in record.triggers)
        found = zip(rule.triggers, self._before, strict=False)
        began = [(since, trigger.level) for trigger, (since, _) in found if since is not None]
        self._steps.extend(HoldStep(since, level, HoldChange.BEGAN, since) for since, level in sorted(began))

    def watch(self, scope: Scope, given: Input, now: EpochMs) -> None:
        """Compare with what was before this input."""
        record = self._record(scope)
        states = tuple((state.since, state.on) for state in record.triggers) if record else ()
        if states == self._before:
            return
        rule = scope.plan.district.rules.get(self._rule)
        for index, trigger in enumerate(rule.triggers if rule else ()):
            before = self._before[index] if index < len(self._before) else (None, False)
            after = states[index] if index < len(states) else (None, False)
            verdict = record.triggers[index].verdict if record and index < len(record.triggers) else False
            change = _change(before, after, told=verdict is not None, started=isinstance(given, Started))
            if change is not None:
                self._steps.append(HoldStep(now, trigger.level, change, after[0]))
        self._before = states

    def _record(self, scope: Scope) -> AlertRecord | None:
        device = scope.devices.get(self._subject)
        if device is not None and device.alerts and self._rule in device.alerts:
            return device.alerts[self._rule]
        keys = [group_key(self._rule, self._subject)]
        if device is not None:
            keys += [
                group_key(self._rule, group_of(device.device, hook.by))
                for hook in device.blueprint.hooks
                if hook.rule == self._rule
            ]
        found = [scope.groups[key] for key in keys if key in scope.groups]
        return found[0].record if found else None


def _change(before: State, after: State, *, told: bool, started: bool) -> HoldChange | None:
    if after[0] is None:
        if before[0] is None:
            return None
        return HoldChange.FALSE if told else HoldChange.UNKNOWN
    if before[0] is None:
        return HoldChange.REACHED if after[1] else HoldChange.BEGAN
    if before[0] != after[0]:
        return HoldChange.DOWN if started else HoldChange.PAUSED
    return HoldChange.REACHED if after[1] and not before[1] else None
