"""What an expression says, as written: a frozen tree whose every node knows its column (from 1; equality ignores it).

Names are not yet resolved here: whether `open` is a point, a parameter or an enum's member is `resolve.py`'s business.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from processor.language.compiled import WindowKind


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, so that conversion can be exact; `unit` "" is a bare number."""

    text: str
    unit: str = ""
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in double quotes: an enum member or a tag's value that is not a plain name."""

    value: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A point, a parameter or an enum member; only its surroundings can tell."""

    name: str
    column: int = field(default=1, compare=False)


Length: TypeAlias = Number | Name
"""A length of time: `5 min`, or a parameter that holds one."""


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`; the minus of a plain number is part of the number instead."""

    operand: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`, operator one of + - * /."""

    operator: str
    left: "Node"
    right: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`, operator one of < <= == != >= >."""

    operator: str
    left: "Node"
    right: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """`subject in (a, b, c)`."""

    subject: "Node"
    choices: tuple["Node", ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class TagTest:
    """`tag(role) == feeder` or `tag(room) in (electric, lift)`; a device without the tag has none of the values."""

    tag: str
    values: tuple[str, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`avg(x, 5 min)` and its kin; the operand may be a number or a condition."""

    kind: WindowKind
    operand: "Node"
    length: Length
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """`missing(15 min)` for the whole device, `missing(flow, 15 min)` for one point."""

    point: Name | None
    length: Length
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class TimeIn:
    """`time in 22:00-06:00`: minutes after local midnight; an end not after the begin is the next day's."""

    begin_minute: int
    end_minute: int
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """`count of devices where W >= 3 within 10 min by riser`; `any` and `all` have neither operator nor limit."""

    aggregate: str
    of: str
    where: "Node"
    operator: str
    limit: Length | None
    within: Length | None
    by: str
    column: int = field(default=1, compare=False)
    of_column: int = field(default=1, compare=False)
    by_column: int = field(default=1, compare=False)


Node: TypeAlias = (
    Number
    | Quoted
    | Truth
    | Name
    | Negative
    | Arithmetic
    | Compare
    | Among
    | TagTest
    | Not
    | And
    | Or
    | Aggregate
    | Missing
    | TimeIn
    | Group
)


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911  # one answer for each kind of node
    """The nodes directly below, lengths and limits included."""
    match node:
        case Negative() | Not():
            return (node.operand,)
        case Arithmetic() | Compare():
            return (node.left, node.right)
        case Among():
            return (node.subject, *node.choices)
        case And() | Or():
            return node.parts
        case Aggregate():
            return (node.operand, node.length)
        case Missing():
            return (node.length,) if node.point is None else (node.point, node.length)
        case Group():
            return (node.where, *(part for part in (node.limit, node.within) if part is not None))
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, without recursion: hostile depth costs nothing here."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def names_used(node: Node) -> frozenset[str]:
    """Every bare name: points, parameters and enum members alike."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Name))


def parameters_used(node: Node) -> frozenset[str]:
    """Every name that may be a parameter; the caller keeps those that its rule declares."""
    return names_used(node)


def points_used(node: Node) -> frozenset[str]:
    """Every name that stands where a point stands (or a parameter: the caller knows its own).

    Lengths and limits are no points; neither is what is compared for equality with a name or listed after `in`, which
    are values. Two points compared with `==` are the one case in which the second is not seen.
    """
    hidden: set[int] = set()
    found = set()
    for part in walk(node):
        hidden.update(id(value) for value in _values_in(part))
        if isinstance(part, Name) and id(part) not in hidden:
            found.add(part.name)
    return frozenset(found)


def _values_in(node: Node) -> tuple[Node, ...]:
    """The children of a node that are no points."""
    match node:
        case Compare(operator="==" | "!=", left=Name()):
            return (node.right,)
        case Among():
            return node.choices
        case Aggregate() | Missing():
            return (node.length,)
        case Group():
            return tuple(part for part in (node.limit, node.within) if part is not None)
        case _:
            return ()


def tags_used(node: Node) -> frozenset[str]:
    """The tags whose values decide how the expression compiles."""
    return frozenset(part.tag for part in walk(node) if isinstance(part, TagTest))


def uses_time_of_day(node: Node) -> bool:
    """Whether the zone decides how the expression compiles."""
    return any(isinstance(part, TimeIn) for part in walk(node))
