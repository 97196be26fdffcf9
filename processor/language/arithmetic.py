"""Numbers as closures: sums, conversions and running windows. None is unknown, and so is what divides by zero."""
# ruff: noqa: PLR0124  # `value == value` is the one test for NaN that costs no call

import operator
from collections.abc import Callable
from typing import Final, TypeAlias, cast

from processor.language.compiled import DeviceView, Evaluate
from processor.language.operators import OPERATORS
from processor.language.plan import Compared, Constant
from processor.model.evidence import Verdict
from processor.model.time import DurationMs, EpochMs

Numeric: TypeAlias = Callable[[DeviceView, EpochMs], float | None]

_SUMS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def number(value: float) -> Numeric:
    """A constant."""

    def evaluate(_view: DeviceView, _now: EpochMs) -> float | None:
        return value

    return evaluate


def calculation(sign: str, left: Numeric, right: Numeric) -> Numeric:
    """`left sign right`; unknown if a side is, if it divides by zero, or if nothing finite comes out."""
    apply = _SUMS[sign]

    def evaluate(view: DeviceView, now: EpochMs) -> float | None:
        one = left(view, now)
        if one is None:
            return None
        other = right(view, now)
        if other is None or (sign == "/" and other == 0):
            return None
        result = apply(one, other)
        return result if result - result == 0 else None  # infinity and NaN leave NaN here

    return evaluate


def converted(operand: Numeric, scale: float, offset: float) -> Numeric:
    """The operand in another unit."""

    def evaluate(view: DeviceView, now: EpochMs) -> float | None:
        value = operand(view, now)
        return None if value is None else value * scale + offset

    return evaluate


def window(index: int, stale: tuple[tuple[int, DurationMs], ...], stale_with_device: DurationMs | None) -> Numeric:
    """What a running window says, unless a point it looks at is stale: an old window is no evidence of now."""

    def evaluate(view: DeviceView, now: EpochMs) -> float | None:
        if stale_with_device is not None and now - view.last_arrival > stale_with_device:
            return None
        for slot, limit in stale:
            if now - view.arrivals[slot] > limit:
                return None
        value = view.windows[index].value(now)
        return value if value == value else None

    return evaluate


def known_with(window: Numeric, tests: tuple[Evaluate, ...]) -> Numeric:
    """What a running window says, unless a group test in it cannot be told now: like a point that is stale."""

    def evaluate(view: DeviceView, now: EpochMs) -> float | None:
        for test in tests:
            if test(view, now) is None:
                return None
        return window(view, now)

    return evaluate


def comparison(plan: Compared, left: Numeric, right: Numeric) -> Evaluate:
    """Two numbers in one unit."""
    test = OPERATORS[plan.operator]
    if isinstance(plan.right, Constant):
        return _against(test, left, float(plan.right.value))

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        one = left(view, now)
        if one is None:
            return None
        other = right(view, now)
        return None if other is None else test(one, other)

    return evaluate


def _against(test: Callable[[float, float], bool], left: Numeric, bound: float) -> Evaluate:
    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        value = left(view, now)
        return None if value is None else test(value, bound)

    return evaluate


def one_of(subject: Numeric, values: tuple[float, ...]) -> Evaluate:
    """A number against several."""
    wanted = frozenset(values)

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        value = subject(view, now)
        return None if value is None else value in wanted

    return evaluate


def stood(window: Numeric) -> Evaluate:
    """Whether a `flat` window says that nothing changed."""

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        value = window(view, now)
        return None if value is None else value > 0

    return evaluate


def known(operand: Numeric) -> Evaluate:
    """True where there is a number at all: what `count` of numbers counts."""

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        return None if operand(view, now) is None else True

    return evaluate


def as_numeric(sample: object) -> Numeric:
    """A point's value where the checker has made sure that it is a number."""
    return cast("Numeric", sample)
