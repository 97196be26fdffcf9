"""Inspecting says what the engine would, and leaves no trace: not a byte of the state differs after it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.inspect import inspect
from processor.engine.inspection import Freshness, Inspection, Part, TimerKind
from processor.engine.scope import Scope
from processor.engine.snapshot import snapshot
from processor.model.disposition import Interlock
from processor.model.inputs import KillSwitch
from processor.model.reading import Flag, Reading
from processor.model.rule import Override, OverrideLayer, Parameter, Selector
from processor.model.source import SourcePlace
from processor.model.time import MINUTE, SECOND
from tests.engine.district import SCOPE, START, Play, at, close_valve, device, district, rule, trigger

RULES = (
    rule(trigger("current >= 300 mA", for_ms=2 * MINUTE, samples=2), name="R-1"),
    rule(trigger("avg(current, 5 min) >= 200 mA and duration(current >= 100 mA, 10 min) >= 2 min"), name="R-2"),
    rule(trigger("leak == wet", for_ms=30 * SECOND), profile="leak", answer=close_valve(), name="R-3"),
    rule(trigger("duration(leak == wet, 10 min) >= 1 min"), profile="leak", name="R-4"),
    rule(trigger("count of devices where leak == wet >= 2 within 10 min by building"), profile="leak", name="R-5"),
    rule(
        trigger("leak == wet and any of others where leak == wet within 5 min by building"), profile="leak", name="R-6"
    ),
)
SUBJECTS = ("m1", "l1", "l2", f"{SCOPE}/b1", "v1", "nobody")


def scope_of(play: Play) -> Scope:
    return play.core.scopes[SCOPE]


def look(play: Play, subject: str, name: str, when: str) -> Inspection:
    play.pass_to(when)
    return inspect(scope_of(play), subject, scope_of(play).plan.district.rules[name], at(when))


@st.composite
def says(draw: st.DrawFn) -> tuple[str, dict[str, Any], int, int]:
    name = draw(st.sampled_from(["m1", "l1", "l2", "l3", "v1"]))
    values: dict[str, Any] = {"current": draw(st.sampled_from([50.0, 250.0, 350.0]))}
    if name.startswith("l"):
        values = {"leak": draw(st.sampled_from(["wet", "dry"]))}
    elif name == "v1":
        values = {"position": draw(st.sampled_from(["open", "closed"]))}
    return name, values, draw(st.integers(1, 300)) * SECOND, draw(st.sampled_from([0, 0, 0, Flag.RETAINED]))


@settings(max_examples=25, deadline=None)
@given(st.lists(says(), max_size=12), st.integers(0, 20))
def test_inspecting_changes_nothing_and_the_core_goes_on_as_if_nobody_had_looked(
    steps: list[tuple[str, dict[str, Any], int, int]], ahead: int
) -> None:
    looked_at, left_alone = (Core(district(*RULES)) for _ in range(2))
    now = START
    for core in (looked_at, left_alone):
        core.turn(core.start(START, None), START)
    for number, (name, values, pause, flags) in enumerate(steps):
        now += pause
        given_reading = Reading(name, now, now, values, flags, number)
        made = [core.turn([*core.wakes(now), given_reading], now).effects for core in (looked_at, left_alone)]
        assert made[0] == made[1]
        scope = looked_at.scopes[SCOPE]
        before = snapshot(scope)
        for subject in SUBJECTS:
            for each in RULES:
                inspect(scope, subject, each, now + ahead * MINUTE)
        assert snapshot(scope) == before == snapshot(left_alone.scopes[SCOPE])


def test_a_stale_point_is_said_to_be_stale_and_since_when() -> None:
    play = Play.of(RULES[0])
    play.say("m1", "1m", current=350.0)
    (point,) = look(play, "m1", "R-1", "2m").points
    assert (point.freshness, point.age_ms, point.stale_at) == (Freshness.FRESH, MINUTE, at("3m") + 1)
    (point,) = look(play, "m1", "R-1", "4m").points
    assert (point.freshness, point.silent_ms) == (Freshness.STALE, 3 * MINUTE)


def test_a_hold_on_core_time_names_the_instant_it_is_over() -> None:
    play = Play.of(RULES[2])
    play.say("v1", "1s", position="open")
    play.say("l1", "1m", leak="wet")
    (hold,) = look(play, "l1", "R-3", "70s").holds
    assert (hold.since, hold.held_ms, hold.left_ms, hold.due_at) == (at("1m"), 10 * SECOND, 20 * SECOND, at("90s"))
    assert TimerKind.HOLD in {timer.kind for timer in look(play, "l1", "R-3", "75s").timers}


def test_a_command_names_every_interlock_that_would_forbid_it() -> None:
    play = Play.of(RULES[2])
    play.say("l1", "1m", leak="wet")
    (command,) = look(play, "l1", "R-3", "70s").commands
    assert command.interlocks == (Interlock.EVIDENCE_UNKNOWN, Interlock.TARGET_SILENT)
    play.give(KillSwitch(SCOPE, stopped=True, person="li", reason="a drill"), at("71s"))
    (command,) = look(play, "l1", "R-3", "80s").commands
    assert Interlock.KILL_SWITCH in command.interlocks


def test_a_window_says_how_many_samples_it_has_and_since_when() -> None:
    play = Play.of(RULES[1])
    for minute in range(1, 5):
        play.say("m1", f"{minute}m", current=250.0)
    (hold,) = look(play, "m1", "R-2", "4m").holds
    average = hold.condition.parts[0].parts[0]
    assert average.window is not None
    assert (average.value, average.window.samples, average.window.first_at) == (250.0, 4, at("1m"))


def test_a_group_test_in_a_device_rule_lists_the_others_by_verdict() -> None:
    play = Play.of(RULES[5])
    play.say("l1", "1m", leak="wet")
    play.say("l2", "2m", leak="wet")
    (hold,) = look(play, "l1", "R-6", "3m").holds
    (tally,) = hold.tallies
    assert [(member.device, member.verdict, member.counts) for member in tally.members] == [
        ("l2", True, True),
        ("l3", None, False),
    ]
    assert hold.condition.verdict is True


@pytest.mark.parametrize(
    ("selector", "part"),
    [
        (Selector(profiles=("leak",)), Part.PROFILE),
        (Selector(tags={"role": ("feeder",)}), Part.TAG),
        (Selector(communities=("lakeside",)), Part.COMMUNITY),
        (Selector(buildings=("sunrise/b2",)), Part.BUILDING),
        (Selector(devices=("m2",)), Part.DEVICE),
        (Selector(mains=True), Part.MAINS),
        (Selector(except_devices=("m1",)), Part.EXCEPT_DEVICE),
        (Selector(except_profiles=("meter",)), Part.EXCEPT_PROFILE),
        (Selector(except_tags={"profile": ("meter",)}), Part.EXCEPT_TAG),
        (Selector(except_communities=(SCOPE,)), Part.EXCEPT_COMMUNITY),
        (Selector(except_buildings=("sunrise/b1",)), Part.EXCEPT_BUILDING),
    ],
)
def test_the_part_of_the_selector_that_says_no_is_named(selector: Selector, part: Part) -> None:

    changed = msgspec.structs.replace(RULES[0], applies_to=selector)
    seen = look(Play.of(changed, devices=(device("m1", "meter"),)), "m1", "R-1", "1m")
    assert not seen.selected
    assert [asked.part for asked in seen.asked if not asked.ok] == [part]
    assert not seen.holds


def test_each_parameter_names_the_layer_and_the_place_that_gave_it() -> None:

    limit = Parameter("limit", 300.0, "mA", place=SourcePlace("rules/r.yaml", 4, 9))
    whole = district(rule(trigger("current >= limit"), parameters={"limit": limit}))
    override = Override(
        "R-1", "limit", OverrideLayer.COMMUNITY, SCOPE, 0.4, "A", SourcePlace("config/overrides.yaml", 7, 3)
    )
    play = Play.started(msgspec.structs.replace(whole, overrides=(override,)))
    (seen,) = look(play, "m1", "R-1", "1m").parameters
    assert (seen.value, seen.unit, seen.layer, seen.place) == (0.4, "A", "community", "config/overrides.yaml:7:3")
    assert (seen.default, seen.default_unit) == (300.0, "mA")


@pytest.mark.parametrize(
    ("flags", "valve", "changed", "first"),
    [
        (0, "", {}, Interlock.TARGET_SILENT),
        (0, "closed", {}, Interlock.ALREADY_IN_EFFECT),
        (Flag.RETAINED, "open", {}, Interlock.EVIDENCE_RETAINED),
        (0, "open", {"critical": True}, Interlock.CRITICAL),
        (0, "open", {"critical": None}, Interlock.CRITICAL),
    ],
)
def test_the_first_interlock_is_the_one_that_the_ledger_names(
    flags: int, valve: str, changed: dict[str, Any], first: Interlock
) -> None:
    devices = {each.id: each for each in district().devices.values()}
    devices["v1"] = msgspec.structs.replace(devices["v1"], **changed)
    quick = rule(trigger("leak == wet"), profile="leak", answer=close_valve(), name="R-3")
    play = Play.of(quick, devices=tuple(devices.values()))
    if valve:
        play.say("v1", "1s", position=valve)
    play.say("l1", "1m", flags=flags, leak="wet")
    (command,) = look(play, "l1", "R-3", "61s").commands
    assert command.interlocks[0] == first
    assert play.dispositions()[0] == str(first)


def test_a_doubtful_reading_that_is_still_in_a_window_forbids_as_it_does_in_the_engine() -> None:
    long = rule(trigger("duration(leak == wet, 10 min) >= 1 min"), profile="leak", answer=close_valve(), name="R-3")
    play = Play.of(long)
    play.say("v1", "1s", position="open")
    play.say("l1", "1m", flags=Flag.RETAINED, leak="wet")
    play.say("l1", "3m", leak="wet")
    (command,) = look(play, "l1", "R-3", "181s").commands
    assert command.interlocks[0] == Interlock.EVIDENCE_RETAINED
    assert play.dispositions()[-1] == "evidence_retained"
