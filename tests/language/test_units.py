"""Units: exact factors, and nothing that merely looks like a unit."""

from fractions import Fraction

import pytest

from processor.language.faults import USUAL_UNITS
from processor.language.units import BARE, combine, conversion, difference, unit


@pytest.mark.parametrize(
    ("source", "target", "scale", "offset"),
    [
        ("A", "mA", 1000.0, 0.0),
        ("mA", "A", 0.001, 0.0),
        ("µA", "mA", 0.001, 0.0),
        ("kW", "W", 1000.0, 0.0),
        ("kWh", "Wh", 1000.0, 0.0),
        ("MPa", "kPa", 1000.0, 0.0),
        ("bar", "MPa", 0.1, 0.0),
        ("m3/h", "L/min", 50 / 3, 0.0),
        ("m³/h", "L/h", 1000.0, 0.0),
        ("min", "s", 60.0, 0.0),
        ("h", "min", 60.0, 0.0),
        ("d", "h", 24.0, 0.0),
        ("degF", "degC", 5 / 9, -160 / 9),
        ("℃", "K", 1.0, 273.15),
        ("K/min", "K/s", 1 / 60, 0.0),
        ("degC/min", "K/min", 1.0, 0.0),
        ("degF/min", "K/min", 5 / 9, 0.0),
        ("kΩ", "ohm", 1000.0, 0.0),
        ("%", "", 0.01, 0.0),
        ("V*A", "W", 1.0, 0.0),
        ("mA", "mA", 1.0, 0.0),
    ],
)
def test_a_conversion_is_exact(source: str, target: str, scale: float, offset: float) -> None:
    found = conversion(source, target)
    assert found is not None
    assert (found.scale, found.offset) == (scale, offset)


@pytest.mark.parametrize(
    ("source", "target"), [("mA", "W"), ("degC", "K/min"), ("", "mA"), ("NTU", "pH"), ("foo", "mA")]
)
def test_different_kinds_do_not_convert(source: str, target: str) -> None:
    assert conversion(source, target) is None


@pytest.mark.parametrize(
    "text",
    [
        "foo",
        "3",
        "m A",
        "mA;",
        "10**10**10",
        "__import__",
        "W" * 41,
        "*".join("W" * 21),
        "W/",
        "/W",
        "mA ",
        "A.real",
        "(",
    ],
)
def test_what_is_no_unit_is_none(text: str) -> None:
    assert unit(text) is None


@pytest.mark.parametrize("text", USUAL_UNITS)
def test_every_unit_that_is_suggested_exists(text: str) -> None:
    assert unit(text) is not None


def test_a_product_and_a_quotient_have_their_units() -> None:
    watt, hour, volt = (unit(text) for text in ("W", "h", "V"))
    assert watt is not None
    assert hour is not None
    assert volt is not None
    energy = unit("Wh")
    assert energy is not None
    assert combine(watt, "*", hour).dimension == energy.dimension
    assert combine(watt, "*", hour).scale == energy.scale
    assert combine(watt, "/", volt).text == "W/V"
    assert combine(watt, "/", watt) == BARE


def test_the_difference_of_two_temperatures_is_in_kelvin() -> None:
    celsius, fahrenheit = unit("degC"), unit("degF")
    assert celsius is not None
    assert fahrenheit is not None
    assert difference(celsius).text == "K"
    assert (difference(fahrenheit).scale, difference(fahrenheit).offset) == (Fraction(5, 9), Fraction(0))
