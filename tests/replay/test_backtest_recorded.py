"""A backtest of a daemon's own journal under its own rules decides exactly what the daemon decided."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.model.effect import (
    AlertChanged,
    DispositionChanged,
    Effect,
    OrderActionRefused,
    OrderChanged,
    RemindPeople,
    SendCommand,
)
from processor.model.inputs import (
    AlertReset,
    CommandDelivered,
    CommandReply,
    DeliveryResult,
    KillSwitch,
    Mute,
    OrderAction,
)
from processor.model.order import OrderResult, OrderState, OrderVerb
from processor.model.reading import Flag
from processor.model.time import DAY, HOUR, MINUTE, SECOND
from processor.replay.backtest import Asked, Backtest
from processor.replay.backtest_world import Assume
from tests.replay.recording import T0, Recording
from tests.runtime.town import HIGH, LEAK, SILENT, sources, town

LATCHED = """
M-04:
  name: {zh: 锁存, en: Latched}
  applies_to: {profile: meter}
  latched: true
  levels:
    L3: {when: "avg(current, 5 min) >= 350 mA", for: 1 min}
    L1: {when: current >= 900 mA}
  clear: {when: current < 250 mA, for: 2 min}
  answer: {remind: [grid_worker], order: electrical_inspection}
"""
GROUPED = """
M-05:
  name: {zh: 多台, en: Several}
  applies_to: {profile: meter}
  levels: {L2: {when: count of devices where current >= 400 mA >= 2 within 3 min by community}}
