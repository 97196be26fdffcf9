"""A scope's whole running state as bytes, and back: after it, the core goes on as if it had never stopped."""

from collections.abc import Callable, Iterable

import msgspec

from processor.engine.alerts import AlertRecord
from processor.engine.device_state import MARK, DeviceState
from processor.engine.groups import GroupState
from processor.engine.scope import Scope
from processor.engine.snapshot_rows import FORMAT, READABLE, DeviceRow, GroupRow, Layout, PeerRow, ScopeSnapshot
from processor.engine.subjects import Subject, device_subject, place_subject
from processor.language.compiled import WindowSpec

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ScopeSnapshot)


def snapshot(scope: Scope) -> bytes:
    """The scope's state. Equal states give equal bytes."""
    layouts: dict[Layout, int] = {}
    known: dict[int, int] = {}
    rows = []
    for device in scope.devices.values():
        drawn = id(device.blueprint)
        if drawn not in known:
            known[drawn] = layouts.setdefault(_layout(device), len(layouts))
        rows.append(_device_row(device, known[drawn]))
    return _ENCODER.encode(
        ScopeSnapshot(
            format=FORMAT,
            scope=scope.plan.scope,
            now=scope.now,
            settle_until=scope.settle_until,
            layouts=list(layouts),
            devices=rows,
            groups=[_group_row(group) for group in scope.groups.values()],
            wakes=scope.wakeups.dump(),
            orders=list(scope.orders.records.values()),
            order_sequence=scope.orders.sequence,
            dispositions=list(scope.commands.running.values()),
            stopped=scope.commands.budgets.stopped,
            device_budgets=scope.commands.budgets.devices,
            rule_budgets=scope.commands.budgets.rules,
            last_episode=scope.stepping.last_episode,
            standing=list(scope.response.standing),
            restraint=scope.restraint.state,
            watching=scope.watching.records,
            peers=[PeerRow(each.key, each.tally.members, each.wake_at) for each in scope.peers.states.values()],
        )
    )


def _group_row(group: GroupState) -> GroupRow:
    windows = [
        {spec.key: window.dump() for spec, window in zip(trigger.condition.windows, windows, strict=True)}
        for trigger, windows in zip(group.bound.expressions(), group.windows, strict=False)
    ]
    return GroupRow(group.key, group.record, [tally.members for tally in group.tallies], windows, group.wake_at)


def _layout(device: DeviceState) -> Layout:
    return Layout(tuple(device.blueprint.vocabulary.slots), tuple(spec.key for spec in device.blueprint.windows))


def _device_row(device: DeviceState, layout: int) -> DeviceRow:
    return DeviceRow(
        id=device.device.id,
        layout=layout,
        values=tuple(device.values),
        ats=device.apart or [],
        arrivals=() if device.arrivals.count(device.last_arrival) == len(device.arrivals) else tuple(device.arrivals),
        last_arrival=device.last_arrival,
        newest_at=device.newest_at,
        heard=device.heard,
        seen=device.seen,
        windows=[window.dump() for window in device.windows],
        alerts=list(device.alerts.values()) if device.alerts else [],
        doubt=device.doubt,
        doubt_at=device.doubt_at,
        armed=device.armed,
        quiet=device.quiet,
        checked=device.checked,
        doubted=device.doubted,
    )


def restore(scope: Scope, state: bytes, keep: Callable[[str], bool] = lambda _rule: True) -> list[AlertRecord]:
    """Fill a new scope with a snapshot's state. Alerts of rules that are not to be kept, and of subjects that are no
    more, are left out and returned."""
    saved = _DECODER.decode(state)
    if saved.format not in READABLE:
        raise ValueError(f"snapshot of scope {saved.scope}: format {saved.format} is not {FORMAT}")
    dropped: list[AlertRecord] = []
    scope.now, scope.settle_until = saved.now, saved.settle_until
    same: dict[tuple[int, int], bool] = {}
    for row in saved.devices:
        device = scope.devices.get(row.id)
        if device is None:
            dropped += row.alerts
        else:
            layout = saved.layouts[row.layout]
            drawn = (id(device.blueprint), row.layout)
            if drawn not in same:
                same[drawn] = _layout(device) == layout
            _fill(device, row, layout, same=same[drawn], keep=keep)
            if row.alerts:
                dropped += _keep_alerts(device, row, keep)
    for group_row in saved.groups:
        dropped += _fill_group(scope, group_row, keep)
    _fill_peers(scope, saved.peers, keep)
    scope.wakeups.load(saved.wakes)
    scope.orders.records = {record.order.id: record for record in saved.orders}
    scope.orders.sequence = saved.order_sequence
    scope.commands.running = {record.disposition.command_id: record for record in saved.dispositions}
    scope.commands.rewatch()
    budgets = scope.commands.budgets
    budgets.stopped, budgets.devices, budgets.rules = saved.stopped, saved.device_budgets, saved.rule_budgets
    scope.stepping.last_episode = saved.last_episode
    scope.restraint.state = saved.restraint
    dropped += _keep_watching(scope, saved.watching, keep)
    _stand_again(scope, saved.standing)
    return dropped


