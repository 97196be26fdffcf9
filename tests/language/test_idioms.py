"""What people write who come from another language is told how it is written here."""

import pytest

from processor.language import idioms
from processor.language.boxes import Boxes
from processor.language.check import check
from processor.language.fault import ExpressionFault
from processor.language.nodes import Node
from processor.language.parse import parse
from processor.language.plan import ConditionPlan
from processor.language.resolve import resolve
from processor.language.sense import settled_parts
from processor.language.vocabulary import Vocabulary
from processor.model.profile import Point, PointKind, Profile
from processor.model.rule import Parameter

FORMS = [
    ("a > 3 mA for 5 min", 10, "for: 5 min"),
    ("a > 3 mA for 5m", 10, "for: 5 min"),
    ("a > 3 mA 持续 5 分钟", 10, "for: 5 min"),
    ("a > 3 mA for 3 samples", 10, "samples: 3"),
    ("time between 22:00 and 06:00", 1, "time in 22:00-06:00"),
    ("time in 22-6", 1, "time in 22:00-06:00"),
    ("time > 22:00", 1, "time in 22:00-00:00"),
    ("time before 6", 1, "time in 00:00-06:00"),
    ("a between 1 mA and 3 mA", 1, "a >= 1 mA and a <= 3 mA"),
    ("a BETWEEN 1 mA AND 3 mA", 1, "a >= 1 mA and a <= 3 mA"),
    ("a not between 1 mA and 3 mA", 1, "(a < 1 mA or a > 3 mA)"),
    ("a in (1 mA..3 mA)", 1, "a >= 1 mA and a <= 3 mA"),
    ("a is null", 1, "missing(a, 15 min)"),
    ("a is not null", 1, "not missing(a, 15 min)"),
    ("a is greater than 3 mA", 3, ">"),
    ("a is at least 3 mA", 3, ">="),
    ("a less than or equal to 3 mA", 3, "<="),
    ("a exceeds 3 mA", 3, ">"),
    ("a below 3 mA", 3, "<"),
    ("b is not open", 3, "!="),
    ("b is open", 3, "=="),
    ("IF a > 3 mA THEN", 1, "a > 3 mA"),
    ("if a > 3 mA", 1, "a > 3 mA"),
    ("a > 3 mA ? true : false", 10, ""),
    ("a > 3 mA unless b == open", 10, "and not"),
    ("a[5m] > 3 mA", 1, "avg(a, 5 min)"),
    ("max_over_time(a[1h]) > 3 mA", 1, "max(a, 1 h)"),
    ("b in [open, closed]", 3, "in (open, closed)"),
    ("b in open", 3, "in (open)"),
    ("count(others where a > 3 mA by riser) >= 2", 1, "count of others"),
    ("any devices where a > 3 mA by riser", 1, "any of devices"),
    ("3 of devices where a > 3 mA by riser", 1, "count of devices where … >= 3 by …"),
    ("count of devices where a > 3 mA >= 3 by riser within 10 min", 38, "within 10 min by riser"),
    ("p99(a, 28 d) at the same hour < a", 14, "at same hour"),
    ("a > p99(a, 28 d at same hour)", 12, "28 d) at same hour"),
    ("${a} > 3 mA", 1, "a"),
    ("{{ a }} > 3 mA", 1, "a"),
    ("payload.a > 3 mA", 1, "a"),
    ("a.value > 3 mA", 1, "a"),
    ('b =~ "op.*"', 3, "=="),
    ("a > 3 mA;", 9, ""),
    ("a > 3 mA  # too much", 11, ""),
    ('avg(a, "5 min") > 3 mA', 8, "5 min"),
    ("a > 3e2 mA", 5, "300"),
    ("a > 0,3 A", 6, "."),
    ("a > 1.3 x 300 mA", 9, "*"),
    ("residualCurrent > 3 mA", 1, "residual_current"),
]
POINTS = {
    "a": Point("a", PointKind.NUMBER, unit="mA"),
    "b": Point("b", PointKind.ENUM, members={"0": "open", "1": "closed"}),
}
KIND = Vocabulary.of(Profile("meter", (), POINTS))


@pytest.mark.parametrize(("text", "column", "meant"), FORMS)
def test_a_form_from_elsewhere_is_told_how_it_is_written_here(text: str, column: int, meant: str) -> None:
    fault = parse(text)
    assert isinstance(fault, ExpressionFault)
    assert (fault.code, fault.column, fault.suggestion) == ("foreign_form", column, meant), fault
    assert fault.what.zh
    assert fault.what.en


def test_every_form_that_is_known_has_an_example() -> None:
    shown = {fault.what.en for text, _, _ in FORMS if isinstance(fault := parse(text), ExpressionFault)}
    assert {each.said.en for each in idioms._IDIOMS} == shown


def test_what_is_proposed_for_a_whole_expression_can_be_read() -> None:
    whole = [
        meant
        for text, _, meant in FORMS
        if meant.startswith(("a ", "time in", "missing(", "not missing(")) and text[0] in "aAtT{$"
    ]
    assert len(whole) > 8
    assert [meant for meant in whole if isinstance(parse(meant), ExpressionFault)] == []


