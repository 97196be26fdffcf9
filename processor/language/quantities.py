"""Numbers with units meeting: each function answers with the joined plan, or with the fault that forbids it."""

from dataclasses import replace
from fractions import Fraction
from typing import Final, TypeAlias

from processor.language import faults, unit_faults
from processor.language.compiled import WindowKind
from processor.language.faults import ExpressionFault, meant_unit
from processor.language.plan import (
    Against,
    Calculated,
    Compared,
    Constant,
    Converted,
    NumberPlan,
    PointNumber,
    Windowed,
)
from processor.language.units import BARE, MILLISECOND, Unit, combine, difference, is_temperature_scale, unit
from processor.model.time import DAY, DurationMs

Pair: TypeAlias = tuple[NumberPlan, NumberPlan]

LONGEST_MS: Final[DurationMs] = 400 * DAY
"""Longer than a year and a leap day; anything above is a slip of the pen, and costs memory."""

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def compared(operator: str, left: NumberPlan, right: NumberPlan, column: int) -> Against | Compared | ExpressionFault:
    """`left operator right` with both in one unit."""
    if isinstance(left, Constant) and not isinstance(right, Constant):
        return compared(_FLIPPED[operator], right, left, column)
    fitted = _fitted(left, right, column)
    if isinstance(fitted, ExpressionFault):
        return fitted
    first, second = fitted
    if isinstance(first, PointNumber) and isinstance(second, Constant):
        return Against(first.point, operator, float(second.value), second.said)
    return Compared(operator, first, second)


def one_of(subject: NumberPlan, choices: tuple[Constant, ...], column: int) -> tuple[float, ...] | ExpressionFault:
    """The choices as numbers in the subject's unit."""
    values = []
    for choice in choices:
        fitted = _fitted(subject, choice, column)
        if isinstance(fitted, ExpressionFault):
            return fitted
        if not isinstance(fitted[1], Constant):
            raise TypeError(fitted)  # a constant stays one
        values.append(float(fitted[1].value))
    return tuple(values)


def calculated(
    operator: str, left: NumberPlan, right: NumberPlan, said: str, column: int
) -> NumberPlan | ExpressionFault:
    """`left operator right` with the unit that comes out."""
    if operator in "+-":
        return _added(operator, left, right, said, column)
    for side in (left, right):
        if is_temperature_scale(side.unit):
            return unit_faults.offset_arithmetic(column, side.unit.text)
    measured = combine(left.unit, operator, right.unit)
    if operator == "/" and isinstance(right, Constant) and right.value == 0:
        return faults.division_by_zero(column)
    if isinstance(left, Constant) and isinstance(right, Constant):
        value = left.value * right.value if operator == "*" else left.value / right.value
        return constant(value, measured, said, column)
    return Calculated(operator, left, right, measured, said, is_difference(left) or is_difference(right))


def _added(operator: str, left: NumberPlan, right: NumberPlan, said: str, column: int) -> NumberPlan | ExpressionFault:
    scales = is_temperature_scale(left.unit), is_temperature_scale(right.unit)
    if (scales == (True, True) and operator == "+") or scales == (False, True):
        return unit_faults.offset_arithmetic(column, right.unit.text)
    if scales == (True, False):
        target = difference(left.unit)
        measured, differs = left.unit, False
    else:
        target, measured = left.unit, difference(left.unit)
        differs = all(scales) or is_difference(left) or is_difference(right)
    fitted = _fitted(replace(left, unit=target), right, column)
    if isinstance(fitted, ExpressionFault):
        return fitted
    other = _converted(right, target)  # the sum comes out in the left side's unit, even where that is a constant
    if isinstance(left, Constant) and isinstance(other, Constant):
        return constant(
            left.value + other.value if operator == "+" else left.value - other.value, measured, said, column
        )
    return Calculated(operator, left, other, measured, said, differs)


def negative(operand: NumberPlan, said: str, column: int) -> NumberPlan | ExpressionFault:
    """`-operand`."""
    if is_temperature_scale(operand.unit):
        return unit_faults.offset_arithmetic(column, operand.unit.text)
    if isinstance(operand, Constant):
        return replace(operand, value=-operand.value, said=said)
    zero = Constant(Fraction(0), operand.unit, "0", operand.unit)
    return Calculated("-", zero, operand, operand.unit, said, is_difference(operand))


def constant(value: Fraction, measured: Unit, said: str, column: int) -> Constant | ExpressionFault:
    """A number that a float can hold, or the fault that it is too large."""
    try:
        shown = f"{float(value):g}"
    except OverflowError:
        return faults.number_too_large(column, said)
    return Constant(value, measured, f"{said} {shown} {measured.text}".strip(), measured)


