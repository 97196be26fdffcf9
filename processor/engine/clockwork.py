"""What the passing of time alone does in one scope: silences, holds, deadlines, clocks of orders, schedules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from processor.engine.alerts import Moment
from processor.engine.commands import Commands
from processor.engine.device_state import DeviceState
from processor.engine.groups import GroupState, group_key
from processor.engine.members import Members
from processor.engine.orders import Orders
from processor.engine.peers import Peers
from processor.engine.response import Response, stands
from processor.engine.restraint import Restraint
from processor.engine.steps import Steps
from processor.engine.wakeups import ALERT, DEADLINE, EDGE, GROUP, ORDER, PEERS, RESTRAINT, SILENCE, WakeUps
from processor.engine.watching import Watching
from processor.model.effect import Effect
from processor.model.inputs import WakeUp
from processor.model.time import EpochMs

Look = Callable[[DeviceState, Moment, Sequence[Any], Sequence[Any]], list[Effect]]
TellGroups = Callable[[DeviceState, Moment, Sequence[Any], list[Effect]], None]


class Parts(Protocol):
    """The running parts of a scope that time can move."""

    wakeups: WakeUps
    devices: dict[str, DeviceState]
    groups: dict[str, GroupState]
    steps: Steps
    commands: Commands
    orders: Orders
    response: Response
    restraint: Restraint
    watching: Watching
    members: Members
    peers: Peers


class Clockwork:
    """Looks again at what asked for it. `look` and `tell_groups` are the scope's own way of looking at a device."""

    def __init__(self, parts: Parts, look: Look, tell_groups: TellGroups) -> None:
        self._parts = parts
        parts.peers.arm = self.arm
        self._look = look
        self._tell_groups = tell_groups
        self._kinds: Mapping[int, Callable[[str, EpochMs, list[Effect]], None]] = {
            SILENCE: self._silent,
            ALERT: self.alert_due,
            DEADLINE: self._deadline,
            ORDER: self._order_due,
            EDGE: self._edge,
            GROUP: self.group_due,
            RESTRAINT: self._restraint_due,
            PEERS: self._parts.peers.due,
        }

    def woken(self, _given: WakeUp, now: EpochMs, effects: list[Effect]) -> None:
        """Everything that is due, in the order it was asked for."""
        while (entry := self._parts.wakeups.due(now)) is not None:
            kind, ref = entry
            self._kinds[kind](ref, now, effects)

    def arm(self, device: DeviceState, now: EpochMs, *, anew: bool = False) -> None:
        """Ask to be woken at the next instant at which silence, or waiting, would mean something for this device.

        `anew`: by another blueprint than before.
        """
        after = max(now, device.checked)
        # What is silent since longer was looked at when it was asked for; what has just come is silent later.
        known = not anew and 0 < device.armed <= now + device.blueprint.least_silence_ms
        instant = None if known else device.next_silence(after)
        if device.blueprint.lapses:
            lapse = device.next_lapse(after)
            if lapse is not None and (instant is None or lapse < instant):
                instant = lapse
        if instant is not None and not 0 < device.armed <= instant:
            self._parts.wakeups.add(instant, SILENCE, device.device.id)
            device.armed = instant

    def rearm(self, now: EpochMs) -> None:
        """Ask for every wake-up that is not asked for yet: after a start, and after a change of rules."""
        for device in self._parts.devices.values():
            if not device.armed or device.blueprint.lapses:
                self.arm(device, now, anew=True)
        for group in self._parts.groups.values():
            if group.windows:
                self._parts.members.arm(group, now)
        if not self._parts.wakeups.waits_for(EDGE):
            self._arm_edges(now)

    def alert_due(self, ref: str, now: EpochMs, effects: list[Effect]) -> None:
        """Look at the rule on the device that `ref`, "rule@device", names."""
        rule, _, subject = ref.partition("@")
        device = self._parts.devices.get(subject)
        record = device.alerts.get(rule) if device and device.alerts else None
        if device is None or record is None:
            return
        record.wake_at = None
        for bound in device.blueprint.rules:
            if bound.rule.id == rule:
                self._parts.steps.device_rule(device, bound, Moment(now), effects)

    def group_due(self, ref: str, now: EpochMs, effects: list[Effect]) -> None:
        """Look at the group rule on the place that `ref` names."""
        group = self._parts.groups.get(ref)
        if group is not None:
            if group.windows:
                self._parts.members.feed(group, now)
            if group.record:
                group.record.wake_at = None
            self._parts.steps.group_rule(group, Moment(now), effects)

    def _silent(self, ref: str, now: EpochMs, effects: list[Effect]) -> None:
        device = self._parts.devices.get(ref)
        if device is None or device.armed > now:
            return  # a sooner look was asked for meanwhile, made, and the next one asked for
        device.armed = 0
        since, device.checked = device.checked, now
        if device.silence_fell(since, now):
            effects.extend(self._look(device, Moment(now), device.blueprint.rules, device.blueprint.hooks))
            device.quiet = True
        self.arm(device, now)

    def _deadline(self, ref: str, now: EpochMs, effects: list[Effect]) -> None:
        running = self._parts.commands.running.get(ref)
        if running is not None:
            found = self._parts.response.standing.get(running.disposition.alert)
            self._parts.commands.deadline(ref, now, effects, alert_stands=found is not None and stands(found[0]))

    def _order_due(self, ref: str, now: EpochMs, effects: list[Effect]) -> None:
        record = self._parts.orders.overdue(ref, now)
        if record is not None:
            self._parts.response.overdue(record, now, effects)

    def _restraint_due(self, _ref: str, now: EpochMs, effects: list[Effect]) -> None:
        """Something that withheld answers may be over: what still fires is looked at, and answered if so."""
        self._parts.restraint.passed(now)
        self._parts.watching.look(Moment(now), effects)
        for record, _ in list(self._parts.response.standing.values()):
            if record.withheld is not None:
                key = group_key(record.rule, record.subject)
                if record.subject in self._parts.devices:
                    self.alert_due(key, now, effects)
                else:
                    self.group_due(key, now, effects)

    def _edge(self, ref: str, now: EpochMs, effects: list[Effect]) -> None:
        """A schedule or a time-of-day test of this rule opens or closes: look at it on every subject."""
        moment = Moment(now)
        self._parts.peers.answer_all(now, effects, ref)
        for device in self._parts.devices.values():
            for bound in device.blueprint.rules:
                if bound.rule.id == ref:
                    self._parts.steps.device_rule(device, bound, moment, effects)
            hooks = [hook for hook in device.blueprint.hooks if hook.rule == ref]
            if hooks:
                self._tell_groups(device, moment, hooks, effects)
        for group in self._parts.groups.values():
            if group.bound.rule.id == ref:
                self._parts.steps.group_rule(group, moment, effects)
        self._arm_edges(now, only=ref)

    def _arm_edges(self, now: EpochMs, only: str = "") -> None:
        soonest: dict[str, EpochMs] = {}
        for rule, next_edge in self._edges():
            if not only or rule == only:
                edge = next_edge(now)
                soonest[rule] = min(edge, soonest.get(rule, edge))
        for rule in sorted(soonest):
            self._parts.wakeups.add(soonest[rule], EDGE, rule)

    def _edges(self) -> list[tuple[str, Callable[[EpochMs], EpochMs]]]:
        """Every schedule and time-of-day test in use, with its rule."""
        found: list[tuple[str, Callable[[EpochMs], EpochMs] | None]] = []
        for blueprint in {id(each.blueprint): each.blueprint for each in self._parts.devices.values()}.values():
            found += [(hook.rule, hook.condition.next_edge) for hook in blueprint.hooks]
            found += [(hook.rule, hook.condition.next_edge) for hook in blueprint.peer_hooks]
            for bound in blueprint.rules:
                found += [(bound.rule.id, trigger.condition.next_edge) for trigger in bound.triggers]
                found.append((bound.rule.id, bound.schedule.next_edge if bound.schedule else None))
        for group in {group.bound.rule.id: group.bound for group in self._parts.groups.values()}.values():
            found += [(group.rule.id, trigger.condition.next_edge) for trigger in group.triggers]
            found.append((group.rule.id, group.schedule.next_edge if group.schedule else None))
        return [(rule, next_edge) for rule, next_edge in found if next_edge is not None]
