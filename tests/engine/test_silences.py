"""Silence is noticed at its instant, whichever point falls silent and whatever else is said meanwhile."""

from typing import Final, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.snapshot import restore, snapshot
from processor.model.district import District
from processor.model.effect import AlertChanged
from processor.model.profile import Listen, Profile
from processor.model.reading import Reading, Value
from processor.model.rule import Gap, Rule
from processor.model.time import HOUR, MINUTE, DurationMs, EpochMs
from processor.replay.driver import Replay
from tests.engine.district import SCOPE, START, Play, device, district, number, rule, trigger

POINTS: Final = ("slow", "quick", "other")
TRIO: Final = Profile(
    name="trio",
    listen=(Listen("t/{device}"),),
    points={
        "slow": number("slow", every_ms=12 * HOUR),
        "quick": number("quick", every_ms=3 * MINUTE),
        "other": number("other", every_ms=6 * HOUR),
    },
)
STALE: Final = {name: 2 * (point.every_ms or 0) + 1 for name, point in TRIO.points.items()}
Step = tuple[EpochMs, str, str]


def trios(*rules: Rule) -> District:
    """One device with three points of different paces, under these rules."""
    found = district(*rules, devices=(device("t1", "trio"),))
    found.profiles["trio"] = TRIO
    return found


def steps(play: Play) -> list[Step]:
    """When which rule came to which state."""
    return [
        (now - START, effect.transition.rule, str(effect.transition.after))
        for now, effect in play.effects
        if isinstance(effect, AlertChanged)
    ]