def literal(text: str, unit_text: str, column: int, name: str = "") -> Constant | ExpressionFault:
    """A number as written, or a parameter's (`name`)."""
    measured = unit(unit_text)
    if measured is None:
        return unit_faults.unknown_unit(unit_text, column)
    value = Fraction(text)
    try:
        shown = f"{float(value):g}"
    except OverflowError:
        return faults.number_too_large(column, text)
    return Constant(value, measured, " ".join(part for part in (name, shown, unit_text) if part), measured)


def is_difference(plan: NumberPlan) -> bool:
    """Whether the number is the difference of two others, for which a degree and a kelvin are one."""
    return isinstance(plan, Calculated | Windowed) and plan.is_difference


def _fitted(left: NumberPlan, right: NumberPlan, column: int) -> Pair | ExpressionFault:
    """Both in one unit: the constant's side gives way, else the right one."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Constant) and one.unit.is_bare and (other.unit.text or other.unit.dimension):
            return unit_faults.unit_missing(column, one.said, other.unit.text)
    if left.unit.dimension != right.unit.dimension:
        said = right.said if isinstance(right, Constant) else ""
        return unit_faults.unit_mismatch(column, left.unit.text, right.unit.text, said)
    met = _same_temperature(left, right, column)
    if isinstance(met, ExpressionFault):
        return met
    left, right = met
    if isinstance(left, Constant) and not isinstance(right, Constant):
        return _converted(left, right.unit), right
    return left, _converted(right, left.unit)


def _same_temperature(left: NumberPlan, right: NumberPlan, column: int) -> Pair | ExpressionFault:
    scales = is_temperature_scale(left.unit), is_temperature_scale(right.unit)
    if scales[0] == scales[1]:
        return left, right
    scale, other = (left, right) if scales[0] else (right, left)
    if is_difference(other):
        if not isinstance(scale, Constant):
            return unit_faults.temperature_kind(column, "")
        # `delta(temperature, 5 min) >= 10 degC` can only mean ten kelvin
        scale = replace(scale, unit=difference(scale.unit), written=difference(scale.unit))
    elif isinstance(other, Constant):
        return unit_faults.temperature_kind(column, other.said.replace("K", scale.unit.text))
    return (scale, other) if scales[0] else (other, scale)


def _converted(plan: NumberPlan, target: Unit) -> NumberPlan:
    source = plan.unit
    if (source.scale, source.offset) == (target.scale, target.offset):
        return plan
    scale, offset = source.scale / target.scale, (source.offset - target.offset) / target.scale
    if isinstance(plan, Constant):
        return Constant(plan.value * scale + offset, target, plan.said, plan.written)
    return Converted(plan, float(scale), float(offset), target)


def milliseconds(length: Constant, column: int) -> DurationMs | ExpressionFault:
    """A length of time in whole milliseconds."""
    if length.unit.is_bare:
        return faults.bad_length(
            column,
            zh=f"时间长度“{length.said}”需要单位，例如“{length.said} min”",
            en=f'the length of time "{length.said}" needs a unit, such as "{length.said} min"',
            suggestion=f"{length.said} min",
        )
    if length.unit.dimension != MILLISECOND.dimension:
        number, _, said = length.said.rpartition(" ")
        meant = meant_unit(said, time=True)
        return faults.bad_length(
            column,
            zh=f"“{length.said}”不是时间长度",
            en=f'"{length.said}" is not a length of time, such as 5 min',
            suggestion=f"{number} {meant}" if meant else "",
        )
    exact = length.value * length.unit.scale / MILLISECOND.scale
    if exact > LONGEST_MS:
        return faults.bad_length(
            column, zh=f"“{length.said}”太长，最长 400 d", en=f'"{length.said}" is too long; at most 400 d'
        )
    if exact < 1:
        return faults.bad_length(
            column, zh=f"“{length.said}”太短，最短 1 ms", en=f'"{length.said}" is too short; at least 1 ms'
        )
    return int(exact)


def window_unit(kind: WindowKind, operand: Unit) -> tuple[Unit, bool]:
    """The unit a window comes out in, and whether that is a difference."""
    if kind in {WindowKind.COUNT, WindowKind.CHANGES, WindowKind.FLAT}:
        return BARE, False
    if kind in {WindowKind.DURATION, WindowKind.SINCE}:
        return MILLISECOND, False
    if kind in {WindowKind.RATE, WindowKind.SLOPE}:
        return combine(difference(operand), "/", MILLISECOND), True
    if kind in {WindowKind.DELTA, WindowKind.STDDEV}:
        return difference(operand), True
    return operand, False
