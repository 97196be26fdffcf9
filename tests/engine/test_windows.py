"""Running windows say what a slow recomputation from all readings says."""

import math

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from processor.engine.windows import running_window
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import DAY, HOUR, MINUTE
from tests.language.window_oracle import answer

BERLIN = "Europe/Berlin"
# The morning before Berlin's clocks go forward in 2026, so that runs of days cross it.
BEFORE_SUMMER = 1_774_652_400_000
NUMBERS = (WindowKind.AVG, WindowKind.SUM, WindowKind.MIN, WindowKind.MAX, WindowKind.STDDEV, WindowKind.FIRST)
OTHERS = (WindowKind.LAST, WindowKind.DELTA, WindowKind.RATE, WindowKind.CHANGES)
RANKS = (WindowKind.MEDIAN, WindowKind.PERCENTILE)


def spec(
    kind: WindowKind, length_ms: int, held: bool = False, gap_ms: int | None = None, zone: str = "", **more: object
) -> WindowSpec:
    made = WindowSpec("key", kind, frozenset({0}), length_ms, gap_ms, held, lambda _view, _now: None, zone=zone)
    for name, value in more.items():
        object.__setattr__(made, name, value)
    return made


Run = list[tuple[int, Value | None, int]]
values = st.integers(-5, 5).map(float) | st.sampled_from((0.1, 1e9, -1e-9, 3.7)) | st.floats(-1e6, 1e6)
truths = st.booleans() | st.none()


def runs(samples: st.SearchStrategy[Value | None], step_ms: int) -> st.SearchStrategy[Run]:
    """Readings in the order of their coming: (at, sample, now). Some are late, some of one instant."""
    steps = st.sampled_from((0, 1, step_ms // 7, step_ms, step_ms, 3 * step_ms))
    lates = st.sampled_from((0, 0, 0, 0, 1, step_ms, 5 * step_ms))
    waits = st.sampled_from((0, 0, step_ms))
    return st.lists(st.tuples(steps, lates, waits, samples), min_size=1, max_size=30).map(_run)


def _run(drawn: list[tuple[int, int, int, Value | None]]) -> Run:
    now = newest = BEFORE_SUMMER
    found: Run = []
    for step, late, wait, sample in drawn:
        newest += step
        now = max(now, newest) + wait
        found.append((newest - late, sample, now))
    return found


def assert_same(made: WindowSpec, run: Run, *, restarts: bool = True) -> None:
    """After every reading, and a while after it, in an uninterrupted window and in one restored in the middle."""
    window = running_window(made)
    seen: list[tuple[int, Value | None]] = []
    for number, (at, sample, now) in enumerate(run):
        window.add(at, sample)
        seen.append((at, sample))
        if restarts and number % 5 == 2:
            restored = running_window(made)
            restored.load(window.dump())
            assert restored.dump() == window.dump()
            window = restored
        for instant in (now, now + made.length_ms // 3) if number == len(run) - 1 else (now,):
            expected, found = answer(made, seen, instant), window.value(instant)
            event(f"known {expected is not None}")
            assert same(expected, found), (number, expected, found, seen)


def same(expected: float | None, found: float | None) -> bool:
    if expected is None or found is None:
        return expected is found
    return math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("length_ms", [10 * MINUTE, 48 * HOUR, 5 * DAY])
@pytest.mark.parametrize("kind", [*NUMBERS, *OTHERS])
@given(data=st.data())
def test_a_window_over_numbers_is_what_its_readings_come_to(
    kind: WindowKind, length_ms: int, held: bool, data: st.DataObject
) -> None:
    assert_same(spec(kind, length_ms, held), data.draw(runs(values, length_ms // 12)))


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("percent", [1, 50, 95, 99])
@pytest.mark.parametrize("kind", RANKS)
@given(data=st.data())
def test_ranks_are_those_of_the_readings(kind: WindowKind, percent: int, held: bool, data: st.DataObject) -> None:
    assert_same(spec(kind, 10 * MINUTE, held, percent=percent), data.draw(runs(values, MINUTE)))


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("gap_ms", [None, 20 * MINUTE])
@pytest.mark.parametrize("length_ms", [3 * HOUR, 3 * DAY])
@pytest.mark.parametrize("kind", [WindowKind.DURATION, WindowKind.SINCE, WindowKind.FLAT, WindowKind.COUNT])
@given(data=st.data())
def test_a_window_over_a_condition_is_what_its_readings_come_to(
    kind: WindowKind, length_ms: int, gap_ms: int | None, held: bool, data: st.DataObject
) -> None:
    assert_same(spec(kind, length_ms, held, gap_ms), data.draw(runs(truths, length_ms // 12)))


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("same_hour", [False, True])
@pytest.mark.parametrize("kind", [WindowKind.AVG, WindowKind.MIN, WindowKind.MAX, *RANKS])
@given(data=st.data())
def test_days_are_local_days_and_hours_are_local_hours(
    kind: WindowKind, same_hour: bool, held: bool, data: st.DataObject
) -> None:
    if same_hour or kind in RANKS:
        made = spec(kind, 4 * DAY, held, zone=BERLIN, same_hour=same_hour, percent=90)
        assert_same(made, data.draw(runs(values, data.draw(st.sampled_from((HOUR, 9 * HOUR, DAY))))))


@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("held", [False, True])
@given(data=st.data())
def test_a_slope_is_that_of_daily_medians(held: bool, data: st.DataObject) -> None:
    made = spec(WindowKind.SLOPE, 9 * DAY, held, zone=BERLIN)
    assert_same(made, data.draw(runs(values, data.draw(st.sampled_from((9 * HOUR, DAY))))))


@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("gap_ms", [None, 7 * HOUR])
@pytest.mark.parametrize("night", [(120, 240, 1), (60, 181, 3), (1320, 300, 2), (0, 1439, 1)])
@given(data=st.data())
def test_nights_are_local_nights(
    night: tuple[int, int, int], gap_ms: int | None, held: bool, data: st.DataObject
) -> None:
    made = spec(WindowKind.NIGHT_MIN, night[2] * DAY, held, gap_ms, zone=BERLIN, night=night)
    assert_same(made, data.draw(runs(values, data.draw(st.sampled_from((30 * MINUTE, 5 * HOUR, DAY))))))
