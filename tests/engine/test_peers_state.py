"""Rules that ask others, through crashes and changes of rules; and what they cost."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.snapshot import restore, snapshot
from processor.model.effect import AlertChanged
from processor.model.inputs import Input
from processor.model.reading import Flag, Reading
from processor.model.time import SECOND, EpochMs
from tests.engine.district import SCOPE, START, Play, at, district, rule, trigger
from tests.engine.test_peers_naive import CASES, DEVICES, STEPS, meant

ALL = district(
    *(
        rule(trigger(text, for_ms=hold), name=f"R-{n}-{hold}")
        for n, (text, _) in enumerate(CASES)
        for hold in (0, 90_000)
    ),
    devices=DEVICES,
)


def inputs_of(steps: list[tuple[int, str, bool]]) -> list[tuple[Input, EpochMs]]:
    """The readings, and every wake-up the core asks for, each with its instant."""
    play, now = Play.started(ALL), START
    given_all: list[tuple[Input, EpochMs]] = [(given, START) for given in Core(ALL).start(START, None)]
    for count, (pause, name, bad) in enumerate(steps):
        now += pause * SECOND
        while (wake := play.core.next_wake()) is not None and wake < now:
            for due in play.core.wakes(wake):
                given_all.append((due, wake))
                play.give(due, wake)
        flags = int(Flag.RETAINED) if pause == 59 else 0  # some of them doubtful
        reading = Reading(name, now, now, meant(name, bad=bad), flags, count)
        given_all.append((reading, now))
        play.give(reading, now)
    return given_all


@settings(deadline=None, max_examples=25)
@given(steps=STEPS, crash=st.integers(0, 60))
def test_after_a_crash_everything_goes_on_byte_for_byte(steps: list[tuple[int, str, bool]], crash: int) -> None:
    whole, broken = Core(ALL), Core(ALL)
    for number, (given_one, now) in enumerate(inputs_of(steps)):
        if number == crash:
            states = {name: snapshot(scope) for name, scope in broken.scopes.items()}
            broken = Core(ALL)
            for name, state in states.items():
                assert restore(broken.scopes[name], state) == []
        assert broken.turn([given_one], now) == whole.turn([given_one], now)
        assert broken.next_wake() == whole.next_wake()
    for name, scope in whole.scopes.items():
        assert snapshot(broken.scopes[name]) == snapshot(scope)


def test_a_crash_forgets_no_wake_up_and_asks_for_none_twice() -> None:
    text = "leak == wet and not any of others where leak == wet within 5 min by riser"
    whole = Play.started(district(rule(trigger(text), profile="leak"), devices=DEVICES))
    whole.say("l2", "10s", leak="wet")
    whole.say("l2", "20s", leak="dry")
    again = Play(Core(whole.core.district))
    for name, scope in whole.core.scopes.items():
        restore(again.core.scopes[name], snapshot(scope))
    for play in (whole, again):
        play.count = 9
        play.say("l3", "30s", leak="dry")
        play.say("l3", "40s", leak="wet")
        play.say("l3", "50s", leak="dry")
    for name, scope in whole.core.scopes.items():
        assert snapshot(again.core.scopes[name]) == snapshot(scope)


def test_a_reload_of_the_same_rules_forgets_no_member_and_no_window() -> None:
    text = "leak == wet and not any of others where leak == wet within 5 min by riser"
    asking = district(rule(trigger(text), profile="leak"), devices=DEVICES)
    play = Play.started(asking)
    play.say("l2", "10s", leak="wet")
    play.say("l2", "20s", leak="dry")
    play.say("l3", "20s", leak="dry")
    play.say("l1", "30s", leak="wet")
    assert play.core.reconfigure(msgspec.structs.replace(asking, hash="h2"), at("40s")) == []
    assert play.pass_to("5m20s").state() == "ok"
    assert play.pass_to("5m21s").state() == "firing"


def test_a_new_rule_asks_everybody_at_once_and_alarms_on_what_is_known() -> None:
    play = Play.started(district(devices=DEVICES))
    play.say("l1", "10s", leak="wet")
    play.say("m1", "20s", current=400.0)
    made = play.core.reconfigure(district(rule(trigger(CASES[0][0])), devices=DEVICES), at("30s"))
    assert [effect.transition.subject for _, effect in made if isinstance(effect, AlertChanged)] == ["m1"]


def test_a_changed_rule_begins_anew_and_says_so() -> None:
    play = Play.started(district(rule(trigger(CASES[0][0])), devices=DEVICES))
    play.say("l1", "10s", leak="wet")
    play.say("m1", "20s", current=400.0)
    other = rule(trigger(CASES[0][0].replace("riser", "floor")))
    made = play.core.reconfigure(district(other, devices=DEVICES), at("30s"))
    steps = [(str(e.transition.cause), e.transition.subject) for _, e in made if isinstance(e, AlertChanged)]
    assert steps == [("rule_changed", "m1"), ("reached", "m1")]


def test_a_member_that_moved_answers_where_it_is_now() -> None:
    asking = district(rule(trigger(CASES[0][0])), devices=DEVICES)
    play = Play.started(asking)
    play.say("l1", "10s", leak="wet")
    play.say("m3", "20s", current=400.0)
    assert play.state() == "ok"
    moved = {**asking.devices, "l1": msgspec.structs.replace(asking.devices["l1"], riser=f"{SCOPE}/b1/r2")}
    made = play.core.reconfigure(msgspec.structs.replace(asking, devices=moved), at("30s"))
    assert [effect.transition.subject for _, effect in made if isinstance(effect, AlertChanged)] == ["m3"]


def test_after_our_own_down_time_a_stale_members_word_no_longer_counts() -> None:
    text = "leak == wet and any of others where current >= 300 mA by floor"
    asking = district(rule(trigger(text), profile="leak"), devices=DEVICES)
    play = Play.started(asking)
    play.say("m1", "10s", current=400.0)
    again = Core(asking)
    for name, scope in play.core.scopes.items():
        restore(again.scopes[name], snapshot(scope))
    for given_one in again.start(at("1h"), at("20s")):
        again.turn([given_one], at("1h"))
    wet = Reading("l1", at("1h"), at("1h"), {"leak": "wet"}, 0, 9)
    assert again.turn([wet], at("1h")).effects == []


# ---- what it costs --------------------------------------------------------------------------------------------------


def test_only_news_is_looked_at_and_only_by_whom_it_may_concern() -> None:
    play = Play.of(rule(trigger("current >= 300 mA and any of others where leak == wet by riser")), devices=DEVICES)
    (scope,) = play.core.scopes.values()
    looks: list[str] = []
    look = scope.steps.device_rule
    scope.steps.device_rule = lambda device, *rest: (looks.append(device.device.id), look(device, *rest))[1]  # type: ignore[method-assign, func-returns-value]  # a spy
    play.say("l1", "10s", leak="dry")
    assert sorted(looks) == ["m1", "m2"]
    play.say("l1", "20s", leak="dry")
    play.say("l1", "30s", leak="dry")
    assert sorted(looks) == ["m1", "m2"]
    play.say("l1", "40s", leak="wet")
    assert sorted(looks) == ["m1", "m1", "m2", "m2"]
    play.say("m1", "50s", current=10.0)
    looks.clear()
    play.say("l1", "55s", leak="dry")
    assert looks == ["m2"]


def test_a_message_that_no_rule_of_others_asks_about_takes_the_short_way() -> None:
    play = Play.of(rule(trigger("current >= 300 mA and any of others where leak == wet by riser")), devices=DEVICES)
    (scope,) = play.core.scopes.values()
    scope.peers.take = None  # type: ignore[method-assign, assignment]  # whoever comes this way fails
    play.say("m1", "10s", current=400.0)
    with pytest.raises(TypeError):
        play.say("l1", "20s", leak="wet")
