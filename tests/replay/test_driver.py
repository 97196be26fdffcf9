"""Virtual time: wake-ups at their instants, inputs before them, answers of the world in between."""

from processor.model.effect import AlertChanged, SendCommand
from processor.model.inputs import CommandDelivered, CommandReply, DeliveryResult, WakeUp
from processor.model.reading import Reading, Value
from processor.model.time import HOUR, MINUTE, SECOND, DurationMs, EpochMs
from processor.replay.driver import Recorded, Replay, Timed
from tests.engine.district import SCOPE, START, close_valve, district, rule, trigger

WET_A_MINUTE = rule(trigger("leak == wet", for_ms=MINUTE), profile="leak", answer=close_valve())


def _say(device: str, at: DurationMs, **values: Value) -> Timed:
    now: EpochMs = START + at
    return now, Reading(device, now, now, values, 0, at)


def _steps(made: list[Recorded]) -> list[tuple[DurationMs, str]]:
    return [(one.at - START, one.effect.transition.after) for one in made if isinstance(one.effect, AlertChanged)]


def test_a_hold_runs_out_at_its_instant_though_nothing_comes() -> None:
    made = Replay(district(WET_A_MINUTE)).run([_say("l1", SECOND, leak="wet")], START + HOUR)
    assert _steps(made) == [(SECOND, "pending"), (61 * SECOND, "firing")]


def test_nothing_happens_after_the_end() -> None:
    replay = Replay(district(WET_A_MINUTE))
    assert _steps(replay.run([_say("l1", SECOND, leak="wet")], START + 61 * SECOND - 1)) == [(SECOND, "pending")]
    assert _steps(replay.run([], START + 61 * SECOND)) == [(61 * SECOND, "firing")]


def test_an_input_comes_before_the_wake_up_of_its_instant() -> None:
    dry_in_time = [_say("l1", SECOND, leak="wet"), _say("l1", 61 * SECOND, leak="dry")]
    made = Replay(district(WET_A_MINUTE)).run(dry_in_time, START + HOUR)
    assert _steps(made) == [(SECOND, "pending"), (61 * SECOND, "ok")]


def test_absence_counts_from_the_begin() -> None:
    replay = Replay(district(rule(trigger("missing(15 min)"))))
    replay.begin(START)
    assert _steps(replay.run([], START + HOUR)) == [(15 * MINUTE, "firing")]


def test_wake_ups_of_a_journal_are_passed_over() -> None:
    plain = [_say("l1", SECOND, leak="wet"), _say("l1", 2 * MINUTE, leak="dry")]
    journal: list[Timed] = [plain[0], (START + 30 * SECOND, WakeUp(SCOPE, START + 30 * SECOND)), plain[1]]
    one, other = (Replay(district(WET_A_MINUTE)).run(inputs, START + HOUR) for inputs in (plain, journal))
    assert one == other


def test_the_same_inputs_give_the_same_effects() -> None:
    inputs = [_say("l1", number * 20 * SECOND, leak="wet" if number % 5 else "dry") for number in range(50)]
    first, second = (Replay(district(WET_A_MINUTE)).run(inputs, START + HOUR) for _ in range(2))
    assert first == second


def test_inputs_one_by_one_are_the_same_as_all_at_once() -> None:
    inputs = [_say("l1", number * 20 * SECOND, leak="wet" if number % 5 else "dry") for number in range(50)]
    whole = Replay(district(WET_A_MINUTE)).run(inputs, START + HOUR)
    replay = Replay(district(WET_A_MINUTE))
    apart = [made for at, given in inputs for made in replay.give(at, given)]
    assert apart + replay.run([], START + HOUR) == whole


def test_the_world_answers_a_command() -> None:
    def respond(recorded: Recorded) -> list[Timed]:
        sent = recorded.effect
        if not isinstance(sent, SendCommand):
            return []
        later = recorded.at + 5 * SECOND
        return [
            (recorded.at, CommandDelivered(SCOPE, sent.key, DeliveryResult.SENT)),
            (later, CommandReply(SCOPE, sent.device, sent.key, accepted=True, arrived=later)),
            (later, Reading("v1", later, later, {"position": "closed"}, 0, 99)),
        ]

    inputs = [_say("v1", 0, position="open"), _say("l1", SECOND, leak="wet"), _say("l1", 31 * SECOND, leak="wet")]
    made = Replay(district(WET_A_MINUTE), respond=respond).run(inputs, START + HOUR)
    states = [(one.at - START, one.effect.disposition.state) for one in made if hasattr(one.effect, "disposition")]
    assert states == [(61 * SECOND, "sent"), (66 * SECOND, "acknowledged"), (66 * SECOND, "verified")]


def test_an_input_of_no_known_device_changes_nothing() -> None:
    assert Replay(district(WET_A_MINUTE)).run([_say("stranger", SECOND, leak="wet")], START + HOUR) == []
