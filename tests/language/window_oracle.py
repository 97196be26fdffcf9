"""What a window must answer, worked out the slow way: from all readings, every time anew.

`readings` are (at, sample) in the order in which they came. Nothing here is shared with the running windows but the
ranges of the sketch, which docs/language.md states.
"""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import DAY, HOUR

Reading = tuple[int, Value | None]
KEPT = 48 * HOUR
IN_ORDER = {WindowKind.DURATION, WindowKind.SINCE, WindowKind.FLAT}


def answer(spec: WindowSpec, readings: Sequence[Reading], now: int) -> float | None:  # noqa: PLR0911 - one answer for each kind
    """What the window must say at `now`."""
    if spec.kind in IN_ORDER or (spec.kind is WindowKind.CHANGES and spec.length_ms > KEPT):
        readings = in_order(readings)
    if spec.kind is WindowKind.DURATION:
        return duration(spec, readings, now)
    if spec.kind is WindowKind.SINCE:
        return since(spec, readings, now)
    if spec.kind is WindowKind.FLAT:
        return flat(spec, readings, now)
    numbers = [(at, float(sample)) for at, sample in readings if sample is not None and not isinstance(sample, str)]
    if not numbers:
        return 0.0 if spec.kind in {WindowKind.COUNT, WindowKind.CHANGES} else None
    if spec.held and spec.kind is WindowKind.NIGHT_MIN:
        numbers = [(at, value) for at, value in in_order(numbers) if isinstance(value, float)]
    newest = max(at for at, _ in numbers)
    end = max(newest, now) if spec.held else newest
    if spec.kind is WindowKind.SLOPE:
        return slope(spec, numbers, end)
    if spec.kind is WindowKind.NIGHT_MIN:
        return night_min(spec, numbers, end)
    if spec.zone:
        return of_days(spec, numbers, end)
    return of_window(spec, numbers, end)


def in_order(readings: Sequence[Reading]) -> list[Reading]:
    """Without what was older than the newest when it came."""
    kept: list[Reading] = []
    for at, sample in readings:
        if not kept or at >= kept[-1][0]:
            kept.append((at, sample))
    return kept


def of_window(spec: WindowSpec, numbers: list[tuple[int, float]], end: int) -> float | None:  # noqa: PLR0911, PLR0912, C901 - an interpreter is one long case
    begin = end - spec.length_ms
    if spec.length_ms > KEPT:
        begin -= begin % HOUR
    inside = sorted((pair for pair in numbers if pair[0] >= begin), key=lambda pair: pair[0])
    values = [value for _, value in inside]
    if spec.kind is WindowKind.COUNT:
        return float(sum(1 for value in values if value))
    if spec.kind is WindowKind.CHANGES:
        return float(sum(1 for one, other in pairwise(values) if one != other))
    if not values:
        return None
    match spec.kind:
        case WindowKind.AVG:
            return float(sum(map(Fraction, values)) / len(values))
        case WindowKind.SUM:
            return float(sum(map(Fraction, values)))
        case WindowKind.MIN:
            return min(values)
        case WindowKind.MAX:
            return max(values)
        case WindowKind.MEDIAN:
            return median(values)
        case WindowKind.PERCENTILE:
            return sorted(values)[max(0, math.ceil(Fraction(len(values) * spec.percent, 100)) - 1)]
        case WindowKind.STDDEV:
            return deviation(values)
        case WindowKind.FIRST:
            return values[0]
        case WindowKind.LAST:
            return values[-1]
        case WindowKind.DELTA:
            return values[-1] - values[0] if len(values) > 1 else None
        case WindowKind.RATE:
            elapsed = inside[-1][0] - inside[0][0]
            return (values[-1] - values[0]) / elapsed if elapsed and 2 * elapsed >= spec.length_ms else None
        case _:
            raise AssertionError(spec.kind)


