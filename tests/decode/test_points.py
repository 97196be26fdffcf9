"""Raw values become points, or are named with the reason why not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.decode.layout import JsonLayout
from processor.model.profile import Point
from processor.model.reading import Reading
from tests.decode.making import boolean, decode, decoder, enum, number, only_rejection, profile, reasons, text, values

PLAIN = number("v", unit="mA", low=0.0, high=2000.0)
TENTHS = number("v", unit="V", scale=0.1)
AMPERE = number("v", unit="A", payload_unit="mA", high=10.0)
LENIENT = number("v", number_as_text=True)
MAPPED = number("v", members={"--": "-1", "999": "0"})
FLAG = boolean("v")
WET = boolean("v", members={"1": "true", "0": "false", "wet": "true"})
STATE = enum("v", {"1": "on", "0": "off", "true": "on", "standby": "off"})
NAME = text("v")


@pytest.mark.parametrize(
    ("point", "raw", "value"),
    [
        (PLAIN, "0", 0.0),
        (PLAIN, "2000", 2000.0),  # a range includes its ends
        (PLAIN, "62.5", 62.5),
        (PLAIN, "-0.0", 0.0),
        (PLAIN, "1e2", 100.0),
        (number("v"), "9007199254740993", 9007199254740992.0),  # the nearest float
        (number("v"), "1" + "0" * 300, 1e300),
        (TENTHS, "2354", 235.4),  # and not 235.40000000000003
        (number("v", scale=0.1, offset=-50.0), "123", -37.7),
        (number("v", scale=3.0), "0.5", 1.5),
        (AMPERE, "820", 0.82),
        (number("v", payload_unit="kPa", unit="MPa"), "312", 0.312),
        (number("v", payload_unit="degF", unit="degC"), "212", 100.0),
        (number("v", payload_unit="degF", unit="degC"), "-40", -40.0),
        (number("v", payload_unit="L/h", unit="L/min"), "90", 1.5),
        (number("v", payload_unit="Wh", unit="kWh", scale=10.0), "42", 0.42),  # tens of watt hours
        (LENIENT, '"12.5"', 12.5),
        (LENIENT, '" -3e2 "', -300.0),
        (LENIENT, "7", 7.0),
        (MAPPED, '"--"', -1.0),
        (MAPPED, "999", 0.0),
        (MAPPED, "999.0", 0.0),
        (MAPPED, "5", 5.0),
        (FLAG, "true", True),
        (FLAG, "false", False),
        (WET, "1", True),
        (WET, "0.0", False),
        (WET, '"wet"', True),
        (WET, "false", False),  # a boolean stays one, map or not
        (STATE, "1", "on"),
        (STATE, '"1"', "on"),
        (STATE, "true", "on"),
        (STATE, '"standby"', "off"),
        (NAME, '"插座"', "插座"),
        (NAME, r'"é"', "é"),
        (text("v", members={"a": "b"}), '"a"', "b"),
    ],
)
def test_a_good_value_becomes_the_point(point: Point, raw: str, value: Any) -> None:  # noqa: ANN401 - of any kind
    (found,) = values(decode(profile(point), f'{{"v": {raw}}}'.encode()))
    assert found == {"v": value}
    assert type(found["v"]) is type(value)


@pytest.mark.parametrize(
    ("point", "raw", "reason"),
    [
        (PLAIN, "2000.0001", "out_of_range"),
        (PLAIN, "-1", "out_of_range"),
        (PLAIN, "1e400", "out_of_range"),
        (PLAIN, "-1e400", "out_of_range"),
        (PLAIN, "1" + "0" * 400, "out_of_range"),
        (PLAIN, "1" + "0" * 5000, "out_of_range"),
        (number("v"), "1e400", "out_of_range"),
        (TENTHS, "1" + "0" * 400, "out_of_range"),
        (number("v", scale=1e300), "1e300", "out_of_range"),
        (AMPERE, "10001", "out_of_range"),
        (PLAIN, "true", "wrong_type"),
        (PLAIN, '"12.5"', "wrong_type"),
        (PLAIN, "[1]", "wrong_type"),
        (PLAIN, "{}", "wrong_type"),
        (TENTHS, "true", "wrong_type"),
        (LENIENT, '"12,5"', "wrong_type"),
        (LENIENT, '"nan"', "wrong_type"),
        (LENIENT, '"inf"', "wrong_type"),
        (LENIENT, '"0x10"', "wrong_type"),
        (LENIENT, '"1_000"', "wrong_type"),
        (LENIENT, '"١"', "wrong_type"),  # an Arabic one is no digit here
        (LENIENT, '""', "wrong_type"),
        (LENIENT, '"1e9999"', "out_of_range"),
        (FLAG, "1", "wrong_type"),
        (FLAG, '"true"', "wrong_type"),
        (WET, "2", "wrong_type"),
        (WET, '"dry"', "wrong_type"),
        (STATE, "2", "out_of_range"),
        (STATE, '"off"', "out_of_range"),
        (STATE, "1e400", "out_of_range"),
        (STATE, "[]", "wrong_type"),
        (NAME, "5", "wrong_type"),
        (NAME, r'"\ud800"', "out_of_range"),
        (NAME, r'"a\u0000b"', "out_of_range"),
        (NAME, '"' + "x" * 1025 + '"', "out_of_range"),
    ],
)
def test_a_bad_value_is_named_with_its_reason(point: Point, raw: str, reason: str) -> None:
    letter = only_rejection(decode(profile(point), f'{{"v": {raw}}}'.encode()))
    assert letter.reason.value == reason
    assert letter.detail.startswith("v: ")
    assert len(letter.detail) < 200


def test_one_bad_point_leaves_the_others_and_is_named_beside_them() -> None:
    used = profile(PLAIN, number("a", high=1.0), number("b"))
    outcomes = decode(used, {"v": 5, "a": 2, "b": "x"})
    assert values(outcomes) == [{"v": 5.0}]
    assert reasons(outcomes) == ["out_of_range"]  # the reason of the first; the words name both
    letter = outcomes[1]
    assert not isinstance(letter, Reading)
    assert letter.device == "d1"
    assert "a: 2.0 is outside" in getattr(letter, "detail", "")
    assert "b: 'x' is not a number" in getattr(letter, "detail", "")


def test_where_every_named_point_is_bad_there_is_no_reading() -> None:
    assert reasons(decode(profile(PLAIN), {"v": "x"})) == ["wrong_type"]
    assert values(decode(profile(PLAIN), {"v": "x"})) == []


@pytest.mark.parametrize("payload", [{}, {"other": 1}, {"v": None}])
def test_a_message_with_none_of_the_named_points_is_a_heartbeat(payload: object) -> None:
    assert values(decode(profile(PLAIN), payload)) == [{}]


@pytest.mark.parametrize(
    ("payload", "found", "reason"),
    [
        ({"v": 1}, [{"v": 1.0, "mode": "auto"}], []),
        ({"v": 1, "mode": "m"}, [{"v": 1.0, "mode": "manual"}], []),
        ({"v": 1, "mode": "?"}, [{"v": 1.0}], ["out_of_range"]),  # a bad value is not the same as none
        ({}, [{}], []),  # a heartbeat stays one
    ],
)
def test_a_default_stands_in_for_what_is_absent(payload: object, found: object, reason: list[str]) -> None:
    outcomes = decode(profile(PLAIN, enum("mode", {"m": "manual"}, default="auto")), payload)
    assert values(outcomes) == found
    assert reasons(outcomes) == reason


@pytest.mark.parametrize(
    ("payload", "found", "reason"),
    [
        ({"v": 1, "a": 2}, [{"v": 1.0, "a": 2.0}], []),
        ({"a": 2}, [], ["missing_field"]),
        ({}, [], ["missing_field"]),
        ({"v": "x", "a": 2}, [{"a": 2.0}], ["wrong_type"]),
    ],
)
def test_without_a_required_point_a_message_is_no_reading(payload: object, found: object, reason: list[str]) -> None:
    outcomes = decode(profile(number("v", required=True), number("a")), payload)
    assert values(outcomes) == found
    assert reasons(outcomes) == reason


def test_of_duplicate_keys_the_last_one_counts() -> None:
    assert values(decode(profile(PLAIN), b'{"v": 1, "v": 2}')) == [{"v": 2.0}]


RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["1", "0", "wet", "12.5", "--"]),
    st.lists(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3), max_size=3),
    st.dictionaries(st.sampled_from("abc"), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
)
EVERY_KIND = profile(
    number("plain", low=-1e6, high=1e6),
    number("scaled", scale=0.1, offset=2.0),
    number("ampere", payload_unit="mA", unit="A"),
    number("deep", path="o.a"),
    number("deeper", path="o.b"),
    number("first", path="l[0]"),
    number("second", path="l[1]", low=-5.0, high=5.0),
    boolean("third", path="l[2]"),
    number("lenient", number_as_text=True),
    boolean("flag"),
    boolean("wet", members={"1": "true", "0": "false"}),
    enum("state", {"1": "on", "0": "off"}, default="off"),
    text("words"),
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["plain", "scaled", "ampere", "o", "l", "lenient", "flag", "wet", "state", "words", "ts", "zzz"]
        ),
        RAW,
    )
)
def test_the_fast_way_and_the_exact_way_agree(payload: dict[str, object]) -> None:
    both = decoder(EVERY_KIND)
    quick = both.decode("v1/sunrise/x/d1/telemetry", json.dumps(payload).encode(), 0, 0)
    exact = decoder(EVERY_KIND)
    for listening in exact._listenings[5]:
        assert isinstance(listening._layout, JsonLayout)
        listening._layout._fast_whole = None
    slow = exact.decode("v1/sunrise/x/d1/telemetry", json.dumps(payload).encode(), 0, 0)
    assert repr(list(quick)) == repr(list(slow))  # the types too: 1 is not 1.0, and not True
