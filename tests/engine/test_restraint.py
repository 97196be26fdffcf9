"""Who is told, and when: parents, mutes, cooldowns, chatter, floods, shadow and probation. Evaluation never stops."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.restraint import RestraintState
from processor.model.alert import AlertCause, Withheld
from processor.model.disposition import DispositionState
from processor.model.effect import AlertChanged, DispositionChanged, OrderChanged, RemindPeople
from processor.model.inputs import Mute
from processor.model.rule import Answer, Level, Parameter, Rate, Rule, Selector, Trigger, Watch
from processor.model.source import SourceText
from processor.model.text import Text
from processor.model.time import DAY, HOUR, MINUTE, SECOND
from tests.engine.district import SCOPE, START, Play, at, close_valve, device, district, rule, trigger

TOLD = Answer(remind=("grid_worker",))
ALARM = rule(trigger("current >= 300 mA", level=Level.L2), answer=TOLD, name="ALARM")
DANGER = rule(trigger("current >= 500 mA", level=Level.L1), answer=TOLD, name="DANGER")


def but(found: Rule, **changes: object) -> Rule:
    """The rule with other fields."""
    return msgspec.structs.replace(found, **changes)


def told(play: Play) -> list[str]:
    """Which rules people were reminded of, in order."""
    return [effect.rule for _, effect in play.effects if isinstance(effect, RemindPeople)]


def withheld(play: Play, rule_id: str) -> list[Withheld | None]:
    """What each step of the rule's alerts says of why nobody was told."""
    return [step.transition.withheld for step in play.alerts() if step.transition.rule == rule_id]


def watch(kind: Watch, **numbers: tuple[float, str]) -> Rule:
    """A rule that watches other rules' alerts."""
    return Rule(
        id="WATCH",
        name=Text(zh="看", en="watch"),
        applies_to=Selector(),
        triggers=(Trigger(Level.L4, SourceText("")),),
        parameters={name: Parameter(name, value, unit) for name, (value, unit) in numbers.items()},
        answer=Answer(remind=("vendor",)),
        watches=kind,
    )


CHATTER = watch(
    Watch.CHATTER, fast=(3, ""), fast_within=(60, "s"), slow=(6, ""), slow_within=(1, "h"), hold_factor=(4, "")
)
FLOOD = watch(Watch.FLOOD, devices=(3, ""), within=(10, "min"))
METERS = tuple(device(f"m{number}", "meter") for number in range(1, 8))


def mute(rule_id: str, subject: str, until: str, person: str = "zhang") -> Mute:
    """A person silences answers."""
    return Mute(SCOPE, rule_id, subject, at(until), person, "works on it")


def test_a_child_is_not_told_while_its_parent_stands_and_is_told_when_only_it_is_left() -> None:
    play = Play.of(DANGER, but(ALARM, suppressed_by=("DANGER",)))
    play.say("m1", "0m", current=600.0)
    assert told(play) == ["DANGER"]
    assert withheld(play, "ALARM") == [Withheld.PARENT]
    play.say("m1", "1m", current=400.0)
    play.pass_to("1m1s")
    assert told(play) == ["DANGER", "ALARM"]
    assert withheld(play, "ALARM")[-1] is None
    assert play.alerts()[-1].transition.cause is AlertCause.RELEASED


def test_a_child_that_recovers_under_its_parent_is_never_told() -> None:
    play = Play.of(but(DANGER, latched=True), but(ALARM, suppressed_by=("DANGER",)))
    play.say("m1", "0m", current=600.0)
    play.say("m1", "1m", current=100.0)
    play.pass_to("30m")
    assert told(play) == ["DANGER"]
    assert play.state("ALARM") == "ok"


def test_the_parent_is_looked_at_first_wherever_its_rule_stands() -> None:
    play = Play.of(but(ALARM, suppressed_by=("DANGER",)), DANGER)
    play.say("m1", "0m", current=600.0)
    assert told(play) == ["DANGER"]


def test_a_group_alert_is_the_parent_of_the_alerts_on_its_devices() -> None:
    riser = rule(trigger("count of devices where leak == wet >= 2 by riser"), answer=TOLD, profile="leak", name="BURST")
    one = but(rule(trigger("leak == wet", for_ms=MINUTE), answer=TOLD, profile="leak", name="LEAK"))
    play = Play.of(riser, but(one, suppressed_by=("BURST",)))
    play.say("l1", "0m", leak="wet")
    play.say("l2", "0m5s", leak="wet")
    play.pass_to("5m")
    assert told(play) == ["BURST"]
    assert set(withheld(play, "LEAK")) == {None, Withheld.PARENT}


