"""Group tests that stand inside a condition over one device: they look at the place of that device.

`subject_of` tells what a rule is about; `terms_of` names the group tests of a device rule, each once however often its
expressions say it, so that one running tally serves them all.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from processor.language import group_faults
from processor.language.compiled import DeviceView
from processor.language.faults import ExpressionFault
from processor.language.format import format_node
from processor.language.nodes import And, Group, Missing, Node, Not, Or, TagTest, TimeIn
from processor.language.tallies import GroupTest, said, verdict
from processor.language.walking import points_used, walk
from processor.model.evidence import Verdict
from processor.model.time import EpochMs

OTHERS = "others"
"""What a group test counts when it leaves out the device that asks."""


class Subject(StrEnum):
    """What a rule has its alerts on."""

    DEVICE = "device"
    PLACE = "place"


def subject_of(nodes: Iterable[Node], parameters: Collection[str] = ()) -> Subject:
    """A place, if every leaf of the rule's conditions asks only groups (or the time of day) and leaves nobody out."""
    leaves = [leaf for node in nodes for leaf in leaves_of(node)]
    groups = [group for leaf in leaves for group in groups_in(leaf)]
    only_groups = all(asks_no_device(leaf, parameters) for leaf in leaves)
    return Subject.PLACE if groups and only_groups and not any(g.of == OTHERS for g in groups) else Subject.DEVICE


def asks_no_device(leaf: Node, parameters: Collection[str]) -> bool:
    """Whether it looks at group tests or the time of day, and at nothing of one device."""
    outside = list(walk(leaf, into_groups=False))
    if not any(isinstance(part, Group | TimeIn) for part in outside):
        return False
    own = any(isinstance(part, Missing | TagTest) for part in outside)
    return not own and points_used(leaf, into_groups=False) <= set(parameters)


def groups_in(node: Node) -> list[Group]:
    """The outermost group tests, from left to right; one inside another's `where` is a fault of that condition."""
    return [part for part in walk(node, into_groups=False) if isinstance(part, Group)]


def leaves_of(node: Node) -> Iterator[Node]:
    """The parts that and, or and not join."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        match current:
            case Not():
                waiting.append(current.operand)
            case And() | Or():
                waiting.extend(reversed(current.parts))
            case _:
                yield current


def term_key(node: Group) -> str:
    """Equal for group tests that one tally serves: who is asked what, within which time, by which kind of place."""
    within = "" if node.within is None else format_node(node.within)
    unit = "devices" if node.of == OTHERS else node.of
    return f"{unit} where {format_node(node.where)} within {within} by {node.by}"


def terms_of(nodes: Iterable[Node]) -> dict[str, Group]:
    """The group tests of these conditions, from left to right, by their key."""
    found: dict[str, Group] = {}
    for node in nodes:
        for group in groups_in(node):
            found.setdefault(term_key(group), group)
    return found


def misplaced(node: Node) -> list[ExpressionFault]:
    """Group tests where they cannot stand: inside another's `where`."""
    return [
        group_faults.group_in_device(part.column)
        for group in groups_in(node)
        for part in walk(group.where)
        if isinstance(part, Group)
    ]


def asks_another(where: Node, profile: str) -> bool:
    """Whether `tag(profile)` says that the test asks another kind of device."""
    match where:
        case TagTest(tag="profile"):
            return profile not in where.values
        case Not(operand=TagTest(tag="profile") as tested):
            return profile in tested.values
        case And():
            return any(asks_another(part, profile) for part in where.parts)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class AmongPeers:
    """The verdict of the test whose tally is `DeviceView.peers[index]`; unknown for a device without such a place."""

    test: GroupTest
    index: int

    def __call__(self, view: DeviceView, now: EpochMs) -> Verdict:
        """The verdict."""
        tally = view.peers[self.index]
        return None if tally is None else verdict(self.test, tally, now)

    def words(self, view: DeviceView, now: EpochMs, _verdict: Verdict) -> str:
        """The tally in words."""
        tally = view.peers[self.index]
        return f"no {self.test.by}: {self.test.said}" if tally is None else said(self.test, tally, now)
