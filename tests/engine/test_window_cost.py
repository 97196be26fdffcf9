"""What `window_cost` says is what a window takes, and never less."""

import sys

import pytest

from processor.engine.window_blocks import Fold
from processor.engine.window_cost import window_cost
from processor.engine.windows import running_window
from processor.language.compiled import WindowKind, WindowSpec
from processor.language.local_time import LocalTime
from processor.model.time import DAY, HOUR, MINUTE
from tests.engine.test_windows import BEFORE_SUMMER, BERLIN, spec

STEP = 15 * MINUTE
CASES = [
    spec(WindowKind.AVG, 2 * DAY),
    spec(WindowKind.STDDEV, DAY),
    spec(WindowKind.MEDIAN, 2 * DAY),
    spec(WindowKind.MAX, DAY),
    spec(WindowKind.COUNT, DAY),
    spec(WindowKind.DURATION, DAY),
    spec(WindowKind.CHANGES, DAY),
    spec(WindowKind.RATE, 10 * DAY),
    spec(WindowKind.AVG, 10 * DAY),
    spec(WindowKind.DURATION, 10 * DAY),
    spec(WindowKind.SINCE, 0),
    spec(WindowKind.FLAT, DAY),
    spec(WindowKind.SLOPE, 14 * DAY, zone=BERLIN),
    spec(WindowKind.NIGHT_MIN, 3 * DAY, zone=BERLIN, night=(120, 240, 3)),
    spec(WindowKind.PERCENTILE, 7 * DAY, zone=BERLIN, percent=95),
    spec(WindowKind.PERCENTILE, 28 * DAY, zone=BERLIN, percent=99, same_hour=True),
    spec(WindowKind.AVG, 28 * DAY, zone=BERLIN, same_hour=True),
]


def held_bytes(made: WindowSpec) -> int:
    """What the window holds after a month of readings that swing by a factor of two."""
    window = running_window(made)
    for number in range(30 * DAY // STEP):
        window.add(BEFORE_SUMMER + number * STEP, 10.0 + (number * 7919) % 101 / 10)
    return size_of(window)


SHARED = (WindowSpec, LocalTime, Fold, type(None), bool)


def size_of(found: object) -> int:
    """Bytes of the object and of all that only it holds."""
    if isinstance(found, SHARED):
        return 0
    below: list[object] = []
    if isinstance(found, dict):
        below = [*found.keys(), *found.values()]
    elif isinstance(found, list | tuple):
        below = list(found)
    else:
        slots = [name for kind in type(found).__mro__ for name in getattr(kind, "__slots__", ())]
        below = [getattr(found, name) for name in slots]
    return sys.getsizeof(found) + sum(map(size_of, below))


@pytest.mark.parametrize("made", CASES, ids=lambda made: f"{made.kind}-{made.length_ms // HOUR}h-{made.same_hour}")
def test_a_window_holds_no_more_than_it_is_said_to(made: WindowSpec) -> None:
    said, work = window_cost(made, STEP)
    held = held_bytes(made)
    assert held <= said
    assert said <= max(3_000, 8 * held)  # and not absurdly more
    assert work > 0


def test_a_flood_is_bounded() -> None:
    memory = [window_cost(spec(kind, 2 * DAY), 1)[0] for kind in WindowKind if kind is not WindowKind.FLAT]
    assert max(memory) < 1_000_000


def test_a_point_on_change_is_reckoned_once_a_minute() -> None:
    assert window_cost(spec(WindowKind.AVG, DAY), None) == window_cost(spec(WindowKind.AVG, DAY), MINUTE)
