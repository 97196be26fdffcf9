"""A time that a rule says directly, or through one of its parameters."""

from collections.abc import Mapping

from processor.language.faults import ExpressionFault
from processor.language.quantities import literal, milliseconds
from processor.model.rule import Parameter, Rule, Trigger
from processor.model.time import DurationMs


def hold_ms(parameters: Mapping[str, Parameter], named: str, written_ms: DurationMs) -> DurationMs:
    """`written_ms`, or what the parameter `named` says. The loader has seen to it that it is a time, none being 0."""
    parameter = parameters.get(named)
    if parameter is None or isinstance(parameter.value, str) or not parameter.value:
        return 0 if parameter is not None else written_ms
    length = literal(repr(float(parameter.value)), parameter.unit, 1)
    found = length if isinstance(length, ExpressionFault) else milliseconds(length, 1)
    return written_ms if isinstance(found, ExpressionFault) else found


def fall_ms(rule: Rule, trigger: Trigger, parameters: Mapping[str, Parameter]) -> DurationMs:
    """How long a level must be false before it falls: its own time, else the rule's clearing time."""
    if trigger.clear_for_named or trigger.clear_for_ms is not None:
        return hold_ms(parameters, trigger.clear_for_named, trigger.clear_for_ms or 0)
    return hold_ms(parameters, rule.clear.for_named, rule.clear.for_ms)
