"""Time tables of the alert life: holds, samples, clearing, levels, gaps, latches."""

import pytest

from processor.model.inputs import AlertReset
from processor.model.reading import Flag
from processor.model.rule import Gap, Level
from processor.model.time import HOUR, MINUTE, SECOND
from tests.engine.district import SCOPE, Play, at, rule, trigger

ALARM = trigger("current >= 300 mA", for_ms=5 * MINUTE)


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("0m", "pending"),
        ("4m", "pending"),
        ("4m59s", "pending"),
        ("5m", "firing"),  # the hold includes its last instant
    ],
)
def test_an_alert_fires_when_the_hold_is_reached(when: str, state: str) -> None:
    play = Play.of(rule(ALARM))
    for minute in range(int(when.split("m", maxsplit=1)[0]) + 1):
        play.say("m1", f"{minute}m", current=412.0)
    play.say("m1", when, current=412.0)
    assert play.state() == state


def test_a_single_reading_never_completes_a_hold_of_a_periodic_point_by_waiting() -> None:
    play = Play.of(rule(trigger("current >= 300 mA", for_ms=30 * SECOND)))
    play.say("m1", "0m", current=412.0)
    play.pass_to("1m59s")
    assert play.state() == "pending"


def test_an_on_change_point_completes_its_hold_by_waiting() -> None:
    play = Play.of(rule(trigger("leak == wet", for_ms=60 * SECOND), profile="leak"))
    play.say("l1", "0m", leak="wet")
    assert play.pass_to("59s").state() == "pending"
    assert play.pass_to("1m").state() == "firing"


def test_two_samples_are_needed_when_the_rule_asks_for_two() -> None:
    play = Play.of(rule(trigger("current >= 300 mA", samples=2)))
    play.say("m1", "0m", current=412.0)
    assert play.state() == "pending"
    play.say("m1", "1m", current=412.0)
    assert play.state() == "firing"


def test_a_false_reading_starts_the_hold_again() -> None:
    play = Play.of(rule(ALARM))
    for minute, current in enumerate([400, 400, 80, 400, 400, 400, 400, 400]):
        play.say("m1", f"{minute}m", current=float(current))
    assert play.transitions() == ["ok>pending", "pending>ok", "ok>pending"]
    play.say("m1", "8m", current=400.0)
    assert play.state() == "firing"


def test_an_alert_between_alarm_and_clear_keeps_firing() -> None:
    play = Play.of(rule(trigger("current >= 300 mA"), clear="current <= 240 mA", clear_for=2 * MINUTE))
    for minute, current in enumerate([310, 290, 239, 239, 260, 230, 230, 230]):
        play.say("m1", f"{minute}m", current=float(current))
    assert play.transitions() == [
        "ok>firing",
        "firing>recovering",
        "recovering>firing",
        "firing>recovering",
        "recovering>ok",
    ]


def test_without_a_clear_condition_the_alert_ends_when_its_condition_does() -> None:
    play = Play.of(rule(trigger("current >= 300 mA")))
    play.say("m1", "0m", current=310.0)
    play.say("m1", "1m", current=290.0)
    assert play.transitions() == ["ok>firing", "firing>ok"]


def test_silence_never_resolves_a_firing_alert() -> None:
    play = Play.of(rule(trigger("current >= 300 mA"), clear="current <= 240 mA"))
    play.say("m1", "0m", current=310.0)
    play.pass_to("48h")
    assert play.state() == "firing"


def test_silence_interrupts_a_recovery() -> None:
    play = Play.of(rule(trigger("current >= 300 mA"), clear="current <= 240 mA", clear_for=10 * MINUTE))
    play.say("m1", "0m", current=310.0)
    play.say("m1", "1m", current=100.0)
    assert play.state() == "recovering"
    assert play.pass_to("30m").state() == "firing"


def test_silence_makes_a_pending_alert_unknown() -> None:
    play = Play.of(rule(ALARM))
    play.say("m1", "0m", current=310.0)
    assert play.pass_to("10m").state() == "unknown"
    play.say("m1", "11m", current=100.0)
    assert play.state() == "ok"


