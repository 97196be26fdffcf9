"""The group form: how many devices (or floors) of a place meet a condition, alone or joined by and, or, not.

`group_tests(node)` names the tests, each with the condition its members are asked (`where`, compiled per profile with
`compile_condition`); an empty tuple means that the expression is about one device. `compile_group` answers with the
verdict over their tallies, in the same order. A member that cannot be told keeps the verdict unknown only while it
could still decide. A time of day may stand beside group tests; it is read in the zone of `compile_group`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from processor.language import faults, group_faults, logic
from processor.language.absence import time_of_day
from processor.language.check import check
from processor.language.compiled import GroupView
from processor.language.explain import clock_words
from processor.language.faults import ExpressionError, ExpressionFault
from processor.language.format import format_node
from processor.language.group_terms import group_test
from processor.language.nodes import And, Group, Name, Node, Not, Number, Or, TimeIn
from processor.language.schedule import Schedule, is_zone
from processor.language.tallies import Evaluate, GroupTest, evaluation, said
from processor.language.vocabulary import Vocabulary
from processor.language.walking import walk
from processor.model.evidence import Evidence
from processor.model.rule import Parameter
from processor.model.time import EpochMs

Explain: TypeAlias = Callable[[GroupView, EpochMs], Evidence]


@dataclass(frozen=True, slots=True)
class CompiledGroup:
    """A condition over a group. `tests[i]` is what `GroupView.tallies[i]` tallies; `next_edge` as for a device."""

    evaluate: Evaluate
    explain: Explain
    tests: tuple[GroupTest, ...]
    next_edge: Callable[[EpochMs], EpochMs] | None
    text: str


def group_tests(node: Node, parameters: Mapping[str, Parameter] | None = None) -> tuple[GroupTest, ...]:
    """The group tests from left to right; raises ExpressionError with the faults `check_group` would have named.

    Without parameters it tells the structure only: a limit or a time that names a parameter is then zero.
    """
    found, wrong = _tests(node, parameters)
    if wrong:
        raise ExpressionError(wrong)
    return tuple(found)


def is_group(node: Node) -> bool:
    """Whether the expression is about a group; it needs no parameters to tell."""
    return any(isinstance(part, Group) for part in walk(node))


def _groups(node: Node) -> list[Group]:
    """The outermost group nodes; one inside another's `where` is a fault of that condition."""
    match node:
        case Group():
            return [node]
        case Not():
            return _groups(node.operand)
        case And() | Or():
            return [found for part in node.parts for found in _groups(part)]
        case _:
            return []


def _tests(node: Node, parameters: Mapping[str, Parameter] | None) -> tuple[list[GroupTest], list[ExpressionFault]]:
    tests, wrong = [], []
    for group in _groups(node):
        test, found = group_test(_without_names(group), {}) if parameters is None else group_test(group, parameters)
        wrong += found
        if test is not None:
            tests.append(test)
    return tests, wrong


def _without_names(group: Group) -> Group:
    limit = Number("0", "" if group.aggregate == "count" else "%") if isinstance(group.limit, Name) else group.limit
    return replace(group, limit=limit, within=None if isinstance(group.within, Name) else group.within)


def check_group(
    node: Node,
    vocabularies: Sequence[Vocabulary],
    parameters: Mapping[str, Parameter],
    *,
    zone: str = "UTC",
    tags: Collection[str] | None = None,
) -> list[ExpressionFault]:
    """All faults of a condition over a group whose members may have any of these profiles, by column."""
    _, wrong = _tests(node, parameters)
    wrong += _misplaced(node, zone)
    groups = _groups(node)
    wrong += [
        group_faults.mixed_groups(group.by_column, groups[0].by, group.by)
        for group in groups
        if group.by != groups[0].by
    ]
    for group in groups:
        for vocabulary in vocabularies:
            wrong += check(group.where, vocabulary, parameters, zone=zone, tags=tags)
    return sorted(dict.fromkeys(wrong), key=lambda fault: fault.column)


