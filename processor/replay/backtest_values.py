"""What devices said around the gravest alerts, for people to see whether a rule was right."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from processor.model.district import District
from processor.model.profile import Point, PointKind
from processor.model.reading import Reading, Value
from processor.model.rule import Rule
from processor.model.time import HOUR, MINUTE, DurationMs, EpochMs
from processor.ports.history import History
from processor.replay.backtest_result import Account, Alarm, AlarmValues, PointLimit, PointValues, Result
from processor.replay.limits import Limit, limits_of

ALARMS: Final = 12
PER_RULE: Final = 2
POINTS: Final = 3
SAMPLES: Final = 600
LEAST_AROUND_MS: Final[DurationMs] = 15 * MINUTE
LONGEST_MS: Final[DurationMs] = 12 * HOUR


class Wanted(NamedTuple):
    """One alarm, and when and what to look at."""

    alarm: Alarm
    since: EpochMs
    until: EpochMs
    points: tuple[Point, ...]
    limits: tuple[Limit, ...] = ()


def with_values(result: Result, history: History, district: District) -> Result:
    """The result with the values around its gravest alerts: the history is read once more."""
    wanted = chosen(result.account, district)
    if not wanted:
        return result
    return msgspec.structs.replace(result, values=_read(history, wanted))


def chosen(account: Account, district: District) -> list[Wanted]:
    """The gravest and longest alerts of devices, few of each rule."""
    alarms = sorted(account.alarms, key=lambda one: (one.level, one.began_before, one.began))
    taken: dict[str, int] = {}
    found: list[Wanted] = []
    for alarm in alarms:
        device = district.devices.get(alarm.subject)
        if device is None or taken.get(alarm.rule, 0) >= PER_RULE or len(found) >= ALARMS:
            continue
        taken[alarm.rule] = taken.get(alarm.rule, 0) + 1
        rule = district.rules.get(alarm.rule)
        points = _points(rule, district.profiles[device.profile].points)
        limits = limits_of(district, device, rule) if rule else ()
        last = min(alarm.ended or alarm.began + HOUR, alarm.began + LONGEST_MS)
        around = max(LEAST_AROUND_MS, (last - alarm.opened) // 2)
        found.append(Wanted(alarm, alarm.opened - around, last + around, points, limits))
    return found


def _points(rule: Rule | None, points: Mapping[str, Point]) -> tuple[Point, ...]:
    """The points the rule speaks of, else the first ones."""
    texts = [trigger.when.text for trigger in rule.triggers] if rule else []
    if rule and rule.clear.when:
        texts.append(rule.clear.when.text)
    words = dict.fromkeys(re.findall(r"\w+", " ".join(texts)))
    named = [points[word] for word in words if word in points]
    shown = [point for point in named or points.values() if point.kind is not PointKind.TEXT]
    return tuple(shown[:POINTS])


def _read(history: History, wanted: list[Wanted]) -> tuple[AlarmValues, ...]:
    by_device: dict[str, list[Wanted]] = {}
    for each in wanted:
        by_device.setdefault(each.alarm.subject, []).append(each)
    said: dict[str, dict[str, list[tuple[EpochMs, Value]]]] = {each.alarm.alert: {} for each in wanted}
    since, until = min(each.since for each in wanted), max(each.until for each in wanted)
    for stretch in history.stretches(since, until):
        for given in stretch.inputs:
            if given.__class__ is Reading and given.device in by_device:
                _note(given, by_device[given.device], said)
    return tuple(
        AlarmValues(
            alert=each.alarm.alert,
            since=each.since,
            until=each.until,
            points=tuple(
                PointValues(
                    point=point.name,
                    unit=point.unit,
                    samples=thinned(said[each.alarm.alert].get(point.name, ())),
                    limits=tuple(
                        PointLimit(limit.value, limit.text, limit.level)
                        for limit in each.limits
                        if limit.point == point.name
                    ),
                )
                for point in each.points
            ),
        )
        for each in wanted
    )


def _note(reading: Reading, wanted: Iterable[Wanted], said: dict[str, dict[str, list[tuple[EpochMs, Value]]]]) -> None:
    for each in wanted:
        if each.since <= reading.at < each.until:
            for point in each.points:
                if point.name in reading.values:
                    said[each.alarm.alert].setdefault(point.name, []).append((reading.at, reading.values[point.name]))


def thinned(samples: Iterable[tuple[EpochMs, Value]]) -> tuple[tuple[EpochMs, Value], ...]:
    """At most so many, evenly taken, but never without the greatest and the least number."""
    ordered = sorted(samples, key=lambda sample: sample[0])
    if len(ordered) <= SAMPLES:
        return tuple(ordered)
    step = -(-len(ordered) // (SAMPLES // 3))
    kept = []
    for begin in range(0, len(ordered), step):
        part = ordered[begin : begin + step]
        numbers = [sample for sample in part if isinstance(sample[1], float)]
        marks = (
            {0, len(part) - 1}
            if not numbers
            else {
                0,
                part.index(max(numbers, key=lambda sample: sample[1])),
                part.index(min(numbers, key=lambda sample: sample[1])),
            }
        )
        kept += [part[number] for number in sorted(marks)]
    return tuple(kept)
