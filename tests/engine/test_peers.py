"""Device rules that ask the devices around: who alarms, when, and on whose word."""

import msgspec
import pytest

from processor.model.device import Device
from processor.model.rule import Active, Level, Override, OverrideLayer, Parameter, Selector
from processor.model.source import SourceText
from processor.model.time import MINUTE, SECOND
from tests.engine.district import LEAK, LINKS, SCOPE, Play, at, device, district, number, rule, trigger

WET = "leak == wet"
NEAR = trigger(f"current >= 300 mA and any of others where {WET} by riser", level=Level.L1)
ALONE = trigger(f"current >= 300 mA and not any of others where {WET} by riser", level=Level.L1)
PLACES = (
    device("m1", "meter", links=LINKS, floor="1", room="lift"),
    device("m2", "meter", floor="2", room="lift"),
    device("l1", "leak", links=LINKS, floor="1", room="lift", gateway="g1"),
    device("l2", "leak", floor="2", room="kitchen", gateway="g1"),
    device("v1", "valve"),
)


def elsewhere(name: str, profile: str, riser: str = "") -> Device:
    return msgspec.structs.replace(device(name, profile), riser=f"{SCOPE}/b1/{riser}" if riser else "")


def firing(play: Play) -> list[str]:
    """The devices whose alert stands."""
    states: dict[str, str] = {}
    for step in play.alerts():
        states[step.transition.subject] = step.transition.after
    return sorted(subject for subject, state in states.items() if state in {"firing", "recovering"})


# ---- who alarms, and when -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject_first", [True, False])
def test_the_subject_alarms_at_the_last_word_whosever_it_is(*, subject_first: bool) -> None:
    play = Play.of(rule(NEAR), devices=PLACES)
    for when, is_subject in (("10s", subject_first), ("20s", not subject_first)):
        assert play.alerts() == []
        play.say("m1", when, current=400.0) if is_subject else play.say("l1", when, leak="wet")
    assert [(e.transition.subject, e.transition.decided_at) for e in play.alerts()] == [("m1", at("20s"))]
    assert "any of others where leak == wet by riser" in play.alerts()[0].transition.evidence


def test_the_subject_ends_at_once_when_the_other_is_well() -> None:
    play = Play.of(rule(NEAR), devices=PLACES)
    play.say("l2", "0s", leak="dry")
    play.say("l1", "1s", leak="wet")
    play.say("m1", "2s", current=400.0)
    play.say("l1", "3s", leak="dry")
    assert play.state() == "ok"


def test_a_device_does_not_answer_itself_among_others() -> None:
    for word, state in (("others", "ok"), ("devices", "firing")):
        test = trigger(f"{WET} and any of {word} where {WET} by riser")
        play = Play.of(rule(test, profile="leak"), devices=PLACES)
        play.say("l2", "0s", leak="dry")
        play.say("l1", "1s", leak="wet")
        assert play.state() == state, word


def test_no_rule_sees_half_of_a_reading() -> None:
    # By the old word of itself the device would be alone with its leak for a moment.
    test = trigger(f"{WET} and not any of devices where {WET} by riser")
    play = Play.of(rule(test, profile="leak"), devices=PLACES)
    play.say("l2", "0s", leak="dry")
    play.say("l1", "1s", leak="dry")
    play.say("l1", "2s", leak="wet")
    play.say("l1", "3s", leak="dry")
    assert play.transitions() == []


def test_members_are_whatever_kind_of_device_has_the_points_and_whatever_the_rule_applies_to() -> None:
    only = msgspec.structs.replace(rule(NEAR), applies_to=Selector(devices=("m2",)))
    play = Play.of(only, devices=PLACES)
    play.say("m1", "0s", current=400.0)
    play.say("m2", "0s", current=400.0)
    play.say("l1", "1s", leak="wet")
    assert firing(play) == ["m2"]


