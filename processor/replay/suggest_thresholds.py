"""Which numeric parameters of a rule are limits that something measured is compared with, and what is measured."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from processor.engine.blueprint import parsed
from processor.language.format import format_node
from processor.language.nodes import And, Compare, Group, Name, Node, Not, Or
from processor.language.walking import names_used
from processor.model.rule import Parameter, Rule

HIGH: Final = frozenset({">", ">="})
MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


class Threshold(NamedTuple):
    """`parameter` limits what `measured` says. `is_high`: the rule is true above it; else below."""

    parameter: str
    measured: Node
    compared: Node
    text: str
    is_high: bool
    zone: str


def thresholds_of(rule: Rule, zone: str) -> tuple[Threshold, ...]:
    """Every limit in the levels' conditions, each parameter once, as it is first used."""
    found: dict[str, Threshold] = {}
    own = rule.active.zone if rule.active else zone
    for trigger in rule.triggers:
        for threshold in _within(parsed(trigger.when.text), rule, own, turned=False) if trigger.when.text else ():
            found.setdefault(threshold.parameter, threshold)
    return tuple(found.values())


def _within(node: Node, rule: Rule, zone: str, *, turned: bool) -> Iterator[Threshold]:
    match node:
        case And() | Or():
            for part in node.parts:
                yield from _within(part, rule, zone, turned=turned)
        case Not():
            yield from _within(node.operand, rule, zone, turned=not turned)
        case Group():
            yield from _within(node.where, rule, zone, turned=turned)
        case Compare():
            threshold = _compared(node, rule, zone, turned=turned)
            if threshold is not None:
                yield threshold
        case _:
            return


def _compared(node: Compare, rule: Rule, zone: str, *, turned: bool) -> Threshold | None:
    """`measured >= limit`, either way round."""
    for limit, measured, operator in (
        (node.right, node.left, node.operator),
        (node.left, node.right, MIRRORED.get(node.operator, "")),
    ):
        if not isinstance(limit, Name) or operator not in MIRRORED or not _is_number(rule.parameters.get(limit.name)):
            continue
        if names_used(measured) - rule.parameters.keys():
            is_high = (operator in HIGH) is not turned
            return Threshold(limit.name, measured, node, format_node(measured), is_high, zone)
    return None


def _is_number(parameter: Parameter | None) -> bool:
    return parameter is not None and isinstance(parameter.value, int | float) and not isinstance(parameter.value, bool)
