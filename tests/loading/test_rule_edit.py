"""An edit of one key leaves every other character where it was."""

import pytest

from processor.loading.rule_edit import rule_text, without_shadow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A:\n  # 说明\n  shadow: true\n  name: x\n", "A:\n  # 说明\n  name: x\n"),
        ("A:\n  shadow: true  # until May\n  name: x\n", "A:\n  # until May\n  name: x\n"),
        ("A:\n  name: x\n  shadow: true", "A:\n  name: x\n"),
        ("A: {shadow: true, name: x}\n", "A: {shadow: false, name: x}\n"),
        ("A: {name: x,\n    shadow: true}\n", "A: {name: x,\n    shadow: false}\n"),
        ("B:\n  shadow: true\nA:\n  shadow: True\n  n: 1\n", "B:\n  shadow: true\nA:\n  n: 1\n"),
        ("A:\n  shadow: false\n", None),
        ("A:\n  name: x\n", None),
        ("B:\n  shadow: true\n", None),
        ("A: [", None),
    ],
)
def test_a_rule_leaves_the_shadow(text: str, expected: str | None) -> None:
    assert without_shadow(text, "A") == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("A", "A:\n  # inside\n  n: 1\n"),
        ("B", "B: {n: 2}\n"),
        ("C", None),
    ],
)
def test_a_rule_is_shown_with_the_comments_inside_it(rule: str, expected: str | None) -> None:
    assert rule_text("# head\nA:\n  # inside\n  n: 1\n\n# about B\nB: {n: 2}\n", rule) == expected
