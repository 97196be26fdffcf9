"""The core asks to be woken when time can change something, and never for nothing."""

from processor.model.time import MINUTE
from tests.engine.district import START, Play, rule, trigger


def test_a_hold_that_lacks_samples_asks_for_no_wake_up() -> None:
    play = Play.of(rule(trigger("leak == wet", samples=3), profile="leak"))
    play.say("l1", "0s", leak="wet")
    wake = play.core.next_wake()
    assert play.state() == "pending"
    assert wake is None or wake > START + MINUTE


def test_a_hold_with_samples_and_time_asks_once_for_its_end() -> None:
    play = Play.of(rule(trigger("leak == wet", samples=2, for_ms=MINUTE), profile="leak"))
    play.say("l1", "0s", leak="wet")
    play.say("l1", "10s", leak="wet")
    assert play.core.next_wake() == START + MINUTE
    play.pass_to("1m")
    assert play.state() == "firing"


def test_a_late_sample_reaches_a_hold_whose_time_is_over() -> None:
    play = Play.of(rule(trigger("leak == wet", samples=2, for_ms=MINUTE), profile="leak"))
    play.say("l1", "0s", leak="wet")
    play.pass_to("5m")
    assert play.state() == "pending"
    play.say("l1", "6m", leak="wet")
    assert play.state() == "firing"
