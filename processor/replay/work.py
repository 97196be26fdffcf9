"""What a message costs the engine, in µs: the parts of a blueprint, each at its measured price (`unit_costs`).

For a message with every point, of a device of which nothing is wrong: of parts joined by `and` the cheap ones are
looked at first, and what comes after the first every second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from processor.engine.blueprint import Blueprint
from processor.language import plan
from processor.language.canonical import window_key
from processor.language.compiled import WindowKind, WindowSpec
from processor.language.looks import needed
from processor.language.windows import LONGEST_KEPT_MS
from processor.replay.unit_costs import PARTS, WINDOWS, Span

_SELDOM: Final = 0.5
_ANY_LENGTH: Final = frozenset({WindowKind.FLAT, WindowKind.SINCE, WindowKind.NIGHT_MIN})


@dataclass(frozen=True, slots=True)
class Work:
    """µs for a message: of each window by its key (`said`: as it is written), of looking at conditions, of
    answering group tests, of what waiting alone may change, and of the rest."""

    windows: Mapping[str, float]
    said: Mapping[str, str]
    conditions: float
    groups: float
    waiting: float
    message: float

    @property
    def rules(self) -> float:
        """What rules add to what any message costs."""
        return sum(self.windows.values()) + self.conditions + self.groups + self.waiting


def span_of(kind: WindowKind, length_ms: int, zone: str, *, same_hour: bool) -> Span:
    """How such a window keeps what it looks at."""
    if kind in _ANY_LENGTH:
        return Span.ANY
    if zone:
        return Span.SAME_HOUR if same_hour else Span.DAYS
    return Span.SHORT if length_ms <= LONGEST_KEPT_MS else Span.LONG


def span_of_spec(spec: WindowSpec) -> Span:
    """How a window that the engine runs keeps what it looks at."""
    return span_of(spec.kind, spec.length_ms, spec.zone, same_hour=spec.same_hour)


def price(kind: WindowKind, span: Span) -> tuple[float, float]:
    """µs to feed such a window, and to look at it."""
    return WINDOWS[kind, span]


def work_of(drawn: Blueprint) -> Work:
    """What a message with every point costs of a device with this blueprint."""
    present = frozenset(drawn.vocabulary.slots.values())
    left = [(bound.raises, trigger.condition.said(present)) for bound in drawn.rules for trigger in bound.triggers]
    looks = needed(look for strict, said in left if not strict for look in said.looks)
    strict = [said.plan for strict, said in left if strict and said.verdict is not None]
    asked = [hook.condition.said(present).plan for hook in (*drawn.hooks, *drawn.peer_hooks)]
    distinct = [plan for number, plan in enumerate(asked) if plan not in asked[:number]]
    sampled = dict(_sampled(drawn, present))
    return Work(
        windows={spec.key: _fed(spec, sampled.get(spec.key)) for spec in drawn.windows},
        said={key: window.said for key, window in sampled.items()},
        conditions=sum(_all(look.ordered()) for look in looks) + sum(map(evaluation, strict)),
        groups=sum(PARTS["asked"] + evaluation(plan) for plan in distinct) + PARTS["question"] * len(asked),
        waiting=PARTS["lapse"] * len(drawn.lapses) + (PARTS["looked"] * len(drawn.rules) if drawn.lapses else 0.0),
        message=PARTS["message"] + PARTS["point"] * len(drawn.vocabulary.slots),
    )


def _all(parts: Sequence[plan.ConditionPlan]) -> float:
    """The first is always looked at; whether the others are is decided by what it says."""
    first, *others = [*map(evaluation, parts), 0.0]
    return first + _SELDOM * sum(others)


def evaluation(found: plan.Plan) -> float:  # noqa: PLR0911  # a table
    """µs to look at a condition or a number."""
    match found:
        case plan.AllOf():
            return _all(found.parts)
        case plan.Settled() | plan.Constant() | plan.PointNumber() | plan.PointValue():
            return 0.0
        case plan.Windowed():
            return price(found.kind, _span(found))[1]
        case plan.Calculated() | plan.Converted():
            return PARTS["term"] + sum(map(evaluation, plan.parts_of(found)))
        case plan.Peers():
            return PARTS["tally"]
        case plan.AnyOf() | plan.Negated():
            return sum(map(evaluation, plan.parts_of(found)))
        case _:
            return PARTS["test"] + sum(map(evaluation, plan.parts_of(found)))


def _span(window: plan.Windowed) -> Span:
    return span_of(window.kind, window.length_ms, window.zone, same_hour=window.same_hour)


def _fed(spec: WindowSpec, window: plan.Windowed | None) -> float:
    """What it samples, and taking it in."""
    sampled = 0.0 if spec.point is not None or window is None else PARTS["test"] + evaluation(window.operand)
    return price(spec.kind, span_of_spec(spec))[0] + sampled


def _sampled(drawn: Blueprint, present: frozenset[int]) -> Iterator[tuple[str, plan.Windowed]]:
    """Every window that a condition of the blueprint looks at, by its key."""
    bound = [each for rule in drawn.rules for trigger in rule.triggers for each in (trigger.condition, trigger.clear)]
    bound += [rule.clear for rule in drawn.rules]
    bound += [hook.condition for hook in (*drawn.hooks, *drawn.peer_hooks)]
    for condition in bound:
        for part in plan.within(condition.said(present).plan) if condition is not None else ():
            if isinstance(part, plan.Windowed):
                yield window_key(part), part
