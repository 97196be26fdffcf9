"""When a condition can be true, told as boxes: in each a few quantities lie in some region, and that is enough.

What cannot be worked out (the time of day, a flat point) is a thing that is so or is not, the same thing wherever it is
said again. So a condition without any box is never true, but one with boxes may still never be.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from processor.language import plan
from processor.language.compiled import WindowKind
from processor.language.counted import Below, number_of, possible, region_of, same_members
from processor.language.regions import EVERY_NUMBER, NO, YES, Choice, Region, Spans, meet
from processor.language.vocabulary import PointSlot

Box: TypeAlias = Mapping[Hashable, Region]
Limits: TypeAlias = Mapping[str, tuple[float | None, float | None]]
"""By point: what the profile takes for possible."""

MOST_BOXES: Final = 256
_MOST_JOINED: Final = 8 * MOST_BOXES

_TURNED: Final = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}
_OPPOSITE: Final = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
_AMONG_SAMPLES: Final = frozenset(
    {
        WindowKind.AVG,
        WindowKind.MIN,
        WindowKind.MAX,
        WindowKind.MEDIAN,
        WindowKind.PERCENTILE,
        WindowKind.NIGHT_MIN,
        WindowKind.FIRST,
        WindowKind.LAST,
    }
)
_NEVER_NEGATIVE: Final = frozenset({WindowKind.COUNT, WindowKind.CHANGES, WindowKind.STDDEV})


class TooManyError(Exception):
    """The condition has more boxes than are worth looking at; nothing can be told of it."""


_Known: TypeAlias = tuple[plan.ConditionPlan, list[Box] | None]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Works out the boxes of conditions over devices whose points lie within `limits`; `below` knows their groups."""

    limits: Limits
    below: Below = same_members
    _known: dict[tuple[int, bool], "_Known"] = field(default_factory=dict, repr=False)

    def never(self, condition: plan.ConditionPlan) -> bool:
        """Whether it surely can never be true; False also where that cannot be told."""
        return self._none([self._of(condition, holds=True)])

    def always(self, condition: plan.ConditionPlan) -> bool:
        """Whether it surely is true whenever it is known."""
        return self._none([self._of(condition, holds=False)])

    def implies(self, one: plan.ConditionPlan, other: plan.ConditionPlan) -> bool:
        """Whether `other` surely is true whenever `one` is."""
        return self._none([self._of(one, holds=True), self._of(other, holds=False)])

    def meets(self, one: plan.ConditionPlan, other: plan.ConditionPlan) -> bool:
        """Whether both can be true at once by the very quantities that decide `other`."""
        boxes, others = self._of(one, holds=True), self._of(other, holds=True)
        if boxes is None or others is None:
            return False
        joined = [_both(first, second) for first in boxes for second in others if second.keys() <= first.keys()]
        return any(box is not None and possible(box, self.below) for box in joined)

    def _none(self, parts: list[list[Box] | None]) -> bool:
        told = [part for part in parts if part is not None]
        if len(told) < len(parts):
            return False
        try:
            return not any(possible(box, self.below) for box in _product(told))
        except TooManyError:
            return False

    def _of(self, condition: plan.ConditionPlan, *, holds: bool) -> list[Box] | None:
        """The boxes, worked out once for each condition; None when they are too many."""
        key = (id(condition), holds)
        if key not in self._known:
            try:
                boxes = self._boxes(condition, holds=holds)
            except TooManyError:
                boxes = None
            self._known[key] = (condition, boxes)  # the condition is kept, so that its id stays its own
        return self._known[key][1]

    def _boxes(self, condition: plan.ConditionPlan, *, holds: bool) -> list[Box]:
        match condition:
            case plan.Negated():
                return self._boxes(condition.operand, holds=not holds)
            case plan.AllOf() | plan.AnyOf():
                parts = [self._boxes(part, holds=holds) for part in condition.parts]
                return _product(parts) if isinstance(condition, plan.AllOf) is holds else _sum(parts)
            case plan.SamePoints() | plan.SameVerdicts() if condition.left == condition.right:
                return [{}] if condition.negated is not holds else []
            case plan.Settled() if not condition.said.startswith("tag("):  # tags differ from device to device
                return [{}] if condition.verdict is holds else []
            case _:
                key, region = self._literal(condition, holds=holds)
                return [] if region.empty else [{key: region}]

    def _literal(  # noqa: PLR0911  # a table
        self, condition: plan.ConditionPlan, *, holds: bool
    ) -> tuple[Hashable, Region]:
        match condition:
            case plan.Against(point=point):
                region = Spans.of(_signed(condition.operator, holds=holds), condition.bound)
                return _point_key(point), region.meet(self._limits_of(point))
            case plan.Compared():
                return self._compared(condition, _signed(condition.operator, holds=holds))
            case plan.OneOfNumbers():
                return self._one_of(condition, holds=holds)
            case plan.Silent():
                limit = Spans.of(">" if holds else "<=", condition.limit_ms)
                return ("silence", condition.point.name if condition.point else ""), limit
            case plan.Equals(point=point):
                return _word(point, {condition.value}, but=condition.negated is holds)
            case plan.OneOf(point=point):
                return _word(point, set(condition.values), but=not holds)
            case plan.Peers(test=test):
                return number_of(test), region_of(test, _signed(test.operator, holds=holds))
            case plan.Settled():
                return ("said", condition.said.partition(" (it is")[0]), YES if holds else NO
            case _:
                return condition, YES if holds else NO

    def _number(self, number: plan.NumberPlan, operator: str, bound: float) -> tuple[Hashable, Region]:
        inner: plan.NumberPlan = number
        while isinstance(inner, plan.Converted) and inner.scale > 0:
            bound, inner = (bound - inner.offset) / inner.scale, inner.operand
        return _key(inner), Spans.of(operator, bound).meet(self._range(inner))

    def _compared(self, condition: plan.Compared, operator: str) -> tuple[Hashable, Region]:
        left, right = condition.left, condition.right
        if left == right:
            return "constant", Spans.between(0, 0).meet(Spans.of(operator, 0.0))
        if isinstance(left, plan.Constant) and isinstance(right, plan.Constant):
            return "constant", Spans.between(float(left.value), float(left.value)).meet(
                Spans.of(operator, float(right.value))
            )
        if isinstance(right, plan.Constant):
            return self._number(left, operator, float(right.value))
        if isinstance(left, plan.Constant):
            return self._number(right, _TURNED[operator], float(left.value))
        if repr(right) < repr(left):
            left, right, operator = right, left, _TURNED[operator]
        return ("difference", left, right), Spans.of(operator, 0.0)

    def _one_of(self, condition: plan.OneOfNumbers, *, holds: bool) -> tuple[Hashable, Region]:
        others = EVERY_NUMBER
        for value in condition.values:
            others = others.meet(Spans.of("!=", value))
        same = Spans(tuple(((value, 0), (value, 0)) for value in sorted(set(condition.values))))
        return _key(condition.subject), (same if holds else others).meet(self._range(condition.subject))

    def _range(self, number: plan.NumberPlan) -> Spans:
        if isinstance(number, plan.PointNumber):
            return self._limits_of(number.point)
        if not isinstance(number, plan.Windowed):
            return EVERY_NUMBER
        if number.kind is WindowKind.DURATION:
            return Spans.between(0, number.length_ms)
        if number.kind in _NEVER_NEGATIVE:
            return Spans.between(0, None)
        if isinstance(number.operand, plan.PointNumber) and number.kind in _AMONG_SAMPLES:
            return self._limits_of(number.operand.point)
        return EVERY_NUMBER

    def _limits_of(self, point: PointSlot) -> Spans:
        return Spans.between(*self.limits.get(point.name, (None, None)))


