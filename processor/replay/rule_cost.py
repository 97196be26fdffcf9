"""What rules cost: the state they keep for each device, and the work that a message makes for them.

State is not estimated: a window is filled as a device would fill it, and its bytes are counted.
"""

import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Final

from msgspec.structs import replace

from processor.engine.blueprint import Blueprint
from processor.engine.plan import Plans
from processor.engine.selection import selects, tags_of
from processor.engine.windows import running_window
from processor.language.compiled import WindowKind, WindowSpec
from processor.language.local_time import LocalTime
from processor.language.windows import LONGEST_KEPT_MS
from processor.model.device import Device
from processor.model.district import District
from processor.model.profile import Profile
from processor.model.rule import Rule
from processor.model.time import MINUTE, DurationMs, EpochMs

_BEGIN: Final[EpochMs] = 1_790_000_000_000
_USUAL_PERIOD_MS: Final[DurationMs] = MINUTE
_MOST_KEPT: Final = 12_000  # samples; a flood of readings is cut off by the window itself at about as many
_MOST_PACKED: Final = 6_000  # a long window keeps hours or days, however many readings they have
_READ_EVERY: Final = 50  # windows let go of what is too old when they are read
_DEAR_SHARE: Final = 0.25
_CONDITION: Final = 1.0
_FEED: Final = 3.0
_SORTED_FEED: Final = 6.0
_HOOK: Final = 3.0
_SORTED: Final = frozenset({WindowKind.MEDIAN, WindowKind.PERCENTILE, WindowKind.SLOPE})
_SHARED: Final = (type, FunctionType, MethodType, ModuleType, WindowSpec, LocalTime)
"""What all devices share."""


@dataclass(frozen=True, slots=True)
class RuleCost:
    """One rule on one kind of device. `work` counts in tests of one threshold, for a message with every point."""

    rule: str
    profile: str
    devices: int
    windows: int
    bytes_per_device: int
    work: float
    dear: bool = False

    @property
    def total(self) -> int:
        """The bytes of all its devices."""
        return self.devices * self.bytes_per_device


@dataclass(frozen=True, slots=True)
class ProfileCost:
    """All rules together on one kind of device: windows that several rules ask for are kept once."""

    profile: str
    devices: int
    windows: int
    bytes_per_device: int


def rule_costs(district: District) -> list[RuleCost]:
    """Every rule in force on every kind of device it looks at, dearest first."""
    known: dict[tuple[object, ...], int] = {}
    found = []
    for rule in district.rules.values():
        if not rule.enabled or rule.watches is not None:
            continue
        alone = replace(district, rules={rule.id: rule})
        for device, count in _kinds(district, rule):
            drawn = Plans(alone).plan(device.community).blueprint(device)
            size = sum(_size_of(spec, drawn.profile, known) for spec in drawn.windows)
            found.append(RuleCost(rule.id, device.profile, count, len(drawn.windows), size, _work(drawn)))
    return sorted(_marked(found), key=lambda cost: (-cost.total, -cost.work, cost.rule, cost.profile))


def profile_costs(district: District) -> list[ProfileCost]:
    """All rules together on every kind of device, dearest first."""
    known: dict[tuple[object, ...], int] = {}
    plans, found = Plans(district), []
    by_profile: dict[str, list[Device]] = {}
    for device in district.devices.values():
        by_profile.setdefault(device.profile, []).append(device)
    for profile, devices in by_profile.items():
        drawn = plans.plan(devices[0].community).blueprint(devices[0])
        size = sum(_size_of(spec, drawn.profile, known) for spec in drawn.windows)
        found.append(ProfileCost(profile, len(devices), len(drawn.windows), size))
    return sorted(found, key=lambda cost: (-cost.bytes_per_device * cost.devices, cost.profile))


def _kinds(district: District, rule: Rule) -> Iterable[tuple[Device, int]]:
    """For each kind of device that the rule looks at: the first of them, and how many there are."""
    found: dict[str, tuple[Device, int]] = {}
    for device in district.devices.values():
        if selects(rule.applies_to, device, tags_of(device, district.profiles[device.profile])):
            first, count = found.get(device.profile, (device, 0))
            found[device.profile] = (first, count + 1)
    return found.values()


def _marked(costs: list[RuleCost]) -> list[RuleCost]:
    """With a mark at those that take a large share of all the state or of all the work."""
    state = sum(cost.total for cost in costs)
    work = sum(cost.work * cost.devices for cost in costs)
    return [
        RuleCost(
            rule=cost.rule,
            profile=cost.profile,
            devices=cost.devices,
            windows=cost.windows,
            bytes_per_device=cost.bytes_per_device,
            work=cost.work,
            dear=cost.total > _DEAR_SHARE * state > 0 or cost.work * cost.devices > _DEAR_SHARE * work > 0,
        )
        for cost in costs
    ]


def _work(drawn: Blueprint) -> float:
    conditions = sum(len(bound.triggers) + (1 if bound.clear else 0) for bound in drawn.rules)
    feeds = sum(_SORTED_FEED if spec.kind in _SORTED else _FEED for spec in drawn.windows)
    return conditions * _CONDITION + feeds + _HOOK * (len(drawn.hooks) + len(drawn.peer_hooks))


def _size_of(spec: WindowSpec, profile: Profile, known: dict[tuple[object, ...], int]) -> int:
    """The bytes of one device's window when it is full."""
    period_ms = _period(spec, profile)
    key = (spec.key, period_ms)
    if key not in known:
        known[key] = window_bytes(spec, period_ms)
    return known[key]


def window_bytes(spec: WindowSpec, period_ms: DurationMs) -> int:
    """The bytes of a window that was fed every `period_ms` for as long as it looks back."""
    window = running_window(spec)
    length_ms = max(spec.length_ms, period_ms)
    count = length_ms // period_ms + 2
    if length_ms > LONGEST_KEPT_MS and count > _MOST_PACKED:
        count, period_ms = _MOST_PACKED, length_ms // _MOST_PACKED
    for number in range(min(count, _MOST_KEPT)):
        at = _BEGIN + number * period_ms
        window.add(at, _sample(spec.kind, number))
        if number % _READ_EVERY == 0:
            window.value(at)
    return _deep(window, set())


def _sample(kind: WindowKind, number: int) -> float | bool:
    if kind in {WindowKind.DURATION, WindowKind.COUNT, WindowKind.SINCE}:
        return number % 10 < 5  # noqa: PLR2004 - true half of the time
    return 100.0 + number * 37 % 101 / 8


def _period(spec: WindowSpec, profile: Profile) -> DurationMs:
    """How often its points come; one that comes on change is taken for changing once a minute."""
    names = sorted(profile.points)
    periods = [profile.points[names[slot]].every_ms for slot in spec.slots if 0 <= slot < len(names)]
    return min((period for period in periods if period), default=_USUAL_PERIOD_MS)


def _deep(thing: object, seen: set[int]) -> int:
    """The bytes of a thing and of all it holds, but for what is shared."""
    if id(thing) in seen or isinstance(thing, _SHARED) or thing is None or isinstance(thing, bool):
        return 0
    seen.add(id(thing))
    size = sys.getsizeof(thing)
    if isinstance(thing, dict):
        size += sum(_deep(key, seen) + _deep(value, seen) for key, value in thing.items())
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        size += sum(_deep(each, seen) for each in thing)
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    size += sum(_deep(getattr(thing, name, None), seen) for name in slots)
    return size + _deep(getattr(thing, "__dict__", None), seen)
