"""One community's core: inputs in, effects out. Everything a decision needs is in here, and nothing else is."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from processor.engine.alerts import AlertRecord, Moment, Terms, shift
from processor.engine.blueprint import MessagePlan
from processor.engine.calm import is_calm, nothing_wrong, tell_tallies
from processor.engine.clockwork import Clockwork
from processor.engine.commands import Commands
from processor.engine.device_state import DeviceState
from processor.engine.groups import GroupState, group_key
from processor.engine.members import Members
from processor.engine.orders import Orders
from processor.engine.peers import Peers
from processor.engine.plan import ScopePlan
from processor.engine.response import Response
from processor.engine.restraint import Restraint
from processor.engine.stepping import Stepping
from processor.engine.steps import Steps
from processor.engine.telling import Telling
from processor.engine.wakeups import WakeUps
from processor.engine.watching import Watching
from processor.language.thresholds import FOREVER
from processor.model.alert import AlertState
from processor.model.disposition import Interlock
from processor.model.effect import DropReason, Effect, OrderChanged, ReadingDropped
from processor.model.inputs import (
    AlertReset,
    CommandDelivered,
    CommandReply,
    Input,
    KillSwitch,
    Mute,
    OrderAction,
    Started,
    WakeUp,
)
from processor.model.order import OrderVerb
from processor.model.reading import Flag, Reading
from processor.model.time import EpochMs

NOTHING: Final[tuple[Effect, ...]] = ()
DUPLICATE: Final[tuple[Effect, ...]] = (ReadingDropped(DropReason.DUPLICATE),)
LATE_FLAGS: Final = int(Flag.HISTORY | Flag.LATE | Flag.RETRIED)


class Scope:
    """The running core of one community. `handle` is its only door; it never fails on an input it cannot use."""

    def __init__(self, plan: ScopePlan) -> None:
        self.plan = plan
        self.wakeups = WakeUps()
        self.devices = {device.id: DeviceState(device, plan.blueprint(device)) for device in plan.devices.values()}
        self.orders = Orders(plan.scope, self.wakeups)
        self.response = Response(plan, self.orders, Telling(plan, self.devices))
        self.commands = Commands(plan, self.devices, self.wakeups, self.response.failed)
        self.response.commands = self.commands
        self.groups: dict[str, GroupState] = {}
        self.restraint = Restraint(plan, self.devices, self.groups, self.wakeups)
        self.stepping = Stepping(plan, self.response, self.restraint)
        self.steps = Steps(plan, self.wakeups, self.stepping)
        self.members = Members(plan, self.devices, self.groups, self.wakeups, self.steps)
        self.peers = Peers(plan, self.devices, self.wakeups, self.steps)
        tell_tallies(self.devices, self.groups, self.peers)
        self.watching = Watching(plan, self.restraint, self.response, self.stepping)
        self.settle_until: EpochMs = 0
        self.now: EpochMs = 0
        self.clockwork = Clockwork(self, self._fell_silent, self.members.tell)
        self._handlers: dict[type, Callable[[Any, EpochMs, list[Effect]], None]] = {
            WakeUp: self.clockwork.woken,
            Started: self._started,
            CommandDelivered: self.commands.delivered,
            CommandReply: self.commands.replied,
            OrderAction: self._ordered,
            AlertReset: self._reset,
            KillSwitch: self._switched,
            Mute: self._muted,
        }

    def handle(self, given: Input, now: EpochMs) -> Sequence[Effect]:
        """What `given` causes at core time `now`. Core time never runs backwards."""
        now = max(now, self.now)
        if given.__class__ is Reading:
            return self._reading(given, now)
        self.now = now
        effects: list[Effect] = []
        self._handlers[given.__class__](given, now, effects)
        return effects

    def next_wake(self) -> EpochMs | None:
        """When the core wants a `WakeUp`. Right after a start it waits until the broker's backlog has come in."""
        first = self.wakeups.first()
        return None if first is None else max(first, self.settle_until)

    # ---- readings: the hot path -------------------------------------------------------------------------------

    def _reading(self, reading: Reading, now: EpochMs) -> Sequence[Effect]:
        device = self.devices.get(reading.device)
        if device is None:
            return NOTHING
        if device.is_duplicate(reading):
            return DUPLICATE
        self.now = now
        names = tuple(reading.values)
        blueprint = device.blueprint
        plan = blueprint.plans.get(names) or blueprint.plan(names)
        doubt = device.doubt_about(reading, now)
        if doubt is not None or device.doubted:
            device.mark(plan.slots, reading.at, doubt, now)
        device.remember(reading)
        at = reading.at
        past = doubt is not None and at < device.newest_at
        device.take(reading, plan, now)
        if past:
            device.feed_past(reading, plan, now)
        else:
            for index, sample in plan.feeds:
                device.windows[index].add(at, sample(device, now))
        # What is asked for may lie far off, because the points it says had been silent: now they can be missed again.
        if blueprint.lapses or (device.armed or FOREVER) > now + plan.silence_ms:
            self.clockwork.arm(device, now)
        at_rest = not (past or plan.clocked or device.quiet or device.alerts or device.watchers)
        if at_rest and is_calm(plan.glance, device, doubt, now):
            return NOTHING
        return self._noticed(device, plan, _moment(reading, now, doubt))

    def _noticed(self, device: DeviceState, plan: MessagePlan, moment: Moment) -> Sequence[Effect]:
        if device.blueprint.asked and (plan.asked or device.quiet):
            return self._told_peers(device, plan, moment)
        if not (device.quiet or device.alerts or device.watchers) and nothing_wrong(plan.rules, device, moment.now):
            told: list[Effect] = []
            self.members.tell(device, moment, plan.hooks, told)
            return told
        return self._reacted(device, plan, moment)

    def _reacted(self, device: DeviceState, plan: MessagePlan, moment: Moment) -> list[Effect]:
        effects = self._look(device, moment, plan.rules, plan.hooks)
        if device.watchers and moment.doubt is None:
            self.commands.read_back(device, plan.slots, moment.now, effects)
        return effects

    def _told_peers(self, device: DeviceState, plan: MessagePlan, moment: Moment) -> list[Effect]:
        """The way of a reading that other devices' rules ask about: first its answers are taken, then all look."""
        told = self.peers.take_reading(device, plan.peer_hooks, moment)
        if told or plan.clocked:
            self.peers.feed(told.values(), moment.now, device, plan.clocked, past=(moment.at or 0) < device.newest_at)
        seen = device.blueprint.rules if device.quiet else plan.rules
        effects = self._reacted(device, plan, moment)
        if told:
            self.peers.look(told.values(), moment, effects, seen=device, seen_rules=seen)
        return effects

    def _fell_silent(
        self, device: DeviceState, moment: Moment, rules: Sequence[Any], hooks: Sequence[Any]
    ) -> list[Effect]:
        told = self.peers.take(device, device.blueprint.peer_hooks, moment)
        self.peers.feed(told.values(), moment.now)
        effects = self._look(device, moment, rules, hooks)
        self.peers.look(told.values(), moment, effects, seen=device, seen_rules=rules)
        return effects

    def _look(self, device: DeviceState, moment: Moment, rules: Sequence[Any], hooks: Sequence[Any]) -> list[Effect]:
        effects: list[Effect] = []
        # Groups first: what stands on a place may answer for what stands on its devices.
        self.members.tell(device, moment, hooks, effects)
        if device.quiet:
            # Silence had been noticed: now every verdict that silence changed may change back. To a rule whose points
            # this message does not carry, it is time that passed, not a sample.
            device.quiet = False
            carried = {id(bound) for bound in rules}
            passed = Moment(moment.now, None, moment.doubt, late=moment.late)
            others = [hook for hook in device.blueprint.hooks if hook not in hooks]
            self.members.tell(device, passed, others, effects)
            for bound in device.blueprint.rules:
                self.steps.device_rule(device, bound, moment if id(bound) in carried else passed, effects)
        else:
            for bound in rules:
                self.steps.device_rule(device, bound, moment, effects)
        return effects

    # ---- starting ---------------------------------------------------------------------------------------------

    def _started(self, given: Started, now: EpochMs, effects: list[Effect]) -> None:
        self.settle_until = given.settle_until
        for device in self.devices.values():
            if not device.last_arrival:
                device.begin(now)
                self.members.tell(device, Moment(now), device.blueprint.hooks, effects)
            elif given.down_since is not None:
                device.resume(given.down_since, now)
        self.peers.answer_all(now, effects)
        if given.down_since is not None:
            for record, terms in self.active_records():
                shift(record, terms, max(0, now - given.down_since))
        self.clockwork.rearm(now)

    def active_records(self) -> list[tuple[AlertRecord, Terms]]:
        """Every alert that is not ok, with its rule's terms."""
        found = []
        for device in self.devices.values():
            for bound in device.blueprint.rules if device.alerts else ():
                record = (device.alerts or {}).get(bound.rule.id)
                if record is not None:
                    found.append((record, bound.terms))
        found += [(group.record, group.bound.terms) for group in self.groups.values() if group.record is not None]
        return found

    # ---- people -----------------------------------------------------------------------------------------------

    def _ordered(self, given: OrderAction, now: EpochMs, effects: list[Effect]) -> None:
        record = self.orders.records.get(given.order)
        found = self.response.standing.get(record.order.alert) if record else None
        firing = found is not None and found[0].state is AlertState.FIRING
        made = self.orders.act(given, now, alert_active=firing)
        effects.extend(made)
        closed = made and given.verb is OrderVerb.CLOSE and isinstance(made[0], OrderChanged)
        if closed and found is not None:
            # Whoever closes an order with a result has been there: that is the person a latched alert waits for.
            self._release(found[0], now, effects)

    def _reset(self, given: AlertReset, now: EpochMs, effects: list[Effect]) -> None:
        found = self.response.standing.get(given.alert)
        if found is not None and given.person.strip() and given.reason.strip():
            self._release(found[0], now, effects)

    def _release(self, record: AlertRecord, now: EpochMs, effects: list[Effect]) -> None:
        if record.state is not AlertState.RECOVERING:
            return
        record.reset = True
        device = self.devices.get(record.subject)
        if device is not None:
            self.clockwork.alert_due(f"{record.rule}@{record.subject}", now, effects)
        else:
            self.clockwork.group_due(group_key(record.rule, record.subject), now, effects)

    def _muted(self, given: Mute, now: EpochMs, _effects: list[Effect]) -> None:
        if given.person.strip() and given.reason.strip():
            self.restraint.muted(given, now)

    def _switched(self, given: KillSwitch, _now: EpochMs, _effects: list[Effect]) -> None:
        if given.person.strip() and given.reason.strip():
            self.commands.budgets.stopped = given.stopped


def _moment(reading: Reading, now: EpochMs, doubt: Interlock | None) -> Moment:
    return Moment(now, reading.at, doubt, late=bool(reading.flags & LATE_FLAGS))
