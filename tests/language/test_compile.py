"""Compiled conditions: three verdicts, staleness, windows, and what the engine is told about when to look again."""

import math

import pytest

from processor.language.compile import compile_condition
from processor.language.compiled import Silence, WindowKind, WindowRegistry
from processor.language.faults import ExpressionError
from processor.model.evidence import Verdict
from processor.model.reading import Value
from processor.model.rule import Parameter
from processor.model.time import HOUR, MINUTE, SECOND
from tests.language.district import ATTRIBUTES, NOW, PARAMETERS, VOCABULARY, ZONE, compiled, parsed, view

OPERATORS = ("<", "<=", "==", "!=", ">=", ">")
SLOT = VOCABULARY.slots


def verdict(text: str, values: dict[str, Value | None], **changes: Parameter) -> Verdict:
    return compiled(text, None, **changes).evaluate(view(values), NOW)


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("<=", True, True, False),
        ("<", True, False, False),
        ("==", False, True, False),
        ("!=", True, False, True),
    ],
)
@pytest.mark.parametrize("point", ["residual_current", "power"])
def test_a_threshold_is_exact_at_its_bound(operator: str, below: bool, equal: bool, above: bool, point: str) -> None:
    unit = "mA" if point == "residual_current" else "W"
    for value, expected in ((299.9, below), (300.0, equal), (300.1, above), (None, None), (math.nan, None)):
        assert verdict(f"{point} {operator} 300 {unit}", {point: value}) is expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("residual_current >= 0.3 A", 300.0, True),
        ("residual_current >= 0.3 A", 299.99999, False),
        ("residual_current >= danger", 500.0, True),
        ("residual_current >= danger", 499.9, False),
        ("residual_current >= alarm * 0.8", 240.0, True),
        ("alarm <= residual_current", 300.0, True),
        ("alarm < residual_current", 300.0, False),
        ("residual_current - 100 mA >= 0.2 A", 300.0, True),
        ("0.1 A + residual_current >= 400 mA", 300.0, True),
        ("0.1 A + residual_current > 400 mA", 300.0, False),
        ("1 A - residual_current >= 0.7 A", 300.0, True),
        ("residual_current / 2 >= 150 mA", 300.0, True),
        ("-residual_current <= -300 mA", 300.0, True),
        ("residual_current in (0.3 A, 5 mA)", 300.0, True),
        ("residual_current in (0.3 A, 5 mA)", 301.0, False),
        ("residual_current / 0.1 A >= 300 %", 300.0, True),
        ("residual_current / 0.1 A >= 3", 300.0, True),
    ],
)
def test_units_are_converted_when_compiled(text: str, value: float, expected: bool) -> None:
    assert verdict(text, {"residual_current": value}) is expected


@pytest.mark.parametrize(
    ("text", "degrees", "expected"),
    [
        ("cable_temperature >= 70 degC", 70.0, True),
        ("cable_temperature >= 158 degF", 70.0, True),
        ("cable_temperature > 158 degF", 70.0, False),
        ("cable_temperature - 5 K >= 65 degC", 70.0, True),
        ("cable_temperature - 20 degC >= 50 K", 70.0, True),
        ("cable_temperature - 20 degC > 50 K", 70.0, False),
    ],
)
def test_temperatures_and_their_differences_are_two_things(text: str, degrees: float, expected: bool) -> None:
    assert verdict(text, {"cable_temperature": degrees}) is expected


def test_a_bound_may_be_another_point_in_another_unit() -> None:
    text = "residual_current >= supply_current / 10"
    assert verdict(text, {"residual_current": 300.0, "supply_current": 2.0}) is True
    assert verdict(text, {"residual_current": 300.0, "supply_current": 4.0}) is False
    assert verdict(text, {"residual_current": 300.0}) is None