def _signed(operator: str, *, holds: bool) -> str:
    return operator if holds else _OPPOSITE[operator]


def _point_key(point: PointSlot) -> Hashable:
    return ("point", point.name)


def _key(number: plan.NumberPlan) -> Hashable:
    return _point_key(number.point) if isinstance(number, plan.PointNumber) else number


def _word(point: PointSlot, words: set[str], *, but: bool) -> tuple[Hashable, Region]:
    """The value of a text or enum point; an enum has no other values than its members."""
    region = Choice(frozenset(words), but=but)
    return _point_key(point), region.meet(Choice(frozenset(point.members))) if point.members else region


def _both(one: Box, other: Box) -> Box | None:
    joined = dict(one)
    for key, region in other.items():
        joined[key] = meet(joined[key], region) if key in joined else region
        if joined[key].empty:
            return None
    return joined


def _product(parts: list[list[Box]]) -> list[Box]:
    boxes: list[Box] = [{}]
    for part in parts:
        if len(boxes) * len(part) > _MOST_JOINED:
            raise TooManyError
        joined = (_both(one, other) for one in boxes for other in part)
        boxes = _bounded([box for box in joined if box is not None])
    return boxes


def _sum(parts: list[list[Box]]) -> list[Box]:
    return _bounded([box for part in parts for box in part])


def _bounded(boxes: list[Box]) -> list[Box]:
    if len(boxes) > MOST_BOXES:
        raise TooManyError
    return boxes
