"""What may be written of windows, nights, trends and baselines, and how each slip is answered."""

import pytest

from processor.language.check import check
from processor.language.compile import compile_condition
from processor.language.compiled import Lapse, WindowKind, WindowRegistry, WindowSpec
from processor.language.faults import ExpressionFault
from processor.language.format import format_node
from processor.language.nodes import Aggregate, Compare, Name, NightMin, Number, Since
from processor.language.parse import parse
from processor.language.walking import names_used, points_used
from processor.model.rule import Parameter
from processor.model.time import DAY, HOUR, MINUTE
from tests.language.district import ATTRIBUTES, PARAMETERS, VOCABULARY, ZONE, compiled, parsed, view

FLOW = Name("flow")
MORE: dict[str, Parameter] = {"nights": Parameter("nights", 3.0), "half": Parameter("half", 2.5)}


def windows(text: str) -> list[WindowSpec]:
    registry = WindowRegistry()
    compiled(text, registry)
    return registry.specs


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("p1(flow, 1 h)", Aggregate(WindowKind.PERCENTILE, FLOW, Number("1", "h"), percent=1)),
        ("p95(flow, 1 h)", Aggregate(WindowKind.PERCENTILE, FLOW, Number("1", "h"), percent=95)),
        (
            "p99(flow, 28 d) at  same hour",
            Aggregate(WindowKind.PERCENTILE, FLOW, Number("28", "d"), percent=99, same_hour=True),
        ),
        ("flat(flow, 24 h)", Aggregate(WindowKind.FLAT, FLOW, Number("24", "h"))),
        ("slope(flow, 14 d)", Aggregate(WindowKind.SLOPE, FLOW, Number("14", "d"))),
        ("since(flow > 1)", Since(Compare(">", FLOW, Number("1")))),
        ("night_min(flow, 22:00-6:00)", NightMin(FLOW, 1320, 360, None)),
        ("night_min(flow, 02:00-04:00, 3 nights)", NightMin(FLOW, 120, 240, Number("3", "nights"))),
        ("night_min(flow, 02:00-04:00, nights)", NightMin(FLOW, 120, 240, Name("nights"))),
        ("since", Name("since")),
        ("night_min", Name("night_min")),
        ("p95", Name("p95")),
        ("flat == p1", Compare("==", Name("flat"), Name("p1"))),
    ],
)
def test_what_is_written_is_read_and_written_again(text: str, node: object) -> None:
    assert parse(text) == node
    assert parse(format_node(parsed(text))) == node


@pytest.mark.parametrize(
    ("text", "unit_that_fits"),
    [
        ("p90(flow, 6 h) > 2 {}", "L/min"),
        ("p99(cable_temperature, 28 d) at same hour > 2 {}", "degC"),
        ("slope(power, 14 d) > 2 {}", "W/d"),
        ("slope(cable_temperature, 14 d) > 2 {}", "K/d"),
        ("night_min(flow, 02:00-04:00) > 2 {}", "L/min"),
        ("since(leak == wet) > 2 {}", "h"),
        ("flow + slope(flow, 14 d) * 14 d > 2 {}", "L/min"),
        ("cable_temperature + slope(cable_temperature, 14 d) * 14 d > 2 {}", "degC"),
    ],
)
def test_units_come_out_as_they_should(text: str, unit_that_fits: str) -> None:
    assert not check(parsed(text.format(unit_that_fits)), VOCABULARY, PARAMETERS, zone=ZONE)
    assert check(parsed(text.format("kWh")), VOCABULARY, PARAMETERS, zone=ZONE)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("p0(flow, 1 h) > 1 L/min", "bad_percentile", 1),
        ("p100(flow, 1 h) > 1 L/min", "bad_percentile", 1),
        ("p07(flow, 1 h) > 1 L/min", "bad_percentile", 1),
        ("p9999999999999(flow, 1 h) > 1 L/min", "bad_percentile", 1),
        ("avg(flow, 3650 d) > 1 L/min", "bad_length", 11),
        ("slope(flow, 3650 d) > 1 L/min/d", "bad_length", 13),
        ("slope(flow, 93 d) > 1 L/min/d", "not_whole_days", 13),
        ("slope(flow, 3 d) > 1 L/min/d", "not_whole_days", 13),
        ("slope(flow, 36 h) > 1 L/min/d", "not_whole_days", 13),
        ("p95(flow, 50 h) > 1 L/min", "not_whole_days", 11),
        ("p95(flow, 12 h) at same hour > 1 L/min", "not_whole_days", 11),
        ("p95(flow, 7) > 1 L/min", "bad_length", 11),
        ("slope(flow, 14) > 1 L/min/d", "bad_length", 13),
        ("delta(flow, 7 d) at same hour > 1 L/min", "no_same_hour", 1),
        ("flat(flow, 7 d) at same hour", "no_same_hour", 1),
        ("night_min(flow, 02:00-02:00) > 1 L/min", "empty_night", 17),
        ("night_min(flow, 00:00-24:00) > 1 L/min", "empty_night", 17),
        ("night_min(flow, 02:60-04:00) > 1 L/min", "bad_clock", 17),
        ("night_min(flow, 02:00-04:00, 3 h) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, 0) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, 2.5) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, 32 nights) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, half) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, alarm) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, enabled) > 1 L/min", "bad_nights", 30),
        ("night_min(flow, 02:00-04:00, nobody) > 1 L/min", "unknown_parameter", 30),
        ("since(flow) > 1 h", "not_a_condition", 7),
        ("since(true) > 1 h", "window_without_point", 7),
        ("since(leak == wet)", "not_a_condition", 1),
        ("since(leak == wet) > 2", "unit_missing", 22),
        ("slope(leak, 14 d) > 1", "wrong_kind", 7),
        ("night_min(leak, 02:00-04:00) > 1", "wrong_kind", 11),
        ("flat(flow, 24 h) > 1", "wrong_kind", 20),
        ('flat("x", 24 h)', "wrong_kind", 6),
        ('end_reason matches "over.*"', "no_patterns", 12),
        ("slope(starts, 14 d) > 1 min", "unit_mismatch", 23),
    ],
)
def test_a_slip_is_answered_at_its_place(text: str, code: str, column: int) -> None:
    node = parse(text)
    found = [node] if isinstance(node, ExpressionFault) else check(node, VOCABULARY, PARAMETERS | MORE, zone=ZONE)
    assert [(fault.code, fault.column) for fault in found] == [(code, column)]
    assert found[0].what.zh
    assert found[0].what.en


