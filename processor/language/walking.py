"""What a tree contains: its nodes one by one, and the names and points that it uses."""

from collections.abc import Iterator

from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Group,
    Missing,
    Name,
    Negative,
    NightMin,
    Node,
    Not,
    Or,
    Since,
)


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911  # one answer for each kind of node
    """The nodes directly below, lengths and limits included."""
    match node:
        case Negative() | Not() | Since():
            return (node.operand,)
        case Arithmetic() | Compare():
            return (node.left, node.right)
        case Among():
            return (node.subject, *node.choices)
        case And() | Or():
            return node.parts
        case Aggregate():
            return (node.operand, node.length)
        case NightMin():
            return (node.operand,) if node.nights is None else (node.operand, node.nights)
        case Missing():
            return (node.length,) if node.point is None else (node.point, node.length)
        case Group():
            return (node.where, *(part for part in (node.limit, node.within) if part is not None))
        case _:
            return ()


def walk(node: Node, *, into_groups: bool = True) -> Iterator[Node]:
    """Every node of the tree, without recursion: hostile depth costs nothing here.

    Not `into_groups`: of a group test only itself, not what it asks of its members.
    """
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        if into_groups or not isinstance(current, Group):
            waiting.extend(reversed(children(current)))


def names_used(node: Node) -> frozenset[str]:
    """Every bare name: points, parameters and enum members alike."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Name))


def points_used(node: Node, *, into_groups: bool = True) -> frozenset[str]:
    """Every name that stands where a point stands (or a parameter: the caller knows its own).

    Lengths and limits are no points; neither is what is compared for equality with a name or listed after `in`, which
    are values. Two points compared with `==` are the one case in which the second is not seen.
    """
    hidden: set[int] = set()
    found = set()
    for part in walk(node, into_groups=into_groups):
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
        case NightMin(nights=nights):
            return () if nights is None else (nights,)
        case Group():
            return tuple(part for part in (node.limit, node.within) if part is not None)
        case _:
            return ()
