"""What each part of a message's way through the engine takes, in µs: measured by `python -m bench.unit_costs`.

On the machine and the interpreter that docs/performance.md names; another one is slower or faster in all of them alike.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from processor.language.compiled import WindowKind


class Span(StrEnum):
    """How a window keeps what it looks at: each reading, hours, whole local days, or the same hour of them."""

    SHORT = "short"
    LONG = "long"
    DAYS = "days"
    SAME_HOUR = "same hour"
    ANY = "any"


PARTS: Final[Mapping[str, float]] = {
    # what a message costs before any rule, and for each of its points
    "message": 2.40,
    "point": 0.06,
    # a comparison; an operator of a calculation
    "test": 0.10,
    "term": 0.25,
    # a group's question, asked anew and asked by one more rule; a look at a group's number
    "asked": 0.01,
    "question": 0.15,
    "tally": 0.04,
    # a window that waiting alone may carry over a bound
    "lapse": 1.67,
    # such a device is looked at anew between two messages: of each of its rules
    "looked": 1.27,
}

WINDOWS: Final[Mapping[tuple[WindowKind, Span], tuple[float, float]]] = {
    (WindowKind.AVG, Span.SHORT): (1.42, 0.55),
    (WindowKind.SUM, Span.SHORT): (1.28, 0.64),
    (WindowKind.STDDEV, Span.SHORT): (2.12, 0.94),
    (WindowKind.MIN, Span.SHORT): (0.72, 0.29),
    (WindowKind.MAX, Span.SHORT): (0.79, 0.24),
    (WindowKind.COUNT, Span.SHORT): (0.08, 0.64),
    (WindowKind.MEDIAN, Span.SHORT): (1.29, 0.55),
    (WindowKind.PERCENTILE, Span.SHORT): (1.48, 0.55),
    (WindowKind.FIRST, Span.SHORT): (0.76, 0.60),
    (WindowKind.LAST, Span.SHORT): (0.76, 0.67),
    (WindowKind.DELTA, Span.SHORT): (0.71, 0.80),
    (WindowKind.RATE, Span.SHORT): (0.75, 0.88),
    (WindowKind.CHANGES, Span.SHORT): (1.08, 0.24),
    (WindowKind.DURATION, Span.SHORT): (0.62, 0.71),
    (WindowKind.AVG, Span.LONG): (2.28, 1.36),
    (WindowKind.SUM, Span.LONG): (2.25, 1.39),
    (WindowKind.STDDEV, Span.LONG): (2.88, 1.65),
    (WindowKind.MIN, Span.LONG): (2.24, 1.41),
    (WindowKind.MAX, Span.LONG): (2.43, 1.26),
    (WindowKind.COUNT, Span.LONG): (0.23, 3.55),
    (WindowKind.FIRST, Span.LONG): (2.58, 1.84),
    (WindowKind.LAST, Span.LONG): (2.94, 1.68),
    (WindowKind.DELTA, Span.LONG): (3.09, 1.72),
    (WindowKind.RATE, Span.LONG): (2.78, 1.99),
    (WindowKind.CHANGES, Span.LONG): (2.29, 1.30),
    (WindowKind.DURATION, Span.LONG): (2.08, 1.39),
    (WindowKind.MEDIAN, Span.DAYS): (1.02, 0.54),
    (WindowKind.PERCENTILE, Span.DAYS): (0.99, 0.58),
    (WindowKind.SLOPE, Span.DAYS): (0.67, 0.56),
    (WindowKind.MEDIAN, Span.SAME_HOUR): (2.59, 0.82),
    (WindowKind.PERCENTILE, Span.SAME_HOUR): (2.42, 0.97),
    (WindowKind.AVG, Span.SAME_HOUR): (1.94, 0.52),
    (WindowKind.MIN, Span.SAME_HOUR): (1.38, 0.81),
    (WindowKind.MAX, Span.SAME_HOUR): (1.61, 0.70),
    (WindowKind.SINCE, Span.ANY): (0.00, 0.57),
    (WindowKind.FLAT, Span.ANY): (0.36, 0.10),
    (WindowKind.NIGHT_MIN, Span.ANY): (0.98, 0.10),
}
"""To feed it one reading, and to look at what it says."""
