"""Rules that ask others against a naive recomputation over all devices, through crashes and changes of rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processor.model.device import Device
from processor.model.effect import AlertChanged
from processor.model.evidence import Verdict
from processor.model.reading import Reading, Value
from processor.model.time import MINUTE, SECOND, EpochMs
from tests.engine.district import SCOPE, START, Play, device, rule, trigger

HIGH = 300.0
STALE = 2 * MINUTE
DEVICES = (
    device("m1", "meter", floor="1"),
    device("m2", "meter", floor="2"),
    device("l1", "leak", floor="1"),
    device("l2", "leak", floor="1"),
    device("l3", "leak", floor="2"),
    msgspec.structs.replace(device("m3", "meter", floor="1"), riser=f"{SCOPE}/b1/r2"),
    msgspec.structs.replace(device("l4", "leak", floor="1"), riser=f"{SCOPE}/b1/r2"),
    msgspec.structs.replace(device("m4", "meter"), riser=""),
)
METERS = ("m1", "m2", "m3", "m4")


@dataclass
class World:
    """Everything that was ever said, and nothing else."""

    said: dict[str, list[tuple[EpochMs, Value]]] = field(default_factory=lambda: {each.id: [] for each in DEVICES})
    waited: bool = True
    """Of one instant a reading comes first, and what waiting begins after it: False is between the two."""

    def turns(self, begin: EpochMs, end: EpochMs) -> set[EpochMs]:
        """The instants between at which time alone may change anything."""
        words = {START, *(at for words in self.said.values() for at, _ in words)}
        found = {at + length + late for at in words for length in (MINUTE, STALE, 3 * MINUTE) for late in (0, 1)}
        return {at for at in found if begin <= at < end}

    def wet(self, name: str, now: EpochMs) -> Verdict:
        words = [value for at, value in self.said[name] if at <= now]
        return words[-1] == "wet" if words else None

    def high(self, name: str, now: EpochMs) -> Verdict:
        words = [(at, value) for at, value in self.said[name] if at <= now]
        if not words or now - words[-1][0] > STALE:
            return None
        value = words[-1][1]
        assert isinstance(value, float)
        return value >= HIGH

    def silent(self, name: str, now: EpochMs) -> Verdict:
        heard = max([at for at, _ in self.said[name] if at <= now], default=START)
        return now - heard >= 3 * MINUTE + (0 if self.waited else 1)

    def within(self, test: Callable[[str, EpochMs], Verdict], name: str, now: EpochMs, length: int) -> Verdict:
        """True if it was at any instant of the last `length`: a state stands from one word to the next."""
        if test(name, now):
            return True
        instants = [at for at, _ in self.said[name] if at <= now]
        for begin, end in pairwise([*instants, now]):
            if test(name, begin) and now - end <= length:
                return True
        return test(name, now)


def least(verdicts: list[Verdict]) -> Verdict:
    return False if False in verdicts else None if None in verdicts else True


def most(verdicts: list[Verdict]) -> Verdict:
    return True if True in verdicts else None if None in verdicts else False


def at_least(number: float, verdicts: list[Verdict]) -> Verdict:
    sure, might = verdicts.count(True), verdicts.count(None)
    return True if sure >= number else None if sure + might >= number else False


def near(subject: str, kind: str, by: str, *, others: bool = True) -> list[str] | None:
    me = next(each for each in DEVICES if each.id == subject)
    where: Callable[[Device], str] = {
        "riser": lambda each: each.riser,
        "floor": lambda each: f"{each.riser or each.building}/{each.floor}" if each.floor else "",
        "building": lambda each: each.building,
    }[by]
    if not where(me):
        return None
    return [
        each.id
        for each in DEVICES
        if where(each) == where(me) and kind in ("", each.profile) and not (others and each.id == subject)
    ]


def asks(members: list[str] | None, answer: Callable[[list[str]], Verdict]) -> Verdict:
    return None if members is None else answer(members)


def negated(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


Expected = Callable[[World, str, EpochMs], Verdict]
CASES: list[tuple[str, Expected]] = [
    (
        "current >= 300 mA and any of others where leak == wet by riser",
        lambda w, m, t: least(
            [w.high(m, t), asks(near(m, "leak", "riser"), lambda who: most([w.wet(x, t) for x in who]))]
        ),
    ),
    (
        "current >= 300 mA and not any of others where leak == wet within 2 min by riser",
        lambda w, m, t: least(
            [
                w.high(m, t),
                negated(
                    asks(
                        near(m, "leak", "riser"),
                        lambda who: most([w.within(w.wet, x, t, 2 * MINUTE) for x in who]),
                    )
                ),
            ]
        ),
    ),
    (
        "current >= 300 mA or count of devices where leak == wet >= 2 within 1 min by building",
        lambda w, m, t: most(
            [
                w.high(m, t),
                asks(
                    near(m, "leak", "building"),
                    lambda who: at_least(2, [w.within(w.wet, x, t, MINUTE) for x in who]),
                ),
            ]
        ),
    ),
    (
        "current >= 300 mA and share of others where missing(3 min) >= 50 % by riser",
        lambda w, m, t: least(
            [
                w.high(m, t),
                asks(
                    near(m, "", "riser"),
                    lambda who: at_least(len(who) / 2, [w.silent(x, t) for x in who]) if who else None,
                ),
            ]
        ),
    ),
    (
        "any of others where current >= 300 mA by building and not all of devices where leak == dry by floor",
        lambda w, m, t: least(
            [
                asks(near(m, "meter", "building"), lambda who: most([w.high(x, t) for x in who])),
                negated(
                    asks(
                        near(m, "leak", "floor"),
                        lambda who: least([negated(w.wet(x, t)) for x in who]) if who else None,
                    )
                ),
            ]
        ),
    ),
]

STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 10, 59, 60, 61, 119, 121, 179, 181]),
        st.sampled_from([each.id for each in DEVICES]),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


def meant(name: str, *, bad: bool) -> dict[str, Value]:
    if name.startswith("m"):
        return {"current": 400.0 if bad else 10.0}
    return {"leak": "wet" if bad else "dry"}


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
@settings(deadline=None)
@given(steps=STEPS)
@example(steps=[(60, "m2", True), (1, "l1", False), (1, "l2", False), (179, "m1", False)])
def test_every_subject_is_what_a_look_at_everybody_says(
    text: str, expected: Expected, steps: list[tuple[int, str, bool]]
) -> None:
    play, world = Play.of(rule(trigger(text)), devices=DEVICES), World()
    states = dict.fromkeys(METERS, "ok")
    now = START
    for pause, name, bad in steps:
        before, now = now, now + pause * SECOND
        for instant in sorted(world.turns(before, now)):
            play.until(instant)
            _follow(states, world, expected, instant)
        play.until(now - 1)
        values = meant(name, bad=bad)
        world.said[name].append((now, next(iter(values.values()))))
        play.count += 1
        play.give(Reading(name, now, now, values, 0, play.count), now)
        play.until(now)
        for world.waited in (False, True):
            _follow(states, world, expected, now)
        found = dict.fromkeys(METERS, "ok")
        for _, effect in play.effects:
            if isinstance(effect, AlertChanged):
                found[effect.transition.subject] = str(effect.transition.after)
        assert found == states


def _follow(states: dict[str, str], world: World, expected: Expected, now: EpochMs) -> None:
    for meter in METERS:
        verdict = expected(world, meter, now)
        if verdict is not None:
            states[meter] = "firing" if verdict else "ok"