def _fill(device: DeviceState, row: DeviceRow, layout: Layout, *, same: bool, keep: Callable[[str], bool]) -> None:
    """`same`: the device's lists mean today what they meant then, as they nearly always do."""
    if same:
        device.values, device.newest_at = row.values, row.newest_at
        device.arrivals = row.arrivals or device.blueprint.together(row.last_arrival)
        if row.ats:
            device.ats = row.ats
        for spec, window, dump in zip(device.blueprint.windows, device.windows, row.windows, strict=True):
            if not spec.peers or _means_the_same(device, spec, keep):
                window.load(dump)
    else:
        _rearrange(device, row, layout, keep)
    device.last_arrival, device.heard = row.last_arrival, row.heard
    device.seen = row.seen if isinstance(row.seen, bytes) else b"".join(MARK.pack(*mark) for mark in row.seen)
    device.doubt, device.doubt_at = row.doubt, row.doubt_at
    device.armed, device.quiet, device.checked = row.armed, row.quiet, row.checked
    # Where the points moved, which of them doubt had a part in is no longer told: then it may be any.
    device.doubted = row.doubted if same or not row.doubted else (1 << len(device.values)) - 1


def _means_the_same(device: DeviceState, spec: WindowSpec, keep: Callable[[str], bool]) -> bool:
    """A window over others means what its rule asks of them, and that is not all in its text."""
    return all(keep(device.blueprint.peers[index].rule) for index in spec.peers)


def _rearrange(device: DeviceState, row: DeviceRow, layout: Layout, keep: Callable[[str], bool]) -> None:
    slots = device.blueprint.vocabulary.slots
    values, ats, arrivals = [*device.values], [0] * len(device.values), [row.last_arrival] * len(device.values)
    for position, name in enumerate(layout.points):
        slot = slots.get(name)
        if slot is not None:
            values[slot] = row.values[position]
            ats[slot] = row.ats[position] if row.ats else row.newest_at
            arrivals[slot] = row.arrivals[position] if row.arrivals else row.last_arrival
    device.values, device.arrivals, device.newest_at = values, arrivals, row.newest_at
    device.ats = ats
    dumps = dict(zip(layout.windows, row.windows, strict=True))
    for spec, window in zip(device.blueprint.windows, device.windows, strict=True):
        if spec.key in dumps and _means_the_same(device, spec, keep):
            window.load(dumps[spec.key])


def _keep_alerts(device: DeviceState, row: DeviceRow, keep: Callable[[str], bool]) -> list[AlertRecord]:
    """Give the device its alerts back; those that are not to be kept are returned."""
    rules = {bound.rule.id for bound in device.blueprint.rules}
    kept = [record for record in row.alerts if record.rule in rules and keep(record.rule)]
    device.alerts = {record.rule: record for record in kept} or None
    return [record for record in row.alerts if record not in kept]


def _fill_group(scope: Scope, row: GroupRow, keep: Callable[[str], bool]) -> list[AlertRecord]:
    group = scope.groups.get(row.key)
    if group is None or not keep(group.bound.rule.id):
        return [row.record] if row.record else []
    group.record = row.record
    for tally, members in zip(group.tallies, row.tallies, strict=True):
        tally.load(members, scope.now)
    for trigger, windows, dumps in zip(group.bound.expressions(), group.windows, row.windows, strict=False):
        for spec, window in zip(trigger.condition.windows, windows, strict=True):
            if spec.key in dumps:
                window.load(dumps[spec.key])
    group.wake_at = row.wake_at
    return []


def _fill_peers(scope: Scope, rows: Iterable[PeerRow], keep: Callable[[str], bool]) -> None:
    for row in rows:
        state = scope.peers.states.get(row.key)
        if state is not None and keep(state.rule):
            state.tally.load(row.members, scope.now)
            state.wake_at = row.wake_at


def _keep_watching(scope: Scope, records: dict[str, AlertRecord], keep: Callable[[str], bool]) -> list[AlertRecord]:
    enabled = {rule.id for rule in scope.plan.district.rules.values() if rule.enabled}
    kept = {key: record for key, record in records.items() if record.rule in enabled and keep(record.rule)}
    scope.watching.records = kept
    return [record for key, record in records.items() if key not in kept]


def _stand_again(scope: Scope, standing: list[str]) -> None:
    found: dict[str, tuple[AlertRecord, Subject]] = {}
    for device in scope.devices.values():
        for record in (device.alerts or {}).values():
            found[record.id] = (record, device_subject(device.device, scope.plan))
    for group in scope.groups.values():
        if group.record is not None:
            found[group.record.id] = (group.record, place_subject(group.place, group.members(), scope.plan))
    for record in scope.watching.records.values():
        found[record.id] = (record, scope.watching.subject(record.subject))
    scope.response.standing = {alert: found[alert] for alert in standing if alert in found}
