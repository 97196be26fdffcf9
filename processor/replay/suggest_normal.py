"""What is normal: how a limited value is distributed, by device, while nothing is wrong with the device."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from processor.engine.core import Core
from processor.engine.device_state import DeviceState
from processor.engine.groups import group_key, group_of
from processor.engine.inspect_tree import Tree
from processor.engine.scope import Scope
from processor.engine.selection import tags_of
from processor.engine.sketch import bucket, ranked
from processor.language.plan import Against, Compared, Constant, NumberPlan, PointNumber
from processor.language.units import unit
from processor.model.alert import AlertState
from processor.model.inputs import Input, WakeUp
from processor.model.reading import Reading
from processor.model.rule import Rule
from processor.model.time import EpochMs
from processor.ports.history import Stretch
from processor.replay.driver import Replay
from processor.replay.suggest_thresholds import Threshold

HELD_AT_MOST: Final = 10_000
"""Values of an alert that is pending: normal if it never fires, else not."""


class Distribution(msgspec.Struct, frozen=True):
    """How normal values lie, in the parameter's unit; percentiles are exact to 1.6 %, the extremes exactly."""

    samples: int
    least: float
    p1: float
    median: float
    p99: float
    most: float


@dataclass(slots=True)
class Values:
    """Values of one device, counted in narrow ranges."""

    counts: dict[int, int] = field(default_factory=dict)
    least: float = float("inf")
    most: float = float("-inf")
    held: list[float] = field(default_factory=list)
    left_out: int = 0

    def add(self, value: float) -> None:
        found = bucket(value)
        self.counts[found] = self.counts.get(found, 0) + 1
        self.least, self.most = min(self.least, value), max(self.most, value)


def distribution(several: Sequence[Values]) -> Distribution | None:
    """All of them together, None where there is no value."""
    counts: dict[int, int] = defaultdict(int)
    for values in several:
        for found, count in values.counts.items():
            counts[found] += count
    p1, median, p99 = (ranked(counts, percent) for percent in (1, 50, 99))
    if p1 is None or median is None or p99 is None:
        return None
    least, most = min(values.least for values in several), max(values.most for values in several)
    within = [min(max(value, least), most) for value in (p1, median, p99)]
    return Distribution(sum(counts.values()), least, within[0], within[1], within[2], most)


def at_of(stretch: Stretch, given: Input) -> EpochMs | None:
    """When an input of the stretch was handled."""
    return stretch.now if stretch.now is not None else given.arrived if isinstance(given, Reading) else None


class Measure(NamedTuple):
    """Says the value that one threshold limits on one device, and how it becomes one in the parameter's unit."""

    value: Callable[[EpochMs], float | None]
    scale: float
    offset: float


class Observer:
    """Turns a core through a history and notes, after each reading, what each threshold's value was.

    A value counts as normal unless this rule or one of `related` fires or recovers on the device; what came while one
    was pending counts only if it did not go on to fire.
    """

    def __init__(self, core: Core, rule: Rule, thresholds: Sequence[Threshold], related: Collection[str]) -> None:
        self._replay = Replay(core.district, core=core)
        self._core = core
        self._rule = rule
        self._thresholds = thresholds
        self._related = frozenset(related)
        self._measures: dict[str, list[Measure | None]] = {}
        self.values: dict[str, dict[str, Values]] = {threshold.parameter: {} for threshold in thresholds}
        self.readings = 0

    def take(self, stretch: Stretch, since: EpochMs | None) -> None:
        """The next stretch; what comes before `since` only warms up."""
        for given in stretch.inputs:
            if isinstance(given, WakeUp):
                continue
            at = at_of(stretch, given)
            if at is None:
                continue
            self._replay.give(at, given)
            if isinstance(given, Reading) and (since is None or at >= since):
                self._observe(given, at)

    def _observe(self, reading: Reading, now: EpochMs) -> None:
        known = self._core.district.devices.get(reading.device)
        scope = self._core.scopes.get(known.community) if known else None
        device = scope.devices.get(reading.device) if scope else None
        if scope is None or device is None or (device.doubt is not None and device.doubt_at == now):
            return
        measures = self._measures.get(reading.device)
        if measures is None:
            measures = self._measures[reading.device] = self._measure(device)
        state = self._state(scope, device)
        for threshold, measure in zip(self._thresholds, measures, strict=True):
            if measure is None:
                continue
            value = measure.value(now)
            if value is not None:
                self._note(threshold.parameter, reading.device, value * measure.scale + measure.offset, state)
        self.readings += any(measure is not None for measure in measures)

    def _note(self, parameter: str, device: str, value: float, state: AlertState) -> None:
        values = self.values[parameter].setdefault(device, Values())
        if state is AlertState.PENDING and len(values.held) < HELD_AT_MOST:
            values.held.append(value)
            return
        if state in (AlertState.FIRING, AlertState.RECOVERING):
            values.left_out += 1 + len(values.held)
        else:
            for held in values.held:
                values.add(held)
            values.add(value)
        values.held.clear()

    def _state(self, scope: Scope, device: DeviceState) -> AlertState:
        """The worst that this rule and the related ones are in."""
        states = {record.state for name, record in (device.alerts or {}).items() if name in self._related}
        for hook in device.blueprint.hooks:
            group = scope.groups.get(group_key(hook.rule, group_of(device.device, hook.by)))
            if group is not None and group.record is not None and hook.rule in self._related:
                states.add(group.record.state)
        for state in (AlertState.FIRING, AlertState.RECOVERING, AlertState.PENDING):
            if state in states:
                return state
        return AlertState.OK

    def _measure(self, device: DeviceState) -> list[Measure | None]:
        looked_at = {bound.rule.id for bound in device.blueprint.rules} | {hook.rule for hook in device.blueprint.hooks}
        if self._rule.id not in looked_at:
            return [None] * len(self._thresholds)
        plan = self._core.scopes[device.device.community].plan
        parameters = plan.draughtsman.parameters(self._rule, device.device)
        tags = tags_of(device.device, device.blueprint.profile)
        tree = Tree(device, self._rule.id, parameters, tags, 0)
        return [
            _measure(tree, threshold, self._rule.parameters[threshold.parameter].unit) for threshold in self._thresholds
        ]


def _measured(compared: object) -> NumberPlan | None:
    """The side of a comparison that is no constant."""
    match compared:
        case Against(point=point):
            measured = unit(point.unit)
            return None if measured is None else PointNumber(point, measured)
        case Compared(left=left, right=Constant()):
            return left
        case Compared(left=Constant(), right=right):
            return right
        case _:
            return None


def _measure(tree: Tree, threshold: Threshold, wanted: str) -> Measure | None:
    measured, target = _measured(tree.plan_of(threshold.compared, threshold.zone)), unit(wanted)
    if measured is None or target is None:
        return None
    scale, offset = measured.unit.scale / target.scale, (measured.unit.offset - target.offset) / target.scale
    return Measure(tree.measure(measured), float(scale), float(offset))
