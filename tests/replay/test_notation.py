"""The short notation of series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.replay.notation import LONGEST, Mark, NotationFault, read_series

NUMBERS = None
WET = frozenset({"wet", "dry"})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("80", [80]),
        ("80x3", [80, 80, 80]),
        ("-5.5 .5 3.", [-5.5, 0.5, 3]),
        ("80x2 420 80", [80, 80, 420, 80]),
        ("80+10x3", [80, 90, 100]),
        ("80-10x3", [80, 70, 60]),
        ("0+0.1x4", [0, 0.1, 0.2, 0.3]),
        ("-5+5x2", [-5, 0]),
        ("1 _ 2", [1, None, 2]),
        ("_x3", [None, None, None]),
        (" 1\n 2 ", [1, 2]),
        ("(1x2 2)x2 3", [1, 1, 2, 1, 1, 2, 3]),
        ("( 1 _ )x2", [1, None, 1, None]),
    ],
)
def test_numbers(text: str, values: list[float | None]) -> None:
    found = read_series(text, NUMBERS)
    assert isinstance(found, list)
    assert [sample.value for sample in found] == values


def test_words_are_members_and_repeat() -> None:
    found = read_series("dry wetx2 _", WET)
    assert isinstance(found, list)
    assert [sample.value for sample in found] == ["dry", "wet", "wet", None]


def test_a_member_that_looks_like_a_repetition_is_a_member() -> None:
    found = read_series("modex2 modex2x2", frozenset({"modex2"}))
    assert isinstance(found, list)
    assert [sample.value for sample in found] == ["modex2"] * 3


def test_a_mark_is_for_each_sample_of_a_repetition() -> None:
    found = read_series("1 2x2!late 3!retained", NUMBERS)
    assert isinstance(found, list)
    assert [sample.mark for sample in found] == [None, Mark.LATE, Mark.LATE, Mark.RETAINED]


@pytest.mark.parametrize(
    ("text", "words", "offset"),
    [
        ("80 8o 80", NUMBERS, 3),
        ("true", NUMBERS, 0),
        ("wet moist", WET, 4),
        ("80!lately", NUMBERS, 0),
        ("80!", NUMBERS, 0),
        ("", NUMBERS, 0),
        ("1x0", NUMBERS, 0),
        ("80x9999999", NUMBERS, 0),
        (f"1x{LONGEST} 1", NUMBERS, 9),
        ("1e3", NUMBERS, 0),
        ("1 (2 8o)x3", NUMBERS, 5),
        ("(1 2)", NUMBERS, 0),
        ("()x3", NUMBERS, 1),
        ("((1)x2)x2", NUMBERS, 0),
        (f"1 (1x1000)x{LONGEST}", NUMBERS, 2),
        ("nan", NUMBERS, 0),
    ],
)
def test_what_cannot_be_read_is_named_by_its_place(text: str, words: frozenset[str] | None, offset: int) -> None:
    found = read_series(text, words)
    assert isinstance(found, NotationFault)
    assert found.offset == offset


@given(st.text(max_size=60), st.sampled_from([NUMBERS, WET, frozenset[str]()]))
def test_any_text_is_read_or_refused(text: str, words: frozenset[str] | None) -> None:
    found = read_series(text, words)
    assert isinstance(found, NotationFault) or found
