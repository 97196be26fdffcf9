"""What rules cost: the state they keep for each device, and the work that a message makes for them."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from msgspec.structs import replace

from processor.engine.blueprint import Blueprint
from processor.engine.plan import Plans
from processor.language.compiled import WindowKind
from processor.model.device import Device
from processor.model.district import District
from processor.model.rule import Rule
from processor.replay.state_size import alert_bytes, bound_of, device_bytes, member_bytes, size_of
from processor.replay.unit_costs import Span
from processor.replay.work import Work, span_of_spec, work_of

_DEAR_SHARE: Final = 0.25

Known = dict[tuple[object, ...], int]


@dataclass(frozen=True, slots=True)
class DearWindow:
    """The window that costs most of a rule's state or of its work."""

    text: str
    kind: WindowKind
    span: Span
    alike: int
    """How many of the rule's windows are of this kind and length."""


@dataclass(frozen=True, slots=True)
class RuleCost:
    """One rule on one kind of device; bytes are one device's, µs those of a message with every point.

    `bytes_at_most`: however fast the device reports. `member_bytes` is the device's part in group tests, `alert_bytes`
    comes on top while something is wrong, `share` is the larger of its shares of all the state and of all the work.
    """

    rule: str
    profile: str
    devices: int
    windows: int
    window_bytes: int
    bytes_at_most: int
    member_bytes: int
    alert_bytes: int
    micros: float
    conditions: float
    groups: float
    waiting: float
    dearest: DearWindow | None = None
    share: float = 0.0

    @property
    def bytes_per_device(self) -> int:
        """What it keeps for a device of which nothing is wrong."""
        return self.window_bytes + self.member_bytes

    @property
    def total(self) -> int:
        """The bytes of all its devices."""
        return self.devices * self.bytes_per_device

    @property
    def dear(self) -> bool:
        """Whether it takes a large share."""
        return self.share > _DEAR_SHARE


@dataclass(frozen=True, slots=True)
class ProfileCost:
    """All rules together on one kind of device: windows that several rules ask for are kept, and fed, once.

    `device_bytes` is the device's own state, whatever the rules; `micros` is all that the engine does for a message.
    """

    profile: str
    devices: int
    rules: int
    windows: int
    window_bytes: int
    bytes_at_most: int
    member_bytes: int
    device_bytes: int
    micros: float

    @property
    def bytes_per_device(self) -> int:
        """What is kept for a device of which nothing is wrong."""
        return self.window_bytes + self.member_bytes + self.device_bytes


def rule_costs(district: District) -> list[RuleCost]:
    """Every rule in force on every kind of device that it looks at or asks, dearest first."""
    known: Known = {}
    sorts = _sorts(Plans(district), district)
    found = []
    for rule in district.rules.values():
        if not rule.enabled or rule.watches is not None:
            continue
        plans = Plans(replace(district, rules={rule.id: rule}))
        by_profile: dict[str, list[tuple[int, RuleCost]]] = {}
        for device, count in sorts:
            drawn = plans.plan(device.community).blueprint(device)
            if drawn.rules or drawn.hooks or drawn.peer_hooks:
                by_profile.setdefault(device.profile, []).append((count, _cost(rule, drawn, known)))
        found += [_mean(each) for each in by_profile.values()]
    return sorted(_shared(found), key=lambda cost: (-cost.share, -cost.total, -cost.micros, cost.rule, cost.profile))


def profile_costs(district: District) -> list[ProfileCost]:
    """All rules together on every kind of device, dearest first."""
    known: Known = {}
    plans = Plans(district)
    by_profile: dict[str, list[tuple[int, ProfileCost]]] = {}
    for device, count in _sorts(plans, district):
        drawn = plans.plan(device.community).blueprint(device)
        by_profile.setdefault(device.profile, []).append((count, _together(device, drawn, known)))
    found = [_mean(each) for each in by_profile.values()]
    return sorted(found, key=lambda cost: (-cost.bytes_per_device * cost.devices, cost.profile))


