"""One group test over its tally: count, share, any, all, in three verdicts and exact numbers."""

from dataclasses import dataclass
from fractions import Fraction

from processor.language.compiled import TallyView
from processor.language.nodes import Node
from processor.language.operators import OPERATORS
from processor.model.evidence import Verdict
from processor.model.place import PlaceKind
from processor.model.time import DurationMs, EpochMs


@dataclass(frozen=True, slots=True)
class GroupTest:
    """`aggregate of <of> where <where> <operator> <limit> within <within_ms> by <by>`; a share's limit is a fraction.

    `within_ms` 0: only what is true now counts. `key` names the running tally that it reads (`peers.term_key`),
    `rule` whose parameters stand in it.
    """

    where: Node
    of: str
    aggregate: str
    operator: str
    limit: Fraction
    within_ms: DurationMs
    by: PlaceKind
    said: str
    key: str = ""
    rule: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the limit is a fraction of all members."""
        return self.aggregate in {"share", "all"}


def verdict(test: GroupTest, tally: TallyView, now: EpochMs) -> Verdict:
    """What every number between the known trues and those plus the unknown would say, if they all say the same."""
    total = tally.total()
    if test.is_share and not total:
        return None  # a share of nothing is no number
    least = tally.count(now)
    most = min(total, least + tally.unknown(now))
    # compared as whole numbers: 60 % of 5 is 3, not 3.0000000000000004
    bound = test.limit.numerator * (total if test.is_share else 1)
    low, high = least * test.limit.denominator, most * test.limit.denominator
    compare = OPERATORS[test.operator]
    is_reachable = low <= bound <= high and bound % test.limit.denominator == 0
    if test.operator in {"==", "!="} and is_reachable and low != high:
        return None
    one, other = compare(low, bound), compare(high, bound)
    return one if one is other else None


def said(test: GroupTest, tally: TallyView, now: EpochMs) -> str:
    """The tally in words."""
    unknown = tally.unknown(now)
    doubt = f" ({unknown} unknown)" if unknown else ""
    return f"{tally.count(now)} of {tally.total()} {test.of}{doubt}: {test.said}"
