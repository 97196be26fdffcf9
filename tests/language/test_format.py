"""The canonical text of a tree is that tree again."""

import pytest
from hypothesis import HealthCheck, given, settings

from processor.language.format import format_node
from processor.language.nodes import Node
from processor.language.parse import parse
from tests.language.district import parsed
from tests.language.expressions import conditions, groups


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions | groups)
def test_the_text_of_a_tree_parses_back_to_it(node: Node) -> None:
    text = format_node(node)
    assert parse(text) == node
    assert format_node(parsed(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((a))", "a"),
        ("a>=300mA", "a >= 300 mA"),
        ("(a and b) or c", "a and b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("(a and b) and c", "(a and b) and c"),
        ("not (a and b)", "not (a and b)"),
        ("(not a) == b", "(not a) == b"),
        ("a - (b - c) > 1", "a - (b - c) > 1"),
        ("(a - b) - c > 1", "a - b - c > 1"),
        ("(a + b) * c > 1", "(a + b) * c > 1"),
        ("-(a + b) > 1", "-(a + b) > 1"),
        ('tag(x) in (a, "B", "by")', 'tag(x) in (a, "B", "by")'),
        ("a not in (b,c)", "not a in (b, c)"),
        ("time in 6:00-7:05", "time in 06:00-07:05"),
        ("any of devices where (a or b) by riser", "any of devices where (a or b) by riser"),
    ],
)
def test_the_canonical_text(text: str, canonical: str) -> None:
    assert format_node(parsed(text)) == canonical