@pytest.mark.parametrize(("starts", "expected"), [(0.0, None), (2.0, True), (-2.0, False)])
def test_division_by_zero_is_unknown(starts: float, expected: Verdict) -> None:
    assert verdict("power / starts > 0 W", {"power": 5.0, "starts": starts}) is expected


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e308])
@pytest.mark.parametrize("point", ["power", "level"])
def test_what_is_no_finite_number_decides_nothing(point: str, value: float) -> None:
    unit = "W" if point == "power" else "m"
    assert verdict(f"{point} * 10 > 3 {unit}", {point: value}) is None
    if math.isnan(value):
        assert verdict(f"{point} in (3 {unit})", {point: value}) is None


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("leak == wet", {"leak": "wet"}, True),
        ("leak == wet", {"leak": "dry"}, False),
        ("leak == wet", {}, None),
        ("leak != wet", {"leak": "dry"}, True),
        ("leak != wet", {}, None),
        ('leak == "湿"', {"leak": "湿"}, True),
        ("leak in (wet, dry)", {"leak": "dry"}, True),
        ("leak in (wet, dry)", {"leak": "湿"}, False),
        ("leak in (wet, dry)", {}, None),
        ("leak not in (wet)", {"leak": "dry"}, True),
        ("breaker == wanted", {"breaker": "closed"}, True),
        ("breaker == switch", {"breaker": "closed", "switch": "closed"}, True),
        ("breaker != switch", {"breaker": "closed", "switch": "closed"}, False),
        ("breaker == switch", {"breaker": "closed"}, None),
        ('end_reason == "过载"', {"end_reason": "过载"}, True),
        ("leak_alarm", {"leak_alarm": True}, True),
        ("leak_alarm", {"leak_alarm": False}, False),
        ("leak_alarm", {}, None),
        ("not leak_alarm", {}, None),
        ("leak_alarm == false", {"leak_alarm": False}, True),
        ("leak_alarm != producing", {"leak_alarm": False, "producing": True}, True),
        ("leak_alarm == producing", {"leak_alarm": False}, None),
        ("enabled and leak_alarm", {"leak_alarm": True}, True),
        ("tag(room) == electric", {}, True),
        ("tag(room) in (lift, pump)", {}, False),
        ("tag(nothing) != electric", {}, True),
    ],
)
def test_texts_and_truths(text: str, values: dict[str, Value | None], expected: Verdict) -> None:
    assert verdict(text, values) is expected


@pytest.mark.parametrize("left", [True, False, None])
@pytest.mark.parametrize("right", [True, False, None])
def test_and_or_not_follow_kleene(left: Verdict, right: Verdict) -> None:
    values: dict[str, Value | None] = {"leak_alarm": left, "producing": right}
    both = False if False in (left, right) else None if None in (left, right) else True
    either = True if True in (left, right) else None if None in (left, right) else False
    assert verdict("leak_alarm and producing", values) is both
    assert verdict("leak_alarm or producing", values) is either
    assert verdict("leak_alarm and producing and leak_alarm", values) is both
    assert verdict("leak_alarm or producing or leak_alarm", values) is either
    assert verdict("not leak_alarm", values) is (None if left is None else not left)


@pytest.mark.parametrize(
    ("text", "values", "silent", "device_silent", "expected"),
    [
        ("residual_current >= alarm", {"residual_current": 412.0}, 120 * SECOND, 0, True),
        ("residual_current >= alarm", {"residual_current": 412.0}, 120 * SECOND + 1, 0, None),
        ("flow > 1 L/min", {"flow": 5.0}, 5 * MINUTE, 0, True),
        ("flow > 1 L/min", {"flow": 5.0}, 5 * MINUTE + 1, 0, None),
        ("power > 1 W", {"power": 5.0}, 400 * HOUR, 400 * HOUR, True),
        *[(f"level {sign} 2 m", {"level": 2.0}, 400 * HOUR, HOUR, "=" in sign and sign != "!=") for sign in OPERATORS],
        *[(f"level {sign} 2 m", {"level": 2.0}, 400 * HOUR, HOUR + 1, None) for sign in OPERATORS],
        *[(f"flow {sign} 2 L/min", {"flow": 2.0}, 5 * MINUTE + 1, 0, None) for sign in OPERATORS],
        ("leak == wet", {"leak": "wet"}, 400 * HOUR, HOUR, True),
        ("leak == wet", {"leak": "wet"}, 400 * HOUR, HOUR + 1, None),
        ("leak != wet", {"leak": "dry"}, 400 * HOUR, HOUR + 1, None),
        ("leak in (wet)", {"leak": "wet"}, 400 * HOUR, HOUR + 1, None),
        ("producing", {"producing": True}, 2 * MINUTE + 1, 0, None),
        ("residual_current - 5 mA > 3 mA", {"residual_current": 412.0}, 120 * SECOND + 1, 0, None),
    ],
)
def test_a_stale_point_is_unknown(
    text: str, values: dict[str, Value | None], silent: int, device_silent: int, expected: Verdict
) -> None:
    points = dict.fromkeys(values, silent)
    state = view(values, silent=points, device_silent=device_silent)
    assert compiled(text).evaluate(state, NOW) is expected


