"""Looks at one rule on one subject without touching anything: after it the scope is, byte for byte, what it was."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from processor.engine.alerts import AlertRecord
from processor.engine.blueprint import BoundRule
from processor.engine.device_state import DeviceState
from processor.engine.groups import BoundGroupRule, GroupState, group_key, group_of
from processor.engine.inspect_commands import command_timers, commands_seen
from processor.engine.inspect_group import group_holds, tally_seen
from processor.engine.inspect_holds import alert_seen, clear_seen, hold_seen, hold_timers
from processor.engine.inspect_restraints import interlocks_of, restraint_timers, restraints_of
from processor.engine.inspect_selection import asked_of, parameters_of, place_device
from processor.engine.inspect_tree import Tree, twin_of
from processor.engine.inspect_watch import watching
from processor.engine.inspection import HoldSeen, Inspection, NodeSeen, PointSeen, TallySeen, Timer, TimerKind
from processor.engine.scope import Scope
from processor.engine.selection import tags_of
from processor.engine.subjects import Subject, device_subject, place_subject
from processor.engine.tally import OthersTally
from processor.language.plan import ConditionPlan
from processor.model.disposition import Interlock
from processor.model.rule import Rule
from processor.model.source import SourceText
from processor.model.time import EpochMs


def inspect(scope: Scope, subject: str, rule: Rule, now: EpochMs) -> Inspection:
    """The rule on this device or place of the scope as it is now; of a group rule, the group a device belongs to."""
    if rule.watches is not None:
        return watching(scope, subject, rule, now)
    group = scope.groups.get(group_key(rule.id, subject))
    device = scope.devices.get(subject)
    if group is not None:
        return _group(scope, group, rule, now, None)
    if device is None:
        return Inspection(rule=rule.id, subject=subject, at=now, enabled=rule.enabled)
    for hook in device.blueprint.hooks:
        found = scope.groups.get(group_key(rule.id, group_of(device.device, hook.by)))
        if hook.rule == rule.id and found is not None:
            return _group(scope, found, rule, now, twin_of(device))
    return _device(scope, device, rule, now)


def _device(scope: Scope, held: DeviceState, rule: Rule, now: EpochMs) -> Inspection:
    device, district = twin_of(held), scope.plan.district
    tags = tags_of(device.device, device.blueprint.profile)
    asked = asked_of(rule.applies_to, device.device, tags)
    known = Inspection(
        rule=rule.id,
        subject=device.device.id,
        at=now,
        asked=asked,
        selected=all(each.ok for each in asked),
        enabled=rule.enabled,
        note=rule.note,
        parameters=parameters_of(district, rule, device.device),
        gap=str(rule.gap),
    )
    bound = next((each for each in device.blueprint.rules if each.rule.id == rule.id), None)
    if bound is None:
        return known
    zone = rule.active.zone if rule.active else district.zone
    tree = Tree(device, rule.id, scope.plan.draughtsman.parameters(rule, device.device), tags, now)
    record = (held.alerts or {}).get(rule.id)
    plans = list(_plans(tree, rule, zone))
    points = tree.points(plans)
    way_back = _node(tree, rule.clear.when, zone)
    seen = replace(known, points=points, limits=tree.limits(plans), holds=tuple(_holds(tree, bound, record, zone, now)))
    timers = [*_edge_timers(bound, now), *_silence_timers(device, points, now)]
    return _finished(
        scope,
        bound,
        record,
        seen,
        subject=device_subject(device.device, scope.plan),
        way_back=way_back,
        doubt=device.doubt,
        timers=timers,
    )


def _group(scope: Scope, group: GroupState, rule: Rule, now: EpochMs, member: DeviceState | None) -> Inspection:
    holds, way_back = group_holds(group, now)
    tags = tags_of(member.device, member.blueprint.profile) if member else {}
    seen = Inspection(
        rule=rule.id,
        subject=group.place,
        at=now,
        asked=asked_of(rule.applies_to, member.device, tags) if member else (),
        selected=True,
        enabled=rule.enabled,
        note=rule.note,
        member_of=group.place if member else "",
        parameters=parameters_of(scope.plan.district, rule, place_device(group.place)),
        points=_member_points(member, rule, now) if member else (),
        holds=tuple(holds),
        gap=str(rule.gap),
    )
    expiry = (group.twin() if group.windows else group).next_expiry(now)
    timers = [Timer(expiry, TimerKind.EXPIRY)] if expiry is not None else []
    return _finished(
        scope,
        group.bound,
        group.record,
        seen,
        subject=place_subject(group.place, group.members(), scope.plan),
        way_back=way_back,
        doubt=None,
        timers=timers,
    )


def _finished(
    scope: Scope,
    bound: BoundRule | BoundGroupRule,
    record: AlertRecord | None,
    seen: Inspection,
    *,
    subject: Subject,
    way_back: NodeSeen | None,
    doubt: Interlock | None,
    timers: Sequence[Timer],
) -> Inspection:
    """What is said of devices and groups alike: the way back, the alert, what holds its answer back, the timers."""
    rule, now, schedule = bound.rule, seen.at, bound.schedule
    clear = clear_seen(bound.terms, record, way_back, now)
    restraints = restraints_of(scope, rule, subject, record, now)
    is_open = None if schedule is None else schedule.is_open(now)
    edges = [] if schedule is None else [Timer(schedule.next_edge(now), TimerKind.SCHEDULE)]
    due = [
        *timers,
        *edges,
        *hold_timers(seen.holds, clear),
        *command_timers(scope, record),
        *restraint_timers(restraints),
    ]
    return replace(
        seen,
        clear=clear,
        open=is_open,
        opens_at=edges[0].at if is_open is False else None,
        alert=alert_seen(record, bound.terms, clear, scope.orders),
        restraints=restraints,
        commands=commands_seen(
            scope,
            rule,
            subject.origins,
            record,
            holds=seen.holds,
            doubt=doubt,
            withheld=interlocks_of(restraints),
            now=now,
        ),
        timers=tuple(sorted({timer for timer in due if timer.at > now})),
        settling_until=scope.settle_until if scope.settle_until > now else None,
    )


def _holds(tree: Tree, bound: BoundRule, record: AlertRecord | None, zone: str, now: EpochMs) -> Iterable[HoldSeen]:
    for index, (trigger, written) in enumerate(zip(bound.triggers, bound.rule.triggers, strict=True)):
        condition = _node(tree, written.when, zone)
        if condition is not None:
            state = record.triggers[index] if record else None
            own_clear = _node(tree, written.clear_when, zone)
            tallies = _tallies(tree, written.when, zone, now)
            # A doubtful reading that is still in a window makes what the window says doubtful.
            doubted = tree.device.doubt is not None and now - tree.device.doubt_at <= trigger.window_ms
            is_fresh = False if trigger.window_ms and doubted else None
            yield hold_seen(
                trigger.hold, state, condition, now, own_clear=own_clear, tallies=tallies, is_fresh=is_fresh
            )


def _node(tree: Tree, text: SourceText | None, zone: str) -> NodeSeen | None:
    found = tree.plan(text.text, zone) if text else None
    return None if found is None else tree.node(found)


def _tallies(tree: Tree, text: SourceText, zone: str, now: EpochMs) -> list[TallySeen]:
    """What the devices at its place say, where the rule asks them."""
    found = tree.plan(text.text, zone)
    own = tree.device.device.id
    return [
        tally_seen(said, tally, now, without=own if isinstance(tally, OthersTally) else "")
        for said, tally in (tree.peers(found) if found is not None else ())
    ]


def _plans(tree: Tree, rule: Rule, zone: str) -> Iterable[ConditionPlan]:
    texts = [text for trigger in rule.triggers for text in (trigger.when, trigger.clear_when)]
    for text in (*texts, rule.clear.when):
        found = tree.plan(text.text, zone) if text else None
        if found is not None:
            yield found


def _member_points(member: DeviceState, rule: Rule, now: EpochMs) -> tuple[PointSeen, ...]:
    tree = Tree(member, rule.id, {}, {}, now)
    slots = {slot for hook in member.blueprint.hooks if hook.rule == rule.id for slot in hook.condition.slots}
    return tuple(tree.point(member.blueprint.vocabulary.points[slot]) for slot in sorted(slots))


def _edge_timers(bound: BoundRule, now: EpochMs) -> list[Timer]:
    edges = [trigger.condition.next_edge for trigger in bound.triggers]
    return [Timer(edge(now), TimerKind.TIME_OF_DAY) for edge in edges if edge is not None]


def _silence_timers(device: DeviceState, points: Iterable[PointSeen], now: EpochMs) -> list[Timer]:
    stale = {point.stale_at: point.name for point in points if point.stale_at is not None}
    found = [Timer(at, TimerKind.STALE, name) for at, name in stale.items()]
    silence = device.next_silence(now)
    if silence is not None and silence not in stale:
        found.append(Timer(silence, TimerKind.SILENCE))
    return found
