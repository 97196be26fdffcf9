"""The one text for one meaning: points by name, constants in their final unit. Equal texts share one running window.

Names rather than slots, so that a window outlives an edit of the profile that only adds a point.
"""

from processor.language import plan as plans
from processor.language.compiled import WindowKind
from processor.language.plan import Plan


def canonical(plan: Plan) -> str:  # noqa: PLR0911, C901, PLR0912  # one line for each kind of plan, like a table
    """The text of a plan."""
    match plan:
        case plans.Constant():
            return repr(float(plan.value))
        case plans.PointNumber() | plans.PointValue() | plans.PointTrue():
            return plan.point.name
        case plans.Calculated() | plans.Compared():
            return f"({canonical(plan.left)} {plan.operator} {canonical(plan.right)})"
        case plans.Converted():
            return f"({canonical(plan.operand)} * {plan.scale!r} + {plan.offset!r})"
        case plans.Windowed():
            return window_key(plan)
        case plans.Stood():
            return window_key(plan.window)
        case plans.Settled():
            return str(plan.verdict).lower()
        case plans.Against():
            return f"({plan.point.name} {plan.operator} {plan.bound!r})"
        case plans.Equals():
            return f'({plan.point.name} {"!=" if plan.negated else "=="} "{plan.value}")'
        case plans.SamePoints():
            return f"({plan.left.name} {'!=' if plan.negated else '=='} {plan.right.name})"
        case plans.SameVerdicts():
            return f"({canonical(plan.left)} {'!=' if plan.negated else '=='} {canonical(plan.right)})"
        case plans.OneOf():
            return f"({plan.point.name} in {sorted(plan.values)})"
        case plans.OneOfNumbers():
            return f"({canonical(plan.subject)} in {sorted(plan.values)})"
        case plans.Negated():
            return f"(not {canonical(plan.operand)})"
        case plans.AllOf():
            return f"({' and '.join(canonical(part) for part in plan.parts)})"
        case plans.AnyOf():
            return f"({' or '.join(canonical(part) for part in plan.parts)})"
        case plans.Silent():
            return f"missing({plan.point.name if plan.point else ''}, {plan.limit_ms})"
        case plans.TimeOfDay():
            return f"({plan.said} {plan.schedule.zone})"
        case plans.Peers():
            test = plan.test  # a name in it means what its rule says it does
            return f"({test.rule}: {test.said}, {test.limit}, {test.within_ms})"


def window_key(plan: plans.Windowed) -> str:
    """The text under which a running window is known: kind, expression, length in ms, and where local days count."""
    word = f"p{plan.percent}" if plan.kind is WindowKind.PERCENTILE else str(plan.kind)
    within = plan.length_ms if plan.night is None else "-".join(map(str, plan.night))
    hour = " at same hour" if plan.same_hour else ""
    return f"{word}({canonical(plan.operand)}, {within}){hour}{f' {plan.zone}' if plan.zone else ''}"
