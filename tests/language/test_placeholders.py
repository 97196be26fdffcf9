"""Texts with placeholders: a name in braces and nothing else, whatever stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.language.placeholders import LONGEST_TEXT, Placeholder, fill, read_template


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("no braces", "no braces"),
        ("{alarm}", "<alarm>"),
        ("{a}{b}", "<a><b>"),
        ("电流 {residual_current}，限值 {alarm}。", "电流 <residual_current>，限值 <alarm>。"),
        ("{{alarm}}", "{alarm}"),
        ("{{{alarm}}}", "{<alarm>}"),
        ("100 % {{}}", "100 % {}"),
        ("%s %(name)s $name", "%s %(name)s $name"),
    ],
)
def test_a_name_in_braces_is_filled_and_doubled_braces_are_braces(text: str, filled: str) -> None:
    assert fill(text, lambda name: f"<{name}>") == filled
    assert read_template(text)[1] == ()


@pytest.mark.parametrize(
    ("text", "code", "column", "suggestion"),
    [
        ("a { b", "lone_brace", 3, "{{"),
        ("a } b", "lone_brace", 3, "}}"),
        ("{", "lone_brace", 1, "{{"),
        ("{}", "bad_placeholder", 1, ""),
        ("{0}", "bad_placeholder", 1, ""),
        ("x {alarm:.1f}", "bad_placeholder", 3, "{alarm}"),
        ("{alarm.__class__}", "bad_placeholder", 1, "{alarm}"),
        ("{alarm[0]}", "bad_placeholder", 1, "{alarm}"),
        ("{alarm!r}", "bad_placeholder", 1, "{alarm}"),
        ("{ alarm }", "bad_placeholder", 1, "{alarm}"),
        ("{Alarm}", "bad_placeholder", 1, ""),
        ("x" * (LONGEST_TEXT + 1), "text_too_long", 1, ""),
    ],
)
def test_anything_else_in_braces_is_a_fault_with_its_place(text: str, code: str, column: int, suggestion: str) -> None:
    (found,) = read_template(text)[1]
    assert (found.code, found.column, found.suggestion) == (code, column, suggestion)
    assert found.what.zh
    assert found.what.en


def test_every_fault_of_a_text_is_found_at_once() -> None:
    parts, faults = read_template("{a.b} } {fine} {")
    assert [one.code for one in faults] == ["bad_placeholder", "lone_brace", "lone_brace"]
    assert [part for part in parts if isinstance(part, Placeholder)] == [Placeholder("fine", 9)]


@given(st.text(alphabet="{}ab.:[]! 电\n", max_size=40))
def test_no_text_breaks_it_and_what_is_filled_in_is_not_read_again(text: str) -> None:
    def value_of(name: str) -> str:
        return f"{{{name}}}"

    filled = fill(text, value_of)
    if not read_template(text)[1]:
        assert filled.count("{") == text.count("{") - text.count("{{")
