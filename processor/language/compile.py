"""From tree to closures: `compile_condition` binds an expression to a profile, parameters, tags and a zone.

The result depends on nothing else, so the caller may share it between devices for which these are the same. Windows
are required from the registry inner ones first, so that samples fed in its order see windows that are up to date.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from processor.language import absence, arithmetic, logic, plan, points
from processor.language.arithmetic import Numeric
from processor.language.canonical import window_key
from processor.language.compiled import (
    CompiledCondition,
    Evaluate,
    PeerRegistry,
    Sample,
    WindowKind,
    WindowRegistry,
    WindowSpec,
)
from processor.language.explain import explained
from processor.language.faults import ExpressionError
from processor.language.fold import folded
from processor.language.format import format_node
from processor.language.lapses import lapses, next_edge, silences
from processor.language.looks import Said, said
from processor.language.nodes import Node
from processor.language.peers import OTHERS, AmongPeers
from processor.language.plan import ConditionPlan, NumberPlan, Plan, PointValue, Windowed, own_points, within
from processor.language.resolve import resolve
from processor.language.resolver import NUMBERS
from processor.language.screen import screened
from processor.language.tallies import GroupTest
from processor.language.thresholds import goes_with_device, threshold
from processor.language.vocabulary import PointSlot, Vocabulary
from processor.model.rule import Parameter


def compile_condition(  # noqa: PLR0917  # the seam's own order: what is bound, to what, where
    node: Node,
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    attributes: Mapping[str, str],
    zone: str,
    windows: WindowRegistry,
    peers: PeerRegistry | None = None,
) -> CompiledCondition:
    """The condition bound to this device kind; raises ExpressionError with the faults `check` would have named.

    Without `peers` no group test may stand in it.
    """
    rule = "" if peers is None else peers.rule
    resolved, found = resolve(node, vocabulary, parameters, attributes, zone=zone, peers=peers is not None, rule=rule)
    if resolved is None:
        raise ExpressionError(found)
    bound = folded(resolved)
    compiler = Compiler(vocabulary, windows, peers)
    looked_at = list(within(bound))
    evaluate = compiler.condition(bound)  # first of all, since it asks for the windows
    return CompiledCondition(
        evaluate=evaluate,
        explain=explained(bound, compiler.condition, compiler.number),
        slots=slots_of(bound, vocabulary),
        periodic=_is_periodic(looked_at),
        silences=silences(looked_at),
        next_edge=next_edge(looked_at),
        text=format_node(node),
        peers=tuple(sorted({compiler.peer(part.test) for part in looked_at if isinstance(part, plan.Peers)})),
        asks_silence=any(isinstance(part, plan.Silent) for part in looked_at),
        screen=screened(bound),
        lapses=lapses(bound, windows.specs),
        said=lambda present: _said(bound, replace(compiler, present=present), rule),
    )


def _said(bound: ConditionPlan, compiler: "Compiler", rule: str) -> Said:
    def compiled(part: ConditionPlan) -> Evaluate:
        if compiler.peers is not None:
            compiler.peers.rule = rule  # whose group tests they are, as when they were asked for
        return compiler.condition(part)

    return said(bound, compiler.present, compiled)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns plans into closures, asking the registry for the windows they need.

    `present`: the points of the message after which they are called, so that windows over these are not old.
    """

    vocabulary: Vocabulary
    windows: WindowRegistry
    peers: PeerRegistry | None = None
    present: frozenset[int] = frozenset()

    @property
    def rule(self) -> str:
        """Whose group tests they are."""
        return "" if self.peers is None else self.peers.rule

    def peer(self, test: GroupTest) -> int:
        """The index of this group test's tally."""
        if self.peers is None:
            raise ValueError(test.said)  # resolving has refused it
        return self.peers.require(test.key, test.by, others=test.of == OTHERS)

    def condition(self, found: ConditionPlan) -> Evaluate:  # noqa: PLR0911, PLR0912, C901  # one answer for each kind of plan
        """The verdict of a condition."""
        match found:
            case plan.Against():
                return threshold(found)
            case plan.Equals():
                return points.equals(found)
            case plan.PointTrue():
                return points.truth(found.point)
            case plan.AllOf():
                return logic.conjunction(tuple(self.condition(part) for part in _undecided(found)))
            case plan.AnyOf():
                return logic.disjunction(tuple(self.condition(part) for part in _undecided(found)))
            case plan.Negated():
                return logic.negation(self.condition(found.operand))
            case plan.Compared():
                return arithmetic.comparison(found, self.number(found.left), self.number(found.right))
            case plan.Silent():
                return absence.silent(found)
            case plan.TimeOfDay():
                return absence.time_of_day(found.schedule)
            case plan.Settled():
                return logic.constantly(found.verdict)
            case plan.OneOf():
                return points.one_of(found)
            case plan.Stood():
                return arithmetic.stood(self._window(found.window))
            case plan.OneOfNumbers():
                return arithmetic.one_of(self.number(found.subject), found.values)
            case plan.SamePoints():
                return points.same(found)
            case plan.Peers():
                return AmongPeers(found.test, self.peer(found.test))
            case plan.SameVerdicts():
                return logic.sameness(self.condition(found.left), self.condition(found.right), found.negated)

    def number(self, found: NumberPlan) -> Numeric:
        """The value of a number."""
        match found:
            case plan.Constant():
                return arithmetic.number(float(found.value))
            case plan.PointNumber():
                return arithmetic.as_numeric(points.fresh(found.point))
            case plan.Calculated():
                return arithmetic.calculation(found.operator, self.number(found.left), self.number(found.right))
            case plan.Converted():
                return arithmetic.converted(self.number(found.operand), found.scale, found.offset)
            case Windowed():
                return self._window(found)

    def _window(self, found: Windowed) -> Numeric:
        looked_at = points_of(found.operand)
        limits = [point.stale_after_ms for point in looked_at if point.stale_after_ms is not None]
        slots, point = slots_of(found.operand, self.vocabulary), _plain_point(found)
        tests = [part for part in within(found.operand) if isinstance(part, plan.Peers)]
        held = bool(tests) or all(each.on_change for each in looked_at)
        if held and found.kind in _STANDING and any(goes_with_device(each) for each in looked_at):
            # whatever the device says tells that it is there, and so that what stood meanwhile stood indeed
            slots, point = frozenset(self.vocabulary.slots.values()), None
        spec = WindowSpec(
            key=window_key(found),
            kind=found.kind,
            slots=slots,
            length_ms=found.length_ms,
            gap_ms=min(limits, default=None),
            held=held,
            sample=self._sample(found),
            percent=found.percent,
            zone=found.zone,
            point=point,
            same_hour=found.same_hour,
            night=found.night,
            peers=tuple(sorted({self.peer(part.test) for part in tests})),
        )
        # `missing(x, …)` asks about silence itself: the silence of x does not make its answer old
        values = {p for part in within(found.operand) if not isinstance(part, plan.Silent) for p in own_points(part)}
        own = sorted(
            (point.slot, point.stale_after_ms)
            for point in values
            if point.stale_after_ms is not None and not goes_with_device(point) and point.slot not in self.present
        )
        shared = [] if self.present else [point.stale_after_ms for point in values if goes_with_device(point)]
        shortest = min((limit for limit in shared if limit is not None), default=None)
        window = arithmetic.window(self.windows.require(spec), tuple(own), shortest)
        return arithmetic.known_with(window, tuple(map(self.condition, tests))) if tests else window

    def _sample(self, found: Windowed) -> Sample:
        operand = found.operand
        if isinstance(operand, PointValue):
            return points.fingerprint(operand.point)
        if not isinstance(operand, NUMBERS):
            return self.condition(operand)
        return arithmetic.known(self.number(operand)) if found.kind is WindowKind.COUNT else self.number(operand)


