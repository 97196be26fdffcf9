"""Windows over group tests, of a device's rule and of a place's, against a count from everything that was ever said.

What the oracle says: a window takes what its condition is whenever a member's answer changes (also by the end of
`within`) and that makes it another, and whenever the device itself says a point of it; it ends now; while a group test
in it cannot be told it is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.inspect import inspect
from processor.engine.snapshot import restore, snapshot
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.evidence import Verdict
from processor.model.reading import Flag, Reading, Value
from processor.model.time import HOUR, MINUTE, SECOND, EpochMs
from tests.engine.district import SCOPE, START, Play, close_valve, device, rule, trigger
from tests.language.window_oracle import answer

RISER = f"{SCOPE}/b1/r1"
DEVICES = (device("m1", "meter"), device("l1", "leak"), device("l2", "leak"), device("v1", "valve"))
METER_STALE = 2 * MINUTE
WET = "leak == wet"


@dataclass
class Told:
    """Everything that was ever said, in order."""

    words: list[tuple[EpochMs, str, Value]] = field(default_factory=list)

    def newest(self, name: str, now: EpochMs) -> tuple[EpochMs, Value] | None:
        said = [(at, value) for at, who, value in self.words if who == name and at <= now]
        return said[-1] if said else None

    def is_news(self, at: EpochMs) -> bool:
        """Whether a sensor said at this instant what it had not said before; time and the meter always count."""
        return all(
            self.wet(who, at - 1) is not self.wet(who, at) for now, who, _ in self.words if now == at and who != "m1"
        )

    def wet(self, name: str, now: EpochMs) -> Verdict:
        found = self.newest(name, now)
        return None if found is None else found[1] == "wet"

    def any_wet(self, now: EpochMs, within: int = 0) -> Verdict:
        found = [self.wet(name, now) or self.was(name, now, within) for name in ("l1", "l2")]
        return True if True in found else None if None in found else False

    def was(self, name: str, now: EpochMs, within: int) -> Verdict:
        """Whether it was wet in the last `within`: until the word that it no longer is."""
        said = [(at, value) for at, who, value in self.words if who == name and at <= now]
        ends = [after for (_, value), (after, _) in pairwise(said) if value == "wet"]
        return True if within and any(now - end <= within for end in ends) else self.wet(name, now)

    def high(self, now: EpochMs) -> Verdict:
        found = self.newest("m1", now)
        if found is None or now - found[0] > METER_STALE:
            return None
        assert isinstance(found[1], float)
        return found[1] >= 300


Asked = Callable[[Told, EpochMs], Verdict]


def both(one: Verdict, other: Verdict) -> Verdict:
    return False if False in {one, other} else None if None in {one, other} else True


def window(
    told: Told, kind: WindowKind, length: int, asked: Asked, now: EpochMs, *, own: bool = False, within: int = 0
) -> float | None:
    """The answer from all samples there ever were. `own`: the meter's current is a part of it."""
    if told.any_wet(now, within) is None or (own and told.high(now) is None):
        return None
    spec = WindowSpec("", kind, frozenset(), length, METER_STALE if own else None, True, lambda _view, _now: None)
    instants = {at: who for at, who, _ in told.words}
    instants.update({at + within + 1: "time" for at, _, _ in told.words if within and at + within + 1 not in instants})
    samples: list[tuple[int, Value | None]] = []
    last: Verdict = None
    for at in sorted(instants):
        if at > now or (instants[at] == "m1" and not own) or not told.is_news(at):
            continue
        found = asked(told, at)
        if found is not last or (own and instants[at] == "m1"):
            last = found
            samples.append((at, None if found is None else float(found) if kind is WindowKind.CHANGES else found))
    return answer(spec, samples, now)


def compare(value: float | None, test: Callable[[float], bool]) -> Verdict:
    return None if value is None else test(value)


def anyone(told: Told, now: EpochMs) -> Verdict:
    return told.any_wet(now)


def lately(told: Told, now: EpochMs) -> Verdict:
    return told.any_wet(now, MINUTE)


def beside(told: Told, now: EpochMs) -> Verdict:
    return both(told.high(now), told.any_wet(now))


