"""What a command needs, what proves it, and what happens when nothing does."""

import msgspec
import pytest

from processor.engine.commands import LONGEST_LIFETIME_MS
from processor.model.disposition import DispositionState
from processor.model.effect import OrderChanged, SendCommand
from processor.model.inputs import CommandDelivered, CommandReply, DeliveryResult, KillSwitch
from processor.model.reading import Flag
from processor.model.rule import Answer, CommandAnswer, Rule
from processor.model.time import SECOND
from tests.engine.district import DEVICES, SCOPE, Play, at, close_valve, device, rule, trigger

WET = trigger("leak == wet")


def leak_rule(answer: Answer | None = None) -> Rule:
    return rule(WET, profile="leak", answer=answer or close_valve())


def ready(answer: Answer | None = None) -> Play:
    """The valve is known to be open and the flow meter to run."""
    play = Play.of(leak_rule(answer))
    play.say("v1", "0s", position="open")
    play.say("f1", "0s", flow=12.0)
    return play


def sent(play: Play) -> list[SendCommand]:
    return [effect for _, effect in play.effects if isinstance(effect, SendCommand)]


def test_a_fresh_leak_closes_the_linked_valve() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_a_command_carries_its_id_and_lives_at_most_a_minute() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    command = sent(play)[0]
    assert command.key in command.payload
    assert command.expires_at - at("5s") <= LONGEST_LIFETIME_MS


@pytest.mark.parametrize(
    ("flags", "delay_s", "interlock"),
    [
        (Flag.RETAINED, 0, "evidence_retained"),
        (Flag.HISTORY, 3600, "evidence_late"),
        (Flag.LATE, 600, "evidence_late"),
        (Flag.RETRIED, 600, "evidence_late"),
        (Flag.CLOCK_OFF, 0, "evidence_clock"),
        (Flag.NO_DEVICE_TIME | Flag.REDELIVERED, 0, "evidence_redelivered"),
        (Flag.NO_DEVICE_TIME | Flag.BACKLOG, 0, "evidence_late"),
        (0, 61, "evidence_stale"),
        (0, -61, "evidence_future"),
    ],
)
def test_doubtful_evidence_alarms_and_opens_an_order_but_never_commands(
    flags: int, delay_s: int, interlock: str
) -> None:
    play = ready()
    play.say("l1", "2m", leak="wet", flags=flags, delay_ms=delay_s * SECOND)
    assert play.state() == "firing"
    assert play.commands() == []
    assert play.dispositions() == [interlock]
    assert any(isinstance(effect, OrderChanged) for _, effect in play.effects)


def test_an_out_of_order_reading_never_commands() -> None:
    play = ready()
    play.say("l1", "30s", battery=1.0)
    play.say("l1", "20s", leak="wet", delay_ms=20 * SECOND)
    assert (play.commands(), play.dispositions()) == ([], ["evidence_out_of_order"])


def test_a_duplicate_does_nothing_at_all() -> None:
    play = ready()
    play.say("l1", "5s", leak="dry")
    reading = play.last_reading
    assert reading is not None
    again = play.core.turn([reading], at("6s"))
    assert (again.duplicates, again.kept, again.effects) == (1, [], [])


