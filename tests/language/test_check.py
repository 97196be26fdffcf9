"""Checking: every fault at once, each with its column, its code and what was probably meant."""

import math

import pytest

from processor.language.check import check
from processor.model.rule import Parameter
from tests.language.district import PARAMETERS, VOCABULARY, ZONE, parsed


def faults(text: str, **changes: Parameter) -> list[tuple[str, int, str]]:
    found = check(parsed(text), VOCABULARY, PARAMETERS | changes, zone=ZONE)
    assert all(fault.what.zh and fault.what.en for fault in found)
    return [(fault.code, fault.column, fault.suggestion) for fault in found]


@pytest.mark.parametrize(
    "text",
    [
        "residual_current >= 300 mA",
        "residual_current >= 0.3 A",
        "residual_current >= alarm",
        "alarm <= residual_current",
        "residual_current >= danger or (residual_current >= alarm and delta(residual_current, 10 min) >= 100 mA)",
        "rate(cable_temperature, 3 min) >= 5 K/min",
        "rate(cable_temperature, 3 min) >= 5 degC/min",
        "delta(cable_temperature, 5 min) >= 10 K",
        "delta(cable_temperature, 5 min) >= 10 degC",
        "cable_temperature - 5 degC >= 10 K",
        "cable_temperature + 5 K >= 80 degC",
        "cable_temperature >= 158 degF",
        "stddev(cable_temperature, 1 h) < 0.5 K",
        "leak == wet",
        'leak in (wet, "湿")',
        "breaker != open",
        "breaker == wanted",
        "breaker == switch",
        'end_reason == "overload"',
        "leak_alarm and not producing",
        "leak_alarm == true",
        "enabled and leak_alarm",
        "count(leak == wet, 90 s) >= 2",
        "count(power, 1 h) < 5",
        "changes(breaker, 1 h) >= 6",
        "duration(power >= 30 W, 12 h) >= 10 h",
        "power * 3 h >= 1 kWh",
        "power / 230 V >= 100 mA",
        "residual_current / supply_current >= 3 %",
        "residual_current / supply_current >= 0.03",
        "missing(15 min)",
        "missing(silent_after)",
        "missing(power, 15 min)",
        "avg(flow, silent_after) > 18 L/h",
        "time in 22:00-06:00",
        "tag(room) in (electric, lift, pump) and leak == wet",
        "starts in (1, 2, 3)",
        "power in (1 kW, 800 W)",
        "avg(rate(power, 1 min), 5 min) > 5 W/min",
        "sum(power, 5 min) > 100 W",
        "-power < -5 W",
        "median(power, 28 d) * 1.3 < power",
    ],
)
def test_what_the_field_says_is_without_fault(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "code", "column", "suggestion"),
    [
        ("residual_curent > 5 mA", "unknown_name", 1, "residual_current"),
        ("residual_current > alrm", "unknown_name", 20, "alarm"),
        ("leek == wet", "unknown_name", 1, "leak"),
        ("missing(powr, 5 min)", "unknown_point", 9, "power"),
        ("missing(silent_afer)", "unknown_parameter", 9, "silent_after"),
        ("missing(enabled)", "wrong_kind", 9, ""),
        ("leak == wett", "unknown_member", 9, "wet"),
        ('leak == "Wet"', "unknown_member", 9, "wet"),
        ("leak in (wet, drry)", "unknown_member", 15, "dry"),
        ("wet == leak", "point_first", 1, "leak == wet"),
        ("leak > wet", "unordered", 1, "=="),
        ("leak == 3", "wrong_kind", 9, ""),
        ("leak == alarm", "wrong_kind", 9, ""),
        ("leak == wanted", "unknown_member", 9, ""),
        ("end_reason == overload", "unquoted", 15, '"overload"'),
        ("leak_alarm > true", "unordered", 1, "=="),
        ("leak_alarm == 5", "wrong_kind", 15, ""),
        ("power == leak_alarm", "wrong_kind", 10, ""),
        ('power == "off"', "wrong_kind", 10, ""),
        ("residual_current >= 300 W", "unit_mismatch", 21, ""),
        ("residual_current >= power", "unit_mismatch", 21, ""),
        ("residual_current + power > 5 mA", "unit_mismatch", 20, ""),
        ("residual_current >= 300", "unit_missing", 21, "300 mA"),
        ("residual_current + 300 > 5 mA", "unit_missing", 20, "300 mA"),
        ("starts >= 3 W", "unit_mismatch", 11, ""),
        ("residual_current / supply_current * 1 % >= 3 %", "", 0, ""),
        ("power >= 3 Wat", "unknown_unit", 10, ""),
        ("power >= 3 kw", "unknown_unit", 10, "kW"),
        ("cable_temperature >= 70 K", "temperature_kind", 22, "70 degC"),
        ("cable_temperature - 5 K >= 70 K", "temperature_kind", 28, "70 degC"),
        ("cable_temperature * 2 > 70 degC", "offset_arithmetic", 21, ""),
        ("cable_temperature + cable_temperature > 70 degC", "offset_arithmetic", 21, ""),
        ("5 K - cable_temperature > 5 K", "offset_arithmetic", 7, ""),
        ("-cable_temperature > 5 degC", "offset_arithmetic", 1, ""),
        ("sum(cable_temperature, 1 h) > 5 degC", "offset_arithmetic", 5, ""),
        ("delta(cable_temperature, 5 min) > cable_temperature", "temperature_kind", 35, ""),
        ("power", "not_a_condition", 1, ""),
        ("leak_alarm and power", "not_a_condition", 16, ""),
        ("leak", "not_a_condition", 1, ""),
        ("not alarm", "not_a_condition", 5, ""),
        ("duration(power, 1 h) > 5 min", "not_a_condition", 10, ""),
        ("avg(leak_alarm, 5 min) > 3", "wrong_kind", 5, ""),
        ("avg(leak, 5 min) > 3", "wrong_kind", 5, ""),
        ("count(leak, 5 min) > 3", "wrong_kind", 7, ""),
        ("leak_alarm + 3 > 5", "wrong_kind", 1, ""),
        ("avg(power, 5) > 3 W", "bad_length", 12, "5 min"),
        ("avg(power, 5 W) > 3 W", "bad_length", 12, ""),
        ("avg(power, 401 d) > 3 W", "bad_length", 12, ""),
        ("avg(power, alarm) > 3 W", "bad_length", 12, ""),
        ("avg(5 W, 5 min) > 3 W", "window_without_point", 5, ""),
        ("power / 0 > 3 W", "division_by_zero", 9, ""),
        ("power in (1 kW, supply_current)", "not_constant", 17, ""),
        ("any of devices where leak == wet by riser", "group_in_device", 1, ""),
    ],
)
def test_a_fault_has_its_code_its_column_and_what_was_meant(text: str, code: str, column: int, suggestion: str) -> None:
    assert faults(text) == ([(code, column, suggestion)] if code else [])


