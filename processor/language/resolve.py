"""What each kind of node means, and the table that `Resolver` looks it up in.

`resolve(node, ...)` is the one way from a tree to a plan: checking and compiling both go through it.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from processor.language import faults, group_faults, nodes, quantities, unit_faults
from processor.language.comparisons import among, compare
from processor.language.faults import ExpressionFault
from processor.language.format import format_node
from processor.language.group_terms import group_test
from processor.language.peers import misplaced
from processor.language.plan import (
    AllOf,
    AnyOf,
    ConditionPlan,
    Negated,
    NumberPlan,
    Peers,
    PointNumber,
    PointTrue,
    PointValue,
    Settled,
    Silent,
    TimeOfDay,
)
from processor.language.resolver import Form, Operand, Resolver, TextConstant
from processor.language.schedule import Schedule, is_zone
from processor.language.units import unit
from processor.language.vocabulary import PointSlot, Vocabulary
from processor.language.windows import aggregate, night_min, since
from processor.model.profile import PointKind
from processor.model.rule import Parameter
from processor.model.text import Text


def resolve(
    node: nodes.Node,
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    attributes: Mapping[str, str],
    *,
    zone: str,
    tags: Collection[str] | None = None,
    peers: bool = False,
    rule: str = "",
) -> tuple[ConditionPlan | None, list[ExpressionFault]]:
    """The plan of a condition over one device and what is wrong with it; a plan only when nothing is.

    `peers`: group tests of `rule` may stand in it, about the device's own place.
    """
    resolver = Resolver(vocabulary, parameters, attributes, zone, FORMS, tags, peers=peers, rule=rule)
    if peers and (wrong := misplaced(node)):
        return None, wrong
    plan = resolver.condition(node)
    return (None if resolver.faults else plan), resolver.faults


def _name(resolver: Resolver, node: nodes.Name) -> Operand | None:
    point = resolver.point(node.name)
    if node.name in resolver.parameters:
        if point is None:
            return resolver.parameter(node)
        first, second = Text(zh="测点", en="a point"), Text(zh="参数", en="a parameter")
        resolver.refuse(faults.ambiguous_name(node.name, node.column, first, second))
        return None
    if point is None:
        known = resolver.vocabulary.slots
        resolver.refuse(faults.unknown_name(node.name, node.column, known, resolver.parameters, resolver.tags or ()))
        return None
    return _point(resolver, node, point)


def _point(resolver: Resolver, node: nodes.Name, point: PointSlot) -> Operand | None:
    if point.kind is PointKind.BOOLEAN:
        return PointTrue(point)
    if point.kind is not PointKind.NUMBER:
        return PointValue(point)
    measured = unit(point.unit)
    if measured is None:
        resolver.refuse(unit_faults.unknown_unit(point.unit, node.column))
        return None
    return PointNumber(point, measured)


def _number(resolver: Resolver, node: nodes.Number) -> Operand | None:
    return resolver.noted(quantities.literal(node.text, node.unit, node.column))


def _quoted(_resolver: Resolver, node: nodes.Quoted) -> Operand:
    return TextConstant(node.value)


def _truth(_resolver: Resolver, node: nodes.Truth) -> Operand:
    return Settled(node.value, format_node(node))


def _negative(resolver: Resolver, node: nodes.Negative) -> Operand | None:
    operand = resolver.number(node.operand)
    if operand is None:
        return None
    return _accepted(resolver, quantities.negative(operand, format_node(node), node.column))


def _arithmetic(resolver: Resolver, node: nodes.Arithmetic) -> Operand | None:
    left, right = resolver.number(node.left), resolver.number(node.right)
    if left is None or right is None:
        return None
    answer = quantities.calculated(node.operator, left, right, format_node(node), node.right.column)
    return _accepted(resolver, answer)


def _accepted(resolver: Resolver, answer: NumberPlan | ExpressionFault) -> NumberPlan | None:
    if not isinstance(answer, ExpressionFault):
        return answer
    resolver.refuse(answer)
    return None


def _not(resolver: Resolver, node: nodes.Not) -> Operand | None:
    operand = resolver.condition(node.operand)
    return None if operand is None else Negated(operand)


def _and(resolver: Resolver, node: nodes.And) -> Operand | None:
    parts = [resolver.condition(part) for part in node.parts]
    found = tuple(part for part in parts if part is not None)
    return AllOf(found) if len(found) == len(parts) else None


def _or(resolver: Resolver, node: nodes.Or) -> Operand | None:
    parts = [resolver.condition(part) for part in node.parts]
    found = tuple(part for part in parts if part is not None)
    return AnyOf(found) if len(found) == len(parts) else None


def _missing(resolver: Resolver, node: nodes.Missing) -> Operand | None:
    limit_ms = resolver.length(node.length)
    if node.point is None:
        return None if limit_ms is None else Silent(None, limit_ms, format_node(node))
    point = resolver.point(node.point.name)
    if point is None:
        resolver.refuse(faults.unknown_point(node.point.name, node.point.column, resolver.vocabulary.slots))
        return None
    return None if limit_ms is None else Silent(point, limit_ms, format_node(node))


def _tag(resolver: Resolver, node: nodes.TagTest) -> Operand | None:
    if resolver.tags is not None and node.tag not in resolver.tags:
        resolver.refuse(faults.unknown_tag(node.tag, node.column, resolver.tags))
        return None
    has = resolver.attributes.get(node.tag)
    shown = "none" if has is None else has
    return Settled(has in node.values, f"{format_node(node)} (it is {shown})")


def _time(resolver: Resolver, node: nodes.TimeIn) -> Operand | None:
    if not is_zone(resolver.zone):
        resolver.refuse(faults.bad_zone(resolver.zone, node.column))
        return None
    return TimeOfDay(Schedule(node.begin_minute, node.end_minute, resolver.zone), format_node(node))


def _group(resolver: Resolver, node: nodes.Group) -> Operand | None:
    if not resolver.peers:
        resolver.refuse(group_faults.group_in_device(node.column))
        return None
    test, found = group_test(node, resolver.parameters)
    resolver.faults += found
    return None if test is None else Peers(replace(test, rule=resolver.rule))


FORMS: Final[Mapping[type, Form]] = {
    nodes.Name: _name,
    nodes.Number: _number,
    nodes.Quoted: _quoted,
    nodes.Truth: _truth,
    nodes.Negative: _negative,
    nodes.Arithmetic: _arithmetic,
    nodes.Compare: compare,
    nodes.Among: among,
    nodes.TagTest: _tag,
    nodes.Not: _not,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Aggregate: aggregate,
    nodes.Since: since,
    nodes.NightMin: night_min,
    nodes.Missing: _missing,
    nodes.TimeIn: _time,
    nodes.Group: _group,
}
