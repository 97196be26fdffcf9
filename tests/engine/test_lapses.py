"""What becomes true or false by waiting does so at its instant, although nothing comes."""

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.windows import running_window
from processor.language.compiled import WindowKind
from processor.model.time import DAY, HOUR, MINUTE
from tests.engine.district import START, Play, rule, trigger
from tests.engine.test_windows import BEFORE_SUMMER, BERLIN, Run, runs, spec, truths

if TYPE_CHECKING:
    from _typeshed import TraceFunction


@pytest.mark.parametrize(
    ("when", "instant"),
    [
        ("since(leak == dry) >= 48 h", 48 * HOUR),
        ("since(leak == dry) > 48 h", 48 * HOUR + 1),
        ("duration(leak == wet, 1 h) >= 30 min", 30 * MINUTE),
        ("duration(leak == wet, 3 d) >= 30 h", 30 * HOUR),
        ("flat(leak, 24 h)", 24 * HOUR),
        ("leak == wet and not since(leak == dry) < 10 min", 10 * MINUTE),
    ],
)
def test_a_rule_fires_by_waiting(when: str, instant: int) -> None:
    play = Play.of(rule(trigger(when), profile="leak"))
    play.say("l1", "0s", leak="wet")
    play.until(START + instant - 1)
    assert play.state() != "firing"
    play.until(START + instant)
    assert play.state() == "firing"


@pytest.mark.parametrize(
    ("when", "instant"),
    [
        ("duration(leak == wet, 1 h) >= 30 min", 60 * MINUTE + 1),
        ("duration(leak == wet, 50 h) >= 30 min", 51 * HOUR - START % HOUR),  # hours are kept: they leave whole
        ("count(leak == wet, 1 h) >= 1", 60 * MINUTE + 1),
        ("changes(leak, 1 h) >= 1", 60 * MINUTE + 1),
        ("since(leak == wet) < 2 h", 150 * MINUTE),
        ("not flat(leak, 2 h)", 150 * MINUTE),
    ],
)
def test_a_rule_clears_by_waiting(when: str, instant: int) -> None:
    play = Play.of(rule(trigger(when), profile="leak"))
    play.say("l1", "0s", leak="wet")
    play.say("l1", "30m", leak="dry")
    assert play.state() == "firing"
    play.until(START + instant - 1)
    assert play.state() == "firing"
    play.until(START + instant)
    assert play.state() in {"ok", "recovering"}


def test_a_sooner_lapse_is_not_slept_over_for_a_later_silence() -> None:
    play = Play.of(rule(trigger("missing(10 h) or duration(leak == wet, 1 h) >= 30 min"), profile="leak"))
    play.say("l1", "0s", leak="dry")
    play.say("l1", "1h", leak="wet")
    play.until(START + 90 * MINUTE)
    assert play.state() == "firing"


def test_waiting_asks_for_no_wake_up_where_it_changes_nothing() -> None:
    play = Play.of(rule(trigger("duration(leak == wet, 1 h) >= 30 min or since(leak == wet) >= 1 h"), profile="leak"))
    for minute in range(0, 50, 10):
        play.say("l1", f"{minute}m", leak="dry")
    play.until(START + 100 * MINUTE)
    assert play.state() == "firing"
    assert play.core.next_wake() is None


def test_a_reading_that_moves_no_instant_asks_for_no_second_look() -> None:
    play = Play.of(rule(trigger("duration(leak == wet, 2 h) >= 1 h"), profile="leak"))
    for minute in range(50):
        play.say("l1", f"{minute}m", leak="wet")
    (scope,) = play.core.scopes.values()
    assert len(scope.wakeups) == 1


HELD = [
    (WindowKind.DURATION, HOUR, ""),
    (WindowKind.DURATION, 3 * DAY, ""),
    (WindowKind.SINCE, 0, ""),
    (WindowKind.FLAT, HOUR, ""),
    (WindowKind.COUNT, HOUR, ""),
    (WindowKind.COUNT, 3 * DAY, ""),
    (WindowKind.CHANGES, HOUR, ""),
    (WindowKind.AVG, HOUR, ""),
    (WindowKind.MAX, HOUR, ""),
    (WindowKind.SLOPE, 5 * DAY, BERLIN),
    (WindowKind.NIGHT_MIN, DAY, BERLIN),
]


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize(("kind", "length_ms", "zone"), HELD)
@given(data=st.data())
def test_no_answer_crosses_a_bound_before_its_instant(
    kind: WindowKind, length_ms: int, zone: str, data: st.DataObject
) -> None:
    step_ms = data.draw(st.sampled_from((MINUTE, 10 * MINUTE, 3 * HOUR)))
    run: Run = data.draw(runs(truths, step_ms))
    bound = data.draw(st.integers(1, 8)) * step_ms if kind in {WindowKind.DURATION, WindowKind.SINCE} else 0
    window = running_window(spec(kind, length_ms, True, None, zone, night=(120, 240, 1)))
    for at, sample, _ in run:
        window.add(at, sample)
    now = run[-1][2]
    before = side(window.value(now), bound)
    for _ in range(4):
        reached = window.next_reach(now, bound)
        assert reached is None or reached > now
        until = now + 4 * DAY if reached is None else reached
        for instant in [*sorted(data.draw(st.lists(st.integers(now, until - 1), max_size=5))), until - 1]:
            assert side(window.value(instant), bound) == before, (instant, reached)
        if reached is None:
            break
        now, before = reached, side(window.value(reached), bound)


def side(value: float | None, bound: int) -> float | None:
    """Below, at or above the bound; where there is none, the answer itself."""
    return value if value is None or not bound else (value > bound) - (value < bound)


STANDING = [WindowKind.DURATION, WindowKind.COUNT, WindowKind.CHANGES, WindowKind.SINCE, WindowKind.FLAT]


def steps(call: Callable[[], object]) -> int:
    """How many lines are run, comparisons of a search included."""
    found, before = [0], sys.gettrace()

    def trace(_frame: FrameType, event: str, _given: object) -> "TraceFunction":
        found[0] += event == "line"
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return found[0]


@pytest.mark.parametrize("kind", STANDING)
@pytest.mark.parametrize("part", [10, 2, 1])
def test_what_flips_costs_a_window_no_more_because_it_flipped_often(kind: WindowKind, part: int) -> None:
    costs = []
    for often in (64, 4_096):
        window = running_window(spec(kind, HOUR, True))
        for number in range(often):
            window.add(BEFORE_SUMMER + number * 200, number % 2)
        total, now = 0, BEFORE_SUMMER + often * 200
        bound = (window.value(now) or 0) * part / 10
        for number in range(16):
            at = now + number * 200
            total += steps(partial(window.add, at, number % 2))
            total += steps(partial(window.value, at)) + steps(partial(window.next_reach, at, bound))
        costs.append(total / 16)
    assert costs[1] <= costs[0] + 2 * 6, costs  # a search in 64 times as many: six more looks
