"""A command of a rule that asks others needs proof free of doubt of both sides (DESIGN 5.5, 5.6)."""

import pytest
from msgspec.structs import replace

from processor.engine.core import Core
from processor.engine.snapshot import restore, snapshot
from processor.model.reading import Flag
from processor.model.rule import Answer, CommandAnswer, Level, Rule
from processor.model.time import MINUTE, SECOND
from tests.engine.district import LEAK, LINKS, Play, device, district, number, rule, trigger
from tests.engine.district import state as enum

CLOSE = Answer(commands=(CommandAnswer("valve", "close"),))
PLACES = (
    device("l1", "leak", links=LINKS, floor="1"),
    device("l2", "leak", links=LINKS, floor="2"),
    device("m1", "meter", floor="1"),
    device("m2", "meter", floor="2"),
    device("v1", "valve"),
)
HIGH = "any of devices where current >= 300 mA by riser"


def asking(when: str, *, for_ms: int = 0, samples: int = 1) -> Rule:
    return rule(trigger(when, for_ms=for_ms, samples=samples, level=Level.L1), profile="leak", answer=CLOSE)


def ready(when: str = f"leak == wet and {HIGH}", *, for_ms: int = 0, samples: int = 1) -> Play:
    play = Play.of(asking(when, for_ms=for_ms, samples=samples), devices=PLACES)
    play.say("v1", "0s", position="open")
    return play


def test_the_members_fresh_word_makes_the_subject_command() -> None:
    play = ready()
    play.say("l1", "10s", leak="wet")
    play.say("m1", "20s", current=400.0)
    assert play.commands() == ["v1 close"]


def test_a_crash_makes_no_doubtful_word_fresh() -> None:
    play = ready()
    play.say("l1", "1m", leak="wet", flags=Flag.RETAINED)
    play.say("m2", "1m", current=400.0, flags=Flag.RETAINED)
    again = Play(Core(play.core.district), count=9)
    for name, scope in play.core.scopes.items():
        restore(again.core.scopes[name], snapshot(scope))
    again.say("l2", "1m5s", leak="dry")
    again.say("m1", "1m10s", current=400.0)
    assert again.commands() == []
    again.say("l1", "1m15s", leak="wet")
    assert again.commands() == ["v1 close"]


DOUBTS = [
    pytest.param(int(Flag.RETAINED), 0, id="retained"),
    pytest.param(int(Flag.LATE), 0, id="late"),
    pytest.param(int(Flag.HISTORY), 0, id="history"),
    pytest.param(int(Flag.CLOCK_OFF), 0, id="clock off"),
    pytest.param(0, 90 * SECOND, id="old"),
]


@pytest.mark.parametrize(("flags", "delay_ms"), DOUBTS)
def test_a_members_doubtful_word_alarms_and_never_commands(flags: int, delay_ms: int) -> None:
    play = ready()
    play.say("m1", "1m", current=400.0, flags=flags, delay_ms=delay_ms)
    play.say("l1", "2m31s", leak="wet")
    assert (play.state(), play.commands()) == ("firing", [])
    play.say("m1", "2m40s", current=400.0)
    assert play.commands() == ["v1 close"]