def _misplaced(node: Node, zone: str) -> list[ExpressionFault]:
    match node:
        case Group():
            return []
        case Not():
            return _misplaced(node.operand, zone)
        case And() | Or():
            return [found for part in node.parts for found in _misplaced(part, zone)]
        case TimeIn():
            return [] if is_zone(zone) else [faults.bad_zone(zone, node.column)]
        case _:
            return [group_faults.device_in_group(node.column)]


def compile_group(node: Node, parameters: Mapping[str, Parameter], zone: str = "UTC") -> CompiledGroup:
    """The condition over the tallies of its tests; raises ExpressionError with the faults `check_group` would name."""
    tests, wrong = _tests(node, parameters)
    wrong += _misplaced(node, zone)
    if wrong or not tests:
        raise ExpressionError(wrong or [group_faults.device_in_group(node.column)])
    binding = _Binding(tuple(tests), zone, iter(range(len(tests))).__next__)
    evaluate, explain = binding.bound(node)
    return CompiledGroup(evaluate, explain, binding.tests, _next_edge(node, zone), format_node(node))


@dataclass(frozen=True, slots=True)
class _Binding:
    """Walks the tree from left to right, giving each test the number of its tally."""

    tests: tuple[GroupTest, ...]
    zone: str
    next_index: Callable[[], int]

    def bound(self, node: Node) -> tuple[Evaluate, Explain]:
        match node:
            case Group():
                return self._test()
            case Not():
                return _negated(*self.bound(node.operand))
            case And() | Or():
                return _joined(" and " if isinstance(node, And) else " or ", [self.bound(part) for part in node.parts])
            case TimeIn():
                return _clock(node, self.zone)
            case _:
                raise ExpressionError([group_faults.device_in_group(node.column)])

    def _test(self) -> tuple[Evaluate, Explain]:
        index = self.next_index()
        test = self.tests[index]
        evaluate = evaluation(test, index)
        return evaluate, lambda view, now: Evidence(said(test, view.tallies[index], now), evaluate(view, now))


def _negated(evaluate: Evaluate, explain: Explain) -> tuple[Evaluate, Explain]:
    turned = logic.negation(evaluate)

    def words(view: GroupView, now: EpochMs) -> Evidence:
        below = explain(view, now)
        return Evidence(f"not ({below.text})", turned(view, now), (below,))

    return turned, words


def _joined(word: str, parts: list[tuple[Evaluate, Explain]]) -> tuple[Evaluate, Explain]:
    evaluates = tuple(part[0] for part in parts)
    evaluate = logic.conjunction(evaluates) if word == " and " else logic.disjunction(evaluates)

    def words(view: GroupView, now: EpochMs) -> Evidence:
        below = tuple(explain(view, now) for _, explain in parts)
        text = word.join(f"({part.text})" if part.parts else part.text for part in below)
        return Evidence(text, evaluate(view, now), below)

    return evaluate, words


def _clock(node: TimeIn, zone: str) -> tuple[Evaluate, Explain]:
    schedule = Schedule(node.begin_minute, node.end_minute, zone)
    evaluate, text = time_of_day(schedule), format_node(node)
    return evaluate, lambda view, now: Evidence(clock_words(text, zone, now), evaluate(view, now))


def _next_edge(node: Node, zone: str) -> Callable[[EpochMs], EpochMs] | None:
    schedules = _schedules(node, zone)
    if not schedules:
        return None
    return lambda now: min(schedule.next_edge(now) for schedule in schedules)


def _schedules(node: Node, zone: str) -> list[Schedule]:
    match node:
        case TimeIn():
            return [Schedule(node.begin_minute, node.end_minute, zone)]
        case Not():
            return _schedules(node.operand, zone)
        case And() | Or():
            return [found for part in node.parts for found in _schedules(part, zone)]
        case _:
            return []
