"""What waiting alone can make true or false: `since(x) >= 48 h`, `duration(valve == open, 1 h) >= 30 min`.

Only windows that end now move while nothing comes: those whose points are all on-change.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from processor.language.canonical import window_key
from processor.language.compiled import Lapse, Silence, WindowSpec
from processor.language.plan import (
    Compared,
    Constant,
    OneOfNumbers,
    Plan,
    Silent,
    TimeOfDay,
    Windowed,
    own_points,
    parts_of,
)
from processor.language.schedule import Schedule
from processor.language.thresholds import goes_with_device
from processor.model.time import EpochMs


def lapses(bound: Plan, specs: Sequence[WindowSpec]) -> tuple[Lapse, ...]:
    """The windows of a condition that time alone may carry over a bound, with that bound where it is one number."""
    held = {spec.key: index for index, spec in enumerate(specs) if spec.held}
    found = {Lapse(held[key], number) for window, number in _windows(bound) if (key := window_key(window)) in held}
    return tuple(sorted(found, key=lambda lapse: (lapse.window, lapse.bound is not None, lapse.bound or 0)))


def _windows(found: Plan) -> Iterator[tuple[Windowed, float | None]]:
    """The windows that are read when the condition is; one inside another is only read when a reading comes."""
    match found:
        case Windowed():
            yield found, None
        case Compared(left=Windowed() as window, right=Constant() as constant):
            yield window, float(constant.value)
        case OneOfNumbers(subject=Windowed() as window):
            yield from ((window, value) for value in found.values)
        case _:
            yield from _below(parts_of(found))


def _below(parts: Iterable[Plan]) -> Iterator[tuple[Windowed, float | None]]:
    for part in parts:
        yield from _windows(part)


def silences(looked_at: Iterable[Plan]) -> tuple[Silence, ...]:
    """The silences that may change a condition of these parts."""
    found: set[tuple[int | None, int]] = set()
    for part in looked_at:
        if isinstance(part, Silent):
            found.add((None if part.point is None else part.point.slot, part.limit_ms))
            continue
        for point in own_points(part):
            if point.stale_after_ms is not None:
                found.add((None if goes_with_device(point) else point.slot, point.stale_after_ms + 1))
    ordered = sorted(found, key=lambda silence: (-1 if silence[0] is None else silence[0], silence[1]))
    return tuple(Silence(slot, after_ms) for slot, after_ms in ordered)


def next_edge(looked_at: Iterable[Plan]) -> Callable[[EpochMs], EpochMs] | None:
    """When a time of day in it next changes; None where there is none."""
    schedules: tuple[Schedule, ...] = tuple(part.schedule for part in looked_at if isinstance(part, TimeOfDay))
    if not schedules:
        return None

    def soonest(now: EpochMs) -> EpochMs:
        return min(schedule.next_edge(now) for schedule in schedules)

    return soonest