@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        (rule(trigger("missing(quick, 15 min)"), profile="trio"), "missing(slow, 24 h)"),
        (rule(trigger("missing(quick, 15 min)"), profile="trio"), "slow >= 500 mA"),
        (rule(trigger("missing(quick, 10 min)", for_ms=5 * MINUTE), profile="trio"), "missing(24 h)"),
    ],
)
@pytest.mark.parametrize("others", [(), (70, 73), (61, 75, 76, 200)])
def test_what_speaks_once_after_a_long_silence_is_missed_again_in_time(
    fast: Rule, slow: str, others: tuple[int, ...]
) -> None:
    play = Play.started(trios(fast, rule(trigger(slow), profile="trio", name="R-2")))
    play.say("t1", "0s", quick=1.0, slow=1.0, other=1.0)
    play.say("t1", "1h", quick=1.0)
    for minute in others:
        play.say("t1", f"{minute}m", other=1.0)
    play.until(START + 5 * HOUR)
    expected = [(15, "firing"), (60, "ok"), (75, "firing")]
    assert [
        (at // MINUTE, after) for at, name, after in steps(play) if name == "R-1" and after != "pending"
    ] == expected


def test_a_hold_longer_than_the_silence_it_waits_for_runs_out() -> None:
    play = Play.started(trios(rule(trigger("missing(quick, 2 min)", for_ms=9 * MINUTE), profile="trio")))
    play.say("t1", "0s", quick=1.0)
    play.until(START + HOUR)
    assert steps(play) == [(2 * MINUTE, "R-1", "pending"), (11 * MINUTE, "R-1", "firing")]


class Term(NamedTuple):
    """One way to be silent: no `point` ("" for the device) for so long; `raised` by its staleness."""

    point: str
    limit_ms: DurationMs
    raised: bool = False


class Case(NamedTuple):
    """A rule: all of its terms, for so long."""

    terms: tuple[Term, ...]
    hold_ms: DurationMs

    def rule(self, name: str) -> Rule:
        """As the engine has it."""
        found = " and ".join(map(_text, self.terms))
        gap = Gap.RAISE if self.terms[0].raised else Gap.UNKNOWN
        return rule(trigger(found, for_ms=self.hold_ms), profile="trio", gap=gap, name=name)


def _text(term: Term) -> str:
    if term.raised:
        return f"{term.point} >= 500 mA"
    minutes = term.limit_ms // MINUTE
    return f"missing({term.point}, {minutes} min)" if term.point else f"missing({minutes} min)"


limits = st.sampled_from((2, 3, 7, 15, 40, 24 * 60)).map(lambda minutes: minutes * MINUTE)
terms = st.builds(Term, st.sampled_from((*POINTS, "")), limits, st.just(value=False))
cases = st.one_of(
    st.builds(
        Case, st.lists(terms, min_size=1, max_size=2).map(tuple), st.sampled_from((0, 0, MINUTE, 9 * MINUTE, HOUR))
    ),
    st.sampled_from(POINTS).map(lambda point: Case((Term(point, STALE[point], raised=True),), 0)),
)
gaps = st.sampled_from((0, 1, 30_000, MINUTE, 3 * MINUTE, 16 * MINUTE, HOUR, 5 * HOUR, 13 * HOUR))
said = st.lists(st.tuples(gaps, st.sets(st.sampled_from(POINTS), min_size=1)), max_size=12)


def arrivals_of(gaps_and_points: list[tuple[DurationMs, set[str]]]) -> list[tuple[EpochMs, set[str]]]:
    """The instants, and what came at each: at first everything, so that no value is unknown but for its age."""
    found, at = [(0, set(POINTS))], 0
    for gap_ms, points in gaps_and_points:
        at += gap_ms
        found.append((at, points))
    return found


def expected_steps(name: str, case: Case, arrivals: list[tuple[EpochMs, set[str]]], until: EpochMs) -> list[Step]:
    """Look at every instant at which anything could begin or end, from nothing but what came so far.

    Of what comes at one instant each is taken for itself, and what waiting begins then begins before the next comes.
    """
    found: list[Step] = []
    state, since = "ok", 0
    for count, (begin, _) in enumerate(arrivals, start=1):
        end = arrivals[count][0] if count < len(arrivals) else until + 1
        for now in _instants(case, arrivals[:count], begin, end):
            true = all(now - _heard(term, arrivals[:count], now) >= term.limit_ms for term in case.terms)
            since = since if true and state != "ok" else now
            after = ("firing" if now - since >= case.hold_ms else "pending") if true else "ok"
            if after != state:
                found.append((now, name, after))
            state = after
    return found


def _instants(case: Case, arrivals: list[tuple[EpochMs, set[str]]], begin: EpochMs, end: EpochMs) -> list[EpochMs]:
    waits = {0, *(term.limit_ms for term in case.terms)}
    found = {at + wait + hold for at, _ in arrivals for wait in waits for hold in (0, case.hold_ms)}
    return [begin, *sorted(at for at in found if begin < at < end)]


def _heard(term: Term, arrivals: list[tuple[EpochMs, set[str]]], now: EpochMs) -> EpochMs:
    return max((at for at, points in arrivals if at <= now and (not term.point or term.point in points)), default=0)


UNTIL: Final = 4 * 24 * HOUR
FAR: Final = Case((Term("slow", 24 * HOUR),), 0)
HELD: Final = Case((Term("quick", 7 * MINUTE),), 9 * MINUTE)
NEAR: Final = Case((Term("quick", 15 * MINUTE),), 0)


@given(st.lists(cases, min_size=1, max_size=4), said, st.sets(st.integers(0, 12)))
@example([HELD], [(16 * MINUTE, {"slow"}), (0, {"quick"})], set())
@example([NEAR, FAR], [(HOUR, {"quick"}), (5 * HOUR, {"other"})], set())
@settings(deadline=None, max_examples=200)
def test_steps_come_at_the_instants_of_a_slow_look_at_everything(
    cases: list[Case], said: list[tuple[DurationMs, set[str]]], stops: set[int]
) -> None:
    found = trios(*(case.rule(f"R-{number}") for number, case in enumerate(cases)))
    arrivals = arrivals_of(said)
    play, replay = Play.started(found), Replay(found)
    replayed = replay.begin(START)
    for count, (at, points) in enumerate(arrivals):
        now = START + at
        values: dict[str, Value] = dict.fromkeys(sorted(points), 1.0)
        if count in stops:
            play.until(now - 1)
            play.core = again(play.core)
        reading = Reading("t1", now, now, values, 0, count)
        play.until(now - 1)
        play.give(reading, now)
        replayed += replay.give(now, reading)
    play.until(START + UNTIL)
    replayed += replay.run((), START + UNTIL)
    # at one instant what a reading ends comes before what waiting begins: the order of rules says nothing
    expected: list[Step] = []
    for count, case in enumerate(cases):
        expected += expected_steps(f"R-{count}", case, arrivals, UNTIL)
    assert sorted(steps(play)) == sorted(expected)
    assert [each.effect for each in replayed] == [effect for _, effect in play.effects]


def again(core: Core) -> Core:
    """Another core that went on from what this one left."""
    made = Core(core.district)
    restore(made.scopes[SCOPE], snapshot(core.scopes[SCOPE]))
    return made
