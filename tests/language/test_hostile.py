"""Hostile texts: a clear fault, soon, and never an exception."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.language.check import check
from processor.language.compile import compile_condition
from processor.language.compiled import WindowRegistry
from processor.language.faults import ExpressionFault
from processor.language.format import format_node
from processor.language.parse import MAX_DEPTH, MAX_LENGTH, parse
from tests.language.district import ATTRIBUTES, PARAMETERS, VOCABULARY, ZONE, parsed

WORDS = [
    *(
        "and",
        "or",
        "not",
        "in",
        "true",
        "of",
        "where",
        "within",
        "by",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "<",
        "==",
        ">=",
    ),
    *(
        "avg(",
        "count(",
        "rate(",
        "duration(",
        "missing(",
        "tag(",
        "time",
        "any",
        "all",
        "share",
        "count",
        "5",
        "0",
        "10 min",
    ),
    *(
        "mA",
        "%",
        "W",
        "K/min",
        "22:00-06:00",
        '"wet"',
        "leak",
        "wet",
        "power",
        "residual_current",
        "leak_alarm",
        "devices",
    ),
    *("riser", "alarm", "sensors", "3.5 W"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not (" * 300 + "a" + ")" * 300, "too_deep"),
        ("not " * 499 + "a", "too_deep"),
        ("-" * 1_999 + "a", "too_deep"),
        ("a+" * 999 + "a", "too_deep"),
        ("a>" * 999 + "a", "chained"),
        ("avg(" * 400, "open_bracket"),
        ("(" * 2_000, "open_bracket"),
        ("a" * (MAX_LENGTH + 1), "too_long"),
        ('a == "' + "x" * 1_900, "unclosed_quote"),
        ("1" * 1_990 + "e9", "unexpected_word"),
    ],
)
def test_a_hostile_text_is_refused_in_time(text: str, code: str) -> None:
    begun = time.perf_counter()
    fault = parse(text)
    assert time.perf_counter() - begun < 1
    assert isinstance(fault, ExpressionFault)
    assert fault.code == code


def test_parentheses_alone_add_no_depth() -> None:
    assert parse("(" * 999 + "a" + ")" * 999) == parse("a")


def test_the_deepest_allowed_expression_compiles_without_running_out_of_stack() -> None:
    node = parsed("not " * (MAX_DEPTH - 1) + "leak_alarm")
    assert not check(node, VOCABULARY, PARAMETERS)
    compile_condition(node, VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, WindowRegistry())
    assert isinstance(parse("not " * MAX_DEPTH + "leak_alarm"), ExpressionFault)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"power > {'9' * 400} W", "number_too_large"),
        (f"power > 1{'0' * 305} kW * {'9' * 300}", "number_too_large"),
        ("avg(power, 401 d) > 1 W", "bad_length"),
        ("avg(power, 0 s) > 1 W", "bad_length"),
        ("avg(power, 0.0001 ms) > 1 W", "bad_length"),
        (f"missing({'9' * 300} d)", "bad_length"),
        ("power > 1 " + "W" * 41, "unknown_unit"),
        ("power > 1 W*W*W*W*W*W*W*W*W*W*W*W*W*W*W*W*W*W", "unit_mismatch"),
    ],
)
def test_a_hostile_number_is_a_fault(text: str, code: str) -> None:
    assert [fault.code for fault in check(parsed(text), VOCABULARY, PARAMETERS)] == [code]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_tree_with_faults_or_a_fault(text: str) -> None:
    node = parse(text)
    if isinstance(node, ExpressionFault):
        assert 1 <= node.column <= len(text) + 1
        return
    assert parse(format_node(node)) == node
    found = check(node, VOCABULARY, PARAMETERS, zone=ZONE)
    assert all(1 <= fault.column <= len(text) for fault in found)
    if not found:
        compile_condition(node, VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, WindowRegistry())
