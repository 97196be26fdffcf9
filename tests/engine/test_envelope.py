"""An envelope saves judging, and never hides a rule that may be true."""

import pytest

from processor.engine.core import Core
from processor.engine.device_state import DeviceState
from processor.engine.envelope import PATIENCE, Envelope
from processor.engine.runs import Memory, Run
from processor.model.reading import Reading, Value
from processor.model.rule import Gap
from processor.model.time import MINUTE
from tests.engine.district import SCOPE, START, device, district, rule, trigger


def meter(*conditions: str, gap: Gap = Gap.UNKNOWN) -> tuple[DeviceState, Envelope]:
    """A meter under these rules, and the empty envelope of its messages."""
    rules = [rule(trigger(condition), name=f"R-{n}", gap=gap) for n, condition in enumerate(conditions)]
    core = Core(district(*rules, devices=(device("m1", "meter"),)))
    core.turn(core.start(START, None), START)
    state = core.scopes[SCOPE].devices["m1"]
    return state, Envelope(state.blueprint, state.blueprint.plan(("current",)))


def run(state: DeviceState, *currents: float, every: int = MINUTE) -> Run:
    """A run of readings of the meter."""
    said: list[dict[str, Value]] = [{"current": current} for current in currents]
    nows = [START + (number + 1) * every for number in range(len(said))]
    readings = [Reading("m1", now, now, values, 0, now % 97) for now, values in zip(nows, said, strict=True)]
    plan = state.blueprint.plan(("current",))
    found = Run.of(state, plan.slots, readings, nows, Memory(state, START))
    assert found is not None
    return found


def test_an_empty_envelope_holds_nothing() -> None:
    state, envelope = meter("current >= 300 mA")
    assert not envelope.holds(run(state, 100.0))


def test_what_was_found_calm_is_held_from_then_on_and_what_lies_between_with_it() -> None:
    state, envelope = meter("current >= 300 mA")
    assert envelope.grow(run(state, 100.0, 140.0))
    assert envelope.holds(run(state, 110.0, 130.0))


def test_an_envelope_is_made_a_little_wider_than_it_must_be() -> None:
    state, envelope = meter("current >= 300 mA")
    envelope.grow(run(state, 100.0, 140.0))
    assert envelope.holds(run(state, 90.0, 150.0))
    assert not envelope.holds(run(state, 70.0))


def test_an_envelope_beside_a_bound_is_as_wide_as_it_must_be_and_no_wider() -> None:
    state, envelope = meter("current >= 300 mA")
    assert envelope.grow(run(state, 100.0, 299.0))
    assert envelope.holds(run(state, 299.0))
    assert not envelope.holds(run(state, 299.5))


@pytest.mark.parametrize(
    "condition",
    [
        "current >= 300 mA",
        "max(current, 5 min) - min(current, 5 min) >= 150 mA",
        "avg(current, 5 min) >= 250 mA",
        "count(current >= 290 mA, 5 min) >= 1",
    ],
)
def test_an_envelope_never_holds_values_with_which_a_rule_may_be_true(condition: str) -> None:
    state, envelope = meter(condition)
    envelope.grow(run(state, 200.0))
    assert not envelope.grow(run(state, 100.0, 310.0))
    assert not envelope.holds(run(state, 310.0))


def test_what_cannot_be_told_is_not_calm_under_a_rule_that_raises_at_a_gap() -> None:
    calm, quiet = meter("avg(current, 5 min) >= 900 mA"), meter("avg(current, 5 min) >= 900 mA", gap=Gap.RAISE)
    assert calm[1].grow(run(calm[0], 100.0))
    assert not quiet[1].grow(run(quiet[0], 100.0))


def test_a_run_with_a_silence_that_may_be_noticed_is_not_covered_by_an_envelope() -> None:
    state, envelope = meter("missing(current, 5 min) or current >= 300 mA")
    assert envelope.outlasts(run(state, 100.0, 100.0, every=MINUTE))
    assert not envelope.outlasts(run(state, 100.0, 100.0, every=5 * MINUTE))


def test_after_a_number_of_vain_attempts_no_more_are_made() -> None:
    state, envelope = meter("current >= 300 mA")
    for _ in range(PATIENCE):
        assert not envelope.grow(run(state, 310.0))
    assert not envelope.grow(run(state, 100.0))


def test_windows_lie_inside_only_from_the_last_run_outside_on() -> None:
    state, envelope = meter("max(current, 5 min) >= 300 mA")
    memory = Memory(state, START)
    calm = run(state, 100.0, 100.0)
    memory.keep(calm, envelope)
    assert memory.inside(envelope, calm.end + MINUTE)
    memory.keep(calm, None)
    assert not memory.inside(envelope, calm.end + 5 * MINUTE)
    assert memory.inside(envelope, calm.end + 5 * MINUTE + 1)
    memory.keep(calm, Envelope(state.blueprint, envelope.plan))
    assert not memory.inside(envelope, calm.end + MINUTE)


def test_readings_that_went_by_are_unknown_to_the_memory() -> None:
    state, envelope = meter("max(current, 5 min) >= 300 mA")
    memory = Memory(state, START)
    calm = run(state, 100.0)
    memory.keep(calm, envelope)
    state.last_arrival = state.newest_at = calm.end + MINUTE
    memory.check(state)
    assert not memory.inside(envelope, calm.end + 5 * MINUTE)
    assert not memory.reaches(calm.end + MINUTE)
    assert memory.reaches(calm.end + MINUTE + 1)