def test_a_command_owed_is_sent_once_fresh_evidence_comes() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet", flags=Flag.RETAINED)
    assert play.commands() == []
    play.say("l1", "20s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_doubtful_readings_do_not_count_towards_the_hold_of_a_command() -> None:
    play = Play.of(rule(trigger("leak == wet", for_ms=60 * SECOND), profile="leak", answer=close_valve()))
    play.say("v1", "0s", position="open")
    play.say("l1", "0s", leak="wet", flags=Flag.RETAINED)
    play.say("l1", "30s", leak="wet")
    play.pass_to("60s")
    assert (play.state(), play.commands()) == ("firing", [])
    play.say("l1", "90s", leak="wet")
    assert play.commands() == ["v1 close"]


def test_the_read_back_proves_a_command_and_an_acknowledgement_does_not() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    key = sent(play)[0].key
    play.give(CommandDelivered(SCOPE, key, DeliveryResult.SENT), at("5s"))
    play.give(CommandReply(SCOPE, "v1", key, accepted=True, arrived=at("6s")), at("6s"))
    assert play.dispositions() == ["sent", "acknowledged"]
    play.say("v1", "9s", position="closed")
    assert play.dispositions() == ["sent", "acknowledged", "verified"]


def test_an_independent_meter_proves_the_command_when_the_rule_says_so() -> None:
    play = ready(close_valve(verify=True))
    play.say("l1", "5s", leak="wet")
    play.say("v1", "7s", position="closed")
    assert play.dispositions() == ["sent"]
    play.say("f1", "15s", flow=0.0)
    assert play.dispositions() == ["sent", "verified"]


def test_a_doubtful_reading_proves_nothing() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    play.say("v1", "9s", position="closed", flags=Flag.RETAINED)
    assert play.dispositions() == ["sent"]


def test_without_proof_it_is_tried_once_more_and_then_given_to_people() -> None:
    play = ready(Answer(commands=(CommandAnswer("valve", "close"),)))
    play.say("l1", "5s", leak="wet")
    play.pass_to("34s")
    assert play.commands() == ["v1 close"]
    play.pass_to("35s")
    assert play.commands() == ["v1 close", "v1 close"]
    assert len({command.key for command in sent(play)}) == 2
    play.pass_to("65s")
    assert play.dispositions() == ["sent", "sent", "failed"]
    orders = [effect.order for _, effect in play.effects if isinstance(effect, OrderChanged)]
    assert [(order.kind, order.state) for order in orders] == [("command_failed", "open")]


def test_a_device_that_declines_sends_people() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    play.give(CommandReply(SCOPE, "v1", sent(play)[0].key, accepted=False, arrived=at("6s")), at("6s"))
    assert play.dispositions()[-1] == "failed"


def test_a_reply_of_another_device_is_no_answer() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    play.give(CommandReply(SCOPE, "f1", sent(play)[0].key, accepted=False, arrived=at("6s")), at("6s"))
    assert play.dispositions() == ["sent"]


def test_a_command_the_broker_never_takes_is_given_to_people() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    play.give(CommandDelivered(SCOPE, sent(play)[0].key, DeliveryResult.EXPIRED), at("60s"))
    assert play.dispositions()[-1] == "failed"


def test_what_nobody_called_harmless_is_critical() -> None:
    devices = tuple(each if each.id != "v1" else msgspec.structs.replace(each, critical=None) for each in DEVICES)
    play = Play.of(leak_rule(), devices=devices)
    play.say("v1", "0s", position="open")
    play.say("l1", "5s", leak="wet")
    assert (play.commands(), play.dispositions()) == ([], ["critical"])


def test_the_platform_alone_never_opens_a_valve() -> None:
    play = ready(Answer(commands=(CommandAnswer("valve", "open"),)))
    play.say("l1", "5s", leak="wet")
    assert (play.commands(), play.dispositions()) == ([], ["not_safer"])


def test_a_valve_that_was_never_heard_is_not_commanded() -> None:
    play = Play.of(leak_rule())
    play.say("l1", "5s", leak="wet")
    assert play.dispositions() == ["target_silent"]


def test_what_is_already_so_needs_no_command_and_no_person() -> None:
    play = Play.of(leak_rule(Answer(commands=(CommandAnswer("valve", "close"),))))
    play.say("v1", "0s", position="closed")
    play.say("l1", "5s", leak="wet")
    assert play.dispositions() == ["already_in_effect"]
    assert not any(isinstance(effect, OrderChanged) for _, effect in play.effects)


def test_a_missing_link_is_told_and_given_to_people() -> None:
    devices = (*DEVICES, device("l9", "leak"))
    play = Play.of(leak_rule(), devices=devices)
    play.say("l9", "5s", leak="wet")
    assert play.dispositions() == ["no_target"]


def test_one_device_is_commanded_once_in_ten_minutes() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    play.say("v1", "9s", position="closed")
    play.say("v1", "20s", position="open")
    play.say("l2", "30s", leak="wet")
    assert play.commands() == ["v1 close"]
    assert play.dispositions()[-1] == "device_budget"


def test_a_rule_runs_out_of_commands_after_three_alerts_in_ten_minutes() -> None:
    devices: list[object] = []
    for number in range(1, 6):
        devices += [device(f"w{number}", "valve"), device(f"k{number}", "leak", links={"valve": f"w{number}"})]
    play = Play.of(leak_rule(), devices=tuple(devices))  # type: ignore[arg-type]  # a list built in a loop
    for number in range(1, 6):
        play.say(f"w{number}", "0s", position="open")
    for number in range(1, 6):
        play.say(f"k{number}", f"{number}s", leak="wet")
    assert play.commands() == ["w1 close", "w2 close", "w3 close"]
    assert play.dispositions()[-2:] == ["rule_budget", "rule_budget"]


def test_the_kill_switch_stops_commands_but_not_alerts_and_needs_a_name() -> None:
    play = ready()
    play.give(KillSwitch(SCOPE, stopped=True, person="", reason="x"), at("1s"))
    play.give(KillSwitch(SCOPE, stopped=True, person="p1", reason="drill"), at("2s"))
    play.say("l1", "5s", leak="wet")
    assert (play.state(), play.commands(), play.dispositions()) == ("firing", [], ["kill_switch"])


def test_unknown_never_commands() -> None:
    play = ready()
    play.pass_to("1h")
    assert play.commands() == []
    assert DispositionState.SENT not in play.dispositions()


SILENT = rule(trigger("missing(2 min)"), profile="leak", name="R-2")


def listening() -> Play:
    """As `ready`, with a second rule that has every device looked at again when it falls silent."""
    play = Play.of(leak_rule(), SILENT)
    play.say("v1", "0s", position="open")
    play.say("l1", "5s", leak="wet", flags=Flag.RETAINED)
    assert (play.state(), play.commands()) == ("firing", [])
    return play


def test_the_passing_of_time_makes_no_doubtful_evidence_fresh() -> None:
    play = listening()
    play.pass_to("10m")
    assert play.commands() == []


def test_a_fresh_message_that_says_nothing_of_the_leak_makes_no_doubtful_leak_fresh() -> None:
    play = listening()
    play.pass_to("10m")
    play.say("l1", "10m", battery=90.0)
    assert play.commands() == []
    play.say("l1", "11m", leak="wet")
    assert play.commands() == ["v1 close"]


def test_a_group_of_doubtful_members_is_not_made_fresh_by_time_or_by_other_points() -> None:
    burst = trigger("count of devices where leak == wet >= 3 within 10 min by riser")
    play = Play.of(rule(burst, profile="leak", answer=close_valve()), SILENT)
    play.say("v1", "0s", position="open")
    for sensor in ("l1", "l2", "l3"):
        play.say(sensor, "5s", leak="wet", flags=Flag.RETAINED)
    play.pass_to("8m")
    for sensor in ("l1", "l2", "l3"):
        play.say(sensor, "8m", battery=90.0)
    assert (play.state(), play.commands()) == ("firing", [])


def test_silence_alone_never_commands() -> None:
    play = Play.of(rule(trigger("missing(2 min)"), profile="leak", answer=close_valve()))
    play.say("v1", "0s", position="open")
    assert (play.pass_to("1h").state(), play.commands()) == ("firing", [])


def test_a_doubtful_value_is_not_made_a_proof_by_a_fresh_message_about_something_else() -> None:
    play = ready()
    play.say("l1", "5s", leak="wet")
    play.say("v1", "9s", position="closed", flags=Flag.RETAINED)
    play.say("v1", "12s", battery=90.0)
    assert play.dispositions() == ["sent"]
    play.say("v1", "15s", position="closed")
    assert play.dispositions() == ["sent", "verified"]


def test_a_command_that_cannot_be_proved_sends_people_though_its_alert_is_over() -> None:
    play = ready(Answer(commands=(CommandAnswer("valve", "close"),)))
    play.say("l1", "5s", leak="wet")
    play.say("l1", "10s", leak="dry")
    play.pass_to("40s")
    assert (play.state(), play.dispositions()) == ("ok", ["sent", "failed"])
    orders = [effect.order for _, effect in play.effects if isinstance(effect, OrderChanged)]
    assert [(order.kind, order.subject, order.state) for order in orders] == [("command_failed", "l1", "open")]
