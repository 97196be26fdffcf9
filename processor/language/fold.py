"""What is decided when a rule is bound to a device (a tag, a constant) leaves the plan, and its points with it."""

from dataclasses import replace

from processor.language.operators import OPERATORS
from processor.language.plan import AllOf, AnyOf, Compared, ConditionPlan, Constant, Negated, SameVerdicts, Settled


def folded(plan: ConditionPlan) -> ConditionPlan:
    """The plan without what a settled part overrules; settled parts that decide nothing stay, to be explained."""
    match plan:
        case AllOf():
            return _joined(AllOf, tuple(folded(part) for part in plan.parts), decisive=False)
        case AnyOf():
            return _joined(AnyOf, tuple(folded(part) for part in plan.parts), decisive=True)
        case Negated():
            operand = folded(plan.operand)
            return _turned(operand) if isinstance(operand, Settled) else Negated(operand)
        case SameVerdicts():
            return replace(plan, left=folded(plan.left), right=folded(plan.right))
        case Compared(left=Constant() as left, right=Constant() as right):
            verdict = OPERATORS[plan.operator](float(left.value), float(right.value))
            return Settled(verdict, f"{left.said} {plan.operator} {right.said}")
        case _:
            return plan


def _turned(operand: Settled) -> Settled:
    return Settled(not operand.verdict, f"not ({operand.said})")


def _joined(kind: type[AllOf | AnyOf], parts: tuple[ConditionPlan, ...], *, decisive: bool) -> ConditionPlan:
    settled = [part for part in parts if isinstance(part, Settled)]
    for part in settled:
        if part.verdict is decisive:
            return part
    if len(settled) == len(parts):
        word = " and " if kind is AllOf else " or "
        return Settled(not decisive, word.join(part.said for part in settled))
    return kind(parts)
