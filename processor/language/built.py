"""A finished piece of the tree on its way up, with what its surroundings may still need of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from processor.language import faults
from processor.language.faults import ExpressionFault
from processor.language.nodes import Node


@dataclass(frozen=True, slots=True)
class Tail:
    """The second half of a comparison."""

    operator: str  # a comparison's, or "in", "not in"
    operands: tuple["Built", ...]


@dataclass(frozen=True, slots=True)
class Built:
    """A finished piece of the tree, how deep it is, and the first thing wrong in it."""

    node: Node
    depth: int = 1
    fault: ExpressionFault | None = None
    bare: "Built | None" = None  # the same without its last comparison
    tail: Tail | None = None  # that last comparison
    tag: bool = False  # `tag(x)` that nothing compares yet


Words: TypeAlias = Sequence[Built]


def join(node: Node, parts: Words, fault: ExpressionFault | None = None) -> Built:
    """A node above `parts`, with the first fault of them."""
    below = next((found for part in parts for found in (part.fault, _loose_tag(part)) if found is not None), None)
    return Built(node, 1 + max((part.depth for part in parts), default=0), below or fault)


def _loose_tag(part: Built) -> ExpressionFault | None:
    return faults.tag_not_compared(part.node.column) if part.tag else None
