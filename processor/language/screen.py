"""What a condition can say during a whole run of readings, judged once from the smallest and largest values in it.

Never too narrow: a verdict that is missing from the answer is not given at any reading of the run. Most runs of most
devices cannot make any rule true, and a backtest then need not look at their readings one by one.
"""

from typing import Final

from processor.language import plan as plans
from processor.language.compiled import FALSE, TRUE, UNKNOWN, Screen, Span
from processor.language.plan import ConditionPlan, NumberPlan, Windowed
from processor.language.screen_numbers import Bounds, Range, bounds_of
from processor.model.reading import Value
from processor.model.time import DurationMs

ANY: Final = TRUE | FALSE | UNKNOWN


def screened(found: ConditionPlan) -> Screen:  # noqa: PLR0911, C901  # one answer for each kind of plan
    """Which verdicts a condition can give."""
    match found:
        case plans.Settled():
            return _constantly(TRUE if found.verdict else FALSE)
        case plans.Against():
            return _against(found.operator, found.point.slot, (found.bound, found.bound))
        case plans.Compared():
            slots = _plain_slots(found.left, found.right)
            return _compared(found.operator, bounds_of(found.left, screened), bounds_of(found.right, screened), slots)
        case plans.PointTrue():
            return _among(found.point.slot, (True,), negated=False)
        case plans.Equals():
            return _among(found.point.slot, (found.value,), negated=found.negated)
        case plans.OneOf():
            return _among(found.point.slot, found.values, negated=False)
        case plans.OneOfNumbers():
            return _among_numbers(bounds_of(found.subject, screened), found.values)
        case plans.Negated():
            return _turned(screened(found.operand))
        case plans.AllOf():
            return _all_of(tuple(screened(part) for part in found.parts))
        case plans.AnyOf():
            return _turned(_all_of(tuple(_turned(screened(part)) for part in found.parts)))
        case plans.Silent():
            return _silent(None if found.point is None else found.point.slot, found.limit_ms)
        case _:
            return _constantly(ANY)


def _constantly(possible: int) -> Screen:
    return lambda _span: possible


def _turned(screen: Screen) -> Screen:
    def turned(span: Span) -> int:
        possible = screen(span)
        return possible & UNKNOWN | (possible & TRUE) << 1 | (possible & FALSE) >> 1

    return turned


def _all_of(parts: tuple[Screen, ...]) -> Screen:
    def both(span: Span) -> int:
        found, true = 0, TRUE
        for part in parts:
            possible = part(span)
            if possible == FALSE:
                return FALSE
            found |= possible & ~TRUE
            true &= possible
        return found | true

    return both


def _among(slot: int, wanted: tuple[Value, ...], *, negated: bool) -> Screen:
    def among(span: Span) -> int:
        found = 0 if span.known(slot) else UNKNOWN
        for value in span.members(slot):
            found |= FALSE if (value in wanted) is negated else TRUE
        return found

    return among


def _silent(slot: int | None, limit_ms: DurationMs) -> Screen:
    return lambda span: FALSE | (TRUE if span.silence(slot) >= limit_ms else 0)


def _plain_slots(*sides: NumberPlan) -> frozenset[int] | None:
    """The points of numbers that are known whenever these are; None where windows or sums may still be unknown."""
    parts = [part for side in sides for part in plans.within(side)]
    if any(isinstance(part, Windowed | plans.Calculated) for part in parts):
        return None
    return frozenset(point.slot for part in parts for point in plans.own_points(part))


def _against(operator: str, slot: int, bound: Range) -> Screen:
    """By far the most usual test: a point against a constant."""
    verdicts = _VERDICTS[operator]

    def against(span: Span) -> int:
        found = span.numbers(slot)
        if found is None:
            return UNKNOWN
        possible = verdicts(found, bound)
        return possible if span.known(slot) else possible | UNKNOWN

    return against


def _compared(operator: str, left: Bounds, right: Bounds, slots: frozenset[int] | None) -> Screen:
    verdicts = _VERDICTS[operator]

    def compared(span: Span) -> int:
        one, other = left(span), right(span)
        if one is None or other is None:
            return UNKNOWN
        known = slots is not None and all(span.known(slot) for slot in slots)
        return (0 if known else UNKNOWN) | verdicts(one, other)

    return compared


def _at_least(one: Range, other: Range) -> int:
    return (TRUE if one[1] >= other[0] else 0) | (FALSE if one[0] < other[1] else 0)


def _above(one: Range, other: Range) -> int:
    return (TRUE if one[1] > other[0] else 0) | (FALSE if one[0] <= other[1] else 0)


def _at_most(one: Range, other: Range) -> int:
    return _at_least(other, one)


def _below(one: Range, other: Range) -> int:
    return _above(other, one)


def _equal(one: Range, other: Range) -> int:
    meet = one[0] <= other[1] and other[0] <= one[1]
    same = one[0] == one[1] == other[0] == other[1]
    return (TRUE if meet else 0) | (0 if same else FALSE)


def _unequal(one: Range, other: Range) -> int:
    equal = _equal(one, other)
    return (equal & TRUE) << 1 | (equal & FALSE) >> 1


_VERDICTS: Final = {">=": _at_least, ">": _above, "<=": _at_most, "<": _below, "==": _equal, "!=": _unequal}


def _among_numbers(subject: Bounds, values: tuple[float, ...]) -> Screen:
    def among(span: Span) -> int:
        found = subject(span)
        if found is None:
            return UNKNOWN
        return ANY if any(found[0] <= value <= found[1] for value in values) else FALSE | UNKNOWN

    return among
