"""A rule set against another, or against what was recorded: which alerts are not the same, and by how much."""

from collections import Counter
from typing import Final

import msgspec

from processor.model.time import DurationMs, EpochMs
from processor.replay.backtest_result import Account, Alarm, Comparison, RuleChange
from processor.replay.difference import Change, compare

SHOWN: Final = 2_000
"""So many differences are kept; a person reads some dozens, a program counts by rule."""


def compared(before: Account, after: Account, tolerance_ms: DurationMs, since: EpochMs) -> Comparison:
    """`after` against `before`; what moved by no more than the tolerance is the same.

    An alert that fired before counting began stands from its beginning on: a warm-up cannot know for how long it had.
    """
    sides = [[_clipped(alarm, since) for alarm in side.alarms] for side in (before, after)]
    found = compare(*sides, same_within_ms=tolerance_ms)
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


def _clipped(alarm: Alarm, since: EpochMs) -> Alarm:
    return msgspec.structs.replace(alarm, began=since) if alarm.began < since else alarm