_STANDING: Final = frozenset({WindowKind.DURATION, WindowKind.SINCE, WindowKind.FLAT, WindowKind.NIGHT_MIN})
"""Windows over what stands from one reading to the next."""


def _plain_point(found: Windowed) -> int | None:
    direct = isinstance(found.operand, plan.PointNumber) and found.kind is not WindowKind.COUNT
    return found.operand.point.slot if direct and isinstance(found.operand, plan.PointNumber) else None


def _undecided(joined: plan.AllOf | plan.AnyOf) -> tuple[ConditionPlan, ...]:
    """The parts that still decide; after folding, a settled part beside others decides nothing."""
    neutral = isinstance(joined, plan.AllOf)
    return tuple(part for part in joined.parts if not (isinstance(part, plan.Settled) and part.verdict is neutral))


def points_of(found: Plan) -> tuple[PointSlot, ...]:
    """Every point the plan looks at, by slot."""
    by_slot = {point.slot: point for part in within(found) for point in own_points(part)}
    return tuple(by_slot[slot] for slot in sorted(by_slot))


def slots_of(found: Plan, vocabulary: Vocabulary) -> frozenset[int]:
    """The slots whose arrival may change it: all of them where the silence of the whole device counts."""
    if any(isinstance(part, plan.Silent) and part.point is None for part in within(found)):
        return frozenset(vocabulary.slots.values())
    return frozenset(point.slot for point in points_of(found))


def _is_periodic(looked_at: list[Plan]) -> bool:
    if any(isinstance(part, plan.Silent | plan.TimeOfDay | plan.Peers) for part in looked_at):
        return False
    found = [point for part in looked_at for point in own_points(part)]
    return bool(found) and all(point.periodic for point in found)
