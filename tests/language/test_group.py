"""The group form: its tests, its three verdicts, its faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.language.compiled import WindowView
from processor.language.faults import ExpressionError
from processor.language.format import format_node
from processor.language.group import check_group, compile_group, group_tests
from processor.language.operators import OPERATORS
from processor.model.evidence import Verdict
from processor.model.place import PlaceKind
from processor.model.reading import Value
from processor.model.time import HOUR, MINUTE, EpochMs
from tests.language.district import NOW, PARAMETERS, VOCABULARY, ZONE, parsed

COUNT = "count of devices where leak == wet >= 3 within 10 min by riser"
SHARE = "share of devices where missing(3 min) >= 60 % by building"
ANY = "any of devices where leak == wet by riser"
ALL = "all of devices where leak == wet by riser"


@dataclass
class FixedTally:
    trues: int
    doubtful: int
    members: int

    def count(self, _now: EpochMs) -> int:
        return self.trues

    def unknown(self, _now: EpochMs) -> int:
        return self.doubtful

    def total(self) -> int:
        return self.members


@dataclass
class FixedGroup:
    peers: Sequence[FixedTally]
    windows: Sequence[WindowView] = ()
    values: list[Value | None] = field(default_factory=list)
    arrivals: list[EpochMs] = field(default_factory=list)
    last_arrival: EpochMs = 0


def verdict(text: str, *tallies: tuple[int, int, int], now: EpochMs = NOW) -> Verdict:
    group = FixedGroup([FixedTally(*tally) for tally in tallies])
    return compile_group(parsed(text), PARAMETERS, ZONE).evaluate(group, now)


@pytest.mark.parametrize(
    ("text", "tally", "expected"),
    [
        (COUNT, (3, 0, 9), True),
        (COUNT, (3, 6, 9), True),
        (COUNT, (2, 0, 9), False),
        (COUNT, (2, 1, 9), None),
        (COUNT, (1, 1, 9), False),
        (COUNT, (0, 0, 0), False),
        ("count of devices where leak == wet >= sensors by riser", (3, 0, 9), True),
        ("count of devices where leak == wet < 3 by riser", (2, 0, 9), True),
        ("count of devices where leak == wet < 3 by riser", (2, 1, 9), None),
        ("count of devices where leak == wet < 3 by riser", (3, 1, 9), False),
        ("count of devices where leak == wet == 2 by riser", (2, 0, 9), True),
        ("count of devices where leak == wet == 2 by riser", (1, 1, 9), None),
        ("count of devices where leak == wet == 2 by riser", (0, 1, 9), False),
        ("count of devices where leak == wet != 2 by riser", (3, 1, 9), True),
        ("count of devices where leak == wet != 2 by riser", (1, 3, 9), None),
        (SHARE, (3, 0, 5), True),
        (SHARE, (2, 0, 5), False),
        (SHARE, (2, 1, 5), None),
        (SHARE, (0, 0, 0), None),
        ("share of devices where missing(3 min) >= share_lost by building", (6, 0, 10), True),
        ("share of devices where missing(3 min) >= 7 % by building", (7, 0, 100), True),  # 0.07 * 100 is 7.000…1
        (ANY, (1, 5, 9), True),
        (ANY, (0, 1, 9), None),
        (ANY, (0, 0, 9), False),
        (ALL, (9, 0, 9), True),
        (ALL, (8, 1, 9), None),
        (ALL, (8, 0, 9), False),
        (ALL, (0, 0, 0), None),
    ],
)
def test_unknown_only_while_it_could_still_turn(text: str, tally: tuple[int, int, int], expected: Verdict) -> None:
    assert verdict(text, tally) is expected


@given(
    operator=st.sampled_from(sorted(OPERATORS)),
    limit=st.integers(0, 8),
    trues=st.integers(0, 6),
    doubtful=st.integers(0, 6),
    falses=st.integers(0, 6),
    share=st.booleans(),
)
def test_the_verdict_is_what_every_possible_number_says(
    *,
    operator: str,
    limit: int,
    trues: int,
    doubtful: int,
    falses: int,
    share: bool,
) -> None:
    members = trues + doubtful + falses
    shown = f"share of devices where leak == wet {operator} {limit * 10} %" if share else None
    text = f"{shown or f'count of devices where leak == wet {operator} {limit}'} by riser"
    bound = limit * members if share else limit * 10
    answers = {OPERATORS[operator](number * 10, bound) for number in range(trues, trues + doubtful + 1)}
    expected = answers.pop() if len(answers) == 1 else None
    if share and not members:
        expected = None
    assert verdict(text, (trues, doubtful, members)) is expected


def test_group_tests_are_joined_by_kleene() -> None:
    every = "all of devices where leak_alarm by riser"  # of two tests that ask the same, one tally serves both
    both = f"{ANY} and not {every}"
    assert verdict(both, (1, 0, 9), (1, 0, 9)) is True
    assert verdict(both, (1, 0, 9), (9, 0, 9)) is False
    assert verdict(both, (0, 1, 9), (8, 1, 9)) is None
    assert verdict(f"{ANY} or {every}", (0, 1, 9), (9, 0, 9)) is True


def test_a_time_of_day_may_stand_beside_group_tests() -> None:
    text = f"{ANY} and time in 22:00-06:00"  # NOW is 23:06 in Shanghai
    assert verdict(text, (1, 0, 9)) is True
    assert verdict(text, (1, 0, 9), now=NOW + 8 * HOUR) is False
    compiled = compile_group(parsed(text), PARAMETERS, ZONE)
    assert compiled.next_edge is not None
    assert NOW < compiled.next_edge(NOW) < NOW + 8 * HOUR
    assert compile_group(parsed(ANY), PARAMETERS, ZONE).next_edge is None


def test_the_tests_of_an_expression_are_named_from_left_to_right() -> None:
    tests = group_tests(parsed(f"{COUNT} or not count of floors where leak_alarm >= 2 by riser"))
    assert [(format_node(test.where), test.of, test.within_ms, test.by) for test in tests] == [
        ("leak == wet", "devices", 10 * MINUTE, PlaceKind.RISER),
        ("leak_alarm", "floors", 0, PlaceKind.RISER),
    ]
    assert group_tests(parsed("leak == wet")) == ()


def test_the_structure_can_be_told_without_parameters() -> None:
    node = parsed("count of devices where leak == wet >= sensors within silent_after by riser")
    (test,) = group_tests(node)
    assert test.by is PlaceKind.RISER
    (full,) = group_tests(node, PARAMETERS)
    assert (float(full.limit), full.within_ms) == (3.0, 15 * MINUTE)


def test_the_evidence_says_how_many_of_how_many() -> None:
    group = FixedGroup([FixedTally(2, 1, 9)])
    evidence = compile_group(parsed(COUNT), PARAMETERS, ZONE).explain(group, NOW)
    assert evidence.text == f"2 of 9 devices (1 unknown): {COUNT}"
    assert evidence.verdict is None
    joined = compile_group(parsed(f"not {COUNT}"), PARAMETERS, ZONE).explain(group, NOW)
    assert joined.parts[0].text == evidence.text


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (COUNT, []),
        (f"{SHARE} and not any of devices where leak_alarm by building", []),
        ("count of cats where leak == wet >= 3 by riser", [("unknown_group_word", 10)]),
        ("count of device where leak == wet >= 3 by riser", [("unknown_group_word", 10)]),
        ("count of devices where leak == wet >= 3 by rizer", [("unknown_group_word", 44)]),
        ("count of devices where leak == wet >= 3 mA by riser", [("bad_group_limit", 39)]),
        ("count of devices where leak == wet >= -3 by riser", [("bad_group_limit", 39)]),
        ("count of devices where leak == wet >= alarm by riser", [("bad_group_limit", 39)]),
        ("count of devices where leak == wet >= enabled by riser", [("bad_group_limit", 39)]),
        ("count of devices where leak == wet >= sensor by riser", [("unknown_name", 39)]),
        ("share of devices where leak == wet >= 0.6 by riser", [("bad_group_limit", 39)]),
        ("share of devices where leak == wet >= 60 by riser", [("bad_group_limit", 39)]),
        ("any of devices where leak == wet within 10 by riser", [("bad_length", 41)]),
        ("any of devices where leek == wet by riser", [("unknown_name", 22)]),
        ("any of devices where power by riser", [("not_a_condition", 22)]),
        (f"{ANY} and leak == wet", [("device_in_group", 47)]),
        (f"{ANY} and any of devices where leak_alarm by building", [("mixed_groups", 82)]),
        ("any of devices where any of devices where leak_alarm by riser by riser", [("group_in_device", 22)]),
        ("leak == wet", [("device_in_group", 1)]),
    ],
)
def test_the_faults_of_a_group_are_found_at_once(text: str, faults: list[tuple[str, int]]) -> None:
    # the same profile twice: a fault common to two profiles is one fault
    found = check_group(parsed(text), [VOCABULARY, VOCABULARY], PARAMETERS, zone=ZONE)
    assert [(fault.code, fault.column) for fault in found] == faults


def test_an_unknown_zone_is_a_fault_of_a_group_s_time() -> None:
    found = check_group(parsed(f"{ANY} and time in 22:00-06:00"), [VOCABULARY], PARAMETERS, zone="Mars/Olympus")
    assert [fault.code for fault in found] == ["bad_zone"]


def test_what_is_no_group_does_not_compile_as_one() -> None:
    with pytest.raises(ExpressionError):
        compile_group(parsed("leak == wet"), PARAMETERS, ZONE)
    with pytest.raises(ExpressionError):
        compile_group(parsed("time in 22:00-06:00"), PARAMETERS, ZONE)