@pytest.mark.parametrize("text", ["slope(flow, 14 d) > 1 L/min/d", "night_min(flow, 02:00-04:00) > 1 L/min"])
def test_a_zone_that_is_none_is_named(text: str) -> None:
    assert [fault.code for fault in check(parsed(text), VOCABULARY, PARAMETERS, zone="Asia/Nowhere")] == ["bad_zone"]


def test_windows_nest_as_deep_as_an_expression_may() -> None:
    text = "leak == wet"
    for _ in range(36):
        text = f"count({text}, 1 h) >= 1"
    found = parse(text)
    assert isinstance(found, ExpressionFault)
    assert found.code == "too_deep"


def test_inner_windows_are_fed_before_those_that_look_at_them() -> None:
    kinds = [found.kind for found in windows("p20(night_min(flow, 02:00-04:00), 7 d) > 1 L/min")]
    assert kinds == [WindowKind.NIGHT_MIN, WindowKind.PERCENTILE]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("p95(flow, 1 h) > 1 L/min", "p95(flow, 3600000)"),
        ("p5(flow, 1 h) > 1 L/min", "p5(flow, 3600000)"),
        ("p95(flow, 7 d) > 1 L/min", "p95(flow, 604800000) Asia/Shanghai"),
        ("p95(flow, 7 d) at same hour > 1 L/min", "p95(flow, 604800000) at same hour Asia/Shanghai"),
        ("avg(flow, 7 d) > 1 L/min", "avg(flow, 604800000)"),
        ("night_min(flow, 02:00-04:00, 3 nights) > 1 L/min", "night_min(flow, 120-240-3) Asia/Shanghai"),
        ("since(leak == wet) > 1 h", 'since((leak == "wet"), 0)'),
    ],
)
def test_what_means_the_same_has_one_key(text: str, key: str) -> None:
    (found,) = windows(text)
    assert found.key == key
    assert bool(found.zone) == (ZONE in key)


def test_a_state_that_stands_while_the_device_is_there_is_fed_by_all_it_says() -> None:
    (found,) = windows("duration(leak == wet, 1 h) >= 30 min")
    assert found.slots == frozenset(VOCABULARY.slots.values())
    assert (found.gap_ms, found.held, found.point) == (HOUR, True, None)
    (periodic,) = windows("duration(flow > 1 L/min, 1 h) >= 30 min")
    assert periodic.slots == {VOCABULARY.slots["flow"]}


@pytest.mark.parametrize(
    ("text", "lapses"),
    [
        ("since(breaker == open) >= 48 h", (Lapse(0, 48 * HOUR),)),
        ("30 min <= duration(breaker == open, 1 h)", (Lapse(0, 30 * MINUTE),)),
        ("not flat(breaker, 24 h) or missing(1 h)", (Lapse(0, None),)),
        ("power > 1 W and avg(power, 1 h) > 1 W", (Lapse(0, 1.0),)),
        ("max(power, 1 h) - min(power, 1 h) > 1 W", (Lapse(0, None), Lapse(1, None))),
        ("since(count(breaker == open, 1 h) >= 2) >= 1 h", (Lapse(1, HOUR),)),
        ("avg(flow, 1 h) > 1 L/min", ()),
        ("since(flow > 1 L/min) > 1 h", ()),
    ],
)
def test_what_waiting_can_change_is_known(text: str, lapses: tuple[Lapse, ...]) -> None:
    assert compiled(text).lapses == lapses


def test_flat_speaks_three_verdicts() -> None:
    condition = compiled("flat(power, 24 h)")
    assert [condition.evaluate(view({"power": 1.0}, windows=[said]), 0) for said in (1.0, 0.0, None)] == [
        True,
        False,
        None,
    ]


def test_the_words_say_what_stands_and_since_when() -> None:
    standing = view({"power": 3.0}, windows=[1.0])
    assert compiled("flat(power, 24 h)").explain(standing, 0).text == "flat(power, 24 h): power 3 W"
    waited = view({"breaker": "open"}, windows=[float(50 * HOUR)])
    assert "50 h" in compiled("since(breaker == closed) >= 48 h").explain(waited, 0).text


def test_names_points_and_the_zone_are_seen_through_the_new_forms() -> None:
    node = parsed("night_min(flow, 02:00-04:00, nights) > limit and since(leak == wet) > wait")
    assert points_used(node) == {"flow", "limit", "leak", "wait"}
    assert "nights" in names_used(node)


def test_parameters_stand_for_lengths_and_nights() -> None:
    registry = WindowRegistry()
    compile_condition(
        parsed("night_min(flow, 02:00-04:00, nights) > 1 L/min and flat(flow, silent_after)"),
        VOCABULARY,
        PARAMETERS | MORE,
        ATTRIBUTES,
        ZONE,
        registry,
    )
    assert [(found.kind, found.length_ms) for found in registry.specs] == [
        (WindowKind.NIGHT_MIN, 3 * DAY),
        (WindowKind.FLAT, 15 * MINUTE),
    ]