def test_a_group_that_fires_on_the_same_reading_is_told_before_its_devices() -> None:
    riser = rule(trigger("count of devices where leak == wet >= 2 by riser"), answer=TOLD, profile="leak", name="BURST")
    one = but(rule(trigger("leak == wet"), answer=TOLD, profile="leak", name="LEAK"), suppressed_by=("BURST",))
    play = Play.of(one, riser)
    play.say("l1", "0m", leak="wet")
    play.say("l2", "1m", leak="wet")
    assert told(play) == ["LEAK", "BURST"]


def test_a_shadow_parent_answers_for_nobody() -> None:
    play = Play.of(but(DANGER, shadow=True), but(ALARM, suppressed_by=("DANGER",)))
    play.say("m1", "0m", current=600.0)
    assert told(play) == ["ALARM"]


@pytest.mark.parametrize(("muted_rule", "subject"), [("ALARM", "m1"), ("", "m1"), ("ALARM", ""), ("", "")])
def test_a_mute_holds_the_answer_back_until_it_ends(muted_rule: str, subject: str) -> None:
    play = Play.of(ALARM)
    play.give(mute(muted_rule, subject, "10m"), at("0m"))
    play.say("m1", "1m", current=400.0)
    assert (told(play), withheld(play, "ALARM")) == ([], [Withheld.MUTED])
    assert play.alerts()[-1].transition.withheld_by == "zhang"
    play.pass_to("9m59s")
    assert told(play) == []
    play.pass_to("10m")
    assert told(play) == ["ALARM"]


def test_a_mute_of_another_subject_or_without_a_person_changes_nothing() -> None:
    play = Play.of(ALARM)
    play.give(mute("ALARM", "m2", "10m"), at("0m"))
    play.give(mute("ALARM", "m1", "10m", person=" "), at("0m"))
    play.say("m1", "1m", current=400.0)
    assert told(play) == ["ALARM"]


def test_a_mute_that_is_taken_back_ends_at_once() -> None:
    play = Play.of(ALARM)
    play.give(mute("ALARM", "m1", "10m"), at("0m"))
    play.say("m1", "1m", current=400.0)
    play.give(mute("ALARM", "m1", "2m"), at("2m"))
    play.pass_to("2m")
    assert told(play) == ["ALARM"]


def test_a_muted_alert_commands_nothing_and_the_ledger_says_why() -> None:
    play = Play.of(rule(trigger("leak == wet"), profile="leak", answer=close_valve()))
    play.say("v1", "0m", position="open")
    play.give(mute("", "l1", "10m"), at("0m"))
    play.say("l1", "1m", leak="wet")
    assert (play.commands(), play.dispositions()) == ([], ["withheld"])
    assert not [effect for _, effect in play.effects if isinstance(effect, OrderChanged)]


def test_after_an_answered_episode_the_cooldown_holds_the_next_back_and_then_lets_it_be_told() -> None:
    play = Play.of(but(ALARM, cooldown_ms=30 * MINUTE))
    for minute, current in enumerate([400.0, 100.0, 400.0]):
        play.say("m1", f"{minute}m", current=current)
    assert told(play) == ["ALARM"]
    assert withheld(play, "ALARM")[-1] is Withheld.COOLDOWN
    play.pass_to("30m59s")
    assert told(play) == ["ALARM"]
    play.say("m1", "31m", current=400.0)
    assert told(play) == ["ALARM", "ALARM"]


def test_a_graver_alert_does_not_wait_for_a_cooldown() -> None:
    both = rule(trigger("current >= 300 mA", level=Level.L3), trigger("current >= 500 mA", level=Level.L1), answer=TOLD)
    play = Play.of(but(both, cooldown_ms=HOUR))
    for minute, current in enumerate([400.0, 100.0, 400.0, 600.0]):
        play.say("m1", f"{minute}m", current=current)
    assert len(told(play)) == 2


def flap(play: Play, times: int, every: str = "s") -> None:
    """On and off, ten seconds (or minutes) apart."""
    for number in range(times):
        play.say("m1", f"{number * 20}{every}", current=400.0)
        play.say("m1", f"{number * 20 + 10}{every}", current=100.0)


