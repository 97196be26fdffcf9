"""Everything wrong with an expression, all at once, before anything runs on it.

`check` is for a condition over one device; `group.check_group` for one over a group.
"""

from collections.abc import Collection, Mapping

from processor.language.faults import ExpressionFault
from processor.language.nodes import Node
from processor.language.resolve import resolve
from processor.language.vocabulary import Vocabulary
from processor.model.rule import Parameter


def check(
    node: Node,
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    *,
    zone: str = "UTC",
    tags: Collection[str] | None = None,
    peers: bool = False,
) -> list[ExpressionFault]:
    """All faults of a condition over a device of this profile, by column; `tags`, when given, are the known ones.

    `peers`: group tests may stand in it; what their members are asked is not looked at (`group.check_members`).
    """
    _, found = resolve(node, vocabulary, parameters, {}, zone=zone, tags=tags, peers=peers)
    return sorted(found, key=lambda fault: fault.column)