@pytest.mark.parametrize(
    ("where", "state"),
    [
        (WET, "ok"),
        (f"tag(room) == lift and {WET}", "firing"),
        (f"tag(floor) in (1) and {WET}".replace("(1)", '("1")'), "firing"),
        (f"tag(room) == kitchen and {WET}", "ok"),
    ],
)
def test_tags_say_who_is_asked(where: str, state: str) -> None:
    test = trigger(f"current >= 300 mA and all of others where {where} by riser")
    play = Play.of(rule(test), devices=PLACES)
    play.say("l2", "0s", leak="dry")
    play.say("l1", "1s", leak="wet")
    play.say("m1", "2s", current=400.0)
    assert play.state() == state


def test_only_the_devices_of_the_same_place_are_asked() -> None:
    devices = (*PLACES, elsewhere("m9", "meter", "r2"), elsewhere("l9", "leak", "r2"))
    play = Play.of(rule(NEAR), devices=devices)
    for meter in ("m1", "m2", "m9"):
        play.say(meter, "0s", current=400.0)
    play.say("l9", "1s", leak="wet")
    assert firing(play) == ["m9"]
    play.say("l1", "2s", leak="wet")
    assert firing(play) == ["m1", "m2", "m9"]


@pytest.mark.parametrize("by", ["riser", "floor", "gateway", "room"])
def test_a_device_without_such_a_place_is_never_told_either_way(by: str) -> None:
    lost = msgspec.structs.replace(device("m9", "meter"), riser="", building="")
    for test in ("any", "not any"):
        asks = trigger(f"current >= 300 mA and {test} of others where {WET} by {by}")
        play = Play.of(rule(asks), devices=(*PLACES, lost))
        play.say("m9", "0s", current=400.0)
        play.say("l1", "1s", leak="wet")
        play.say("l2", "1s", leak="dry")
        assert "m9" not in firing(play)


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("room", ["m1"]),  # l1 stands in the lift's room of the building, as m1 does; m2 is in the next building's
        ("floor", ["m1"]),
        ("building", ["m1"]),
        ("community", ["m1", "m2"]),
    ],
)
def test_each_kind_of_place_has_its_own_devices(by: str, found: list[str]) -> None:
    far = msgspec.structs.replace(
        device("m2", "meter", floor="1", room="lift"), building=f"{SCOPE}/b2", riser=f"{SCOPE}/b2/r1"
    )
    near = tuple(each for each in PLACES if each.id != "m2")
    test = trigger(f"current >= 300 mA and any of others where {WET} by {by}")
    play = Play.of(rule(test), devices=(*near, far))
    play.say("m1", "0s", current=400.0)
    play.say("m2", "0s", current=400.0)
    play.say("l1", "1s", leak="wet")
    assert firing(play) == found


def test_a_group_rule_may_group_by_room() -> None:
    test = trigger(f"count of devices where {WET} >= 2 by room")
    devices = (*PLACES, device("l3", "leak", room="kitchen"))
    play = Play.of(rule(test, profile="leak"), devices=devices)
    play.say("l1", "0s", leak="wet")
    play.say("l2", "1s", leak="wet")
    assert firing(play) == []
    play.say("l3", "2s", leak="wet")
    assert firing(play) == [f"{SCOPE}/b1/room/kitchen"]


def test_one_condition_may_ask_about_several_kinds_of_place() -> None:
    test = trigger(
        f"{WET} and (any of others where {WET} by floor or all of devices where current >= 300 mA by building)"
    )
    play = Play.of(rule(test, profile="leak"), devices=PLACES)
    play.say("l1", "0s", leak="wet")
    play.say("m1", "1s", current=400.0)
    assert play.state() == "ok"
    play.say("m2", "2s", current=400.0)
    assert play.state() == "firing"


# ---- time -----------------------------------------------------------------------------------------------------------


def test_the_end_of_a_window_is_looked_at_though_nobody_says_anything() -> None:
    test = trigger(f"{WET} and not any of others where {WET} within 5 min by riser")
    play = Play.of(rule(test, profile="leak"), devices=PLACES)
    play.say("l2", "0s", leak="wet")
    play.say("l2", "1m", leak="dry")
    play.say("l1", "2m", leak="wet")
    assert play.pass_to("6m").state() == "ok"
    play.pass_to("7m")
    assert [(e.transition.subject, e.transition.decided_at) for e in play.alerts()] == [("l1", at("6m") + 1)]


