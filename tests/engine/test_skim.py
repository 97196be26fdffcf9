"""What is taken in bulk changes nothing that leaves the core, whatever the rules, the readings and the stretches."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.skim import Skimmer, observed
from processor.model.reading import Flag, Reading, Value
from processor.model.rule import Gap, Level, Rule
from processor.model.time import MINUTE, SECOND, EpochMs
from processor.replay.driver import Recorded, Replay
from tests.engine.district import SCOPE, START, close_valve, device, district, rule, trigger

CONDITIONS = (
    "current >= 300 mA",
    "not (current < 300 mA)",
    "current > 250 mA and delta(current, 5 min) >= 100 mA",
    "avg(current, 5 min) >= 200 mA",
    "max(current, 10 min) - min(current, 10 min) > 180 mA",
    "count(current >= 250 mA, 10 min) >= 2",
    "duration(current >= 250 mA, 10 min) >= 3 min",
    "rate(current, 4 min) >= 40 mA/min",
    "stddev(current, 6 min) > 90 mA",
    "p95(current, 8 min) * 2 >= 500 mA",
    "current / 2 in (100 mA, 150 mA)",
    "missing(3 min)",
    "missing(current, 90 s) or current >= 500 mA",
    "changes(current, 3 min) >= 3",
    "flat(current, 4 min)",
    "since(current >= 300 mA) <= 2 min",
)
OTHERS = (
    rule(trigger("count of devices where current >= 300 mA >= 2 within 2 min by riser"), name="GROUP"),
    rule(trigger("share of devices where missing(4 min) >= 60 % by building"), name="SILENT"),
    rule(trigger("leak == wet", for_ms=30 * SECOND), profile="leak", answer=close_valve(verify=True), name="LEAK"),
    rule(trigger("leak == wet and any of devices where current >= 300 mA by riser"), profile="leak", name="MIXED"),
    rule(trigger("duration(any of others where current >= 300 mA by riser, 10 min) >= 2 min"), name="LASTING"),
    rule(
        trigger("count(current >= 110 mA and any of others where leak == wet within 1 min by riser, 10 min) >= 2"),
        clear="since(any of others where leak == wet by riser) >= 3 min",
        name="OFTEN",
    ),
    rule(
        trigger("changes(any of devices where leak == wet by riser, 5 min) >= 2", level=Level.L3),
        trigger("max(duration(any of devices where leak == wet by riser, 3 min), 9 min) >= 2 min", for_ms=MINUTE),
        profile="leak",
        name="PLACE",
    ),
    rule(
        trigger("leak == wet and since(any of others where current >= 300 mA by riser) <= 5 min"),
        profile="leak",
        answer=close_valve(),
        name="SAFE",
    ),
)
DEVICES = (
    *(device(f"m{number}", "meter") for number in range(1, 5)),
    device("l1", "leak", links={"valve": "v1", "flow_meter": "f1"}),
    device("v1", "valve"),
    device("f1", "flow"),
)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    """Some rules over the meters, and sometimes others."""
    made = []
    for number, condition in enumerate(draw(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=4))):
        made.append(
            rule(
                trigger(
                    condition,
                    level=draw(st.sampled_from(Level)),
                    for_ms=draw(st.sampled_from([0, 0, MINUTE, 150 * SECOND])),
                    samples=draw(st.sampled_from([1, 2])),
                ),
                clear=draw(st.sampled_from(["", "current <= 200 mA"])),
                clear_for=draw(st.sampled_from([0, MINUTE])),
                gap=draw(st.sampled_from(Gap)),
                name=f"R-{number}",
            )
        )
    return [*made, *draw(st.lists(st.sampled_from(OTHERS), unique_by=lambda other: other.id))]


@st.composite
def histories(draw: st.DrawFn) -> list[Reading]:
    """Meters that mostly are calm, beside what is not: excursions, silences, doubtful, late and repeated readings."""
    made: list[Reading] = []
    calm = draw(st.integers(8, 40))
    for minute in range(calm):
        for number in range(1, 5):
            arrived = START + minute * MINUTE + number * SECOND
            values: dict[str, Value] = {"current": float(100 + (minute * 7 + number) % 30)}
            made.append(Reading(f"m{number}", arrived - 500, arrived, values, 0, minute))
    for number in range(draw(st.integers(0, 12))):
        arrived = START + draw(st.integers(0, calm * 60)) * SECOND
        kind = draw(st.integers(0, 5))
        late = draw(st.sampled_from([0, 0, 0, 5_000, 70_000, -90_000]))
        flags = int(draw(st.sampled_from([0, 0, 0, Flag.RETAINED, Flag.LATE, Flag.NO_DEVICE_TIME])))
        if kind <= 2:
            current = float(draw(st.sampled_from([90, 240, 260, 310, 520])))
            meter = f"m{draw(st.integers(1, 4))}"
            made.append(Reading(meter, arrived - late, arrived, {"current": current}, flags, 1_000 + number % 4))
        elif kind == 3:
            made.append(Reading("l1", arrived, arrived, {"leak": draw(st.sampled_from(["wet", "dry"]))}, flags, number))
        elif kind == 4:
            position = draw(st.sampled_from(["open", "closed"]))
            made.append(Reading("v1", arrived, arrived, {"position": position}, 0, number))
        else:
            made.append(Reading("f1", arrived, arrived, {"flow": float(draw(st.sampled_from([0, 9])))}, 0, number))
    silent = draw(st.sampled_from(["", "m1", "m2"]))
    cut = START + draw(st.integers(2, calm)) * MINUTE
    return sorted((r for r in made if r.device != silent or r.arrived < cut), key=lambda reading: reading.arrived)


def skimmed(rules: list[Rule], readings: list[Reading], until: EpochMs, cuts: list[int]) -> tuple[list[Recorded], int]:
    """Everything that leaves the core when calm devices are taken in bulk, and how many readings were."""
    replay = Replay(district(*rules, devices=DEVICES))
    made = list(replay.begin(START))
    skimmer = Skimmer(replay.core)
    bulk = 0
    edges = [0, *sorted(cut % (len(readings) + 1) for cut in cuts), len(readings)]
    for begin, end in pairwise(edges):
        part = readings[begin:end]
        (rest,) = skimmer.sift([(None, part)])
        bulk += len(part) - len(rest)
        for reading in rest:
            assert isinstance(reading, Reading)
            made += replay.give(reading.arrived, reading)
    return made + replay.run((), until), bulk


@given(rule_sets(), histories(), st.lists(st.integers(1, 10_000), max_size=4))
@settings(deadline=None, max_examples=150)
def test_taking_calm_runs_in_bulk_changes_no_effect(
    rules: list[Rule], readings: list[Reading], cuts: list[int]
) -> None:
    until = START + 3_600 * SECOND
    replay = Replay(district(*rules, devices=DEVICES))
    expected = replay.begin(START) + replay.run(((r.arrived, r) for r in readings), until)
    assert skimmed(rules, readings, until, cuts)[0] == expected


@pytest.mark.parametrize("condition", CONDITIONS[:12])
def test_calm_readings_are_indeed_taken_in_bulk(condition: str) -> None:
    readings = [
        Reading(f"m{number}", at, at, {"current": 100.0 + (minute + number) % 3}, 0, minute)
        for minute in range(60)
        for number in range(1, 5)
        if (at := START + minute * MINUTE + number)
    ]
    _, bulk = skimmed([rule(trigger(condition))], readings, START + 3_600 * SECOND, [8])
    assert bulk >= len(readings) - 8 - 4


def test_a_device_that_another_device_commands_is_seen_in_its_own_time() -> None:
    leak = rule(trigger("leak == wet"), profile="leak", answer=close_valve(verify=True))
    replay = Replay(district(leak, devices=DEVICES))
    assert observed(replay.core.scopes[SCOPE]) == {"v1", "f1"}


@pytest.mark.parametrize(
    ("first", "watched", "calm"), [(100.0, True, True), (100.0, False, False), (290.0, True, False)]
)
def test_what_was_handled_without_being_sifted_counts_in_windows_and_is_unknown_where_it_was_not_watched(
    first: float, watched: bool, calm: bool
) -> None:
    risen = rule(trigger("max(current, 30 min) - current >= 150 mA"))
    readings = [
        Reading("m1", at, at, {"current": 200.0}, 0, at % 97) for at in range(START, START + 9 * MINUTE, MINUTE)
    ]
    lone = Reading("m1", START - SECOND, START - SECOND, {"current": first}, 0, 1)
    replay = Replay(district(risen, devices=DEVICES))
    replay.begin(START - MINUTE)
    skimmer = Skimmer(replay.core)
    if watched:
        skimmer.watch((None, [lone]))
    replay.give(lone.arrived, lone)
    dipped = [msgspec.structs.replace(reading, values={"current": 130.0}) for reading in readings]
    (rest,) = skimmer.sift([(None, dipped)])
    assert (rest == []) is calm


def minutes(first: int, *currents: float) -> list[Reading]:
    """One reading of a meter each minute."""
    ats = [START + (first + number) * MINUTE for number in range(len(currents))]
    return [Reading("m1", at, at, {"current": current}, 0, at % 97) for at, current in zip(ats, currents, strict=True)]


@pytest.mark.parametrize("sifted", [True, False])
def test_values_that_were_calm_before_are_looked_at_again_after_an_excursion(sifted: bool) -> None:
    fallen = rule(trigger("max(current, 30 min) - current >= 100 mA"))
    replay = Replay(district(fallen, devices=DEVICES))
    replay.begin(START - MINUTE)
    skimmer = Skimmer(replay.core)
    first = minutes(0, 200.0)
    skimmer.watch((None, first))
    replay.give(first[0].arrived, first[0])
    assert skimmer.sift([(None, minutes(1, *[200.0] * 10))]) == [[]]
    assert skimmer.sift([(None, minutes(11, *[200.0] * 10))]) == [[]]
    high = minutes(21, *[340.0] * 4)
    if sifted:
        assert skimmer.sift([(None, high)]) == [[]]
    else:
        for reading in high:
            replay.give(reading.arrived, reading)
    assert len(skimmer.sift([(None, minutes(25, *[200.0] * 5))])[0]) == 5


def test_a_silence_between_readings_that_were_calm_before_is_noticed() -> None:
    replay = Replay(district(rule(trigger("missing(current, 5 min)")), devices=DEVICES))
    replay.begin(START - MINUTE)
    skimmer = Skimmer(replay.core)
    first = minutes(0, 200.0)
    skimmer.watch((None, first))
    replay.give(first[0].arrived, first[0])
    assert skimmer.sift([(None, minutes(1, *[200.0] * 10))]) == [[]]
    apart = minutes(11, *[200.0] * 4) + minutes(21, *[200.0] * 4)
    assert skimmer.sift([(None, apart)]) == [apart]
