"""What rules keep, in bytes: not estimated, but filled as a device would fill it, and counted.

`now` is at the rate at which the profile says the device reports; `at_most` is where the window's own bound stops it,
however fast the device reports.
"""

import sys
from collections import deque
from collections.abc import Sequence
from types import FunctionType, MethodType, ModuleType
from typing import Final

from processor.engine.alerts import AlertRecord, TriggerState
from processor.engine.blueprint import Blueprint
from processor.engine.device_state import DeviceState
from processor.engine.tally import Tally
from processor.engine.window_cost import window_cost
from processor.engine.windows import running_window
from processor.language.compiled import WindowKind, WindowSpec
from processor.language.local_time import LocalTime
from processor.language.windows import LONGEST_KEPT_MS
from processor.model.device import Device
from processor.model.profile import Profile
from processor.model.rule import Rule
from processor.model.time import MINUTE, DurationMs, EpochMs

_BEGIN: Final[EpochMs] = 1_790_000_000_000
_USUAL_PERIOD_MS: Final[DurationMs] = MINUTE
_FLOOD_MS: Final[DurationMs] = 1
_MOST_KEPT: Final = 12_000  # samples; a flood of readings is cut off by the window itself at about as many
_MOST_PACKED: Final = 6_000  # a long window keeps hours or days, however many readings they have
_READ_EVERY: Final = 50  # windows let go of what is too old when they are read
_MEMBERS: Final = 256
_SHARED: Final = (type, FunctionType, MethodType, ModuleType, WindowSpec, LocalTime, Device, Blueprint)
"""What all devices share, or have whether there are rules or not."""


def size_of(spec: WindowSpec, profile: Profile, known: dict[tuple[object, ...], int]) -> int:
    """The bytes of one device's window when it is full, the points coming as often as the profile says."""
    period_ms = period_of(spec, profile)
    key = (spec.key, period_ms)
    if key not in known:
        known[key] = window_bytes(spec, period_ms)
    return known[key]


def bound_of(spec: WindowSpec, now: int) -> int:
    """The bytes that no device can make it exceed."""
    return max(now, window_cost(spec, _FLOOD_MS)[0])


def window_bytes(spec: WindowSpec, period_ms: DurationMs = _USUAL_PERIOD_MS) -> int:
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


def period_of(spec: WindowSpec, profile: Profile) -> DurationMs:
    """How often its points come; one that comes on change is taken for changing once a minute."""
    names = sorted(profile.points)
    periods = [profile.points[names[slot]].every_ms for slot in spec.slots if 0 <= slot < len(names)]
    return min((period for period in periods if period), default=_USUAL_PERIOD_MS)


def member_bytes(within_ms: Sequence[DurationMs]) -> int:
    """The bytes that one device's part in group tests with these times takes, when all members are true."""
    total = 0
    for within in within_ms:
        tally = Tally(within)
        for number in range(_MEMBERS):
            tally.add(name := f"member-{number}", name)
            tally.update(name, True, _BEGIN, fresh=True)
            if within:
                tally.update(name, False, _BEGIN + 1, fresh=True)
        total += (_deep(tally, set()) - _deep(Tally(within), set())) // _MEMBERS
    return total


def alert_bytes(rule: Rule) -> int:
    """The bytes of one alert with its holds and its level, from the moment something is wrong until all is well."""
    triggers = [TriggerState(_BEGIN, 1, _BEGIN + 1, _BEGIN + 2, 1, verdict=True) for _ in rule.triggers]
    record = AlertRecord(f"{rule.id}/device/{_BEGIN}", rule.id, "device", _BEGIN + 3, triggers, wake_at=_BEGIN + 4)
    return _deep({rule.id: record}, set())


def device_bytes(device: Device, drawn: Blueprint) -> int:
    """The bytes of a device's own state, its windows not counted: newest values, when they came, marks."""
    state = DeviceState(device, drawn)
    state.windows = ()
    state.values = [5.5 + number for number in range(len(state.values))]
    state.arrivals = [_BEGIN + number for number in range(len(state.arrivals))]
    return _deep(state, set())


def _sample(kind: WindowKind, number: int) -> float | bool:
    if kind in {WindowKind.DURATION, WindowKind.COUNT, WindowKind.SINCE}:
        return number % 10 < 5  # noqa: PLR2004 - true half of the time
    return 100.0 + number * 37 % 101 / 8


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