def test_each_member_has_its_own_end_of_the_window() -> None:
    test = trigger(f"{WET} and not any of others where {WET} within 5 min by riser")
    play = Play.of(rule(test, profile="leak"), devices=(*PLACES, device("l3", "leak")))
    for when, other in ((1, "l2"), (2, "l3")):
        play.say(other, f"{when}m", leak="wet")
        play.say(other, f"{when}m10s", leak="dry")
    play.say("l1", "3m", leak="wet")
    play.pass_to("9m")
    assert [(e.transition.subject, e.transition.decided_at) for e in play.alerts()] == [("l1", at("7m10s") + 1)]


def test_a_member_that_is_heard_again_answers_though_it_says_something_else() -> None:
    leak = msgspec.structs.replace(
        LEAK,
        points={
            "leak": msgspec.structs.replace(LEAK.points["leak"], stale_after_ms=5 * MINUTE),
            "battery": number("battery", "%", None),
        },
    )
    whole = district(rule(NEAR), devices=PLACES)
    play = Play.started(msgspec.structs.replace(whole, profiles={**whole.profiles, "leak": leak}))
    play.say("l1", "0s", leak="wet")
    play.say("m1", "9m", current=400.0)
    assert play.state() == "ok"
    play.say("l1", "10m", battery=90.0)
    assert play.state() == "firing"


def test_the_silence_of_a_member_is_looked_at() -> None:
    test = trigger("current >= 300 mA and share of others where missing(3 min) >= 50 % by floor")
    play = Play.of(rule(test), devices=PLACES)
    for minute in range(6):
        play.say("m1", f"{minute}m", current=400.0)
        if not minute:
            play.say("l1", "0m", leak="dry")
    assert [e.transition.decided_at for e in play.alerts()] == [at("3m")]


def test_a_member_gone_stale_is_unknown_and_a_hold_begins_again() -> None:
    test = trigger("leak == wet and any of others where current >= 300 mA by floor", for_ms=3 * MINUTE)
    play = Play.of(rule(test, profile="leak"), devices=PLACES)
    play.say("l1", "0s", leak="wet")
    play.say("m1", "0s", current=400.0)
    play.pass_to("2m1s")
    assert play.state() == "unknown"
    play.say("m1", "3m", current=400.0)
    play.say("m1", "4m30s", current=400.0)
    assert play.state() == "pending"
    play.say("m1", "5m30s", current=400.0)
    assert play.pass_to("6m").state() == "firing"


def test_a_hold_runs_on_the_clock_and_not_on_anybodys_readings() -> None:
    play = Play.of(rule(trigger(NEAR.when.text, for_ms=90 * SECOND)), devices=PLACES)
    play.say("m1", "0s", current=400.0)
    play.say("l1", "30s", leak="wet")
    assert play.pass_to("1m59s").state() == "pending"
    assert play.pass_to("2m").state() == "firing"


def test_only_readings_of_its_own_are_samples() -> None:
    play = Play.of(rule(trigger(NEAR.when.text, samples=2)), devices=PLACES)
    play.say("m1", "0s", current=400.0)
    for second in range(1, 9):
        play.say("l1", f"{second}s", leak="wet")
        play.say("l2", f"{second}s", leak="wet")
    assert play.state() == "pending"
    play.say("m1", "20s", current=400.0)
    play.say("m1", "40s", current=400.0)
    assert play.state() == "firing"


def test_a_schedule_and_a_time_of_day_stand_beside_the_others() -> None:
    # START is 22:13:20 in Shanghai
    test = trigger(
        f"current >= 300 mA and time in 23:00-06:00 and any of others where {WET} and time in 23:30-06:00 by riser"
    )
    night = Active(begin_minute=22 * 60 + 30, end_minute=6 * 60)
    play = Play.of(msgspec.structs.replace(rule(test), active=night), devices=PLACES)
    begin = at("0s")
    play.say("l1", "1m", leak="wet")
    for minute in range(2, 120):
        play.say("m1", f"{minute}m", current=400.0)
    (first, *_) = play.alerts()
    assert (first.transition.decided_at - begin) // SECOND == (23 * 60 + 30 - (22 * 60 + 13)) * 60 - 20


