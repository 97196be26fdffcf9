"""Conditions that are well-formed and yet make no sense: never true, always true, a way back that is none.

Everything is worked out from what the points can be (`boxes.Boxes`); what cannot be worked out is let pass.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final, TypeAlias

from processor.language.boxes import Boxes
from processor.language.compiled import WindowKind
from processor.language.counted import number_of, region_of
from processor.language.fault import ExpressionFault, fault
from processor.language.format import format_node
from processor.language.nodes import Aggregate, Among, Compare, Group, NightMin, Node, Since
from processor.language.operators import OPERATORS
from processor.language.plan import (
    Against,
    AllOf,
    AnyOf,
    Compared,
    ConditionPlan,
    Constant,
    Peers,
    SamePoints,
    SameVerdicts,
    Windowed,
    within,
)
from processor.language.regions import Spans
from processor.language.tallies import GroupTest
from processor.language.walking import children, walk
from processor.model.text import Text
from processor.model.time import DurationMs

Plan: TypeAlias = Callable[[Node], ConditionPlan | None]
"""The plan of a part of a condition, None when it has faults of its own."""

Asked: TypeAlias = Callable[[GroupTest], Sequence[ConditionPlan]]
"""What a group test asks each kind of its members."""

_COUNTING: Final = frozenset({WindowKind.COUNT, WindowKind.CHANGES})
_NONE: Final = Spans.between(0, 0)
_COUNT: Final = Text(zh="：个数是从 0 起的整数", en=": a count is a whole number from 0 up")
_SAME: Final = Text(zh="：两边是同一个", en=": both sides are the same")
_SHARE: Final = Text(zh="：比例的范围是 0 % 到 100 %", en=": a share is from 0 % to 100 %")


def settled_parts(tree: Node, plan: Plan, boxes: Boxes) -> list[ExpressionFault]:
    """The comparisons within the condition that are never, or always, true; the whole of it where no part is."""
    found = [one for node in comparisons(tree) if (one := _settled(node, plan(node), boxes)) is not None]
    whole = plan(tree)
    if found or whole is None:
        return found
    if boxes.never(whole):
        return [_contradiction(tree.column)]
    return [_tautology(tree.column)] if boxes.always(whole) else []


def comparisons(tree: Node) -> Iterator[Node]:
    """Every comparison of the condition; a group test is one, and what it asks of its members is not looked into."""
    if isinstance(tree, Compare | Among | Group):
        yield tree
    for part in () if isinstance(tree, Group) else children(tree):
        yield from comparisons(part)


def _settled(node: Node, plan: ConditionPlan | None, boxes: Boxes) -> ExpressionFault | None:
    if plan is None:
        return None
    said, why = format_node(node), _why(plan, boxes)
    if boxes.never(plan):
        return fault(
            "never_true",
            node.column,
            zh=f"“{said}”永远不会成立{why.zh}",
            en=f'"{said}" can never be true{why.en}',
        )
    if boxes.always(plan):
        return fault("always_true", node.column, zh=f"“{said}”总是成立{why.zh}", en=f'"{said}" is always true{why.en}')
    return None


def _why(plan: ConditionPlan, boxes: Boxes) -> Text:
    """What the thing that is compared can be, where that is known."""
    if isinstance(plan, Compared | SamePoints | SameVerdicts) and plan.left == plan.right:
        return _SAME
    if isinstance(plan, Peers):
        return _SHARE if plan.test.is_share else _COUNT
    if not isinstance(plan, Against):
        return Text(zh="", en="")
    name = plan.point.name
    low, high = boxes.limits.get(name, (None, None))
    if low is None and high is None:
        return Text(zh="", en="")
    begin, end = ("…" if each is None else f"{each:g} {plan.point.unit}".rstrip() for each in (low, high))
    return Text(zh=f"：{name} 的范围是 {begin} 到 {end}", en=f": {name} is from {begin} to {end}")


def _contradiction(column: int) -> ExpressionFault:
    return fault(
        "never_true",
        column,
        zh="这个条件的各部分互相矛盾，永远不会成立",
        en="the parts of this condition contradict each other: it can never be true",
    )


def _tautology(column: int) -> ExpressionFault:
    return fault(
        "always_true",
        column,
        zh="这个条件总是成立：它的各部分合起来包括了所有情况",
        en="this condition is always true: its parts together leave nothing out",
    )


def unreached(column: int, level: str, other: str) -> ExpressionFault:
    """A level that a graver or equal one always reaches first."""
    if level == other:
        return fault(
            "trigger_needless",
            column,
            zh=f"这一条多余：它成立时，{other} 的另一条总是同时或更早达到",
            en=f"this one is needless: whenever it is true, another one of {other} is reached no later",
        )
    return fault(
        "level_unreached",
        column,
        zh=f"永远到不了 {level}：这个条件成立时，更重的 {other} 总是同时或更早达到",
        en=f"{level} can never be reached: whenever this is true, the graver {other} is reached no later",
    )


def way_back(
    when: ConditionPlan, clear: ConditionPlan, boxes: Boxes, column: int, level: str, *, at_once: bool
) -> ExpressionFault | None:
    """What is wrong with a clearing of a trigger that makes sense itself; `at_once`: nothing holds the clearing up.

    What looks back in time is over by itself: there the way back is a rest that may begin while it is still true.
    """
    passing = _looking_back(when) - _looking_back(clear)
    if not at_once and passing:
        return None
    if boxes.implies(when, clear):
        return fault(
            "clear_contradicts",
            column,
            zh=f"{level} 的条件成立时这个恢复条件总是成立：告警一触发就开始恢复",
            en=f"whenever {level} is true this is true as well: the alert begins to clear as soon as it fires",
        )
    if boxes.meets(when, clear) and not passing:
        return fault(
            "clear_overlaps",
            column,
            zh=f"这个恢复条件与 {level} 的条件有重叠：在重叠处告警会反复触发和恢复",
            en=f"this overlaps the condition of {level}: where both are true the alert fires and clears in turn",
        )
    return None


def _looking_back(plan: ConditionPlan) -> frozenset[Hashable]:
    """The windows in it, and the numbers of group tests over a time or over members that are asked of one."""
    windows = [each for each in within(plan) if isinstance(each, Windowed)]
    tests = [number_of(each.test) for each in within(plan) if isinstance(each, Peers)]
    return frozenset([*windows, *(test for test in tests if test.within_ms or _has_window(test.where))])


def _has_window(node: Node) -> bool:
    return any(isinstance(each, Aggregate | Since | NightMin) for each in walk(node))


def outlasting(column: int, plan: ConditionPlan, hold: DurationMs, shown: str, asked: Asked) -> ExpressionFault | None:
    """A hold longer than the window in which something is counted: the same events must come again and again."""
    said = _over(plan, hold, asked)
    if not said:
        return None
    return fault(
        "hold_outlasts",
        column,
        zh=f"“{said}”只看到窗口之内，却要持续 {shown}：一次的事件到时已经不在窗口里",
        en=f'"{said}" looks back less far than the {shown} it must hold: what happened once is then over',
    )


def _over(plan: ConditionPlan, hold: DurationMs, asked: Asked) -> str:
    """What it counts that is over before the hold, where the condition is then surely over as well; else nothing."""
    match plan:
        case AllOf():
            return next((said for part in plan.parts if (said := _over(part, hold, asked))), "")
        case AnyOf():
            found = [_over(part, hold, asked) for part in plan.parts]
            return found[0] if all(found) else ""
        case Peers() if not plan.test.within_ms and region_of(plan.test, plan.test.operator).meet(_NONE).empty:
            found = [_over(part, hold, asked) for part in asked(plan.test)]
            return found[0] if found and all(found) else ""
        case Compared():
            window = _counted(plan)
            return window.said if window is not None and 0 < window.length_ms < hold else ""
        case _:
            return ""


def _counted(plan: Compared) -> Windowed | None:
    """The window of events without which the comparison is not true."""
    window, bound = (plan.left, plan.right) if isinstance(plan.right, Constant) else (plan.right, plan.left)
    if not isinstance(window, Windowed) or not isinstance(bound, Constant) or window.kind not in _COUNTING:
        return None
    sides = (0, bound.value) if window is plan.left else (bound.value, 0)
    return None if OPERATORS[plan.operator](*sides) else window
