"""Boxes agree with brute force: what they call impossible or implied is so for every value that points can have."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.language.boxes import Boxes
from processor.language.parse import parse
from processor.language.plan import ConditionPlan
from processor.language.regions import NO, YES, Choice, Spans
from processor.language.resolve import resolve
from processor.language.vocabulary import Vocabulary
from processor.model.profile import Listen, Point, PointKind, Profile

NUMBERS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
MEMBERS = ("open", "closed", "moving")
THING = Profile(
    name="thing",
    listen=(Listen("t/{device}"),),
    points={
        "a": Point(name="a", kind=PointKind.NUMBER, low=0.0, high=3.0, every_ms=1_000),
        "b": Point(name="b", kind=PointKind.NUMBER, low=0.0, high=3.0, every_ms=1_000),
        "state": Point(name="state", kind=PointKind.ENUM, members={each: each for each in MEMBERS}, on_change=True),
        "lit": Point(name="lit", kind=PointKind.BOOLEAN, on_change=True),
    },
)
BOXES = Boxes({"a": (0.0, 3.0), "b": (0.0, 3.0)})

ATOMS = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from("ab"),
        st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
        st.sampled_from(["0", "1", "2", "3"]),
    ),
    st.sampled_from(["a > b", "b >= a", "a in (1, 2)", "lit == true", "not lit == true"]),
    st.builds("state {} {}".format, st.sampled_from(["==", "!="]), st.sampled_from(MEMBERS)),
    st.just("state in (open, moving)"),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)


def plan(text: str) -> ConditionPlan:
    node = parse(text)
    found, faults = resolve(node, Vocabulary.of(THING), {}, {}, zone="UTC")  # type: ignore[arg-type]  # it parses
    assert found is not None, faults
    return found


def worlds() -> list[dict[str, object]]:
    """Every combination of values on a grid that is finer than the bounds."""
    return [
        {"a": a, "b": b, "state": state, "lit": lit}
        for a, b, state, lit in itertools.product(NUMBERS, NUMBERS, MEMBERS, (True, False))
    ]


WORLDS = worlds()


def truths(text: str) -> list[bool]:
    """What Python says of the same words."""
    words = {member: member for member in MEMBERS} | {"true": True}
    return [bool(eval(text, {}, {**words, **world})) for world in WORLDS]  # noqa: S307 - the words above, nothing else


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_what_is_called_certain_is_true_of_every_value(one: str, other: str) -> None:
    first, second = plan(one), plan(other)
    ones, others = truths(one), truths(other)
    if BOXES.never(first):
        assert not any(ones)
    if BOXES.always(first):
        assert all(ones)
    if BOXES.implies(first, second):
        assert not any(here and not there for here, there in zip(ones, others, strict=True))


@settings(max_examples=100, deadline=None)
@given(CONDITIONS.filter(lambda text: "a > b" not in text and "b >= a" not in text))
def test_without_quantities_that_hang_together_nothing_impossible_is_overlooked(text: str) -> None:
    assert BOXES.never(plan(text)) is not any(truths(text))


def test_a_condition_with_too_many_boxes_is_let_pass() -> None:
    many = " and ".join(f"(a != 0.{number} or b != 0.{number})" for number in range(1, 13))
    assert BOXES.never(plan("a > 1 and lit == true and not lit == true"))
    assert not BOXES.never(plan(f"{many} and lit == true and not lit == true"))


@pytest.mark.parametrize(
    ("one", "other", "empty"),
    [
        (Spans.of("<", 3), Spans.of(">=", 3), True),
        (Spans.of("<=", 3), Spans.of(">=", 3), False),
        (Spans.of("!=", 3), Spans.between(3, 3), True),
        (Choice(frozenset({"a"})), Choice(frozenset({"a"}), but=True), True),
        (Choice(frozenset({"a"}), but=True), Choice(frozenset({"b"}), but=True), False),
        (YES, NO, True),
    ],
)
def test_regions_meet_where_both_are(one: Spans, other: Spans, empty: bool) -> None:
    assert one.meet(other).empty is empty
    assert other.meet(one).empty is empty