# ---- levels, clearing, nesting --------------------------------------------------------------------------------------


def test_levels_rise_and_fall_with_the_others() -> None:
    alone = trigger("current >= 300 mA", level=Level.L3)
    near = trigger(f"current >= 300 mA and count of others where {WET} >= 2 by riser", level=Level.L1)
    play = Play.of(rule(alone, near), devices=PLACES)
    play.say("l1", "0s", leak="wet")
    play.say("m1", "1s", current=400.0)
    assert play.level() is Level.L3
    play.say("l2", "2s", leak="wet")
    assert play.level() is Level.L1
    play.say("l2", "3s", leak="dry")
    assert (play.level(), play.state()) == (Level.L3, "firing")


def test_a_clearing_may_ask_the_others() -> None:
    clears = rule(trigger("current >= 300 mA"), clear=f"current < 300 mA and not any of others where {WET} by riser")
    play = Play.of(clears, devices=PLACES)
    play.say("l1", "0s", leak="wet")
    play.say("l2", "0s", leak="dry")
    play.say("m1", "1s", current=400.0)
    play.say("m1", "2s", current=100.0)
    assert play.state() == "firing"
    play.say("l1", "3s", leak="dry")
    assert play.state() == "ok"


def test_a_level_may_be_held_by_the_others() -> None:
    held = trigger("current >= 300 mA", clear_when=SourceText("all of others where leak == dry by riser"))
    play = Play.of(rule(held), devices=PLACES)
    play.say("l1", "0s", leak="wet")
    play.say("l2", "0s", leak="dry")
    play.say("m1", "1s", current=400.0)
    play.say("m1", "2s", current=100.0)
    assert play.state() == "firing"
    play.say("l1", "3s", leak="dry")
    assert play.state() == "ok"


def test_absence_count_hold_and_groups_nest() -> None:
    test = trigger(
        "(missing(2 min) or count(current >= 300 mA, 5 min) >= 2)"
        f" and not (all of others where leak == dry by riser and not any of devices where {WET} within 1 min by floor)",
        for_ms=30 * SECOND,
    )
    play = Play.of(rule(test), devices=tuple(each for each in PLACES if each.id != "m2"))
    play.say("l1", "0s", leak="dry")
    play.say("l2", "0s", leak="dry")
    play.say("m1", "0s", current=400.0)
    play.say("m1", "1m", current=400.0)
    assert play.pass_to("1m40s").state() == "ok"
    play.say("l2", "1m45s", leak="wet")
    assert play.pass_to("2m14s").state() == "pending"
    assert play.pass_to("2m15s").state() == "firing"


def _override(parameter: str, target: str, value: float) -> Override:
    return Override("R-1", parameter, OverrideLayer.DEVICE, target, value)


def test_an_override_decides_where_it_belongs() -> None:
    # the member's own value in `where`, the asker's in the limit
    parameters = {"much": Parameter("much", 300.0, "mA"), "some": Parameter("some", 2.0)}
    test = trigger("count of others where current >= much >= some by riser and leak == wet")
    for much, some, state in (({}, {}, "ok"), ({"m2": 100.0}, {}, "firing"), ({}, {"l1": 1.0}, "firing")):
        whole = district(rule(test, profile="leak", parameters=parameters), devices=PLACES)
        overrides = [_override("much", name, value) for name, value in much.items()]
        overrides += [_override("some", name, value) for name, value in some.items()]
        play = Play.started(msgspec.structs.replace(whole, overrides=tuple(overrides)))
        play.say("m1", "0s", current=350.0)
        play.say("m2", "0s", current=150.0)
        play.say("l1", "1s", leak="wet")
        assert play.state() == state