def test_a_gap_in_the_readings_starts_the_hold_again_unless_the_rule_holds_it() -> None:
    for gap, state in ((Gap.UNKNOWN, "pending"), (Gap.HOLD, "firing")):
        play = Play.of(rule(ALARM, gap=gap))
        play.say("m1", "0m", current=310.0)
        play.say("m1", "10m", current=310.0)
        assert play.state() == state, gap


def test_gap_raise_takes_silence_for_truth() -> None:
    play = Play.of(rule(trigger("current >= 300 mA"), gap=Gap.RAISE))
    play.say("m1", "0m", current=100.0)
    assert play.state() == "ok"
    assert play.pass_to("5m").state() == "firing"


def test_the_level_rises_and_falls_within_one_alert() -> None:
    levels = (trigger("current >= 300 mA", level=Level.L2), trigger("current >= 500 mA", level=Level.L1))
    play = Play.of(rule(*levels, clear="current <= 240 mA"))
    seen = []
    for minute, current in enumerate([310, 510, 320, 200]):
        play.say("m1", f"{minute}m", current=float(current))
        seen.append((play.state(), play.level()))
    assert seen == [("firing", Level.L2), ("firing", Level.L1), ("firing", Level.L2), ("ok", Level.L2)]
    assert len({e.transition.alert for e in play.alerts()}) == 1


def test_a_latched_alert_waits_for_a_person() -> None:
    play = Play.of(rule(trigger("leak == wet"), profile="leak", latched=True))
    play.say("l1", "0m", leak="wet")
    play.say("l1", "5m", leak="dry")
    play.pass_to("24h")
    assert play.state() == "recovering"
    alert = play.alerts()[0].transition.alert
    play.give(AlertReset(SCOPE, alert, "", "looked"), at("24h"))
    assert play.state() == "recovering", "a reset without a name is none"
    play.give(AlertReset(SCOPE, alert, "p1", "looked"), at("24h"))
    assert play.state() == "ok"


def test_a_latched_alert_cannot_be_reset_while_its_condition_is_true() -> None:
    play = Play.of(rule(trigger("leak == wet"), profile="leak", latched=True))
    play.say("l1", "0m", leak="wet")
    play.give(AlertReset(SCOPE, play.alerts()[0].transition.alert, "p1", "looked"), at("1m"))
    play.say("l1", "5m", leak="dry")
    assert play.state() == "recovering"


def test_absence_counts_from_registration_on() -> None:
    play = Play.of(rule(trigger("missing(15 min)")))
    assert play.pass_to("14m59s").state() == "ok"
    assert play.pass_to("15m").state() == "firing"
    play.say("m1", "16m", current=1.0)
    assert play.state() == "ok"


def test_late_history_may_raise_an_alert_but_marks_it() -> None:
    play = Play.of(rule(trigger("leak == wet"), profile="leak"))
    play.say("l1", "0m", leak="wet", flags=Flag.HISTORY, delay_ms=HOUR)
    assert play.alerts()[-1].transition.late


@pytest.mark.parametrize("when", ["max(current, 10 min) >= 500 mA", "count(current >= 500 mA, 10 min) >= 1"])
@pytest.mark.parametrize(("late", "state"), [(600.0, "firing"), (400.0, "ok")])
def test_a_late_sample_enters_a_window_as_what_it_was_and_leaves_the_newest_value_alone(
    when: str, late: float, state: str
) -> None:
    play = Play.of(rule(trigger(when)), rule(trigger("current >= 15 mA"), name="R-2"))
    play.say("m1", "1m", current=10.0)
    play.say("m1", "3m", current=20.0)
    play.say("m1", "2m", current=late, flags=Flag.HISTORY, delay_ms=2 * MINUTE)
    assert (play.state("R-1"), play.state("R-2")) == (state, "firing")
    device = play.core.scopes[SCOPE].devices["m1"]
    assert (device.values, device.ats, device.newest_at) == ([20.0], [at("3m")], at("3m"))


def test_two_episodes_have_two_names_and_each_counts_its_own_steps() -> None:
    play = Play.of(rule(trigger("current >= 300 mA")))
    for minute, current in enumerate([310, 100, 310, 100]):
        play.say("m1", f"{minute}m", current=float(current))
    alerts = [effect.transition for effect in play.alerts()]
    assert [step.number for step in alerts] == [1, 2, 1, 2]
    assert len({step.alert for step in alerts}) == 2
    assert len({effect.key for effect in play.alerts()}) == 4
