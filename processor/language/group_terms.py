"""From a group node to its test: the limit, the time and the place in their final form, or the faults in them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from processor.language import faults, group_faults, quantities
from processor.language.faults import ExpressionFault
from processor.language.format import format_node
from processor.language.nodes import Group, Length, Name
from processor.language.peers import OTHERS, term_key
from processor.language.plan import Constant
from processor.language.resolver import Resolver
from processor.language.tallies import GroupTest
from processor.language.vocabulary import Vocabulary
from processor.model.place import PlaceKind
from processor.model.rule import Parameter

MEMBERS: Final = ("devices", OTHERS, "floors", "rooms", "risers", "buildings", "gateways")
"""What a group may count: devices, those but the one that asks, or the distinct places of the devices."""

BEYOND: Final = frozenset({"district", "districts", "city", "communities", "subdistrict"})
"""Places that are larger than what one decision may look at."""

NO_POINTS: Final = Vocabulary("", (), MappingProxyType({}))
"""What a place has."""


def group_test(node: Group, parameters: Mapping[str, Parameter]) -> tuple[GroupTest | None, list[ExpressionFault]]:
    """The test and what is wrong with it; a test only when nothing is. `where` is not looked at."""
    resolver = Resolver(NO_POINTS, parameters, {}, "UTC", {})  # no form: it reads lengths and limits only
    if node.of not in MEMBERS:
        resolver.refuse(_refused(node.of, node.of_column, MEMBERS))
    places = [str(kind) for kind in PlaceKind]
    if node.by not in places:
        resolver.refuse(_refused(node.by, node.by_column, places))
    limit = _limit(resolver, node)
    within_ms = 0 if node.within is None else resolver.length(node.within)
    if limit is None or within_ms is None or resolver.faults:
        return None, resolver.faults
    test = GroupTest(
        where=node.where,
        of=node.of,
        aggregate=node.aggregate,
        operator=node.operator or ">=",
        limit=limit,
        within_ms=within_ms,
        by=PlaceKind(node.by),
        said=format_node(node),
        key=term_key(node),
    )
    return test, []


def _refused(word: str, column: int, allowed: Sequence[str]) -> ExpressionFault:
    if word in BEYOND:
        return group_faults.crosses_communities(word, column)
    return group_faults.unknown_word(word, column, allowed)


def _limit(resolver: Resolver, node: Group) -> Fraction | None:
    if node.limit is None:
        return Fraction(1)  # any: one device; all: the whole share
    found = _constant(resolver, node.limit)
    if found is None:
        return None
    is_share = not found.unit.dimension and not found.unit.is_bare
    if found.value < 0 or (not found.unit.is_bare if node.aggregate == "count" else not is_share):
        resolver.refuse(group_faults.bad_group_limit(node.limit.column, node.aggregate, found.said))
        return None
    return found.value * found.unit.scale


def _constant(resolver: Resolver, node: Length) -> Constant | None:
    if not isinstance(node, Name):
        return resolver.noted(quantities.literal(node.text, node.unit, node.column))
    if node.name not in resolver.parameters:
        resolver.refuse(faults.unknown_name(node.name, node.column, (), resolver.parameters))
        return None
    found = resolver.parameter(node)
    if found is None or isinstance(found, Constant):
        return found
    resolver.refuse(group_faults.bad_group_limit(node.column, "count", node.name))
    return None
