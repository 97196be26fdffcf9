"""Tree to text: `format_node(node)` is the canonical way to write it, and parses back to the same tree."""

from typing import Final

from processor.language.compiled import WindowKind
from processor.language.grammar import KEYWORDS
from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Group,
    Missing,
    Name,
    Negative,
    NightMin,
    Node,
    Not,
    Number,
    Or,
    Quoted,
    Since,
    TagTest,
    TimeIn,
    Truth,
)

_OR, _AND, _NOT, _COMPARE, _SUM, _TERM, _FACTOR, _ATOM = range(8)
"""How tightly each kind of node binds; a looser one inside a tighter place is put in parentheses."""

_TIGHTNESS: Final[dict[type, int]] = {Or: _OR, And: _AND, Not: _NOT, Compare: _COMPARE, Among: _COMPARE}
_PLAIN_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def format_node(node: Node, place: int = _OR) -> str:
    """The expression as text, in parentheses where `place` demands a tighter one."""
    text = _FORMS[type(node)](node)
    return f"({text})" if _tightness(node) < place else text


def _tightness(node: Node) -> int:
    if isinstance(node, Arithmetic):
        return _SUM if node.operator in "+-" else _TERM
    if isinstance(node, Negative):
        return _FACTOR
    return _TIGHTNESS.get(type(node), _COMPARE if isinstance(node, TagTest) else _ATOM)


def _number(node: Number) -> str:
    return f"{node.text} {node.unit}" if node.unit else node.text


def format_word(value: str) -> str:
    """A value of an enum or a tag: bare where it may stand so, else in quotes."""
    plain = value[:1].isalpha() and set(value) <= _PLAIN_WORD and value not in KEYWORDS
    return value if plain else f'"{value}"'


def _arithmetic(node: Arithmetic) -> str:
    level = _tightness(node)
    return f"{format_node(node.left, level)} {node.operator} {format_node(node.right, level + 1)}"


def _compare(node: Compare) -> str:
    return f"{format_node(node.left, _SUM)} {node.operator} {format_node(node.right, _SUM)}"


def _among(node: Among) -> str:
    return f"{format_node(node.subject, _SUM)} in ({', '.join(format_node(choice, _SUM) for choice in node.choices)})"


def _tag(node: TagTest) -> str:
    if len(node.values) == 1:
        return f"tag({node.tag}) == {format_word(node.values[0])}"
    return f"tag({node.tag}) in ({', '.join(format_word(value) for value in node.values)})"


def _aggregate(node: Aggregate) -> str:
    word = f"p{node.percent}" if node.kind is WindowKind.PERCENTILE else str(node.kind)
    hour = " at same hour" if node.same_hour else ""
    return f"{word}({format_node(node.operand)}, {format_node(node.length)}){hour}"


def _night(node: NightMin) -> str:
    nights = "" if node.nights is None else f", {format_node(node.nights)}"
    return f"night_min({format_node(node.operand)}, {_clock(node.begin_minute, node.end_minute)}{nights})"


def _clock(*minutes: int) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes)


def _missing(node: Missing) -> str:
    point = "" if node.point is None else f"{node.point.name}, "
    return f"missing({point}{format_node(node.length)})"


def _time(node: TimeIn) -> str:
    return f"time in {_clock(node.begin_minute, node.end_minute)}"


def _group(node: Group) -> str:
    where = format_node(node.where, _NOT)
    limit = "" if node.limit is None else f" {node.operator} {format_node(node.limit)}"
    within = "" if node.within is None else f" within {format_node(node.within)}"
    return f"{node.aggregate} of {node.of} where {where}{limit}{within} by {node.by}"


_FORMS: Final = {
    Number: _number,
    Quoted: lambda node: f'"{node.value}"',
    Truth: lambda node: "true" if node.value else "false",
    Name: lambda node: node.name,
    Negative: lambda node: f"-{format_node(node.operand, _FACTOR)}",
    Arithmetic: _arithmetic,
    Compare: _compare,
    Among: _among,
    TagTest: _tag,
    Not: lambda node: f"not {format_node(node.operand, _NOT)}",
    And: lambda node: " and ".join(format_node(part, _NOT) for part in node.parts),
    Or: lambda node: " or ".join(format_node(part, _AND) for part in node.parts),
    Aggregate: _aggregate,
    Since: lambda node: f"since({format_node(node.operand)})",
    NightMin: _night,
    Missing: _missing,
    TimeIn: _time,
    Group: _group,
}