"""
PEOPLE = "people: {li: {name: Li, roles: [grid_worker, community_duty], covers: ['*']}}\n"
ALL = {**sources(rules=HIGH + LEAK + SILENT + LATCHED + GROUPED), "config/people.yaml": PEOPLE}
DISTRICT = town(ALL)


def replayed(recording: Recording, asked: Asked | None = None) -> list[tuple[int, Effect]]:
    """Everything that a backtest of the recording decides, with its instant."""
    history = recording.history()
    test = Backtest(history, [("same", recording.district)], asked or Asked(), history)
    (run,) = test.runs
    made: list[tuple[int, Effect]] = []
    take = run.tally.take

    def keep(at: int, effects: list[Effect]) -> None:
        made.extend((at, effect) for effect in effects)
        take(at, effects)

    run.tally.take = keep  # type: ignore[method-assign,assignment]  # what the core decides, before it is counted
    result = test.run(against_record=True)
    assert result.comparison is not None
    assert result.comparison.differences == ()
    return made


def by_community(made: list[tuple[int, Effect]]) -> dict[str, list[tuple[int, Effect]]]:
    """Communities know nothing of each other: only within one is there an order."""
    found: dict[str, list[tuple[int, Effect]]] = {}
    for at, effect in made:
        found.setdefault(community(effect), []).append((at, effect))
    return found


def community(effect: Effect) -> str:
    match effect:
        case AlertChanged(transition=step):
            return step.community
        case OrderChanged(order=order):
            return order.community
        case DispositionChanged(disposition=done):
            return done.community
        case SendCommand(scope=scope) | RemindPeople(scope=scope):
            return scope
        case OrderActionRefused(order=order_id):
            return order_id.partition("-")[0]
    raise AssertionError(effect)


def step_act(recording: Recording, at: int, verb: OrderVerb) -> None:
    """A worker does something to the newest order."""
    orders = [effect.order for effect in recording.newest(OrderChanged) if isinstance(effect, OrderChanged)]
    if orders:
        order = orders[-1]
        name = f"act-{len(recording.blocks)}"
        given = OrderAction(order.community, name, order.id, verb, "li", "seen", OrderResult.TRUE_ALARM)
        recording.do(at, given)


def step_answer(recording: Recording, at: int, accepted: bool) -> None:
    """The broker and the device answer the newest command."""
    sent = [effect for effect in recording.newest(SendCommand) if isinstance(effect, SendCommand)]
    if sent:
        command = sent[-1]
        recording.do(
            at,
            CommandDelivered(command.scope, command.key, DeliveryResult.SENT),
            CommandReply(command.scope, command.device, command.key, accepted, at),
        )


def step_reset(recording: Recording, at: int) -> None:
    steps = [effect.transition for effect in recording.newest(AlertChanged) if isinstance(effect, AlertChanged)]
    if steps:
        recording.do(at, AlertReset(steps[-1].community, steps[-1].alert, "li", "been there"))


Step = Callable[[Recording, int], None]
METERS = st.sampled_from(["e-m1", "w-m1", "w-m2"])
CURRENTS = st.sampled_from([100.0, 199.0, 260.0, 300.0, 420.0, 950.0])
FLAGS = st.sampled_from([0, 0, 0, int(Flag.RETAINED), int(Flag.REDELIVERED), int(Flag.BACKLOG)])
LATE = st.sampled_from([0, 0, 0, 5 * SECOND, 90 * SECOND])
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        lambda device, current, flags, late: (
            lambda r, at: r.say(at, device, taken=at - late, flags=flags, current=current)
        ),
        METERS,
        CURRENTS,
        FLAGS,
        LATE,
    ),
    st.builds(lambda wet: lambda r, at: r.say(at, "e-l1", wet=wet), st.booleans()),
    st.builds(lambda to: lambda r, at: r.say(at, "e-v1", position=to), st.sampled_from(["open", "closed"])),
    st.builds(lambda verb: lambda r, at: step_act(r, at, verb), st.sampled_from(list(OrderVerb))),
    st.builds(lambda ok: lambda r, at: step_answer(r, at, ok), st.booleans()),
    st.just(step_reset),
    st.builds(lambda stop: lambda r, at: r.do(at, KillSwitch("east", stop, "li", "test")), st.booleans()),
    st.builds(
        lambda rule: lambda r, at: r.do(at, Mute("east", rule, "", at + 10 * MINUTE, "li", "test")),
        st.sampled_from(["", "M-01"]),
    ),
    st.just(lambda r, at: r.down(at, at + 7 * MINUTE)),
)
GAPS = st.sampled_from([0, 1, SECOND, 30 * SECOND, MINUTE, 61 * SECOND, 4 * MINUTE, 20 * MINUTE])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(GAPS, STEPS), max_size=60), st.sampled_from([0, 3, 400]))
def test_the_same_rules_decide_exactly_what_was_decided(steps: list[tuple[int, Step]], lag_ms: int) -> None:
    recording = Recording(DISTRICT, lag_ms=lag_ms)
    at = T0
    for gap, step in steps:
        at = max(at + gap, recording.now)
        step(recording, at)
    assert by_community(replayed(recording)) == by_community(recording.effects())


@pytest.mark.parametrize("lag_ms", [0, 20, 9_000])
def test_a_silence_that_was_noticed_late_is_noticed_as_late_again(lag_ms: int) -> None:
    recording = Recording(DISTRICT, lag_ms=lag_ms)
    recording.say(T0 + MINUTE, "e-m1", current=100.0)
    recording.pass_to(T0 + 30 * MINUTE)
    recording.say(T0 + 30 * MINUTE, "e-m1", current=100.0)
    assert recording.effects(AlertChanged)
    assert by_community(replayed(recording)) == by_community(recording.effects())


def test_what_workers_did_to_an_order_finds_it_under_another_number() -> None:
    """Orders are numbered as they are opened: a run that begins later counts from one again."""
    recording = Recording(DISTRICT)
    recording.say(T0 + MINUTE, "e-l1", wet=True)
    recording.say(T0 + 2 * MINUTE, "e-l1", wet=False)
    later = T0 + 3 * DAY
    recording.say(later, "e-l1", wet=True)
    step_act(recording, later + MINUTE, OrderVerb.ACCEPT)
    numbers = [each.order.id for _, each in recording.effects(OrderChanged) if isinstance(each, OrderChanged)]
    assert numbers[-1] != numbers[0]
    accepted = [
        effect.order
        for _, effect in replayed(recording, Asked(since=later - MINUTE, warm_up_ms=HOUR))
        if isinstance(effect, OrderChanged) and effect.order.state is OrderState.ACCEPTED
    ]
    assert [(order.person, order.subject) for order in accepted] == [("li", "e-l1")]
    assert accepted[0].id == numbers[0]


@pytest.mark.parametrize(("assume", "failed", "reminders"), [(Assume.WORKS, 0, 1), (Assume.FAILS, 1, 3)])
def test_commands_and_orders_that_nobody_answered_are_assumed(assume: Assume, failed: int, reminders: int) -> None:
    recording = Recording(DISTRICT)
    recording.say(T0 + MINUTE, "e-v1", position="open")
    recording.say(T0 + 2 * MINUTE, "e-l1", wet=True)
    recording.pass_to(T0 + 6 * MINUTE)
    recording.say(T0 + 6 * MINUTE, "e-m1", current=100.0)
    found = Backtest(recording.history(), [("alone", DISTRICT)], Asked(assume=assume)).run()
    (leak,) = [rule for rule in found.account.rules if rule.rule == "M-02"]
    assert (leak.commands_sent > 0, leak.commands_failed) == (True, failed)
    assert leak.reminders == reminders
