"""Parsing: what is a tree, and where exactly the others stop being one."""

import pytest

from processor.language.compiled import WindowKind
from processor.language.faults import ExpressionFault
from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Group,
    Missing,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Quoted,
    TagTest,
    TimeIn,
    Truth,
)
from processor.language.parse import parse
from processor.language.walking import names_used, points_used
from tests.language.district import parsed

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("(a)", A),
        ("not a", Not(A)),
        ("a and b and c", And((A, B, C))),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("not a and b", And((Not(A), B))),
        ("not a == b", Not(Compare("==", A, B))),
        ("a >= 300 mA", Compare(">=", A, Number("300", "mA"))),
        ("a >= 300mA", Compare(">=", A, Number("300", "mA"))),
        ("a >= .5", Compare(">=", A, Number(".5"))),
        ("a <= -5 degC", Compare("<=", A, Number("-5", "degC"))),
        ("a >= 60 %", Compare(">=", A, Number("60", "%"))),
        ("a > 0.5 m³/h", Compare(">", A, Number("0.5", "m³/h"))),
        ("a > 5 K/min", Compare(">", A, Number("5", "K/min"))),
        ("a - 3 > b", Compare(">", Arithmetic("-", A, Number("3")), B)),
        ("a + b * c > 1", Compare(">", Arithmetic("+", A, Arithmetic("*", B, C)), Number("1"))),
        ("a - b - c > 1", Compare(">", Arithmetic("-", Arithmetic("-", A, B), C), Number("1"))),
        ("-a < 0", Compare("<", Negative(A), Number("0"))),
        ("a in (b, c)", Among(A, (B, C))),
        ("a not in (b)", Not(Among(A, (B,)))),
        ('a == "湿"', Compare("==", A, Quoted("湿"))),
        ("a == true", Compare("==", A, Truth(True))),
        ("tag(role) == feeder", TagTest("role", ("feeder",))),
        ("tag(role) != feeder", Not(TagTest("role", ("feeder",)))),
        ('tag(room) in (lift, "泵房")', TagTest("room", ("lift", "泵房"))),
        ("avg(a, 5 min) > 1", Compare(">", Aggregate(WindowKind.AVG, A, Number("5", "min")), Number("1"))),
        ("count(a == b, c) >= 2", Compare(">=", Aggregate(WindowKind.COUNT, Compare("==", A, B), C), Number("2"))),
        ("missing(5 min)", Missing(None, Number("5", "min"))),
        ("missing(a)", Missing(None, A)),
        ("missing(a, 5 min)", Missing(A, Number("5", "min"))),
        ("time in 22:00-06:00", TimeIn(22 * 60, 6 * 60)),
        ("time in 18:00 - 24:00", TimeIn(18 * 60, 0)),
        ("a\n  and b", And((A, B))),
    ],
)
def test_a_text_becomes_its_tree(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize("word", ["count", "rate", "time", "tag", "missing", "any", "share", "duration", "min", "max"])
def test_a_point_may_carry_the_name_of_a_function(word: str) -> None:
    assert parse(f"{word} > 3") == Compare(">", Name(word), Number("3"))


@pytest.mark.parametrize(
    ("text", "group"),
    [
        (
            "count of devices where leak == wet >= 3 within 10 min by riser",
            Group(
                "count",
                "devices",
                Compare("==", Name("leak"), Name("wet")),
                ">=",
                Number("3"),
                Number("10", "min"),
                "riser",
            ),
        ),
        (
            "share of devices where missing(3 min) >= 60 % by building",
            Group("share", "devices", Missing(None, Number("3", "min")), ">=", Number("60", "%"), None, "building"),
        ),
        ("any of devices where a by riser", Group("any", "devices", A, "", None, None, "riser")),
        (
            "all of floors where a > 3 by riser",
            Group("all", "floors", Compare(">", A, Number("3")), "", None, None, "riser"),
        ),
        ("count of devices where a >= 3 by riser", Group("count", "devices", A, ">=", Number("3"), None, "riser")),
        (
            "count of devices where not a >= 3 by riser",
            Group("count", "devices", Not(A), ">=", Number("3"), None, "riser"),
        ),
        (
            "count of devices where a and b >= 3 by riser",
            Group("count", "devices", And((A, B)), ">=", Number("3"), None, "riser"),
        ),
        (
            "count of devices where (a or b > 1) >= c by riser",
            Group("count", "devices", Or((A, Compare(">", B, Number("1")))), ">=", C, None, "riser"),
        ),
        (
            "count of devices where tag(x) in (y) >= 3 by riser",
            Group("count", "devices", TagTest("x", ("y",)), ">=", Number("3"), None, "riser"),
        ),
    ],
)
def test_the_last_comparison_after_where_is_the_limit_of_the_group(text: str, group: Group) -> None:
    assert parse(text) == group


def test_group_tests_join_like_any_condition() -> None:
    node = parsed("any of devices where a by riser and not count of floors where b >= 2 by riser")
    assert isinstance(node, And)
    assert [type(part) for part in node.parts] == [Group, Not]


@pytest.mark.parametrize(
    ("text", "code", "column", "suggestion"),
    [
        ("", "empty", 1, ""),
        ("   ", "empty", 1, ""),
        ("a >=", "unfinished", 5, ""),
        ("a and ", "unfinished", 6, ""),
        ("(a", "open_bracket", 3, ")"),
        ("a = 3", "unexpected_character", 3, "=="),
        ("a && b", "unexpected_character", 3, "and"),
        ("a || b", "unexpected_character", 3, "or"),
        ("!a", "unexpected_character", 1, "not"),
        ("a ≥ 3", "unexpected_character", 3, ">="),
        ("a ＞ 3", "unexpected_character", 3, ">"),
        ("avg（a, 5 min)", "unexpected_character", 4, "("),
        ("Leak == wet", "unexpected_character", 1, "leak"),
        ('a == "wet', "unclosed_quote", 6, ""),
        ("a b", "unexpected_word", 3, ""),
        ("by > 3", "unexpected_word", 1, ""),
        ("a)", "closed_bracket", 2, ""),
        ("1 < a < 3", "chained", 9, ""),
        ("a < b < c < d", "chained", 9, ""),
        ("tag(role)", "tag_not_compared", 1, ""),
        ("tag(role) and a", "tag_not_compared", 1, ""),
        ("a > tag(role)", "tag_not_compared", 5, ""),
        ("tag(role) == 5", "tag_value", 14, ""),
        ("tag(role) >= feeder", "unordered", 1, "=="),
        ("time in 25:00-06:00", "bad_clock", 1, ""),
        ("time in 22:61-06:00", "bad_clock", 1, ""),
        ("count of devices where a by riser", "group_without_limit", 1, ""),
        ("share of devices where a in (b) by riser", "group_without_limit", 1, ""),
        ("count of devices where a >= b + 1 by riser", "group_without_limit", 1, ""),
        ("any of devices where a within 5 min", "unfinished", 36, ""),
    ],
)
def test_a_fault_names_its_column_and_its_cure(text: str, code: str, column: int, suggestion: str) -> None:
    fault = parse(text)
    assert isinstance(fault, ExpressionFault)
    assert (fault.code, fault.column, fault.suggestion) == (code, column, suggestion)
    assert fault.what.zh
    assert fault.what.en


def test_a_letter_that_only_looks_latin_is_named() -> None:
    fault = parse("powеr > 3 W")  # the fourth letter is Cyrillic
    assert isinstance(fault, ExpressionFault)
    assert "U+0435 CYRILLIC SMALL LETTER IE" in fault.what.en
    assert fault.column == 4


def test_columns_count_across_lines() -> None:
    fault = parse("a and\nb = 3")
    assert isinstance(fault, ExpressionFault)
    assert fault.column == 9


def test_every_node_knows_its_column() -> None:
    node = parsed("a >= 3 and not missing(b, 5 min)")
    assert isinstance(node, And)
    compare, negation = node.parts
    assert isinstance(compare, Compare)
    assert isinstance(negation, Not)
    assert isinstance(negation.operand, Missing)
    assert negation.operand.point is not None
    columns = (compare.column, compare.right.column, negation.column, negation.operand.column)
    assert (*columns, negation.operand.point.column, negation.operand.length.column) == (1, 6, 12, 16, 24, 27)


def test_what_an_expression_depends_on_can_be_asked() -> None:
    node = parsed(
        "leak == wet and power * factor > limit and avg(flow, window) > 1 and mode in (auto) and tag(room) == lift "
        "and time in 22:00-06:00 and missing(level, 5 min)"
    )
    assert points_used(node) == {"leak", "power", "factor", "limit", "flow", "mode", "level"}
    assert names_used(node) - points_used(node) == {"wet", "window", "auto"}
