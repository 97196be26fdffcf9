"""Conditions that are well-formed and yet make no sense: never true, always true, a way back that is none.

Everything is worked out from what the points can be (`boxes.Boxes`); what cannot be worked out is let pass.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from processor.language.boxes import Boxes
from processor.language.compiled import WindowKind
from processor.language.fault import ExpressionFault, fault
from processor.language.format import format_node
from processor.language.nodes import Among, Compare, Group, Node
from processor.language.plan import Against, ConditionPlan, Windowed, within
from processor.language.walking import children
from processor.model.time import DurationMs

Plan: TypeAlias = Callable[[Node], ConditionPlan | None]
"""The plan of a part of a condition, None when it has faults of its own."""

_COUNTING: Final = frozenset({WindowKind.COUNT, WindowKind.CHANGES})


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
    """Every comparison of the condition but those that group tests ask of other devices."""
    if isinstance(tree, Group):
        return
    if isinstance(tree, Compare | Among):
        yield tree
    for part in children(tree):
        yield from comparisons(part)


def _settled(node: Node, plan: ConditionPlan | None, boxes: Boxes) -> ExpressionFault | None:
    if plan is None:
        return None
    said, span = format_node(node), _span(plan, boxes)
    span_en = f": {span[0]} is from {span[1]} to {span[2]}" if span else ""
    span_zh = f"：{span[0]} 的范围是 {span[1]} 到 {span[2]}" if span else ""
    if boxes.never(plan):
        return fault(
            "never_true",
            node.column,
            zh=f"“{said}”永远不会成立{span_zh}",
            en=f'"{said}" can never be true{span_en}',
        )
    if boxes.always(plan):
        return fault(
            "always_true", node.column, zh=f"“{said}”总是成立{span_zh}", en=f'"{said}" is always true{span_en}'
        )
    return None


def _span(plan: ConditionPlan, boxes: Boxes) -> tuple[str, str, str] | None:
    """The point that is compared, and what the profile takes for possible."""
    if not isinstance(plan, Against):
        return None
    low, high = boxes.limits.get(plan.point.name, (None, None))
    if low is None and high is None:
        return None
    shown = ["…" if end is None else f"{end:g} {plan.point.unit}".rstrip() for end in (low, high)]
    return plan.point.name, shown[0], shown[1]


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
    passing = {each for each in within(when) if isinstance(each, Windowed)} - set(within(clear))
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


def outlasting(column: int, plan: ConditionPlan, hold: DurationMs, shown: str) -> ExpressionFault | None:
    """A hold longer than the window in which something is counted: the same events must come again and again."""
    windows = [each for each in within(plan) if isinstance(each, Windowed)]
    counted = [each for each in windows if each.kind in _COUNTING and 0 < each.length_ms < hold]
    if not counted or len(counted) < len(windows):
        return None
    return fault(
        "hold_outlasts",
        column,
        zh=f"“{counted[0].said}”只看到窗口之内，却要持续 {shown}：一次的事件到时已经不在窗口里",
        en=f'"{counted[0].said}" looks back less far than the {shown} it must hold: what happened once is then over',
    )
