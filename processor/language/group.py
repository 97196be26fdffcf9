"""The group form: how many devices (or floors) of a place meet a condition, alone or joined by and, or, not.

`group_tests(node)` names the tests, each with the condition its members are asked (`where`, compiled per profile with
`compile_condition`); an empty tuple means that the expression is about one device. `compile_group` answers with the
verdict over their tallies, in the same order, and over windows of them. A member that cannot be told keeps the verdict
unknown only while it could still decide. A time of day may stand beside group tests; it is read in the zone of
`compile_group`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from processor.language import group_faults
from processor.language.check import check
from processor.language.compile import compile_condition
from processor.language.compiled import DeviceView, Evaluate, Lapse, PeerRegistry, WindowRegistry, WindowSpec
from processor.language.faults import ExpressionError, ExpressionFault
from processor.language.group_terms import NO_POINTS, group_test
from processor.language.nodes import Group, Name, Node, Number
from processor.language.peers import asks_no_device, groups_in, leaves_of
from processor.language.resolve import resolve
from processor.language.tallies import GroupTest
from processor.language.vocabulary import Vocabulary
from processor.model.evidence import Evidence
from processor.model.place import PlaceKind
from processor.model.rule import Parameter
from processor.model.time import EpochMs


@dataclass(frozen=True, slots=True)
class CompiledGroup:
    """A condition over a group. `tests[i]` is what `peers[i]` of the view tallies, `windows[i]` what its `windows[i]`
    is; the rest as for a device.
    """

    evaluate: Evaluate
    explain: Callable[[DeviceView, EpochMs], Evidence]
    tests: tuple[GroupTest, ...]
    windows: tuple[WindowSpec, ...]
    next_edge: Callable[[EpochMs], EpochMs] | None
    lapses: tuple[Lapse, ...]
    text: str


def group_tests(node: Node, parameters: Mapping[str, Parameter] | None = None) -> tuple[GroupTest, ...]:
    """The group tests from left to right; raises ExpressionError with the faults `check_group` would have named.

    Without parameters it tells the structure only: a limit or a time that names a parameter is then zero.
    """
    found, wrong = _tests(node, parameters)
    if wrong:
        raise ExpressionError(wrong)
    return tuple(found)


def _tests(node: Node, parameters: Mapping[str, Parameter] | None) -> tuple[list[GroupTest], list[ExpressionFault]]:
    tests, wrong = [], []
    for group in groups_in(node):
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
    misplaced = _misplaced(node, parameters)
    if not misplaced:
        _, found = resolve(node, NO_POINTS, parameters, {}, zone=zone, peers=True)
        wrong += found
    groups = groups_in(node)
    wrong += misplaced + [
        group_faults.mixed_groups(group.by_column, groups[0].by, group.by)
        for group in groups
        if group.by != groups[0].by
    ]
    for group in groups:
        for vocabulary in vocabularies:
            wrong += check(group.where, vocabulary, parameters, zone=zone, tags=tags)
    return sorted(dict.fromkeys(wrong), key=lambda fault: fault.column)


def _misplaced(node: Node, parameters: Mapping[str, Parameter]) -> list[ExpressionFault]:
    return [
        group_faults.device_in_group(leaf.column)
        for leaf in leaves_of(node)
        if not asks_no_device(leaf, parameters.keys())
    ]


def compile_group(node: Node, parameters: Mapping[str, Parameter], zone: str = "UTC", rule: str = "") -> CompiledGroup:
    """The condition over the tallies of its tests; raises ExpressionError with the faults `check_group` would name."""
    tests, wrong = _tests(node, parameters)
    wrong += _misplaced(node, parameters)
    if wrong or not tests:
        raise ExpressionError(wrong or [group_faults.device_in_group(node.column)])
    windows = WindowRegistry()
    found = compile_condition(node, NO_POINTS, parameters, {}, zone, windows, _Tallies(rule, tests))
    return CompiledGroup(
        evaluate=found.evaluate,
        explain=found.explain,
        tests=tuple(tests),
        windows=tuple(windows.specs),
        next_edge=found.next_edge,
        lapses=found.lapses,
        text=found.text,
    )


class _Tallies(PeerRegistry):
    """Gives each test of the expression the number of its tally: of two that ask the same, the first."""

    def __init__(self, rule: str, tests: Sequence[GroupTest]) -> None:
        super().__init__()
        self.rule = rule
        self._keys = [test.key for test in tests]

    def require(self, key: str, by: PlaceKind, *, others: bool) -> int:
        """The index of the test."""
        del by, others  # of one expression about a place they are all the same
        return self._keys.index(key)
