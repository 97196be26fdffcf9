"""Evidence: the words of a verdict, and of why there is none."""

import math

import pytest

from processor.model.reading import Value
from processor.model.time import HOUR, MINUTE, SECOND
from tests.language.district import NOW, compiled, view


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("residual_current >= alarm", {"residual_current": 412.0}, "residual_current 412 mA >= alarm 300 mA"),
        ("residual_current >= 0.3 A", {"residual_current": 80.5}, "residual_current 80.5 mA >= 0.3 A"),
        ("leak == wet", {"leak": "dry"}, "leak dry == wet"),
        ("leak in (wet, dry)", {"leak": "dry"}, "leak dry in (wet, dry)"),
        ("breaker != switch", {"breaker": "open", "switch": "closed"}, "breaker open != switch closed"),
        ("leak_alarm", {"leak_alarm": True}, "leak_alarm true"),
        ("leak_alarm == false", {"leak_alarm": False}, "leak_alarm false"),
        ("not leak_alarm", {"leak_alarm": True}, "leak_alarm true"),
        ("power in (1 kW, 5 W)", {"power": 5.0}, "power 5 W in (1 kW, 5 W)"),
        ("starts > sensors", {"starts": 2.0}, "starts 2 > sensors 3"),
        ("power > 1.1 * 800 W", {"power": 900.0}, "power 900 W > 1.1 * 800 W 880 W"),
        (
            "supply_current > residual_current",
            {"supply_current": 2.0, "residual_current": 50.0},
            "supply_current 2 A > residual_current 50 mA",
        ),
        ("power / 230 V > 1 A", {"power": 460.0}, "power / 230 V 2 A > 1 A"),
        ("time in 22:00-06:00", {}, "time in 22:00-06:00 (it is 23:06)"),
        ("tag(room) == electric", {}, "tag(room) == electric (it is electric)"),
        ("missing(5 min)", {}, "missing(5 min): nothing for 0 ms"),
    ],
)
def test_the_values_are_said(text: str, values: dict[str, Value | None], words: str) -> None:
    evidence = compiled(text).explain(view(values), NOW)
    assert evidence.text == words
    assert evidence.verdict is not None


@pytest.mark.parametrize(
    ("text", "answer", "words"),
    [
        ("rate(cable_temperature, 3 min) >= 5 K/min", 6 / MINUTE, "rate(cable_temperature, 3 min) 6 K/min >= 5 K/min"),
        ("duration(power >= 30 W, 12 h) >= 10 h", 10.5 * HOUR, "duration(power >= 30 W, 12 h) 10.5 h >= 10 h"),
        ("delta(cable_temperature, 5 min) >= 10 K", 12.0, "delta(cable_temperature, 5 min) 12 K >= 10 K"),
        ("count(leak == wet, 90 s) >= 2", 3.0, "count(leak == wet, 90 s) 3 >= 2"),
    ],
)
def test_a_window_is_said_in_the_unit_of_its_bound(text: str, answer: float, words: str) -> None:
    assert compiled(text).explain(view(windows=[answer]), NOW).text == words


@pytest.mark.parametrize(
    ("values", "silent", "device_silent", "text", "words"),
    [
        (
            {"residual_current": 412.0},
            12 * MINUTE,
            0,
            "residual_current >= alarm",
            "residual_current: no value since 12 min (residual_current 412 mA >= alarm 300 mA)",
        ),
        (
            {},
            90 * SECOND,
            0,
            "residual_current >= alarm",
            "residual_current: no value yet, waiting since 1.5 min (residual_current ? >= alarm 300 mA)",
        ),
        (
            {"residual_current": math.nan},
            0,
            0,
            "residual_current >= alarm",
            "residual_current: not a number (residual_current nan mA >= alarm 300 mA)",
        ),
        ({"leak": "wet"}, 0, 26 * HOUR, "leak == wet", "leak: device silent since 1.08 d (leak wet == wet)"),
        (
            {"power": 5.0, "starts": 0.0},
            0,
            0,
            "power / starts > 3 W",
            "not enough to tell (power / starts unknown > 3 W)",
        ),
    ],
)
def test_the_unknown_is_explained(
    values: dict[str, Value | None], silent: int, device_silent: int, text: str, words: str
) -> None:
    state = view(values, silent={"residual_current": silent}, device_silent=device_silent)
    evidence = compiled(text).explain(state, NOW)
    assert (evidence.text, evidence.verdict) == (words, None)


def test_the_evidence_is_a_tree_like_the_expression() -> None:
    text = "residual_current >= alarm and not (leak == wet or leak_alarm)"
    state = view({"residual_current": 412.0, "leak": "dry", "leak_alarm": False})
    evidence = compiled(text).explain(state, NOW)
    assert evidence.verdict is True
    threshold, negation = evidence.parts
    assert (threshold.verdict, negation.verdict) == (True, True)
    (either,) = negation.parts
    assert [part.verdict for part in either.parts] == [False, False]
    assert evidence.text == "residual_current 412 mA >= alarm 300 mA and (not (leak dry == wet or leak_alarm false))"
