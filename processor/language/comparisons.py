"""Comparisons and choices: the nodes whose meaning depends on what kinds of things meet in them."""

from processor.language import faults, nodes, quantities
from processor.language.faults import ExpressionFault
from processor.language.format import format_node
from processor.language.plan import (
    Constant,
    Equals,
    Negated,
    OneOf,
    OneOfNumbers,
    PointValue,
    SamePoints,
    SameVerdicts,
    Settled,
)
from processor.language.resolver import NUMBERS, Operand, Resolver, TextConstant, bare_number, described
from processor.language.vocabulary import PointSlot
from processor.model.profile import PointKind
from processor.model.text import Text

_TEXTS = (PointValue, TextConstant)
_A_NUMBER = Text(zh="数值", en="a number")
_A_CONDITION = Text(zh="条件", en="a condition")


def compare(resolver: Resolver, node: nodes.Compare) -> Operand | None:
    """Texts with texts, truths with truths, numbers with numbers."""
    point = _text_point(resolver, node.left)
    if point is not None:
        return _text_compare(resolver, node, point, node.right)
    if _text_point(resolver, node.right) is not None:
        # one order only, so that `points_used` can tell points from members without a profile
        resolver.refuse(faults.point_first(node.column, format_node(node.right), node.operator, format_node(node.left)))
        return None
    left = resolver.operand(node.left)
    if left is None and isinstance(node.right, nodes.Name) and not resolver.knows(node.right.name):
        return None  # the right name may be a member of the point that was mistyped: one fault is enough
    right = resolver.operand(node.right)
    return None if left is None or right is None else _compared(resolver, node, left, right)


def _compared(resolver: Resolver, node: nodes.Compare, left: Operand, right: Operand) -> Operand | None:
    if not (isinstance(left, NUMBERS) and isinstance(right, NUMBERS)):
        return _verdict_compare(resolver, node, left, right)
    met = quantities.compared(node.operator, left, right, node.right.column)
    if not isinstance(met, ExpressionFault):
        return met
    resolver.refuse(met)
    return None


def _verdict_compare(resolver: Resolver, node: nodes.Compare, left: Operand, right: Operand) -> Operand | None:
    if isinstance(left, (*_TEXTS, *NUMBERS)) or isinstance(right, (*_TEXTS, *NUMBERS)):
        _refuse_kinds(resolver, node, left, right)
        return None
    if node.operator not in {"==", "!="}:
        resolver.refuse(faults.unordered(node.column, node.operator))
        return None
    negated = node.operator == "!="
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Settled):
            return other if one.verdict is not negated else Negated(other)
    return SameVerdicts(left, right, negated)


def _refuse_kinds(resolver: Resolver, node: nodes.Compare, left: Operand, right: Operand) -> None:
    """The left side says what is compared; unless it is a text, which only a point can be compared with."""
    if isinstance(left, _TEXTS):
        expected = Text(zh="测点", en="a point")
        resolver.refuse(faults.wrong_kind(node.left.column, described(node.left, left), expected))
        return
    expected = _A_NUMBER if isinstance(left, NUMBERS) else _A_CONDITION
    what, meant = described(node.right, right), bare_number(node.right)
    resolver.refuse(faults.wrong_kind(node.right.column, what, expected, meant))


def _text_point(resolver: Resolver, node: nodes.Node) -> PointSlot | None:
    """The enum or text point that `node` names, unless a parameter has taken the name."""
    if not isinstance(node, nodes.Name) or node.name in resolver.parameters:
        return None
    point = resolver.point(node.name)
    return point if point is not None and point.kind in {PointKind.ENUM, PointKind.TEXT} else None


def _text_compare(resolver: Resolver, node: nodes.Compare, point: PointSlot, other: nodes.Node) -> Operand | None:
    if node.operator not in {"==", "!="}:
        resolver.refuse(faults.unordered(node.column, node.operator))
        return None
    negated = node.operator == "!="
    second = _text_point(resolver, other)
    if second is not None and isinstance(other, nodes.Name) and other.name not in point.members:
        return SamePoints(point, second, negated)
    value = _text_value(resolver, point, other)
    return None if value is None else Equals(point, value, negated)


def _text_value(resolver: Resolver, point: PointSlot, node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return _named_value(resolver, point, node)
    operand = resolver.operand(node)
    if operand is None:
        return None
    if isinstance(operand, TextConstant):
        return _member(resolver, point, operand.value, node.column)
    resolver.refuse(faults.wrong_kind(node.column, described(node, operand), _a_value_of(point)))
    return None


def _a_value_of(point: PointSlot) -> Text:
    """What is needed where a value of the point stands; with its values, where they are few."""
    some = ", ".join(point.members[:12])
    zh, en = (f"（{some}）", f" ({some})") if some else ("", "")
    return Text(zh=f"“{point.name}”的取值{zh}", en=f'a value of "{point.name}"{en}')


def _named_value(resolver: Resolver, point: PointSlot, node: nodes.Name) -> str | None:
    name = node.name
    parameter = resolver.parameters.get(name)
    if name in point.members:
        if parameter is None:
            return name
        member = Text(zh=f"“{point.name}”的取值", en=f'a value of "{point.name}"')
        resolver.refuse(faults.ambiguous_name(name, node.column, member, Text(zh="参数", en="a parameter")))
        return None
    if parameter is not None:
        if isinstance(parameter.value, str):
            return _member(resolver, point, parameter.value, node.column)
        what = Text(zh=f"参数“{name}”", en=f'the parameter "{name}"')
        return resolver.noted(faults.wrong_kind(node.column, what, _a_value_of(point)))
    if not point.members:
        resolver.refuse(faults.unquoted(name, node.column))
        return None
    resolver.refuse(faults.unknown_member(name, node.column, point.members, point.name))
    return None


def _member(resolver: Resolver, point: PointSlot, value: str, column: int) -> str | None:
    if point.members and value not in point.members:
        resolver.refuse(faults.unknown_member(value, column, point.members, point.name))
        return None
    return value


def among(resolver: Resolver, node: nodes.Among) -> Operand | None:
    """`x in (a, b)`: one of some texts or of some numbers."""
    point = _text_point(resolver, node.subject)
    if point is not None:
        values = [_text_value(resolver, point, choice) for choice in node.choices]
        found = tuple(value for value in values if value is not None)
        return OneOf(point, found) if len(found) == len(values) else None
    subject = resolver.number(node.subject)
    choices = [resolver.number(choice) for choice in node.choices]
    if subject is None or None in choices:
        return None
    for choice, plan in zip(node.choices, choices, strict=True):
        if not isinstance(plan, Constant):
            resolver.refuse(faults.not_constant(choice.column, format_node(choice)))
            return None
    constants = tuple(plan for plan in choices if isinstance(plan, Constant))
    numbers = resolver.noted(quantities.one_of(subject, constants, node.choices[0].column))
    said = f"in ({', '.join(plan.said for plan in constants)})"
    return None if numbers is None else OneOfNumbers(subject, numbers, said)
