"""What comes from outside cannot steer a message: neither lines, nor signs nobody sees, nor markup, nor length."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.engine.safe_text import (
    MOST_OF_A_VALUE,
    MOST_OF_THE_EVIDENCE,
    bounded,
    evidence_text,
    foreign,
    number_text,
    value_text,
)

ANY_TEXT = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\n\r\t\0\x1b\u202e\u200b\u2028[]()<>@`*_#|{}\\")), max_size=500
)


@given(ANY_TEXT)
def test_a_payloads_text_has_no_line_end_no_hidden_sign_and_no_markup(text: str) -> None:
    shown = foreign(text)
    assert len(shown) <= MOST_OF_A_VALUE
    assert not set(shown) & set("\n\r[]<>@`*_#|\\{}&~")
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for sign in shown)
    assert "://" not in shown


@given(ANY_TEXT)
def test_evidence_stays_on_its_line_and_links_nowhere(text: str) -> None:
    shown = evidence_text(text)
    assert len(shown) <= MOST_OF_THE_EVIDENCE
    assert shown == shown.replace("\n", "").replace("\u2028", "")
    assert "[" not in shown
    assert "@" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("E12 over current", "E12 over current"),
        ("one\ntwo\r\nthree", "one two three"),
        ("\u202edrowssap", "drowssap"),
        ("[here](http://evil.example)", "［here］(http：//evil.example)"),
        ("<at user_id='all'>", "＜at user＿id='all'＞"),
        ("@all 漏水", "＠all 漏水"),
        ("x" * 100, "x" * (MOST_OF_A_VALUE - 1) + "…"),
    ],
)
def test_a_payloads_text_reads_as_it_did(text: str, shown: str) -> None:
    assert foreign(text) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (412.0, "mA", "412 mA"),
        (412.345678, "mA", "412.3 mA"),
        (0.0123456, "L/min", "0.01235 L/min"),
        (12345.678, "W", "12346 W"),
        (1_234_567.0, "", "1234567"),
        (65.0, "degC", "65 °C"),
        (87.5, "%", "87.5%"),
        (-0.5, "K", "-0.5 K"),
        (float("nan"), "W", "?"),
        (float("inf"), "W", "?"),
    ],
)
def test_a_number_has_its_unit_and_the_digits_that_count(value: float, unit: str, shown: str) -> None:
    assert number_text(value, unit) == shown


def test_yes_and_no_are_said_in_the_readers_language() -> None:
    assert [value_text(True, "", language) for language in ("zh", "en")] == ["是", "yes"]
    assert [value_text(False, "", language) for language in ("zh", "en")] == ["否", "no"]


@pytest.mark.parametrize(("text", "most"), [("abc", 3), ("abcd", 3), ("漏水报警", 3), ("", 3)])
def test_a_text_is_cut_with_a_sign_that_says_so(text: str, most: int) -> None:
    shown = bounded(text, most)
    assert len(shown) <= most
    assert shown == text or shown.endswith("…")