def test_all_faults_are_found_at_once() -> None:
    text = "residual_current >= 300 W and leek == wet and leak == wett and avg(power, 5) > 3 W and power"
    assert [code for code, _, _ in faults(text)] == [
        "unit_mismatch",
        "unknown_name",
        "unknown_member",
        "bad_length",
        "not_a_condition",
    ]


@pytest.mark.parametrize("name", ["power", "wet"])
def test_a_name_with_two_meanings_is_a_fault(name: str) -> None:
    text = "power > 3 W" if name == "power" else "leak == wet"
    assert [code for code, _, _ in faults(text, **{name: Parameter(name, 5.0, "W")})] == ["ambiguous_name"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_parameter_that_is_no_number_is_a_fault(value: float) -> None:
    assert [code for code, _, _ in faults("residual_current > alarm", alarm=Parameter("alarm", value, "mA"))] == [
        "bad_parameter"
    ]


def test_a_parameter_with_another_kind_of_unit_is_a_fault() -> None:
    assert faults("residual_current > alarm", alarm=Parameter("alarm", 5.0, "W")) == [("unit_mismatch", 20, "")]


def test_an_unknown_tag_is_a_fault_only_where_the_tags_are_known() -> None:
    node = parsed("tag(rolle) == feeder and leak_alarm")
    assert check(node, VOCABULARY, PARAMETERS) == []
    (fault,) = check(node, VOCABULARY, PARAMETERS, tags={"role", "room"})
    assert (fault.code, fault.column, fault.suggestion) == ("unknown_tag", 1, "role")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", ""])
def test_an_unknown_zone_is_a_fault_where_it_matters(zone: str) -> None:
    assert [fault.code for fault in check(parsed("time in 22:00-06:00"), VOCABULARY, {}, zone=zone)] == ["bad_zone"]
    assert check(parsed("leak_alarm"), VOCABULARY, {}, zone=zone) == []