Expected = Callable[[Told, EpochMs], Verdict]
CASES: list[tuple[str, Expected]] = [
    (
        f"duration(any of {{}} where {WET} by riser, 10 min) >= 4 min",
        lambda t, now: compare(window(t, WindowKind.DURATION, 10 * MINUTE, anyone, now), lambda v: v >= 4 * MINUTE),
    ),
    (
        f"count(any of {{}} where {WET} by riser, 10 min) >= 2",
        lambda t, now: compare(window(t, WindowKind.COUNT, 10 * MINUTE, anyone, now), lambda v: v >= 2),
    ),
    (
        f"changes(any of {{}} where {WET} within 1 min by riser, 8 min) >= 2",
        lambda t, now: compare(window(t, WindowKind.CHANGES, 8 * MINUTE, lately, now, within=MINUTE), lambda v: v >= 2),
    ),
    (
        f"since(any of {{}} where {WET} by riser) >= 3 min",
        lambda t, now: compare(window(t, WindowKind.SINCE, 0, anyone, now), lambda v: v >= 3 * MINUTE),
    ),
    (
        f"flat(any of {{}} where {WET} within 1 min by riser, 3 min)",
        lambda t, now: compare(window(t, WindowKind.FLAT, 3 * MINUTE, lately, now, within=MINUTE), lambda v: v > 0),
    ),
]
OWN: list[tuple[str, Expected]] = [
    (
        f"count(current >= 300 mA and any of others where {WET} by riser, 10 min) >= 3",
        lambda t, now: compare(window(t, WindowKind.COUNT, 10 * MINUTE, beside, now, own=True), lambda v: v >= 3),
    ),
    (
        f"duration(current >= 300 mA and any of others where {WET} by riser, 10 min) >= 3 min",
        lambda t, now: compare(
            window(t, WindowKind.DURATION, 10 * MINUTE, beside, now, own=True), lambda v: v >= 3 * MINUTE
        ),
    ),
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 30, 59, 60, 61, 119, 120, 121, 200, 400]),
        st.sampled_from(["m1", "l1", "l2"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=24,
)


def reborn(play: Play) -> None:
    """Put the core away and take it up again; its bytes are the same."""
    for scope in play.core.scopes.values():
        state = snapshot(scope)
        again = type(scope)(scope.plan)
        restore(again, state)
        assert snapshot(again) == state
        play.core.scopes[scope.plan.scope] = again


def follow(text: str, expected: Expected, steps: list[tuple[int, str, bool]], profile: str) -> None:
    play, told, now, state = Play.of(rule(trigger(text), profile=profile), devices=DEVICES), Told(), START, "ok"
    for number, (pause, name, bad) in enumerate(steps):
        before, now = now, now + pause * SECOND
        for instant in (at + past for at in range(before, now, SECOND) for past in (0, 1, 2)):
            play.until(instant)
            state = after(state, expected(told, instant))
            assert play.state() == state, (instant - START, told.words)
        if number % 3 == 2:
            reborn(play)
        value: Value = (400.0 if bad else 10.0) if name == "m1" else "wet" if bad else "dry"
        told.words.append((now, name, value))
        values = {"current": value} if name == "m1" else {"leak": value}
        play.give(Reading(name, now, now, values, 0, number), now)
        play.until(now)
        state = after(state, expected(told, now))
        assert play.state() == state, (now - START, told.words)


def after(state: str, verdict: Verdict) -> str:
    return state if verdict is None else "firing" if verdict else "ok"


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
@settings(deadline=None, max_examples=25)
@given(steps=STEPS)
def test_a_window_over_those_around_a_device(text: str, expected: Expected, steps: list[tuple[int, str, bool]]) -> None:
    follow(text.format("others"), expected, steps, "meter")


@pytest.mark.parametrize(("text", "expected"), OWN, ids=[text for text, _ in OWN])
@settings(deadline=None, max_examples=25)
@given(steps=STEPS)
def test_a_window_over_the_device_and_those_around_it(
    text: str, expected: Expected, steps: list[tuple[int, str, bool]]
) -> None:
    follow(text, expected, steps, "meter")


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
@settings(deadline=None, max_examples=25)
@given(steps=STEPS)
def test_a_window_over_a_place(text: str, expected: Expected, steps: list[tuple[int, str, bool]]) -> None:
    follow(text.format("devices"), expected, steps, "leak")


WHEN = "leak == wet and since(any of others where current >= 300 mA by riser) <= 5 min"


def test_a_window_over_others_commands_when_all_that_it_holds_is_free_of_doubt() -> None:
    for flags, commands in ((0, ["v1 close"]), (int(Flag.RETAINED), [])):
        safe = rule(trigger(WHEN), profile="leak", answer=close_valve())
        play = Play.of(safe, devices=(*DEVICES[:1], device("l1", "leak", links={"valve": "v1"}), DEVICES[3]))
        play.say("v1", "0s", position="open")
        play.say("m1", "0s", current=10.0)
        play.say("l1", "1s", leak="dry")
        play.say("m1", "1m", flags=flags, current=400.0)
        play.say("m1", "2m", current=10.0)
        play.say("l1", "3m", leak="wet")
        assert (play.state(), play.commands()) == ("firing", commands)


def test_a_place_commands_by_a_window_only_when_all_that_it_holds_is_free_of_doubt() -> None:
    often = trigger("count(any of devices where leak == wet by riser, 10 min) >= 2")
    for flags, commands in ((0, ["v1 close"]), (int(Flag.RETAINED), [])):
        play = Play.of(
            rule(often, profile="leak", answer=close_valve()),
            devices=(device("l1", "leak", links={"valve": "v1"}), DEVICES[3]),
        )
        play.say("v1", "0s", position="open")
        play.say("l1", "1m", flags=flags, leak="wet")
        play.say("l1", "2m", leak="dry")
        play.say("l1", "3m", leak="wet")
        assert (play.state(), play.commands()) == ("firing", commands)


def test_a_late_word_of_the_device_counts_from_when_it_comes_and_an_old_one_is_no_reading() -> None:
    both = "count(current >= 300 mA and any of others where leak == wet by riser, 1 h) >= 2"
    play = Play.of(rule(trigger(both)), devices=(DEVICES[0], DEVICES[1]))
    play.say("l1", "0s", leak="wet")
    play.say("m1", "1m", current=400.0)
    play.say("m1", "30s", delay_ms=70 * SECOND, flags=Flag.LATE, current=400.0)
    assert play.state() == "ok"
    play.say("m1", "2m", current=400.0)
    assert play.state() == "firing"


def test_a_rule_with_another_meaning_begins_its_windows_anew() -> None:
    asked = rule(trigger("since(any of others where current >= 300 mA by riser) >= 3 min"))
    play = Play.of(asked, devices=(*DEVICES[:1], device("m2", "meter")))
    play.say("m2", "0s", current=200.0)
    (scope,) = play.core.scopes.values()
    for kept in (True, False):
        again = Play.of(asked, devices=(*DEVICES[:1], device("m2", "meter"))).core.scopes[SCOPE]
        restore(again, snapshot(scope), lambda _rule, kept=kept: kept)  # type: ignore[misc]  # bound in its own turn
        assert [window.value(START + HOUR) for window in again.devices["m1"].windows] == [HOUR if kept else None]


def test_a_window_is_unknown_while_a_group_test_in_it_cannot_be_told() -> None:
    play = Play.of(rule(trigger("duration(any of others where leak == wet by riser, 1 h) >= 4 min")), devices=DEVICES)
    play.say("l1", "0s", leak="wet")
    play.say("l1", "5m", leak="dry")  # of l2 nothing is known
    assert play.pass_to("3h").state() == "firing"
    play.say("l2", "3h", leak="dry")
    assert play.state() == "ok"


def test_explain_shows_what_a_window_over_others_holds() -> None:
    lasting = rule(trigger("duration(any of others where leak == wet by riser, 1 h) >= 10 min"))
    play = Play.of(lasting, devices=DEVICES[:3])
    for name, word in (("l1", "wet"), ("l2", "dry")):
        play.say(name, "0s", leak=word)
    play.pass_to("4m")
    (scope,) = play.core.scopes.values()
    seen = inspect(scope, "m1", lasting, START + 4 * MINUTE)
    (hold,) = seen.holds
    assert hold.condition is not None
    (part,) = hold.condition.parts
    assert hold.condition.verdict is False
    assert (part.value, part.unit) == (4 * MINUTE, "ms")
    assert part.window is not None
    assert part.window.last_at == START
    assert [part.text for part in part.parts] == ["1 of 2 others: any of others where leak == wet by riser"]
    assert [tally.total for tally in hold.tallies] == [2]
    before = snapshot(scope)
    inspect(scope, "m1", lasting, START + 5 * MINUTE)
    assert snapshot(scope) == before


def test_explain_of_a_place_shows_its_windows_and_touches_nothing() -> None:
    often = rule(trigger("count(any of devices where leak == wet by riser, 1 h) >= 2"), profile="leak")
    play = Play.of(often, devices=DEVICES[:3])
    for minute, word in enumerate(("wet", "dry", "wet")):
        play.say("l1", f"{minute}m", leak=word)
        play.say("l2", f"{minute}m", leak="dry")
    (scope,) = play.core.scopes.values()
    before = snapshot(scope)
    for now, number in ((START + 3 * HOUR, 0), (START + 5 * MINUTE, 2)):
        (hold,) = inspect(scope, RISER, often, now).holds
        assert hold.condition is not None
        assert hold.condition.text == f"count(any of devices where leak == wet by riser, 1 h) {number} >= 2"
    assert snapshot(scope) == before
