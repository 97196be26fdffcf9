"""What a running window costs before it runs: memory of each device, and work for each reading.

Upper bounds for memory: what a window holds when its device reports as often as its profile says, arrays at their
largest before they are compacted. Measured against the real thing in tests/engine/test_window_cost.py.
"""

from typing import Final

from processor.engine.window_blocks import FOLDS
from processor.engine.window_days import HOURS
from processor.engine.window_marks import MAX_MARKS
from processor.engine.window_readings import MAX_SAMPLES
from processor.engine.window_slope import DAY_SAMPLES
from processor.engine.window_truth import MAX_STRETCHES
from processor.language.compiled import WindowKind, WindowSpec
from processor.language.windows import LONGEST_KEPT_MS
from processor.model.time import DAY, HOUR, MINUTE, DurationMs

RECKONED_PERIOD_MS: Final[DurationMs] = MINUTE
"""Of points that report on change, nobody knows how often: reckoned as once a minute."""

_OBJECT: Final = 600  # the window itself, its empty columns, and what is left over
_NUMBER: Final = 8
_SLACK: Final = 2  # what has left the window stays until it is half of the column
_BUCKET: Final = 4  # bytes of one range in a packed day
_OPEN_BUCKET: Final = 110  # of one range of today
_RANGES: Final = 40  # different ranges that an hour's readings fall into: a factor of two and a half
_RANKS: Final = frozenset({WindowKind.MEDIAN, WindowKind.PERCENTILE})
_CHEAP: Final = frozenset({WindowKind.SINCE, WindowKind.FLAT})
_WORK: Final = {
    WindowKind.AVG: 12.0,
    WindowKind.SUM: 12.0,
    WindowKind.STDDEV: 18.0,
    WindowKind.MEDIAN: 10.0,
    WindowKind.PERCENTILE: 10.0,
    WindowKind.MIN: 7.0,
    WindowKind.MAX: 7.0,
    WindowKind.COUNT: 4.0,
    WindowKind.DURATION: 7.0,
    WindowKind.NIGHT_MIN: 7.0,
    WindowKind.SINCE: 3.0,
    WindowKind.FLAT: 3.0,
}


def window_cost(spec: WindowSpec, period_ms: DurationMs | None) -> tuple[int, float]:
    """Bytes that the window holds for one device at most, and its work for each reading (1: one comparison)."""
    period = period_ms or RECKONED_PERIOD_MS
    if spec.zone or spec.kind in _CHEAP:
        return _OBJECT + _days(spec, period), _work_of_days(spec, period)
    if spec.length_ms > LONGEST_KEPT_MS:
        blocks = spec.length_ms // HOUR + 2
        columns = FOLDS[spec.kind].width + 1
        return _OBJECT + blocks * columns * _NUMBER * 9 // 8, 20.0 + 2.0 * blocks * period / HOUR
    kept = spec.length_ms // period + 1
    return _OBJECT + _kept(spec.kind, kept), _WORK.get(spec.kind, 9.0)


def _kept(kind: WindowKind, readings: int) -> int:
    match kind:
        case WindowKind.COUNT:
            return min(readings, MAX_MARKS) * _NUMBER * _SLACK
        case WindowKind.DURATION:
            return min(readings // 2 + 1, MAX_STRETCHES) * 2 * _NUMBER * _SLACK
        case WindowKind.MEDIAN | WindowKind.PERCENTILE:
            return min(readings, MAX_SAMPLES) * (2 * _SLACK + 1) * _NUMBER * 9 // 8
        case _:
            return min(readings, MAX_SAMPLES) * 2 * _NUMBER * _SLACK


def _days(spec: WindowSpec, period: DurationMs) -> int:
    days = spec.length_ms // DAY
    if spec.kind in _CHEAP:
        return 0
    if spec.kind is WindowKind.NIGHT_MIN:
        return (days + 2) * 250
    if spec.kind is WindowKind.SLOPE:
        return days * 110 + min(DAY // period + 1, DAY_SAMPLES) * _NUMBER * 9 // 8
    if spec.kind not in _RANKS:
        return (days + 2) * (2 * HOURS * _NUMBER + 350)
    parts, readings = (HOURS, HOUR // period) if spec.same_hour else (1, DAY // period)
    ranges = min(max(1, readings), _RANGES if spec.same_hour else 2 * _RANGES)
    return (days + 1) * (100 + parts * (2 + ranges * _BUCKET)) + parts * (64 + ranges * _OPEN_BUCKET)


def _work_of_days(spec: WindowSpec, period: DurationMs) -> float:
    """What a reading costs, and its share of what is worked out once a day or once an hour."""
    if spec.kind not in _RANKS and spec.kind is not WindowKind.SLOPE:
        return _WORK.get(spec.kind, 9.0)
    days = spec.length_ms // DAY
    if spec.kind is WindowKind.SLOPE:
        return 8.0 + days * days * period / DAY
    return 8.0 + days * _RANGES * 2.0 * period / (HOUR if spec.same_hour else DAY)
