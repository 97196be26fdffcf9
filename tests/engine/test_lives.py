"""Every life is one table: what each (state, cause) does, and what no path through a table can do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.engine import alert_life, disposition_life, order_life
from processor.model.alert import AlertCause, AlertState
from processor.model.disposition import DispositionCause, DispositionState
from processor.model.order import OrderState, OrderVerb

STANDING = (AlertState.FIRING, AlertState.RECOVERING)


@pytest.mark.parametrize("state", AlertState)
@pytest.mark.parametrize("cause", AlertCause)
def test_every_pair_of_an_alert_stays_or_goes_to_a_known_state(state: AlertState, cause: AlertCause) -> None:
    after = alert_life.next_state(state, cause)
    assert after is None or after in AlertState
    # A step that leads back to where it came from is told when the level moved, or its answer is given at last.
    assert after is not state or cause in (AlertCause.LEVEL, AlertCause.RELEASED)


@pytest.mark.parametrize("state", STANDING)
def test_unknown_never_resolves_a_standing_alert(state: AlertState) -> None:
    assert alert_life.next_state(state, AlertCause.UNKNOWN) in (None, AlertState.FIRING)


@given(st.lists(st.sampled_from(AlertCause)))
def test_a_standing_alert_ends_only_by_being_cleared_or_taken_away(causes: list[AlertCause]) -> None:
    state = AlertState.OK
    ends = {AlertCause.CLEARED, AlertCause.RULE_CHANGED, AlertCause.SUBJECT_GONE}
    for cause in causes:
        after = alert_life.next_state(state, cause) or state
        if state in STANDING and after not in STANDING:
            assert after is AlertState.OK
            assert cause in ends
        state = after


@given(st.lists(st.sampled_from(AlertCause)))
def test_nothing_fires_without_having_been_reached(causes: list[AlertCause]) -> None:
    state = AlertState.OK
    for cause in causes:
        after = alert_life.next_state(state, cause) or state
        if after in STANDING and state not in STANDING:
            assert cause is AlertCause.REACHED
        state = after


@pytest.mark.parametrize("state", DispositionState)
@pytest.mark.parametrize("cause", DispositionCause)
def test_a_finished_disposition_never_moves(state: DispositionState, cause: DispositionCause) -> None:
    after = disposition_life.next_state(state, cause)
    assert (after is None) or state not in disposition_life.FINAL


@given(st.lists(st.sampled_from(DispositionCause)))
def test_nothing_is_verified_but_by_a_seen_effect(causes: list[DispositionCause]) -> None:
    state = DispositionState.PRECHECK
    for cause in causes:
        after = disposition_life.next_state(state, cause) or state
        if after is DispositionState.VERIFIED and state is not after:
            assert cause is DispositionCause.EFFECT_SEEN
        state = after


@given(st.lists(st.sampled_from(OrderVerb)))
def test_an_order_is_closed_only_after_somebody_accepted_and_did_it(verbs: list[OrderVerb]) -> None:
    state, seen = OrderState.OPEN, {OrderState.OPEN}
    for verb in verbs:
        after = order_life.next_state(state, verb)
        if after is OrderState.CLOSED:
            assert {OrderState.ACCEPTED, OrderState.DONE} <= seen
        state = after or state
        seen.add(state)


def test_every_state_of_every_life_can_be_reached() -> None:
    assert set(alert_life.TRANSITIONS.values()) == set(AlertState)
    assert set(disposition_life.TRANSITIONS.values()) | {DispositionState.PRECHECK} == set(DispositionState)
    assert set(order_life.TRANSITIONS.values()) == set(OrderState)
