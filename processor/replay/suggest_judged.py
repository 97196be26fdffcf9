"""What people found alerts to be, held against what a choice would have made: its false alarms and its true ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from processor.model.order import OrderResult
from processor.model.time import MINUTE, DurationMs, EpochMs
from processor.ports.history import Judged
from processor.replay.backtest_result import Alarm

NEAR_MS: Final[DurationMs] = MINUTE
"""A choice's alert that missed a known one by less than this is that one: other holds, other readings."""


class Known(msgspec.Struct, frozen=True):
    """How many alerts people found to be false, and how many true."""

    false_alarms: int = 0
    true_alarms: int = 0


def within_time(
    judged: Iterable[Judged], since: EpochMs, until: EpochMs, subjects: Collection[str]
) -> tuple[Judged, ...]:
    """Those that began in this time, on these subjects (none named: on any), and were found to be false or true."""
    return tuple(
        each
        for each in judged
        if since <= each.began < until
        and (not subjects or each.subject in subjects)
        and each.result in (OrderResult.FALSE_ALARM, OrderResult.TRUE_ALARM)
    )


def count(judged: Iterable[Judged]) -> Known:
    """How many there are of each."""
    results = [each.result for each in judged]
    return Known(results.count(OrderResult.FALSE_ALARM), results.count(OrderResult.TRUE_ALARM))


def kept(judged: Sequence[Judged], alarms: Iterable[Alarm]) -> Known:
    """How many of them a choice with these alerts would have told again."""
    by_subject: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        by_subject[alarm.subject].append(alarm)
    return count(each for each in judged if any(_meets(each, alarm) for alarm in by_subject[each.subject]))


def _meets(known: Judged, alarm: Alarm) -> bool:
    begins_in_time = known.ended is None or alarm.began <= known.ended + NEAR_MS
    return begins_in_time and (alarm.ended is None or alarm.ended >= known.began - NEAR_MS)
