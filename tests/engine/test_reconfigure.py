"""A change of rules keeps what means the same and says what it ends."""

import msgspec

from processor.engine.reconfigure import meaning
from processor.model.alert import AlertCause
from processor.model.effect import AlertChanged, Effect
from processor.model.source import SourcePlace
from processor.model.time import MINUTE
from tests.engine.district import DEVICES, METER, Play, at, district, number, rule, trigger

HOLD = trigger("current >= 300 mA", for_ms=5 * MINUTE)


def causes(effects: list[tuple[str, Effect]]) -> list[AlertCause]:
    return [effect.transition.cause for _, effect in effects if isinstance(effect, AlertChanged)]


def test_a_running_hold_survives_a_change_of_other_rules() -> None:
    play = Play.of(rule(HOLD))
    for minute in range(4):
        play.say("m1", f"{minute}m", current=400.0)
    other = rule(trigger("current >= 900 mA"), name="R-2")
    assert play.core.reconfigure(district(rule(HOLD), other), at("3m")) == []
    play.say("m1", "4m", current=400.0)
    assert play.state() == "pending"
    play.say("m1", "5m", current=400.0)
    assert play.state() == "firing"


def test_moving_a_rule_in_its_file_changes_nothing() -> None:
    first = rule(HOLD)
    moved = msgspec.structs.replace(first, place=SourcePlace("rules/x.yaml", 40, 1))
    assert meaning(district(first), "R-1") == meaning(district(moved), "R-1")


def test_a_changed_rule_closes_its_alert_and_says_so() -> None:
    play = Play.of(rule(trigger("current >= 300 mA")))
    play.say("m1", "0m", current=400.0)
    ended = play.core.reconfigure(district(rule(trigger("current >= 350 mA"))), at("1m"))
    assert causes(ended) == [AlertCause.RULE_CHANGED]
    play.say("m1", "2m", current=400.0)
    assert play.state() == "firing", "the new rule begins an episode of its own"


def test_a_device_that_leaves_ends_its_alerts() -> None:
    play = Play.of(rule(trigger("current >= 300 mA")))
    play.say("m1", "0m", current=400.0)
    ended = play.core.reconfigure(district(rule(trigger("current >= 300 mA")), devices=DEVICES[1:]), at("1m"))
    assert causes(ended) == [AlertCause.SUBJECT_GONE]


def test_a_profile_with_a_new_point_keeps_the_values_of_the_old_ones() -> None:
    play = Play.of(rule(trigger("current >= 300 mA", samples=2)))
    play.say("m1", "0m", current=400.0)
    wider = msgspec.structs.replace(METER, points={"ambient": number("ambient", "degC"), **METER.points})
    changed = district(rule(trigger("current >= 300 mA", samples=2)))
    changed = msgspec.structs.replace(changed, profiles={**changed.profiles, "meter": wider})
    assert play.core.reconfigure(changed, at("30s")) == []
    play.say("m1", "1m", current=400.0)
    assert play.state() == "firing"


def test_a_new_device_is_waited_for_from_the_change_on() -> None:
    absent = rule(trigger("missing(15 min)"))
    play = Play.of(absent, devices=DEVICES[1:])
    play.pass_to("10m")
    play.core.reconfigure(district(absent), at("10m"))
    assert play.pass_to("24m59s").state() == "ok"
    assert play.pass_to("25m").state() == "firing"