@pytest.mark.parametrize(
    ("text", "silent", "device_silent", "expected"),
    [
        ("missing(15 min)", 0, 15 * MINUTE - 1, False),
        ("missing(15 min)", 0, 15 * MINUTE, True),
        ("missing(silent_after)", 0, 15 * MINUTE, True),
        ("missing(power, 15 min)", 15 * MINUTE - 1, 0, False),
        ("missing(power, 15 min)", 15 * MINUTE, 0, True),
        ("not missing(power, 15 min)", 15 * MINUTE, 0, False),
    ],
)
def test_absence_is_never_unknown(text: str, silent: int, device_silent: int, expected: bool) -> None:
    state = view({}, silent={"power": silent}, device_silent=device_silent)
    assert compiled(text).evaluate(state, NOW) is expected


def test_the_time_of_day_is_the_zone_s_and_survives_its_own_memory() -> None:
    condition = compiled("time in 22:00-06:00")  # NOW is 2025-06-15T15:06:40Z, 23:06:40 in Shanghai
    assert condition.evaluate(view(), NOW) is True
    assert condition.evaluate(view(), NOW + 7 * HOUR) is False
    assert condition.evaluate(view(), NOW) is True
    assert condition.evaluate(view(), NOW - 2 * HOUR) is False
    assert condition.next_edge is not None
    assert condition.next_edge(NOW) == NOW + 6 * HOUR + 53 * MINUTE + 20 * SECOND
    assert compiled("leak_alarm").next_edge is None


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("rate(cable_temperature, 3 min) >= 5 K/min", 15 / (3 * MINUTE), True),  # 15 K in 3 min, exactly 5 K/min
        ("rate(cable_temperature, 3 min) > 5 K/min", 15 / (3 * MINUTE), False),
        ("rate(power, 1 h) >= 1 kW/h", 1000 / HOUR, True),
        ("delta(cable_temperature, 5 min) >= 10 degC", 10.0, True),
        ("delta(residual_current, 10 min) >= 0.1 A", 100.0, True),
        ("avg(cable_temperature, 5 min) >= 158 degF", 70.0, True),
        ("duration(power >= 30 W, 12 h) >= 10 h", float(10 * HOUR), True),
        ("duration(power >= 30 W, 12 h) >= 10 h", float(10 * HOUR - 1), False),
        ("count(leak == wet, 90 s) >= 2", 2.0, True),
        ("count(leak == wet, 90 s) >= 2", None, None),
        ("count(leak == wet, 90 s) >= 2", math.nan, None),
        ("changes(breaker, 1 h) >= sensors", 3.0, True),
        ("avg(power, 5 min) * 1.5 > 120 W", 81.0, True),
    ],
)
def test_a_window_is_read_in_its_own_unit(text: str, answer: float | None, expected: Verdict) -> None:
    assert compiled(text).evaluate(view(windows=[answer]), NOW) is expected


def test_a_window_over_a_stale_point_is_unknown() -> None:
    text = "avg(residual_current, 5 min) > 3 mA"
    fresh = view(silent={"residual_current": 120 * SECOND}, windows=[5.0])
    stale = view(silent={"residual_current": 120 * SECOND + 1}, windows=[5.0])
    assert compiled(text).evaluate(fresh, NOW) is True
    assert compiled(text).evaluate(stale, NOW) is None
    asked = "count(leak_alarm and missing(residual_current, 5 min), 1 h) >= 2"  # its silence is the answer
    assert compiled(asked).evaluate(view(silent={"residual_current": HOUR}, windows=[2.0]), NOW) is True
    wet = "count(leak == wet, 90 s) >= 2"
    assert compiled(wet).evaluate(view(device_silent=HOUR, windows=[2.0]), NOW) is True
    assert compiled(wet).evaluate(view(device_silent=HOUR + 1, windows=[2.0]), NOW) is None


def test_a_window_says_what_the_engine_needs_to_run_it() -> None:
    registry = WindowRegistry()
    compiled("duration(residual_current >= alarm, 12 h) >= 10 h and count(leak == wet, 90 s) >= 2", registry)
    duration, count = registry.specs
    assert (duration.kind, duration.length_ms, duration.gap_ms, duration.held) == (
        WindowKind.DURATION,
        12 * HOUR,
        120 * SECOND,
        False,
    )
    assert duration.slots == {SLOT["residual_current"]}
    assert (count.kind, count.length_ms, count.gap_ms, count.held) == (WindowKind.COUNT, 90 * SECOND, HOUR, True)
    assert duration.sample(view({"residual_current": 300.0}), NOW) is True
    assert count.sample(view({"leak": "dry"}), NOW) is False
    assert count.sample(view(), NOW) is None