def test_an_alert_that_begins_three_times_in_a_minute_chatters_and_is_held_on() -> None:
    play = Play.of(but(ALARM, clear=msgspec.structs.replace(ALARM.clear, for_ms=0)), CHATTER)
    flap(play, 3)
    assert play.state("WATCH") == "firing"
    assert play.state("ALARM") == "recovering"  # it clears only after the longer hold
    play.say("m1", "2m", current=100.0)
    assert play.state("ALARM") == "ok"
    play.pass_to("1h2m")
    assert play.state("WATCH") == "ok"
    assert told(play).count("WATCH") == 1


def test_six_beginnings_in_an_hour_chatter_too_and_five_do_not() -> None:
    for times, state in ((5, "ok"), (6, "firing")):
        play = Play.of(ALARM, CHATTER)
        for number in range(times):
            play.say("m1", f"{number * 10}m", current=400.0)
            play.say("m1", f"{number * 10 + 5}m", current=100.0)
        assert play.state("WATCH") == state


def test_a_chattering_alert_commands_nothing_but_people_are_told() -> None:
    wet = rule(trigger("leak == wet"), profile="leak", answer=close_valve(), name="LEAK")
    play = Play.of(but(wet, chatter=(Rate(2, HOUR),)), CHATTER)
    play.say("v1", "0s", position="open")
    play.say("l1", "1s", leak="wet")
    play.say("v1", "2s", position="closed")
    play.say("l1", "10m", leak="dry")
    play.say("v1", "11m", position="open")
    play.say("l1", "20m", leak="wet")
    assert play.commands() == ["v1 close"]
    assert play.dispositions()[-1] == "chatter"
    assert told(play)[-1] == "LEAK"


def test_a_rule_may_be_exempt_from_the_chatter_limit_or_have_its_own() -> None:
    for changes, state in (({"chatter_limited": False}, "ok"), ({"chatter": (Rate(2, MINUTE),)}, "firing")):
        play = Play.of(but(ALARM, **changes), CHATTER)
        flap(play, 2 if "chatter" in changes else 6)
        assert play.state("WATCH") == state


def flood(play: Play, count: int) -> None:
    """One meter after the other, five seconds apart."""
    for number in range(1, count + 1):
        play.say(f"m{number}", f"{number * 5}s", current=400.0)


def test_from_the_nth_device_on_one_roll_up_alert_speaks_for_all() -> None:
    play = Play.of(ALARM, FLOOD, devices=METERS)
    flood(play, 6)
    assert told(play) == ["ALARM", "ALARM", "WATCH"]
    rollup = next(step.transition for step in play.alerts() if step.transition.rule == "WATCH")
    assert (rollup.subject, rollup.level) == (f"{SCOPE}/rule/ALARM", Level.L1)  # one graver than what floods
    last = play.alerts()[-1].transition
    assert (last.withheld, last.withheld_by) == (Withheld.LIMIT, rollup.alert)


def test_a_flood_clears_no_alert_and_ends_only_when_all_it_withheld_is_over() -> None:
    play = Play.of(ALARM, FLOOD, devices=METERS)
    flood(play, 6)
    play.pass_to("30m")
    assert play.state("WATCH") == "firing"
    for number in range(1, 7):
        play.say(f"m{number}", f"{30 + number}m", current=100.0)
    play.pass_to("40m")
    assert play.state("WATCH") == "ok"
    assert told(play) == ["ALARM", "ALARM", "WATCH"]


def test_an_alert_long_after_the_flood_is_told_again_though_the_roll_up_still_stands() -> None:
    play = Play.of(ALARM, FLOOD, devices=METERS)
    flood(play, 4)
    play.say("m7", "1h", current=400.0)
    assert told(play)[-1] == "ALARM"
    assert play.state("WATCH") == "firing"


def test_in_a_flood_no_further_command_leaves() -> None:
    sensors = tuple(device(f"l{number}", "leak", links={"valve": f"v{number}"}) for number in range(1, 6))
    valves = tuple(device(f"v{number}", "valve") for number in range(1, 6))
    wet = rule(trigger("leak == wet"), profile="leak", answer=close_valve(), name="LEAK")
    play = Play.of(wet, FLOOD, devices=(*sensors, *valves))
    for number in range(1, 6):
        play.say(f"v{number}", "0s", position="open")
    for number in range(1, 6):
        play.say(f"l{number}", f"{number}s", leak="wet")
    assert play.commands() == ["v1 close", "v2 close"]
    refused = [e.disposition for _, e in play.effects if isinstance(e, DispositionChanged)]
    assert [str(each.interlock) for each in refused if each.state is DispositionState.REFUSED] == ["flood"] * 3


