"""Which running window counts what: short ones keep readings, long ones hours, and some whole local days."""

from collections.abc import Callable
from typing import Final

from processor.engine.window import Window
from processor.engine.window_days import DayRanks, SameHour
from processor.engine.window_groups import GroupWindow
from processor.engine.window_kinds import Changes, Ends, Ranked, Scatter, Total
from processor.engine.window_long import long
from processor.engine.window_marks import Count, Extreme
from processor.engine.window_nights import Nights
from processor.engine.window_slope import Slope
from processor.engine.window_states import SinceTrue, Unchanged
from processor.engine.window_truth import TrueTime
from processor.language.compiled import WindowKind, WindowSpec
from processor.language.windows import LONGEST_KEPT_MS

_SHORT: Final[dict[WindowKind, Callable[[WindowSpec], Window]]] = {
    WindowKind.AVG: Total,
    WindowKind.SUM: Total,
    WindowKind.STDDEV: Scatter,
    WindowKind.MIN: Extreme,
    WindowKind.MAX: Extreme,
    WindowKind.COUNT: Count,
    WindowKind.MEDIAN: Ranked,
    WindowKind.PERCENTILE: Ranked,
    WindowKind.FIRST: Ends,
    WindowKind.LAST: Ends,
    WindowKind.DELTA: Ends,
    WindowKind.RATE: Ends,
    WindowKind.CHANGES: Changes,
    WindowKind.DURATION: TrueTime,
}
_ANY_LENGTH: Final[dict[WindowKind, Callable[[WindowSpec], Window]]] = {
    WindowKind.FLAT: Unchanged,
    WindowKind.SINCE: SinceTrue,
    WindowKind.SLOPE: Slope,
    WindowKind.NIGHT_MIN: Nights,
}
_OF_DAYS: Final[dict[WindowKind, Callable[[WindowSpec], Window]]] = {
    WindowKind.MEDIAN: DayRanks,
    WindowKind.PERCENTILE: DayRanks,
    WindowKind.AVG: SameHour,
    WindowKind.MIN: SameHour,
    WindowKind.MAX: SameHour,
}


def running_window(spec: WindowSpec) -> Window:
    """A window for one device or place, empty. `spec.zone` says that it counts local days."""
    window = _plain(spec)
    return GroupWindow(spec, window) if spec.peers else window


def _plain(spec: WindowSpec) -> Window:
    if spec.kind in _ANY_LENGTH:
        return _ANY_LENGTH[spec.kind](spec)
    if spec.zone:
        return _OF_DAYS[spec.kind](spec)
    return _SHORT[spec.kind](spec) if spec.length_ms <= LONGEST_KEPT_MS else long(spec)
