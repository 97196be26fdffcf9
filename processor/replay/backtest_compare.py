"""A rule set against another, or against what was recorded: which alerts are not the same, and by how much."""

from collections import Counter
from typing import Final

from processor.model.time import DurationMs
from processor.replay.backtest_result import Account, Comparison, RuleChange
from processor.replay.difference import Change, compare

SHOWN: Final = 2_000
"""So many differences are kept; a person reads some dozens, a program counts by rule."""


def compared(before: Account, after: Account, tolerance_ms: DurationMs) -> Comparison:
    """`after` against `before`; what moved by no more than the tolerance is the same."""
    found = compare(before.alarms, after.alarms, same_within_ms=tolerance_ms)
    differences = [pair for pair in found.episodes if pair.change is not Change.SAME]
    befores, afters = (Counter(alarm.rule for alarm in side.alarms) for side in (before, after))
    rules = tuple(
        RuleChange(
            rule=rule,
            before=befores[rule],
            after=afters[rule],
            same=counts[Change.SAME],
            added=counts[Change.ADDED],
            removed=counts[Change.REMOVED],
            moved=counts[Change.MOVED],
            level=counts[Change.LEVEL],
        )
        for rule, counts in found.by_rule().items()
    )
    return Comparison(before.name, tolerance_ms, rules, tuple(differences[:SHOWN]), max(0, len(differences) - SHOWN))
