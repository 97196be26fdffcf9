"""Rules over a place: who counts, for how long, and what is not known."""

import msgspec

from processor.model.reading import Flag
from processor.model.rule import Answer, CommandAnswer, Level, Override, OverrideLayer, Parameter
from tests.engine.district import DEVICES, SCOPE, Play, device, district, rule, trigger

BURST = trigger("count of devices where leak == wet >= 3 within 10 min by riser", level=Level.L1)
CLOSE = Answer(commands=(CommandAnswer("valve", "close"),))


def test_three_sensors_of_one_riser_within_ten_minutes_are_one_alert_on_the_riser() -> None:
    play = Play.of(rule(BURST, profile="leak"))
    for minute, sensor in enumerate(["l1", "l2", "l3"]):
        play.say(sensor, f"{minute}m", leak="wet")
    assert [(e.transition.subject, e.transition.after) for e in play.alerts()] == [("sunrise/b1/r1", "firing")]


def test_a_sensor_that_dried_still_counts_within_the_window_and_not_after() -> None:
    for last, state in (("9m", "firing"), ("11m", "ok")):
        play = Play.of(rule(BURST, profile="leak"))
        for sensor in ("l2", "l3"):
            play.say(sensor, "0s", leak="dry")
        play.say("l1", "0s", leak="wet")
        play.say("l1", "10s", leak="dry")
        play.say("l2", "1m", leak="wet")
        play.say("l3", last, leak="wet")
        assert play.state() == state, last


def test_the_alert_ends_by_itself_when_the_window_has_passed() -> None:
    play = Play.of(rule(BURST, profile="leak"))
    for sensor in ("l1", "l2", "l3"):
        play.say(sensor, "0s", leak="wet")
    for sensor in ("l1", "l2", "l3"):
        play.say(sensor, "1m", leak="dry")
    assert play.state() == "firing"
    assert play.pass_to("12m").state() == "ok"


def test_distinct_floors_count_once_each() -> None:
    by_floor = trigger("count of floors where leak == wet >= 2 within 10 min by riser")
    devices = (*DEVICES, device("l4", "leak", floor="1"))
    play = Play.of(rule(by_floor, profile="leak"), devices=devices)
    play.say("l1", "0s", leak="wet")
    play.say("l4", "10s", leak="wet")
    assert play.state() != "firing"
    play.say("l2", "20s", leak="wet")
    assert play.state() == "firing"


def test_a_group_command_closes_the_valve_its_members_name_once() -> None:
    play = Play.of(rule(BURST, profile="leak", answer=CLOSE))
    play.say("v1", "0s", position="open")
    for sensor in ("l1", "l2", "l3"):
        play.say(sensor, "5s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_a_group_true_only_by_doubtful_members_never_commands() -> None:
    play = Play.of(rule(BURST, profile="leak", answer=CLOSE))
    play.say("v1", "0s", position="open")
    play.say("l1", "5s", leak="wet", flags=Flag.RETAINED)
    play.say("l2", "5s", leak="wet")
    play.say("l3", "5s", leak="wet")
    assert (play.state(), play.commands()) == ("firing", [])


def test_a_building_that_falls_silent_is_one_alert() -> None:
    outage = trigger("share of devices where missing(3 min) >= 60 % by building")
    devices = tuple(device(f"m{number}", "meter") for number in range(1, 6))
    play = Play.of(rule(outage), devices=devices)
    for number in range(1, 6):
        play.say(f"m{number}", "1m", current=1.0)
    for number in range(1, 3):
        play.say(f"m{number}", "3m30s", current=1.0)
    assert play.pass_to("3m59s").state() == "ok"
    assert play.pass_to("4m").state() == "firing"
    play.say("m3", "5m", current=1.0)
    assert play.state() == "ok"


def test_a_building_may_have_its_own_limit_for_a_group() -> None:
    limit = {"sensors": Parameter("sensors", 3.0)}
    by_limit = trigger("count of devices where leak == wet >= sensors within 10 min by riser")
    group_rule = rule(by_limit, profile="leak", parameters=limit)
    override = Override("R-1", "sensors", OverrideLayer.BUILDING, f"{SCOPE}/b1", 2.0)
    for overrides, state in (((), "ok"), ((override,), "firing")):
        play = Play.started(msgspec.structs.replace(district(group_rule), overrides=overrides))
        for sensor in ("l1", "l2", "l3"):
            play.say(sensor, "0s", leak="dry")
        play.say("l1", "5s", leak="wet")
        play.say("l2", "5s", leak="wet")
        assert play.state() == state
