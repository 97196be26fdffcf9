"""What must be looked at when a message has come, and no more.

A message settles much by itself: what it carries is neither silent nor old. What is left of a rule's conditions is cut
into looks: if none of them is true, no condition is. A look that is only true where another one is, is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeAlias

from processor.language.compiled import DeviceView, Evaluate
from processor.language.fold import folded
from processor.language.logic import constantly
from processor.language.plan import (
    Against,
    AllOf,
    AnyOf,
    Calculated,
    Compared,
    ConditionPlan,
    Constant,
    Converted,
    Negated,
    OneOfNumbers,
    Peers,
    Plan,
    SameVerdicts,
    Settled,
    Silent,
    Windowed,
    within,
)
from processor.language.vocabulary import PointSlot
from processor.model.time import EpochMs

_INNER: Final = (AllOf, AnyOf, Negated, SameVerdicts, Compared, Calculated, Converted, OneOfNumbers)
_UPWARDS: Final = frozenset({">=", ">"})
_DOWNWARDS: Final = frozenset({"<=", "<"})
_WINDOW_COST: Final = 4

Holds: TypeAlias = Callable[[DeviceView, EpochMs], object]
"""Something that is true, or is not: here unknown is as good as false."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way in which a condition comes true: all of its parts are."""

    parts: tuple[ConditionPlan, ...]
    compiled: Callable[[ConditionPlan], Evaluate]

    def ordered(self) -> list[ConditionPlan]:
        """Its parts as they are looked at: what is cheap first."""
        return sorted(self.parts, key=_cost)

    def evaluate(self) -> Holds:
        """Whether it is true."""
        return _all_true([self.compiled(part) for part in self.ordered()])


@dataclass(frozen=True, slots=True)
class Said:
    """What is left of a condition after a message."""

    plan: ConditionPlan
    verdict: Evaluate | None
    """The verdict, None where the message alone makes it false."""
    looks: tuple[Look, ...]


def said(plan: ConditionPlan, present: frozenset[int], compile_one: Callable[[ConditionPlan], Evaluate]) -> Said:
    """What is left of `plan` when a message with the points `present` has just been taken, none of it older."""
    left = folded(_just_said(plan, present))
    if isinstance(left, Settled) and not left.verdict:
        return Said(left, None, ())
    looks = tuple(Look(tuple(_conjuncts(way)), compile_one) for way in _disjuncts(left))
    return Said(left, compile_one(left), looks)


def _just_said(found: Any, present: frozenset[int]) -> Any:  # noqa: ANN401  # any part of a plan, and the same back
    match found:
        case Silent():
            heard = found.point is None or found.point.slot in present
            return Settled(found.limit_ms <= 0, found.said) if heard else found
        case PointSlot():
            heard = found.with_device or found.slot in present
            return replace(found, stale_after_ms=None) if heard else found
        case tuple():
            return tuple(_just_said(part, present) for part in found)
        case Windowed() | Constant():
            return found  # what a window has sampled it has sampled; that it is not old its compiler knows
        case _ if isinstance(found, _INNER) or _has_point(found):
            said_parts = {each.name: _just_said(getattr(found, each.name), present) for each in fields(found)}
            return replace(found, **said_parts)
        case _:
            return found


def _has_point(found: object) -> bool:
    return isinstance(getattr(found, "point", None) or getattr(found, "left", None), PointSlot)


def _disjuncts(plan: ConditionPlan) -> Iterator[ConditionPlan]:
    if isinstance(plan, AnyOf):
        for part in plan.parts:
            yield from _disjuncts(part)
    elif not isinstance(plan, Settled) or plan.verdict:
        yield plan


def _conjuncts(plan: ConditionPlan) -> Iterator[ConditionPlan]:
    if isinstance(plan, AllOf):
        for part in plan.parts:
            yield from _conjuncts(part)
    elif not isinstance(plan, Settled) or not plan.verdict:
        yield plan


def fewest(looks: Iterable[Look]) -> tuple[Holds, ...]:
    """As few of the looks as say the same: one of all is true if and only if one of these is."""
    return tuple(look.evaluate() for look in needed(looks))


def needed(looks: Iterable[Look]) -> list[Look]:
    """The same, not yet compiled."""
    kept: list[Look] = []
    for look in looks:
        if not _implied(look, kept):
            kept = [other for other in kept if not _implied(other, [look])]
            kept.append(look)
    # A look over ways in which a part may be true can only be told once all the others are known.
    return [look for index, look in enumerate(kept) if not _implied(look, kept[:index] + kept[index + 1 :])]


def _implied(look: Look, others: Sequence[Look]) -> bool:
    """Whether one of the others is true wherever this one is."""
    for other in others:
        if all(any(_implies(part, wanted) for part in look.parts) for wanted in other.parts):
            return True
    single = [other.parts[0] for other in others if len(other.parts) == 1]
    return any(
        all(any(_implies(way, wanted) for wanted in single) for way in part.parts)
        for part in look.parts
        if isinstance(part, AnyOf)
    )


def _implies(one: ConditionPlan, other: ConditionPlan) -> bool:
    if any(isinstance(part, Peers) for part in within(one)):
        return False  # of two rules that ask the same each has its own members
    if isinstance(other, AnyOf):
        return one == other or any(_implies(one, way) for way in other.parts)
    if isinstance(one, Against) and isinstance(other, Against):
        return one.point == other.point and _reaches(one.operator, one.bound, other.operator, other.bound)
    if isinstance(one, Compared) and isinstance(other, Compared) and one.left == other.left:
        first, second = one.right, other.right
        if isinstance(first, Constant) and isinstance(second, Constant) and first.unit == second.unit:
            return _reaches(one.operator, float(first.value), other.operator, float(second.value))
    return one == other


def _reaches(sign: str, bound: float, other: str, further: float) -> bool:
    """Whether every number that is `sign bound` is `other further`."""
    if {sign, other} <= _UPWARDS:
        beyond = bound - further
    elif {sign, other} <= _DOWNWARDS:
        beyond = further - bound
    else:
        return False
    return beyond > 0 or (beyond == 0 and (sign in {">", "<"} or other in {">=", "<="}))


def _cost(plan: Plan) -> int:
    return sum(_WINDOW_COST if isinstance(part, Windowed) else 1 for part in within(plan))


def _all_true(parts: Sequence[Evaluate]) -> Holds:
    if len(parts) < 2:  # noqa: PLR2004  # the usual number
        return parts[0] if parts else constantly(verdict=True)
    first, *others = parts
    rest = tuple(others)

    def evaluate(view: DeviceView, now: EpochMs) -> object:
        if not first(view, now):
            return False
        for part in rest:  # noqa: SIM110  # all(…) would cost twice as much
            if not part(view, now):
                return False
        return True

    return evaluate
