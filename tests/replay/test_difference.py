"""Two runs compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.model.alert import AlertCause, AlertState, Transition
from processor.model.rule import Level
from processor.replay.difference import Act, Change, Difference, Episode, compare, episodes

S = 1000
FIRING, RECOVERING, OK = AlertState.FIRING, AlertState.RECOVERING, AlertState.OK


def episode(began: int, ended: int | None, *, rule: str = "R", subject: str = "d", level: int = 2) -> Episode:
    return Episode(
        f"{rule}/{subject}/{began}", rule, subject, "c", began * S, ended and ended * S, Level(level), (Level(level),)
    )


def step(at: int, after: AlertState, level: int = 2, alert: str = "R/d/0") -> Transition:
    return Transition(
        alert=alert,
        number=at,
        rule="R",
        subject="d",
        community="c",
        before=OK,
        after=after,
        cause=AlertCause.REACHED,
        level=Level(level),
        opened_at=0,
        reading_at=None,
        decided_at=at * S,
        evidence="",
        rules_hash="",
    )


def changes(found: Difference) -> list[Change]:
    return [pair.change for pair in found.episodes]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([episode(0, 10)], [episode(0, 10)], [Change.SAME]),
        ([episode(0, None)], [episode(0, None)], [Change.SAME]),
        ([episode(0, 10)], [], [Change.REMOVED]),
        ([], [episode(0, 10)], [Change.ADDED]),
        ([episode(0, 10)], [episode(5, 20)], [Change.MOVED]),
        ([episode(0, 10)], [episode(0, None)], [Change.MOVED]),
        ([episode(0, 10)], [episode(0, 10, level=1)], [Change.LEVEL]),
        ([episode(0, 10)], [episode(300, 310)], [Change.MOVED]),  # near, though they do not overlap
        ([episode(0, 10)], [episode(3600, 3610)], [Change.REMOVED, Change.ADDED]),
        ([episode(0, 100)], [episode(0, 10), episode(50, 100)], [Change.MOVED, Change.ADDED]),
        ([episode(0, 10)], [episode(0, 10, subject="e")], [Change.REMOVED, Change.ADDED]),
        ([episode(0, 10)], [episode(0, 10, rule="Q")], [Change.ADDED, Change.REMOVED]),  # by time, then by rule
        # What overlaps belongs together before what is merely near.
        ([episode(0, 10), episode(60, 90)], [episode(70, 95)], [Change.REMOVED, Change.MOVED]),
    ],
)
def test_episodes_are_told_apart_by_what_changed(
    before: list[Episode], after: list[Episode], expected: list[Change]
) -> None:
    assert changes(compare(before, after)) == expected


def test_a_relapse_is_one_episode_with_every_level_it_had() -> None:
    steps = [step(1, FIRING), step(2, RECOVERING), step(3, FIRING, 1), step(4, FIRING, 3), step(9, OK, 3)]
    (found,) = episodes([step(0, AlertState.PENDING), *steps])
    assert (found.began, found.ended, found.level) == (1 * S, 9 * S, Level.L1)
    assert found.levels == (Level.L2, Level.L1, Level.L3)


def test_what_never_fired_is_no_episode() -> None:
    assert episodes([step(0, AlertState.PENDING), step(1, OK)]) == []


def test_what_moved_less_than_told_is_the_same() -> None:
    assert changes(compare([episode(0, 10)], [episode(1, 10)], same_within_ms=S)) == [Change.SAME]


def test_commands_are_matched_by_what_they_do() -> None:
    close, stop = Act(0, "R", "v", "close"), Act(0, "R", "v", "stop")
    found = compare([], [], acts_before=[close], acts_after=[stop, Act(5 * S, "R", "v", "close")])
    assert {(pair.act.command, pair.change) for pair in found.acts} == {
        ("stop", Change.ADDED),
        ("close", Change.MOVED),
    }


def test_counts_name_every_rule() -> None:
    found = compare([episode(0, 10)], [episode(0, 10), episode(0, 9, rule="Q")])
    assert found.counts()[Change.ADDED] == 1
    assert {rule: counts[Change.SAME] for rule, counts in found.by_rule().items()} == {"Q": 0, "R": 1}


@st.composite
def runs(draw: st.DrawFn) -> list[Episode]:
    made: list[Episode] = []
    for rule in "RQ":
        at = 0
        for gap, length in draw(st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 500)), max_size=8)):
            at += gap
            made.append(episode(at, at + length, rule=rule))
            at += length
    return made


@given(runs(), runs())
def test_every_episode_is_in_exactly_one_pair_and_the_mirror_image_mirrors(a: list[Episode], b: list[Episode]) -> None:
    found, mirrored = compare(a, b), compare(b, a)
    assert sorted(pair.before.alert for pair in found.episodes if pair.before) == sorted(one.alert for one in a)
    assert sorted(pair.after.alert for pair in found.episodes if pair.after) == sorted(one.alert for one in b)
    assert found.counts()[Change.ADDED] == mirrored.counts()[Change.REMOVED]
    assert found.counts()[Change.MOVED] == mirrored.counts()[Change.MOVED]


@given(runs())
def test_a_run_does_not_differ_from_itself(a: list[Episode]) -> None:
    assert set(changes(compare(a, a))) <= {Change.SAME}
