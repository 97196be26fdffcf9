"""Episodes against alerts: a time table of what counts as what."""

from pathlib import Path

import msgspec
import pytest

from processor.model.alert import AlertState
from processor.model.rule import Level
from processor.model.time import DAY, MINUTE, SECOND
from simulators.score import Raised, raised, read_steps, score
from simulators.truth import Action, Episode, Label, TruthBook, read_actions, read_truth, write_actions, write_truth
from tests.simulators.districts import START

SENSOR, VALVE = "c01-b1-leak-pump", "c01-b1-r1-valve"


def episode(**changes: object) -> Episode:
    ordinary = Episode(
        cause_id="leak-1",
        type="leak",
        asset=SENSOR,
        assets=(SENSOR,),
        related=(SENSOR, VALVE),
        places=("c01/b1/r1",),
        community="c01",
        t_onset=START,
        t_observable=START + 10 * SECOND,
        t_end=START + 10 * MINUTE,
        severity=1.0,
        correct_action="close",
        action_targets=(VALVE,),
        expected_level=Level.L2,
        label=Label.FAULT,
    )
    return msgspec.structs.replace(ordinary, **changes)


def alert(at_s: float, rule: str = "LK-01", subject: str = SENSOR, community: str = "c01") -> Raised:
    return Raised(rule, subject, community, START + int(at_s * SECOND))


@pytest.mark.parametrize(
    ("alerts", "hits", "late", "missed", "duplicates", "false"),
    [
        ([], 0, 0, 1, 0, 0),
        ([alert(10)], 1, 0, 0, 0, 0),
        ([alert(310)], 1, 0, 0, 0, 0),  # the budget includes its last instant
        ([alert(311)], 0, 1, 0, 0, 0),
        ([alert(30), alert(60), alert(90, "LK-02", "c01/b1/r1")], 1, 0, 0, 2, 0),
        ([alert(-1)], 0, 0, 1, 0, 1),  # before there was anything
        ([alert(10 * 60 + 29 * 60, "LK-07", VALVE)], 0, 1, 0, 0, 0),  # within the cool-down: late, not false
        ([alert(10 * 60 + 31 * 60)], 0, 0, 1, 0, 1),
        ([alert(30, "EL-01")], 0, 0, 1, 0, 1),  # the wrong family
        ([alert(30, subject="c01-b1-r2-leak-f1")], 0, 0, 1, 0, 1),  # the wrong device
        ([alert(30, community="c02")], 0, 0, 1, 0, 1),
        ([alert(30, "LK-02", "c01/b1")], 1, 0, 0, 0, 0),  # a group that holds the place
        ([alert(30, "LK-02", "c01/b")], 0, 0, 1, 0, 1),  # a name's beginning is no place
    ],
)
def test_an_alert_counts_as_what_it_is(
    alerts: list[Raised], *, hits: int, late: int, missed: int, duplicates: int, false: int
) -> None:
    result = score([episode()], alerts)
    entry = result.types["leak"]
    counted = (entry.hits, entry.late, entry.missed, result.duplicates, len(result.false_alerts))
    assert counted == (hits, late, missed, duplicates, false)


def test_the_delay_counts_from_the_first_observable_moment() -> None:
    entry = score([episode()], [alert(25)]).types["leak"]
    assert (entry.delays_ms, entry.recall, entry.median_delay_ms) == ([15 * SECOND], 1.0, 15 * SECOND)


def test_what_nobody_could_see_is_not_missed() -> None:
    entry = score([episode(t_observable=None)], []).types["leak"]
    assert (entry.missed, entry.unobservable, entry.recall) == (0, 1, None)


@pytest.mark.parametrize(("until_s", "missed", "undecided"), [(309, 0, 1), (310, 1, 0), (900, 1, 0)])
def test_an_episode_is_missed_only_when_its_budget_was_watched_to_the_end(
    until_s: int, missed: int, undecided: int
) -> None:
    entry = score([episode()], [], until=START + until_s * SECOND).types["leak"]
    assert (entry.missed, entry.undecided) == (missed, undecided)


def test_an_alert_about_a_confounder_is_false_and_named() -> None:
    cleaning = episode(cause_id="x", type="cleaning_water", label=Label.NONE, expected_level=None, action_targets=())
    result = score([cleaning], [alert(30)], devices=10, length_ms=DAY)
    assert len(result.false_alerts) == 1
    assert result.confounded == {"cleaning_water": 1}
    assert result.types == {}
    assert result.false_per_device_day == pytest.approx(0.1)


def test_a_missed_l1_is_counted_apart() -> None:
    assert score([episode(type="riser_burst", expected_level=Level.L1)], []).missed_l1 == 1


@pytest.mark.parametrize(
    ("device", "at_s", "wrong"),
    [(VALVE, 30, 0), ("c01-b1-r2-valve", 30, 1), (VALVE, -1, 1), (VALVE, 3000, 1)],
)
def test_an_automatic_action_is_right_only_on_its_target_while_there_is_a_cause(
    device: str, at_s: float, wrong: int
) -> None:
    action = Action(device, "close", START + int(at_s * SECOND))
    assert len(score([episode()], [], [action]).wrong_actions) == wrong


def line(number: int, state: AlertState, at_s: int, alert_id: str = "a-1") -> bytes:
    return msgspec.json.encode(
        {
            "alert": alert_id, "number": number, "rule": "LK-01", "subject": SENSOR, "community": "c01",
            "state": state, "decided_at": START + at_s * SECOND, "level": "L2", "evidence": "wet", "key": "k",
        }
    )  # fmt: skip


def test_firing_again_while_recovering_is_the_same_alert_and_a_repeated_message_the_same_step() -> None:
    lines = [
        line(2, AlertState.FIRING, 5),
        line(1, AlertState.PENDING, 0),
        line(2, AlertState.FIRING, 5),
        line(3, AlertState.RECOVERING, 60),
        line(4, AlertState.FIRING, 70),
        line(5, AlertState.UNKNOWN, 80),
        line(6, AlertState.FIRING, 90),
        line(7, AlertState.OK, 100),
        line(8, AlertState.FIRING, 200),
        b"",
    ]
    assert [found.at for found in raised(read_steps(lines))] == [START + 5 * SECOND, START + 200 * SECOND]


def test_truth_survives_its_file(tmp_path: Path) -> None:
    episodes = (episode(), episode(cause_id="leak-2", t_observable=None, t_end=None))
    write_truth(tmp_path / "truth.jsonl", episodes)
    assert read_truth(tmp_path / "truth.jsonl") == episodes


def test_actions_survive_their_file(tmp_path: Path) -> None:
    actions = (Action(VALVE, "close", START), Action("c01-b1-pile1-p3", "stop_port", START + 1))
    write_actions(tmp_path / "actions.jsonl", actions)
    assert read_actions(tmp_path / "actions.jsonl") == actions


def test_a_cause_ends_once() -> None:
    book = TruthBook()
    book.begin(episode(t_end=None))
    book.end("leak-1", START + 5)
    book.end("leak-1", START + 9)
    assert book.episodes()[0].t_end == START + 5