def test_the_gap_of_a_window_is_the_shortest_of_its_points() -> None:
    registry = WindowRegistry()
    compiled("duration(residual_current > 3 mA and flow > 1 L/min and power > 1 W, 1 h) > 5 min", registry)
    assert registry.specs[0].gap_ms == 2 * MINUTE


def test_equal_windows_are_shared_and_other_parameters_make_others() -> None:
    registry = WindowRegistry()
    text = "duration(residual_current >= alarm, 12 h) >= 10 h"
    compiled(text, registry)
    compiled("duration(residual_current >= 0.3 A, 0.5 d) >= 3 h", registry)
    assert len(registry.specs) == 1
    compiled(text, registry, alarm=Parameter("alarm", 250.0, "mA"))
    assert len(registry.specs) == 2


def test_a_count_of_numbers_samples_whether_there_was_one() -> None:
    registry = WindowRegistry()
    compiled("count(power, 1 h) >= 2", registry)
    assert registry.specs[0].sample(view({"power": 900.0}), NOW) is True
    assert registry.specs[0].sample(view(), NOW) is None


def test_changes_of_a_text_sample_a_number_that_changes_with_it() -> None:
    registry = WindowRegistry()
    compiled("changes(breaker, 1 h) >= 2", registry)
    sample = registry.specs[0].sample
    assert isinstance(sample(view({"breaker": "open"}), NOW), float)
    assert sample(view({"breaker": "open"}), NOW) != sample(view({"breaker": "closed"}), NOW)


def test_the_windows_inside_come_before_the_window_around_them() -> None:
    registry = WindowRegistry()
    compiled("avg(rate(power, 1 min), 5 min) > 5 W/min", registry)
    assert [spec.kind for spec in registry.specs] == [WindowKind.RATE, WindowKind.AVG]
    assert registry.specs[1].sample(view(windows=[0.25]), NOW) == 0.25


@pytest.mark.parametrize(
    ("text", "slots", "periodic", "silences"),
    [
        ("residual_current >= alarm", {"residual_current"}, True, [("residual_current", 120 * SECOND + 1)]),
        ("power > 3 W", {"power"}, False, []),
        ("leak == wet", {"leak"}, False, [(None, HOUR + 1)]),
        ("missing(power, 5 min)", {"power"}, False, [("power", 5 * MINUTE)]),
        ("missing(5 min)", set(SLOT), False, [(None, 5 * MINUTE)]),
        (
            "residual_current > 3 mA and avg(flow, 5 min) > 1 L/min",
            {"residual_current", "flow"},
            True,
            [("flow", 5 * MINUTE + 1), ("residual_current", 120 * SECOND + 1)],
        ),
        (
            "residual_current > 3 mA and power > 3 W",
            {"residual_current", "power"},
            False,
            [("residual_current", 120_001)],
        ),
        (
            "residual_current > 3 mA and time in 22:00-06:00",
            {"residual_current"},
            False,
            [("residual_current", 120_001)],
        ),
        ("tag(room) == lift and residual_current > 3 mA", set(), False, []),
        ("tag(room) == electric or residual_current > 3 mA", set(), False, []),
        ("tag(room) == electric and power > 3 W", {"power"}, False, []),
        ("not (tag(room) == lift and leak_alarm) and power > 3 W", {"power"}, False, []),
        ("1 W > 3 W or power > 3 W", {"power"}, False, []),
    ],
)
def test_the_engine_is_told_what_may_change_the_verdict(
    text: str, slots: set[str], periodic: bool, silences: list[tuple[str | None, int]]
) -> None:
    condition = compiled(text)
    assert condition.slots == {SLOT[name] for name in slots}
    assert condition.periodic is periodic
    expected = [Silence(None if name is None else SLOT[name], after_ms) for name, after_ms in silences]
    assert list(condition.silences) == expected


def test_a_condition_that_tags_decide_needs_no_window() -> None:
    registry = WindowRegistry()
    condition = compiled("tag(room) == lift and avg(power, 5 min) > 3 W", registry)
    assert condition.evaluate(view(), NOW) is False
    assert registry.specs == []


def test_the_text_is_the_canonical_one() -> None:
    assert compiled("(residual_current>=300mA)").text == "residual_current >= 300 mA"


def test_a_faulty_expression_does_not_compile() -> None:
    with pytest.raises(ExpressionError, match=r"column 20: .*mA and W"):
        compile_condition(parsed("residual_current > 5 W"), VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, WindowRegistry())
