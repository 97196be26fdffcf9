"""How many automatic commands one device may get, and what one answer may do at once."""

import msgspec

from processor.engine.core import Core
from processor.engine.interlocks import Budgets
from processor.model.profile import CommandSpec
from processor.model.rule import Answer, CommandAnswer, Level
from processor.model.source import SourceText
from processor.model.time import DAY, MINUTE
from tests.engine.district import (
    DEVICES,
    METER,
    SCOPE,
    START,
    VALVE,
    Play,
    close_valve,
    district,
    number,
    rule,
    trigger,
)

LOCK = CommandSpec(
    name="lock",
    topic="v/{device}/command",
    payload='{"do":"lock","id":"{command_id}"}',
    makes_safer=True,
    effect=SourceText("position == closed"),
)


def _play(*rules: object) -> Play:
    made = district(*rules)  # type: ignore[arg-type]  # rules, passed on
    valve = msgspec.structs.replace(VALVE, commands={**VALVE.commands, "lock": LOCK})
    play = Play(Core(msgspec.structs.replace(made, profiles={**made.profiles, "valve": valve})))
    for given in play.core.start(START, None):
        play.give(given, START)
    play.say("v1", "0s", position="open")
    return play


def test_two_commands_of_one_answer_are_both_sent() -> None:
    answer = Answer(commands=(CommandAnswer("valve", "close"), CommandAnswer("valve", "lock")))
    play = _play(rule(trigger("leak == wet"), profile="leak", answer=answer))
    play.say("l1", "1s", leak="wet")
    assert play.commands() == ["v1 close", "v1 lock"]


def test_a_graver_level_of_the_same_alert_acts_within_the_pause() -> None:
    milder, graver = trigger("leak == wet", level=Level.L3), trigger("leak == wet", level=Level.L2, for_ms=MINUTE)
    base = rule(milder, graver, profile="leak")
    answers = {
        Level.L3: Answer(commands=(CommandAnswer("valve", "lock"),)),
        Level.L2: Answer(commands=(CommandAnswer("valve", "close"),)),
    }
    play = _play(msgspec.structs.replace(base, level_answers=answers))
    play.say("l1", "1s", leak="wet")
    play.say("l1", "1m1s", leak="wet")
    assert play.commands() == ["v1 lock", "v1 lock", "v1 close"]  # the first was tried twice, having no proof


def test_another_alert_within_the_pause_is_refused() -> None:
    play = _play(rule(trigger("leak == wet"), profile="leak", answer=close_valve()))
    play.say("l1", "1s", leak="wet")
    play.say("v1", "3s", position="closed")
    play.say("v1", "5s", position="open")
    play.say("l2", "9m", leak="wet")
    assert play.commands() == ["v1 close"]
    assert play.dispositions()[-1] == "device_budget"


def test_a_fourth_alert_of_a_day_is_refused() -> None:
    budgets = Budgets()
    for turn in range(3):
        at = START + turn * 20 * MINUTE
        assert not budgets.device_spent("v1", f"a{turn}", Level.L2, at)
        budgets.spend("v1", "R-1", f"a{turn}", Level.L2, at)
    assert budgets.device_spent("v1", "a3", Level.L2, START + 120 * MINUTE)
    assert not budgets.device_spent("v2", "a3", Level.L2, START + 120 * MINUTE)
    assert not budgets.device_spent("v1", "a3", Level.L2, START + DAY)


def test_a_milder_alerts_command_never_holds_up_a_graver_one() -> None:
    budgets = Budgets()
    budgets.spend("v1", "R-1", "mild", Level.L2, START)
    assert not budgets.device_spent("v1", "grave", Level.L1, START + MINUTE)
    assert budgets.device_spent("v1", "milder", Level.L3, START + MINUTE)


def test_after_silence_only_a_reading_that_carries_the_point_is_a_sample() -> None:
    both = msgspec.structs.replace(METER, points={**METER.points, "volts": number("volts", "V", None)})
    once = rule(trigger("volts >= 5 V", samples=2))
    made = district(once, devices=DEVICES[:1])
    play = Play(Core(msgspec.structs.replace(made, profiles={**made.profiles, "meter": both})))
    for given in play.core.start(START, None):
        play.give(given, START)
    play.say("m1", "0s", volts=9.0)
    play.say("m1", "1m", current=1.0)
    play.say("m1", "5m", current=1.0)  # `current` had been silent: every rule is looked at again
    assert play.state() == "pending"
    play.say("m1", "6m", volts=9.0)
    assert play.state() == "firing"


def test_a_device_that_lacks_what_its_command_names_is_refused_and_stops_nothing() -> None:
    needs_a_tag = msgspec.structs.replace(LOCK, topic="v/{zone_of_it}/command")
    answer = Answer(commands=(CommandAnswer("valve", "lock"), CommandAnswer("valve", "close")))
    made = district(rule(trigger("leak == wet"), profile="leak", answer=answer))
    valve = msgspec.structs.replace(VALVE, commands={**VALVE.commands, "lock": needs_a_tag})
    play = Play(Core(msgspec.structs.replace(made, profiles={**made.profiles, "valve": valve})))
    play.say("v1", "0s", position="open")
    play.say("l1", "1s", leak="wet")
    assert play.dispositions()[0] == "no_target"
    assert play.commands() == ["v1 close"]


def test_behind_no_gateway_a_device_is_alone() -> None:
    plan = Play.of(rule(trigger("leak == wet"), profile="leak")).core.scopes[SCOPE].plan
    assert plan.targets(plan.devices["l1"], "same_gateway") == ["l1"]


def test_a_ladder_is_pending_at_the_level_it_reaches_first() -> None:
    ladder = rule(
        trigger("missing(15 min)", level=Level.L3, for_ms=180 * MINUTE),
        trigger("missing(15 min)", level=Level.L4, for_ms=45 * MINUTE),
    )
    play = Play.of(ladder, devices=DEVICES[:1]).pass_to("20m")
    assert (play.state(), play.level()) == ("pending", Level.L4)


def test_levels_with_one_hold_are_pending_at_the_gravest() -> None:
    both = rule(
        trigger("current >= 300 mA", level=Level.L2, for_ms=MINUTE),
        trigger("current >= 500 mA", level=Level.L1, for_ms=MINUTE),
    )
    play = Play.of(both)
    play.say("m1", "0s", current=600.0)
    assert (play.state(), play.level()) == ("pending", Level.L1)