def deviation(values: list[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = sum(map(Fraction, values)) / len(values)
    return math.sqrt(sum((Fraction(value) - mean) ** 2 for value in values) / (len(values) - 1))


def stretches(spec: WindowSpec, readings: Sequence[Reading], end: int) -> list[tuple[int, int]]:
    """When the condition was true: from a true reading to the next, if near; the last one until now, where held."""
    found = []
    for (at, sample), (after, _) in pairwise(readings):
        if sample and (spec.gap_ms is None or after - at <= spec.gap_ms):
            found.append((at, after))
    if readings and readings[-1][1] and spec.held:
        found.append((readings[-1][0], end))
    return found


def duration(spec: WindowSpec, readings: Sequence[Reading], now: int) -> float | None:
    if not readings:
        return None
    end = max(now, readings[-1][0]) if spec.held else readings[-1][0]
    begin = end - spec.length_ms
    if spec.length_ms > KEPT:
        begin -= begin % HOUR
    return float(min(spec.length_ms, sum(max(0, u - max(at, begin)) for at, u in stretches(spec, readings, end))))


def since(spec: WindowSpec, readings: Sequence[Reading], now: int) -> float | None:
    if not readings:
        return None
    end = max(now, readings[-1][0]) if spec.held else readings[-1][0]
    instants = [readings[0][0], *(at for at, sample in readings if sample)]
    instants += [until for _, until in stretches(spec, readings, end)]
    return 0.0 if readings[-1][1] else float(end - max(instants))


def flat(spec: WindowSpec, readings: Sequence[Reading], now: int) -> float | None:
    """Every moment of the window must be known, and to be the same."""
    if not readings:
        return None
    known = [pair for pair in readings if pair[1] is not None]
    end = max(now, readings[-1][0]) if spec.held else readings[-1][0]
    begin = end - spec.length_ms
    for (_, one), (at, other) in pairwise(known):
        if at > begin and one != other:
            return 0.0
    start = None  # since when the last value has been known without a gap
    for index, (at, sample) in enumerate(readings):
        before = readings[index - 1] if index else None
        near = before is not None and (spec.gap_ms is None or at - before[0] <= spec.gap_ms)
        if sample is None:
            start = None
        elif start is None or not near or before is None or before[1] != sample:
            start = at
    return 1.0 if start is not None and start <= begin else None


def local(spec: WindowSpec, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(spec.zone))


LEAST = 2.0**-64


def rounded(value: float) -> float:
    """The middle of the range that a value falls into: each power of two is cut into 32; less than any is nothing."""
    if abs(value) < LEAST:
        return 0.0
    step = 2.0 ** (math.floor(math.log2(abs(value)) + 1e-12) - 5)
    while not 32 * step <= abs(value) < 64 * step:  # what the logarithm rounded
        step = step * 2 if abs(value) >= 64 * step else step / 2
    return math.copysign((math.floor(abs(value) / step) + 0.5) * step, value)


def of_days(spec: WindowSpec, numbers: list[tuple[int, float]], end: int) -> float | None:
    today, hour = local(spec, end).date(), local(spec, end).hour
    days = spec.length_ms // DAY
    inside: dict[date, list[float]] = {}
    for at, value in numbers:
        moment = local(spec, at)
        if today - timedelta(days=days) <= moment.date() < today and (not spec.same_hour or moment.hour == hour):
            inside.setdefault(moment.date(), []).append(value)
    if len(inside) * 4 < days:
        return None
    values = [value for day in inside.values() for value in day]
    match spec.kind:
        case WindowKind.AVG:
            return sum(values) / len(values)
        case WindowKind.MIN:
            return min(values)
        case WindowKind.MAX:
            return max(values)
        case WindowKind.MEDIAN:
            return median(map(rounded, values))
        case _:
            return sorted(map(rounded, values))[max(1, math.ceil(Fraction(len(values) * spec.percent, 100))) - 1]


def slope(spec: WindowSpec, numbers: list[tuple[int, float]], end: int) -> float | None:
    today = local(spec, end).date()
    days: dict[date, list[float]] = {}
    newest: date | None = None
    for at, value in numbers:
        day = local(spec, at).date()
        newest = day if newest is None else max(newest, day)
        if day == newest:  # a closed day takes no more
            days.setdefault(day, []).append(value)
    medians = [
        (day.toordinal(), median(values))
        for day, values in sorted(days.items())
        if today - timedelta(days=spec.length_ms // DAY) <= day < today
    ]
    if len(medians) < 4:
        return None
    slopes = [
        (other - one) / (late - early)
        for index, (early, one) in enumerate(medians)
        for late, other in medians[index + 1 :]
    ]
    return median(slopes) / DAY


def night_min(spec: WindowSpec, numbers: list[tuple[int, float]], end: int) -> float | None:
    assert spec.night is not None
    begin_minute, end_minute, count = spec.night
    day = local(spec, end).date() + timedelta(days=1)
    nights: list[tuple[int, int]] = []
    while len(nights) < count:
        day -= timedelta(days=1)
        over = day + timedelta(days=end_minute <= begin_minute)
        night = instant(spec, day, begin_minute, fold=0), instant(spec, over, end_minute, fold=1)
        if nights or night[1] <= end:
            nights.append(night)
    found = [smallest(spec, numbers, night, end) for night in nights]
    return None if None in found else min(value for value in found if value is not None)


def instant(spec: WindowSpec, day: date, minute: int, *, fold: int) -> int:
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(spec.zone), fold=fold)
    return round(wall.timestamp() * 1000)


def smallest(spec: WindowSpec, numbers: list[tuple[int, float]], night: tuple[int, int], end: int) -> float | None:
    begin, over = night
    seen = [(at, at, value) for at, value in numbers if begin <= at < over]
    if spec.held:
        ordered = [(at, value) for at, value in in_order(numbers) if isinstance(value, float)]
        after = [*(at for at, _ in ordered[1:]), end]
        for (at, value), until in zip(ordered, after, strict=True):
            near = spec.gap_ms is None or until - at <= spec.gap_ms or (at, value) == ordered[-1]
            if near and max(at, begin) < min(until, over):
                seen.append((max(at, begin), min(until, over), value))
    if not seen or 2 * (max(until for _, until, _ in seen) - min(at for at, _, _ in seen)) < over - begin:
        return None
    return min(value for _, _, value in seen)
