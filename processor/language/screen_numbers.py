"""Between what a number can lie during a whole run of readings: the numbers' half of `screen`."""

from collections.abc import Callable
from typing import Final, TypeAlias

from processor.language import plan as plans
from processor.language.compiled import TRUE, Screen, Span, WindowKind
from processor.language.plan import ConditionPlan, NumberPlan, Windowed
from processor.language.resolver import NUMBERS
from processor.model.time import HOUR, DurationMs

Range: TypeAlias = tuple[float, float]
Bounds: TypeAlias = Callable[[Span], Range | None]
"""Between what a number lies; None: it is unknown throughout."""

LONGEST_MS: Final[DurationMs] = 48 * HOUR
"""Windows longer than this are kept in blocks and sketches, which answer to within some percent: not screened."""

_EVERYTHING: Final[Range] = (float("-inf"), float("inf"))
# Sums and means of floats may leave the values' own range by their rounding.
_ROUNDING: Final = 1e-9
_INSIDE: Final = {WindowKind.MIN, WindowKind.MAX, WindowKind.FIRST, WindowKind.LAST}
_BETWEEN: Final = {WindowKind.AVG, WindowKind.MEDIAN, WindowKind.PERCENTILE}
_OF_TRUTH: Final = {WindowKind.COUNT, WindowKind.DURATION}
Screened: TypeAlias = Callable[[ConditionPlan], Screen]


def bounds_of(found: NumberPlan, screened: Screened) -> Bounds:
    """Between what a number lies; `screened` is how the conditions inside its windows are judged."""
    match found:
        case plans.Constant():
            return _number(float(found.value))
        case plans.PointNumber():
            return _point(found.point.slot)
        case plans.Converted():
            return _converted(bounds_of(found.operand, screened), found.scale, found.offset)
        case plans.Calculated():
            return _calculated(found.operator, bounds_of(found.left, screened), bounds_of(found.right, screened))
        case Windowed():
            return _window(found, screened)


def _number(value: float) -> Bounds:
    return lambda _span: (value, value)


def _point(slot: int) -> Bounds:
    return lambda span: span.numbers(slot)


def _converted(operand: Bounds, scale: float, offset: float) -> Bounds:
    def converted(span: Span) -> Range | None:
        found = operand(span)
        if found is None:
            return None
        one, other = found[0] * scale + offset, found[1] * scale + offset
        return (one, other) if one <= other else (other, one)

    return converted


def _calculated(operator: str, left: Bounds, right: Bounds) -> Bounds:
    def calculated(span: Span) -> Range | None:
        one, other = left(span), right(span)
        if one is None or other is None:
            return None
        if operator == "+":
            return one[0] + other[0], one[1] + other[1]
        if operator == "-":
            return one[0] - other[1], one[1] - other[0]
        if operator == "/" and other[0] <= 0 <= other[1]:
            return _EVERYTHING
        corners = [first * second if operator == "*" else first / second for first in one for second in other]
        # inf * 0 is no number: then nothing can be said.
        return _EVERYTHING if any(corner != corner for corner in corners) else (min(corners), max(corners))  # noqa: PLR0124 - NaN

    return calculated


def _window(found: Windowed, screened: Screened) -> Bounds:
    if found.length_ms > LONGEST_MS or found.zone:
        return _anywhere
    if found.kind in _OF_TRUTH:
        return _truth_in(found, screened)
    if not isinstance(found.operand, NUMBERS):
        return _anywhere
    inner, kind, length_ms = bounds_of(found.operand, screened), found.kind, found.length_ms

    def window(span: Span) -> Range | None:
        wide = span.back(length_ms)
        values = inner(wide) if wide is not None else _EVERYTHING
        return None if values is None else _range_of(kind, values, length_ms)

    return window


def _anywhere(_span: Span) -> Range:
    return _EVERYTHING


def _range_of(kind: WindowKind, values: Range, length_ms: DurationMs) -> Range:
    low, high = values
    if kind in _INSIDE:
        return values
    if kind in _BETWEEN:
        slack = _ROUNDING * max(abs(low), abs(high))
        return low - slack, high + slack
    spread = high - low
    if kind is WindowKind.DELTA:
        return -spread, spread
    if kind is WindowKind.RATE:
        # It is unknown until half of its window has been seen.
        steepest = spread / (length_ms / 2)
        return -steepest, steepest
    if kind is WindowKind.STDDEV:
        return 0.0, spread * (1 + _ROUNDING)
    return _EVERYTHING


def _truth_in(found: Windowed, screened: Screened) -> Bounds:
    """How often or how long a condition was true: 0 where it cannot have been."""
    if isinstance(found.operand, (*NUMBERS, plans.PointValue)):
        return _anywhere
    inner, length_ms = screened(found.operand), found.length_ms

    def truth_in(span: Span) -> Range | None:
        wide = span.back(length_ms)
        return (0.0, float("inf")) if wide is None or inner(wide) & TRUE else (0.0, 0.0)

    return truth_in
