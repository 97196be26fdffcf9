"""An expression with every name resolved and every unit converted: what `resolve.py` makes and `compile.py` turns.

Numbers carry the unit they come out in; constants are already in the unit of what they are compared with. `said` is
how the operator wrote it, for the evidence. Long because it is one list: a kind of plan, a few lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from processor.language.compiled import WindowKind
from processor.language.schedule import Schedule
from processor.language.tallies import GroupTest
from processor.language.units import Unit
from processor.language.vocabulary import PointSlot
from processor.model.time import DurationMs


@dataclass(frozen=True, slots=True)
class Constant:
    """A number known at compile time, exactly, in `unit`; `written` is the unit the operator thinks in."""

    value: Fraction
    unit: Unit
    said: str
    written: Unit


@dataclass(frozen=True, slots=True)
class PointNumber:
    point: PointSlot
    unit: Unit


@dataclass(frozen=True, slots=True)
class Calculated:
    """`left operator right`; both sides are already in units that fit."""

    operator: str
    left: "NumberPlan"
    right: "NumberPlan"
    unit: Unit
    said: str
    is_difference: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    operand: "NumberPlan"
    scale: float
    offset: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class Windowed:
    """What the engine's running window over `operand` says."""

    kind: WindowKind
    operand: "NumberPlan | ConditionPlan | PointValue"
    length_ms: DurationMs
    unit: Unit
    said: str
    is_difference: bool = False
    percent: int = 0
    zone: str = ""
    same_hour: bool = False
    night: tuple[int, int, int] | None = None


NumberPlan: TypeAlias = Constant | PointNumber | Calculated | Converted | Windowed


@dataclass(frozen=True, slots=True)
class PointValue:
    """A point's value whatever its kind, for windows that only ask whether it changed."""

    point: PointSlot


@dataclass(frozen=True, slots=True)
class Stood:
    """The window (of kind `flat`) says that its operand was one and the same all the time."""

    window: Windowed


@dataclass(frozen=True, slots=True)
class Settled:
    """A condition known at compile time."""

    verdict: bool
    said: str


@dataclass(frozen=True, slots=True)
class PointTrue:
    point: PointSlot


@dataclass(frozen=True, slots=True)
class Against:
    """A point against a constant in the point's unit: by far the most usual test, with a fast path of its own."""

    point: PointSlot
    operator: str
    bound: float
    said_bound: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two numbers in one unit."""

    operator: str
    left: NumberPlan
    right: NumberPlan


@dataclass(frozen=True, slots=True)
class Equals:
    """A text or enum point against one of its values."""

    point: PointSlot
    value: str
    negated: bool


@dataclass(frozen=True, slots=True)
class SamePoints:
    """Two text or enum points against each other."""

    left: PointSlot
    right: PointSlot
    negated: bool


@dataclass(frozen=True, slots=True)
class SameVerdicts:
    left: "ConditionPlan"
    right: "ConditionPlan"
    negated: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    point: PointSlot
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOfNumbers:
    subject: NumberPlan
    values: tuple[float, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Negated:
    operand: "ConditionPlan"


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["ConditionPlan", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["ConditionPlan", ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came for `limit_ms`: from the point, or (None) from the device. Never unknown."""

    point: PointSlot | None
    limit_ms: DurationMs
    said: str


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    schedule: Schedule
    said: str


@dataclass(frozen=True, slots=True)
class Peers:
    """What the devices at this device's place say."""

    test: GroupTest


ConditionPlan: TypeAlias = (
    Settled
    | PointTrue
    | Against
    | Compared
    | Equals
    | SamePoints
    | SameVerdicts
    | OneOf
    | OneOfNumbers
    | Stood
    | Negated
    | AllOf
    | AnyOf
    | Silent
    | TimeOfDay
    | Peers
)

Plan: TypeAlias = NumberPlan | ConditionPlan | PointValue


def parts_of(plan: Plan) -> tuple[Plan, ...]:
    """The plans directly below."""
    match plan:
        case Calculated() | Compared() | SameVerdicts():
            return (plan.left, plan.right)
        case Converted() | Windowed() | Negated():
            return (plan.operand,)
        case OneOfNumbers():
            return (plan.subject,)
        case Stood():
            return (plan.window,)
        case AllOf() | AnyOf():
            return plan.parts
        case _:
            return ()


def own_points(plan: Plan) -> tuple[PointSlot, ...]:
    """The points this plan itself looks at, its parts not counted."""
    match plan:
        case PointNumber() | PointValue() | PointTrue() | Against() | Equals() | OneOf():
            return (plan.point,)
        case SamePoints():
            return (plan.left, plan.right)
        case Silent():
            return () if plan.point is None else (plan.point,)
        case _:
            return ()


def within(plan: Plan) -> Iterator[Plan]:
    """The plan and everything below it; depth is limited since parsing."""
    yield plan
    for part in parts_of(plan):
        yield from within(part)


def has_point(plan: Plan) -> bool:
    """Whether an arrival can change it at all."""
    return any(own_points(part) or isinstance(part, Silent | Peers) for part in within(plan))