@pytest.mark.parametrize(("flags", "delay_ms"), DOUBTS)
def test_the_subjects_own_doubtful_word_alarms_and_no_member_makes_it_command(flags: int, delay_ms: int) -> None:
    play = ready()
    play.say("l1", "1m", leak="wet", flags=flags, delay_ms=delay_ms)
    play.say("m1", "2m31s", current=400.0)
    play.say("m1", "2m40s", current=500.0)
    assert (play.state(), play.commands()) == ("firing", [])
    play.say("l1", "2m50s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_another_member_free_of_doubt_is_enough() -> None:
    play = ready()
    play.say("m1", "1m", current=400.0, flags=Flag.RETAINED)
    play.say("l1", "1m5s", leak="wet")
    play.say("m2", "1m10s", current=400.0)
    assert play.commands() == ["v1 close"]


def test_time_makes_no_doubtful_member_fresh() -> None:
    play = ready(for_ms=90 * SECOND)
    play.say("m1", "1m", current=400.0, flags=Flag.RETAINED)
    play.say("l1", "1m5s", leak="wet")
    assert (play.pass_to("2m50s").state(), play.commands()) == ("firing", [])


def test_a_hold_is_proved_from_the_first_moment_free_of_doubt() -> None:
    play = ready(for_ms=60 * SECOND)
    play.say("m1", "1m", current=400.0, flags=Flag.RETAINED)
    play.say("l1", "1m5s", leak="wet")
    play.say("m1", "1m40s", current=400.0)
    assert (play.pass_to("2m10s").state(), play.commands()) == ("firing", [])
    assert play.pass_to("2m39s").commands() == []
    assert play.pass_to("2m40s").commands() == ["v1 close"]


def test_doubt_in_the_middle_of_a_hold_begins_its_proof_again() -> None:
    play = ready(for_ms=60 * SECOND)
    play.say("l1", "1m5s", leak="wet")
    play.say("m1", "1m10s", current=400.0)
    play.say("m1", "1m30s", current=400.0, flags=Flag.RETAINED)
    play.say("m1", "1m50s", current=400.0)
    assert (play.pass_to("2m10s").state(), play.commands()) == ("firing", [])
    assert play.pass_to("2m49s").commands() == []
    assert play.pass_to("2m50s").commands() == ["v1 close"]


@pytest.mark.parametrize(("flags", "commands"), [(0, ["v1 close"]), (int(Flag.RETAINED), [])])
def test_that_the_others_are_well_is_proved_by_fresh_words_too(flags: int, commands: list[str]) -> None:
    play = ready(f"leak == wet and not {HIGH}")
    play.say("m1", "1m", current=10.0)
    play.say("m2", "1m", current=10.0, flags=flags)
    play.say("l1", "1m5s", leak="wet")
    assert (play.state(), play.commands()) == ("firing", commands)


def test_a_doubtful_word_within_the_window_may_have_been_true() -> None:
    play = ready("leak == wet and not any of devices where current >= 300 mA within 10 min by riser")
    play.say("m2", "1m", current=10.0)
    play.say("m1", "1m", current=400.0, flags=Flag.RETAINED)
    play.say("m1", "1m10s", current=10.0)
    play.say("l1", "2m", leak="wet")
    assert (play.state(), play.commands()) == ("ok", [])


def test_the_silence_of_members_alarms_and_never_commands() -> None:
    play = ready("leak == wet and any of others where missing(2 min) by riser")
    play.say("l1", "10s", leak="wet")
    play.pass_to("5m")
    play.say("l1", "6m", leak="wet")
    assert (play.state(), play.commands()) == ("firing", [])


def test_a_members_word_proves_nothing_about_the_subjects_own_silence() -> None:
    play = ready("(leak == wet or missing(2 min)) and " + HIGH)
    play.say("l1", "10s", leak="dry")
    play.say("m1", "3m", current=400.0)
    assert ([step.transition.subject for step in play.alerts()], play.commands()) == (["l1", "l2"], [])


def test_only_the_points_a_rule_looks_at_are_its_evidence() -> None:
    talking = {"battery": number("battery", "%")}
    leak = replace(LEAK, points={**LEAK.points, **talking})
    whole = district(asking(f"leak == wet and {HIGH}"), devices=PLACES)
    play = Play.started(replace(whole, profiles={**whole.profiles, "leak": leak}))
    play.say("v1", "0s", position="open")
    play.say("l1", "5s", leak="wet", flags=Flag.RETAINED)
    play.say("l1", "1m", battery=90.0)
    play.say("m1", "1m5s", current=400.0)
    assert (play.state(), play.commands()) == ("firing", [])
    play.say("l1", "1m10s", leak="wet")
    play.say("l1", "1m20s", battery=90.0, flags=Flag.RETAINED)
    assert play.commands() == ["v1 close"]


def test_a_window_over_doubtful_readings_of_a_member_proves_nothing() -> None:
    play = ready("leak == wet and any of devices where delta(current, 10 min) >= 100 mA by riser")
    play.say("m1", "1m", current=100.0, flags=Flag.HISTORY)
    play.say("m1", "2m", current=400.0)
    play.say("l1", "2m10s", leak="wet")
    assert (play.state(), play.commands()) == ("firing", [])


def test_a_window_over_doubtful_readings_of_a_group_rules_member_proves_nothing_either() -> None:
    jump = trigger("any of devices where delta(current, 10 min) >= 100 mA by riser", level=Level.L1)
    meters = tuple(device(name, "meter", links=LINKS) for name in ("m1", "m2"))
    for flags, commands in ((int(Flag.HISTORY), []), (0, ["v1 close"])):
        play = Play.of(rule(jump, answer=CLOSE), devices=(*meters, device("v1", "valve")))
        play.say("v1", "0s", position="open")
        play.say("m1", "1m", current=100.0, flags=flags)
        play.say("m1", "2m", current=400.0)
        assert (play.state(), play.commands()) == ("firing", commands)


def test_a_late_word_older_than_what_stands_taints_nothing() -> None:
    play = ready()
    play.say("l1", "5m", leak="wet")
    play.say("l1", "1m", leak="dry", flags=Flag.HISTORY, delay_ms=5 * MINUTE)
    play.say("m1", "6m10s", current=400.0)
    assert play.commands() == ["v1 close"]


def test_the_end_of_a_window_alarms_and_commands_at_the_next_word() -> None:
    play = ready("leak == wet and not any of devices where current >= 300 mA within 5 min by riser")
    play.say("m2", "1m", current=10.0)
    play.say("m1", "1m", current=400.0)
    play.say("m1", "2m", current=10.0)
    play.say("l1", "3m", leak="wet")
    for minute in (3, 4, 5, 6, 7):
        play.say("m1", f"{minute}m30s", current=10.0)
        play.say("m2", f"{minute}m30s", current=10.0)
    assert (play.state(), play.commands()) == ("firing", [])
    play.say("l1", "8m", leak="wet")
    assert play.commands() == ["v1 close"]


def test_an_old_word_that_comes_late_causes_no_command_that_was_waiting_for_a_word() -> None:
    # START is 22:13:20 in Shanghai: at 22:30 it is the clock alone that makes it true.
    play = ready(f"leak == wet and {HIGH} and time in 22:30-06:00")
    play.say("l1", "15m", leak="wet")
    for second in (0, 60, 120):
        play.say("m1", f"{900 + second}s", current=400.0)
    play.say("l1", "2m", leak="dry", flags=Flag.HISTORY, delay_ms=15 * MINUTE + 30 * SECOND)
    assert (play.state(), play.commands()) == ("firing", [])
    play.say("l1", "17m40s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_samples_are_the_subjects_own_fresh_readings() -> None:
    play = ready(samples=2)
    play.say("m1", "1m", current=400.0)
    play.say("l1", "1m5s", leak="wet")
    play.say("m1", "1m10s", current=400.0)
    assert play.commands() == []
    play.say("l1", "1m15s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_each_kind_of_enum_is_asked_only_where_it_can_be() -> None:
    # A valve's `position` knows other words: it is no member, and nothing breaks.
    door = replace(LEAK, name="door", points={"position": enum("position", "ajar", "shut")})
    whole = district(
        asking("leak == wet and all of devices where position == ajar by riser"),
        devices=(*PLACES, device("d1", "door")),
    )
    play = Play.started(replace(whole, profiles={**whole.profiles, "door": door}))
    play.say("v1", "0s", position="open")
    play.say("l1", "1s", leak="wet")
    play.say("d1", "2s", position="ajar")
    assert play.commands() == ["v1 close"]
