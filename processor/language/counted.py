"""What the numbers of group tests can be: whole numbers from 0, shares from 0 to 1, and how they hang together.

The device that asks is one more at most; who is true of the narrower condition is true of the wider one; no more floors
are wet than sensors.
"""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final, TypeAlias

from processor.language.peers import OTHERS
from processor.language.regions import EVERY_NUMBER, Edge, Region, Spans
from processor.language.tallies import GroupTest

Below: TypeAlias = Callable[[GroupTest, GroupTest], bool]
"""Whether each member that is true of the one surely is a member of the other, too, and true of it."""

DEVICES: Final = "devices"
_NONE: Final[Edge] = (0.0, 0)


def same_members(one: GroupTest, other: GroupTest) -> bool:
    """What is certain when nothing is known of the members: each is true of the very same condition."""
    return one.where == other.where


def number_of(test: GroupTest) -> GroupTest:
    """The number that the test compares, whatever with: equal for tests of one number."""
    aggregate = "share" if test.is_share else "count"
    return replace(test, aggregate=aggregate, operator="", limit=Fraction(0), said="", key="")


def region_of(test: GroupTest, operator: str) -> Spans:
    """The numbers for which `number operator limit` is true, of those that there can be."""
    if test.is_share:
        return Spans.of(operator, float(test.limit)).meet(Spans.between(0, 1))
    return _whole(operator, test.limit).meet(Spans.between(0, None))


def _whole(operator: str, limit: Fraction) -> Spans:
    """The same as stretches that begin and end with whole numbers: no more than 1 and less than 2 is no number."""
    low, high = math.ceil(limit), math.floor(limit)
    same = low == high
    table = {
        "<": Spans.between(None, low - 1),
        "<=": Spans.between(None, high),
        ">": Spans.between(high + 1, None),
        ">=": Spans.between(low, None),
        "==": Spans.between(low, low) if same else Spans(()),
        "!=": Spans((*Spans.between(None, low - 1).stretches, *Spans.between(low + 1, None).stretches)),
    }
    return EVERY_NUMBER if operator == "!=" and not same else table[operator]


def possible(box: Mapping[Hashable, Region], below: Below) -> bool:
    """Whether the numbers of group tests in the box can be so together."""
    found = [(key, region) for key, region in box.items() if isinstance(key, GroupTest) and isinstance(region, Spans)]
    return not any(
        _contradict(one, low, other, high, below) for one, low in found for other, high in found if one is not other
    )


def _contradict(one: GroupTest, low: Spans, other: GroupTest, high: Spans, below: Below) -> bool:
    """Whether `one` is larger than `other`, although it is the smaller number of the two."""
    more = _more(one.of, other.of)
    if more is None or one.by is not other.by or one.within_ms > other.within_ms or not below(one, other):
        return False
    least, most = low.stretches[0][0], high.stretches[-1][1]
    if not more and least > _NONE >= most:
        return True  # one at least, and none
    if one.is_share is not other.is_share or (one.is_share and one.of != other.of):
        return False
    return least > (most[0] + more, most[1])


def _more(of: str, other: str) -> int | None:
    """By how much a number of these can be above a number of those, all else alike; None where that is not known."""
    if other in {of, DEVICES}:
        return 0
    return 1 if (of, other) == (DEVICES, OTHERS) else None