@pytest.mark.parametrize(
    ("text", "code", "column", "en"),
    [
        ("a 3 mA", "unexpected_word", 3, 'what may stand here: a comparison, such as ">= 300 mA", "and" or "or"'),
        ("> 3 mA", "unexpected_word", 1, 'what may stand here: a point, a number with its unit, a function or "("'),
        ("a > 3 mA or", "unfinished", 12, 'what may stand here: a point, a number with its unit, a function or "("'),
        ("count of devices where a > 3 mA >= 3", "unfinished", 37, '"by" and a place, such as "by riser"'),
        ("night_min(a, 2 h) > 3 mA", "unexpected_word", 14, "a part of the day, such as 02:00-04:00"),
        ("b in (open closed)", "unexpected_word", 12, 'what may stand here: ",", ")"'),
        ("a > 3 mA)", "closed_bracket", 9, "leave it out"),
        ("剩余电流 > 3 mA", "not_a_name", 1, "is not a name"),
    ],
)
def test_where_an_expression_stops_making_sense_it_says_what_may_stand(
    text: str, code: str, column: int, en: str
) -> None:
    fault = parse(text)
    assert isinstance(fault, ExpressionFault)
    assert (fault.code, fault.column) == (code, column)
    assert en in fault.what.en


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("avg(a) > 3 mA", "avg(a, 5 min)"),
        ("avg(a) over 10 min > 3 mA", "avg(a, 10 min)"),
        ("duration(a > 3 mA) > 10 min", "duration(a > 3 mA, 5 min)"),
        ("night_min(a) > 3 mA", "night_min(a, 02:00-04:00)"),
    ],
)
def test_a_function_without_its_window_is_shown_with_one(text: str, meant: str) -> None:
    fault = parse(text)
    assert isinstance(fault, ExpressionFault)
    assert (fault.code, fault.suggestion) == ("window_without_length", meant)


def test_a_limit_behind_the_place_is_shown_before_it() -> None:
    fault = parse("share of devices where missing(3 min) by gateway >= 60 %")
    assert isinstance(fault, ExpressionFault)
    assert (fault.code, fault.suggestion) == ("group_without_limit", ">= 60 % by gateway")


@pytest.mark.parametrize(
    ("text", "code", "meant"),
    [
        ("avg(5 min, a) > 3 mA", "point_for_time", "a, 5 min"),
        ("missing(a)", "point_for_time", "a, 5 min"),
        ("avg(a, 5m) > 3 mA", "bad_length", "5 min"),
        ("rate(a, 5 min) > 3 mA", "unit_mismatch", "3 mA/min"),
        ("delta(a, 5 min) > 10 %", "unit_mismatch", "10 % * …"),
        ('a > "3 mA"', "wrong_kind", "3 mA"),
        ("b == 1", "wrong_kind", ""),
        ("b", "not_a_condition", ""),
        ("a == null", "unknown_name", "missing(…, 15 min)"),
        ("hour > 22", "unknown_name", "time in 22:00-06:00"),
        ("role == feeder", "unknown_name", "tag(role)"),
        ("changes(a, 1 h) > 4 times", "unknown_unit", ""),
    ],
)
def test_what_reads_well_and_means_nothing_is_told_the_cure(text: str, code: str, meant: str) -> None:
    tree = parse(text)
    assert not isinstance(tree, ExpressionFault)
    (fault,) = check(tree, KIND, {}, tags={"role"})
    assert (fault.code, fault.suggestion) == (code, meant), fault


def test_a_name_that_is_like_no_other_is_told_which_there_are() -> None:
    tree = parse("value > 3 mA")
    assert not isinstance(tree, ExpressionFault)
    (fault,) = check(tree, KIND, {})
    assert fault.hint.en == "; there are: a, b"


@pytest.mark.parametrize("sign", ["1", "a ", "a.", "in ", "by a ", "{", "time ", "if ", '"', "1 x "])
def test_no_form_takes_long_on_a_long_text(sign: str) -> None:
    text = (sign * 2_000)[:1_990] + " ~"
    assert isinstance(parse(text), ExpressionFault)


def test_a_parameter_that_is_a_length_stays_one_though_a_point_has_its_name() -> None:
    tree = parse("avg(b, a) > 3 mA and avg(5 min, a) > 3 mA")
    assert not isinstance(tree, ExpressionFault)
    found = check(tree, KIND, {"a": Parameter("a", 5.0, "min")})
    assert "point_for_time" not in {fault.code for fault in found}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a >= a", "always_true"),
        ("a != a", "never_true"),
        ("b == b", "always_true"),
        ("avg(a, 5 min) < avg(a, 5 min)", "never_true"),
        ("a > 3 mA and b != b", "never_true"),
        ("not (a > a)", "never_true"),
    ],
)
def test_a_thing_compared_with_itself_says_nothing(text: str, code: str) -> None:
    tree = parse(text)
    assert not isinstance(tree, ExpressionFault)

    def plan(node: Node) -> ConditionPlan | None:
        return resolve(node, KIND, {}, {}, zone="UTC")[0]

    (fault,) = settled_parts(tree, plan, Boxes({}))
    assert fault.code == code
    assert "both sides are the same" in fault.what.en