def _sorts(plans: Plans, district: District) -> list[tuple[Device, int]]:
    """One of the devices that every rule treats alike, and how many there are."""
    found: dict[int, tuple[Device, int]] = {}
    for device in district.devices.values():
        drawn = id(plans.plan(device.community).blueprint(device))  # the plans keep every one
        first, count = found.get(drawn, (device, 0))
        found[drawn] = (first, count + 1)
    return list(found.values())


Cost = TypeVar("Cost", RuleCost, ProfileCost)


def _mean(costs: Sequence[tuple[int, Cost]]) -> Cost:
    """The cost of one device of a kind, where rules treat these differently; the rest as the dearest has it."""
    devices = sum(count for count, _ in costs)
    dearest = max((cost for _, cost in costs), key=lambda cost: (cost.window_bytes, cost.micros))
    numbers = {
        name: sum(count * getattr(cost, name) for count, cost in costs) / devices
        for name in ("window_bytes", "bytes_at_most", "member_bytes", "micros")
    }
    whole = {name: round(number) for name, number in numbers.items() if name != "micros"}
    return dataclasses.replace(dearest, devices=devices, micros=numbers["micros"], **whole)


def _sizes(drawn: Blueprint, known: Known) -> tuple[int, int]:
    """The bytes of all windows, and what they can be at most."""
    sizes = [(spec, size_of(spec, drawn.profile, known)) for spec in drawn.windows]
    return sum(size for _, size in sizes), sum(bound_of(spec, size) for spec, size in sizes)


def _members(drawn: Blueprint) -> int:
    return member_bytes([0] * (len(drawn.hooks) + len(drawn.peer_hooks)))


def _cost(rule: Rule, drawn: Blueprint, known: Known) -> RuleCost:
    size, most = _sizes(drawn, known)
    work = work_of(drawn)
    return RuleCost(
        rule=rule.id,
        profile=drawn.profile.name,
        devices=1,
        windows=len(drawn.windows),
        window_bytes=size,
        bytes_at_most=most + _members(drawn),
        member_bytes=_members(drawn),
        alert_bytes=alert_bytes(rule) if drawn.rules else 0,
        micros=work.rules,
        conditions=work.conditions,
        groups=work.groups,
        waiting=work.waiting,
        dearest=_dearest(drawn, work, known),
    )


def _dearest(drawn: Blueprint, work: Work, known: Known) -> DearWindow | None:
    """Of all windows the one with the largest share of the state or of the work."""
    sizes = {spec.key: size_of(spec, drawn.profile, known) for spec in drawn.windows}
    state, micros = sum(sizes.values()) or 1, sum(work.windows.values()) or 1.0
    shares = {spec.key: max(sizes[spec.key] / state, work.windows[spec.key] / micros) for spec in drawn.windows}
    spec = max(drawn.windows, key=lambda each: shares[each.key], default=None)
    if spec is None:
        return None
    alike = [each for each in drawn.windows if (each.kind, each.length_ms) == (spec.kind, spec.length_ms)]
    return DearWindow(work.said.get(spec.key, spec.key), spec.kind, span_of_spec(spec), len(alike))


def _together(device: Device, drawn: Blueprint, known: Known) -> ProfileCost:
    size, most = _sizes(drawn, known)
    work = work_of(drawn)
    own = device_bytes(device, drawn)
    return ProfileCost(
        profile=drawn.profile.name,
        devices=1,
        rules=len(drawn.rules) + len({hook.rule for hook in (*drawn.hooks, *drawn.peer_hooks)}),
        windows=len(drawn.windows),
        window_bytes=size,
        bytes_at_most=most + _members(drawn) + own,
        member_bytes=_members(drawn),
        device_bytes=own,
        micros=work.message + work.rules,
    )


def _shared(costs: Sequence[RuleCost]) -> list[RuleCost]:
    """With the larger of its shares of all the state and of all the work."""
    state = sum(cost.total for cost in costs) or 1
    work = sum(cost.micros * cost.devices for cost in costs) or 1.0
    return [
        dataclasses.replace(cost, share=max(cost.total / state, cost.micros * cost.devices / work)) for cost in costs
    ]
