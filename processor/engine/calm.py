"""The usual reading: nothing is wrong with the device, nothing becomes wrong, and no group learns anything new.

What a message must be looked at for is worked out once for each set of points; everything else about it can wait.
"""

from collections.abc import Mapping, Sequence

from processor.engine.blueprint import BoundRule
from processor.engine.device_state import DeviceState
from processor.engine.evidence import is_clean
from processor.engine.glance import Glance
from processor.engine.groups import GroupState, group_key, group_of
from processor.engine.peers import Peers
from processor.engine.tally import Tally
from processor.model.disposition import Interlock
from processor.model.time import EpochMs


def is_calm(found: Glance, device: DeviceState, doubt: Interlock | None, now: EpochMs) -> bool:
    """Whether the newest reading, just taken, changes nothing. For a device at rest, and no older reading."""
    for look in found.looks:
        if look(device, now):
            return False
    for evaluate in found.strict:
        if evaluate(device, now) is not False:
            return False
    return not found.asked or _is_known(found, device, doubt, now)


def _is_known(found: Glance, device: DeviceState, doubt: Interlock | None, now: EpochMs) -> bool:
    """Whether every tally has the device's answers already."""
    tallies, name = device.tallies, device.device.id
    spotless = not (device.doubted or device.doubt)
    for evaluate, questions in found.asked:
        verdict = False if evaluate is None else evaluate(device, now)
        for index, asked in questions:
            tally = tallies[index]
            if tally is not None:
                member = tally.members[name]
                fresh = verdict is not None and doubt is None and (spotless or is_clean(device, asked, now))
                if member.verdict is not verdict or member.fresh is not fresh:
                    return False
                if verdict:
                    member.stays_true(now)
    return True


def nothing_wrong(rules: Sequence[BoundRule], device: DeviceState, now: EpochMs) -> bool:
    """One look at each verdict, and no more: for the device of which nothing is known to be wrong."""
    for bound in rules:
        for evaluate in bound.quick:
            verdict = evaluate(device, now)
            # Where nothing stands yet, only what is true begins anything (`casework.begins`).
            if verdict or (verdict is None and bound.raises):
                return False
    return True


def tell_tallies(devices: Mapping[str, DeviceState], groups: Mapping[str, GroupState], peers: Peers) -> None:
    """Give each device the tallies its answers belong to; devices of one place share them."""
    known: dict[tuple[int, ...], tuple[Tally | None, ...]] = {}
    for device in devices.values():
        found = _tallies(device, groups, peers)
        device.tallies = known.setdefault(tuple(map(id, found)), found)


def _tallies(device: DeviceState, groups: Mapping[str, GroupState], peers: Peers) -> tuple[Tally | None, ...]:
    found: list[Tally | None] = []
    for hook in device.blueprint.hooks:
        group = groups.get(group_key(hook.rule, group_of(device.device, hook.by)))
        found.append(None if group is None else group.tallies[hook.test])
    for asked in device.blueprint.peer_hooks:
        state = peers.state(device, asked)
        found.append(None if state is None else state.tally)
    return tuple(found)
