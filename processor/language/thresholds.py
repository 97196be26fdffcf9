"""A point against a constant, as fast as Python goes: one function, no inner call, no allocation.

Twelve plain functions rather than one general: the operator and the kind of staleness are settled when the rule is
compiled, and this is the test nearly every message pays for. A value that is not equal to itself is NaN: unknown.
"""
# ruff: noqa: PLR0124  # `value == value` is the one test for NaN that costs no call

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias, cast

from processor.language.compiled import Evaluate, WindowView
from processor.language.plan import Against
from processor.language.vocabulary import PointSlot
from processor.model.evidence import Verdict
from processor.model.time import DurationMs, EpochMs

FOREVER: Final[DurationMs] = 1 << 62
"""A staleness limit that no silence reaches."""


class NumberView(Protocol):
    """A device's state where the points looked at are known to be numbers."""

    values: list[float | None]
    arrivals: list[EpochMs]
    last_arrival: EpochMs
    windows: Sequence[WindowView]


Test: TypeAlias = Callable[[NumberView, EpochMs], Verdict]
Factory: TypeAlias = Callable[[int, DurationMs, float], Test]


def threshold(plan: Against) -> Evaluate:
    """The fast test for this point, operator and bound."""
    point = plan.point
    table = _WITH_DEVICE if goes_with_device(point) else _OWN
    # the checker has made sure that the point is a number
    return cast("Evaluate", table[plan.operator](point.slot, stale_limit(point), plan.bound))


def stale_limit(point: PointSlot) -> DurationMs:
    """After how much silence the point is unknown."""
    return FOREVER if point.stale_after_ms is None else point.stale_after_ms


def goes_with_device(point: PointSlot) -> bool:
    """Whether it is the device's silence that counts rather than the point's."""
    return point.with_device and point.stale_after_ms is not None


def _at_least(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value >= bound

    return evaluate


def _above(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value > bound

    return evaluate


def _at_most(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value <= bound

    return evaluate


def _below(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value < bound

    return evaluate


def _equal(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value == bound

    return evaluate


def _unequal(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value != bound

    return evaluate


def _at_least_with_device(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.last_arrival > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value >= bound

    return evaluate


def _above_with_device(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.last_arrival > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value > bound

    return evaluate


def _at_most_with_device(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.last_arrival > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value <= bound

    return evaluate


def _below_with_device(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.last_arrival > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value < bound

    return evaluate


def _equal_with_device(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.last_arrival > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value == bound

    return evaluate


def _unequal_with_device(slot: int, limit: DurationMs, bound: float) -> Test:
    def evaluate(view: NumberView, now: EpochMs) -> Verdict:
        if now - view.last_arrival > limit:
            return None
        value = view.values[slot]
        if value is None or value != value:
            return None
        return value != bound

    return evaluate


_OWN: Final[dict[str, Factory]] = {
    ">=": _at_least,
    ">": _above,
    "<=": _at_most,
    "<": _below,
    "==": _equal,
    "!=": _unequal,
}
_WITH_DEVICE: Final[dict[str, Factory]] = {
    ">=": _at_least_with_device,
    ">": _above_with_device,
    "<=": _at_most_with_device,
    "<": _below_with_device,
    "==": _equal_with_device,
    "!=": _unequal_with_device,
}
