"""Group tests inside a condition over one device: what a rule is about, where they may stand, what they say."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processor.language.check import check
from processor.language.compile import compile_condition
from processor.language.compiled import CompiledCondition, PeerRegistry, TallyView, WindowRegistry
from processor.language.faults import ExpressionError
from processor.language.nodes import Group
from processor.language.peers import Subject, misplaced, subject_of, term_key, terms_of
from processor.model.evidence import Verdict
from processor.model.place import PlaceKind
from tests.language.district import ATTRIBUTES, NOW, PARAMETERS, VOCABULARY, ZONE, parsed, view
from tests.language.test_group import FixedTally

ANY = "any of others where leak == wet by riser"
MANY = "count of devices where leak == wet >= sensors within 10 min by building"


def compiled(text: str, registry: PeerRegistry) -> CompiledCondition:
    return compile_condition(parsed(text), VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, WindowRegistry(), registry)


def verdict(text: str, tallies: Sequence[TallyView | None], **values: float | str) -> Verdict:
    return compiled(text, PeerRegistry()).evaluate(replace(view(values), peers=tallies), NOW)


@pytest.mark.parametrize(
    ("texts", "subject"),
    [
        ([MANY], Subject.PLACE),
        ([f"not {MANY} and time in 22:00-06:00"], Subject.PLACE),
        ([MANY, MANY], Subject.PLACE),
        ([ANY], Subject.DEVICE),
        ([f"{MANY} or {ANY}"], Subject.DEVICE),
        ([f"{MANY} and leak == wet"], Subject.DEVICE),
        ([f"{MANY} and tag(room) == lift"], Subject.DEVICE),
        ([MANY, "leak == wet"], Subject.DEVICE),
        (["leak == wet"], Subject.DEVICE),
        (["time in 22:00-06:00"], Subject.DEVICE),
    ],
)
def test_a_rule_is_about_a_place_if_every_part_of_it_asks_about_places_only(texts: list[str], subject: Subject) -> None:
    assert subject_of([parsed(text) for text in texts]) is subject


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (f"leak == wet and ({ANY} or not {MANY})", []),
        (f"duration({ANY}, 10 min) > 1 min", []),
        (f"count({ANY} and leak == wet, 10 min) > 1", []),
        (f"max(count({MANY}, 10 min), 1 h) > 1 and since({ANY}) > 1 h", []),
        (f"any of others where {ANY} by floor", [21]),
        (f"any of others where duration({ANY}, 1 h) > 1 min by floor", [30]),
        (f"({ANY}) == (leak == wet)", []),
    ],
)
def test_group_tests_stand_anywhere_but_in_what_is_asked_of_a_member(text: str, columns: list[int]) -> None:
    assert [fault.column for fault in misplaced(parsed(text))] == columns
    found = check(parsed(text), VOCABULARY, PARAMETERS, zone=ZONE, peers=True)
    assert [(fault.code, fault.column) for fault in found] == [("group_in_device", column) for column in columns]


def test_without_peers_no_group_test_may_stand_in_a_condition() -> None:
    with pytest.raises(ExpressionError, match="cannot stand inside"):
        compile_condition(parsed(ANY), VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, WindowRegistry())


@pytest.mark.parametrize("word", ["district", "city"])
@pytest.mark.parametrize(
    "form", ["leak == wet and any of others where leak == wet by {}", "any of devices where leak == wet by {}"]
)
def test_no_group_crosses_communities(word: str, form: str) -> None:
    (fault,) = check(parsed(form.format(word)), VOCABULARY, PARAMETERS, zone=ZONE, peers=True)
    assert fault.code == "group_crosses_communities"
    assert word in fault.what.en
    assert "by community" in fault.what.zh


def test_one_tally_serves_all_tests_that_ask_the_same_of_the_same() -> None:
    same = "count of devices where leak == wet >= 2 by riser"
    texts = [f"leak == wet and {ANY}", f"{same} and leak == wet", f"{MANY} and leak == wet"]
    assert len(terms_of([parsed(text) for text in texts])) == 2
    registry = PeerRegistry()
    for text in texts:
        compiled(text, registry)
    assert [(spec.by, spec.others) for spec in registry.specs] == [
        (PlaceKind.RISER, True),
        (PlaceKind.RISER, False),
        (PlaceKind.BUILDING, False),
    ]
    assert registry.specs[0].key == registry.specs[1].key


@pytest.mark.parametrize(
    "other",
    [
        "any of others where leak == dry by riser",
        "any of others where leak == wet by floor",
        "any of others where leak == wet within 1 min by riser",
        "count of floors where leak == wet >= 1 by riser",
    ],
)
def test_another_question_has_another_tally(other: str) -> None:
    one, two = parsed(ANY), parsed(other)
    assert isinstance(one, Group)
    assert isinstance(two, Group)
    assert term_key(one) != term_key(two)


@pytest.mark.parametrize(
    ("current", "tally", "expected"),
    [
        (400.0, FixedTally(1, 0, 3), True),
        (400.0, FixedTally(0, 0, 3), False),
        (400.0, FixedTally(0, 1, 3), None),
        (400.0, None, None),
        (100.0, None, False),
        (100.0, FixedTally(1, 0, 3), False),
    ],
)
def test_both_sides_count_and_without_the_place_nobody_can_tell(
    current: float, tally: FixedTally | None, expected: Verdict
) -> None:
    assert verdict(f"residual_current >= alarm and {ANY}", [tally], residual_current=current) is expected
    assert verdict(f"residual_current >= alarm and not not {ANY}", [tally], residual_current=current) is expected


def test_the_words_tell_of_both_sides() -> None:
    condition = compiled(f"residual_current >= alarm and {ANY}", PeerRegistry())
    told = condition.explain(replace(view({"residual_current": 400.0}), peers=[FixedTally(1, 1, 3)]), NOW)
    assert told.text == f"residual_current 400 mA >= alarm 300 mA and 1 of 3 others (1 unknown): {ANY}"
    lost = condition.explain(replace(view({"residual_current": 400.0}), peers=[None]), NOW)
    assert lost.text.endswith(f"no riser: {ANY}")


def test_what_asks_others_is_never_periodic_and_says_whether_it_asks_its_own_silence() -> None:
    alone = compiled("residual_current >= alarm", PeerRegistry())
    asking = compiled(f"residual_current >= alarm and {ANY}", PeerRegistry())
    silent = compiled(f"missing(3 min) and {ANY}", PeerRegistry())
    assert (alone.periodic, asking.periodic) == (True, False)
    assert (alone.peers, asking.peers) == ((), (0,))
    assert (asking.asks_silence, silent.asks_silence) == (False, True)
    assert asking.slots == alone.slots