def test_a_shadow_rule_goes_through_its_life_and_nobody_hears_of_it() -> None:
    wet = but(rule(trigger("leak == wet"), profile="leak", latched=True, answer=close_valve()), shadow=True)
    play = Play.of(wet)
    play.say("v1", "0s", position="open")
    play.say("l1", "1s", leak="wet")
    play.say("l1", "1m", leak="dry")
    assert play.transitions() == ["ok>firing", "firing>ok"]  # nobody could reset it, so it is not latched
    assert set(withheld(play, "R-1")) == {Withheld.SHADOW}
    assert play.dispositions() == ["shadow"]
    kinds = {type(effect) for _, effect in play.effects}
    assert kinds == {AlertChanged, DispositionChanged}


def test_in_shadow_the_ledger_names_what_would_have_stopped_the_command_anyway() -> None:
    wet = but(rule(trigger("leak == wet"), profile="leak", answer=close_valve()), shadow=True)
    play = Play.of(wet)
    play.say("l1", "1s", leak="wet")  # the valve was never heard
    assert play.dispositions() == ["target_silent"]


def test_on_probation_people_are_told_and_only_the_command_is_held_back() -> None:
    wet = rule(trigger("leak == wet"), profile="leak", answer=close_valve())
    whole = msgspec.structs.replace(district(wet), probation={"R-1": START + DAY})
    play = Play.started(whole)
    play.say("v1", "0s", position="open")
    play.say("l1", "1s", leak="wet")
    assert (play.commands(), play.dispositions(), told(play)) == ([], ["probation"], ["R-1"])
    after = Play.started(msgspec.structs.replace(whole, probation={"R-1": START + SECOND}))
    after.say("v1", "0s", position="open")
    after.say("l1", "1s", leak="wet")
    assert after.commands() == ["v1 close"]


def steps(play: Play) -> list[tuple[str, str, str, Level]]:
    """The life of every alert, without what it says about being told."""
    found = [step.transition for step in play.alerts() if step.transition.rule != "WATCH"]
    return [
        (each.subject, str(each.after), str(each.cause), each.level)
        for each in found
        if each.cause is not AlertCause.RELEASED
    ]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["m1", "m2", "m3"]), st.sampled_from([100.0, 400.0, 600.0])), max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", "m1"]), st.integers(1, 20)), max_size=4),
)
def test_no_suppression_ever_changes_what_is_evaluated(
    said: list[tuple[str, float]], mutes: list[tuple[int, str, int]]
) -> None:
    plain, restrained = (
        Play.of(DANGER, ALARM, devices=METERS),
        Play.of(
            but(DANGER, cooldown_ms=5 * MINUTE),
            but(ALARM, suppressed_by=("DANGER",), limit=Rate(2, 10 * MINUTE)),
            FLOOD,
            devices=METERS,
        ),
    )
    for number, (name, current) in enumerate(said):
        for play in (plain, restrained):
            play.say(name, f"{number}m", current=current)
        for minute, subject, length in mutes:
            if minute == number:
                restrained.give(mute("", subject, f"{number + length}m"), at(f"{number}m"))
    assert steps(plain) == steps(restrained)
    assert len(told(restrained)) <= len(told(plain)) + 3  # roll-ups are the only thing told in addition


def test_a_mute_of_a_snapshot_that_knew_no_reasons_goes_on() -> None:
    old = msgspec.msgpack.encode({"mutes": {"R@m1": [START + MINUTE, "li"]}})
    (found,) = msgspec.msgpack.decode(old, type=RestraintState).mutes.values()
    assert (found.until, found.person, found.reason) == (START + MINUTE, "li", "")


def test_a_restrained_scope_wakes_no_more_often_than_there_is_something_to_see() -> None:
    play = Play.of(but(ALARM, cooldown_ms=MINUTE), CHATTER, FLOOD, devices=METERS)
    flood(play, 6)
    flap(play, 6, "m")
    play.pass_to("24h")
    waiting = play.core.scopes[SCOPE].wakeups
    assert len(waiting) <= 2 * len(METERS)
