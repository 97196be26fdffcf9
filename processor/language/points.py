"""Tests of one point's value that are not thresholds: truth, enum members, texts; and the value itself, when fresh."""
# ruff: noqa: PLR0124  # `value == value` is the one test for NaN that costs no call

from typing import cast
from zlib import crc32

from processor.language.compiled import DeviceView, Evaluate, Sample
from processor.language.plan import Equals, OneOf, SamePoints
from processor.language.thresholds import goes_with_device, stale_limit
from processor.language.vocabulary import PointSlot
from processor.model.evidence import Verdict
from processor.model.reading import Value
from processor.model.time import EpochMs


def fresh(point: PointSlot) -> Sample:
    """The point's value, or None when it never came, is stale or is NaN."""
    slot, limit = point.slot, stale_limit(point)
    if goes_with_device(point):

        def of_device(view: DeviceView, now: EpochMs) -> Value | None:
            if now - view.last_arrival > limit:
                return None
            value = view.values[slot]
            return value if value == value else None

        return of_device

    def own(view: DeviceView, now: EpochMs) -> Value | None:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        return value if value == value else None

    return own


def fingerprint(point: PointSlot) -> Sample:
    """A number that stands for the point's text, so that a window can tell whether it changed."""
    value_of = fresh(point)

    def sample(view: DeviceView, now: EpochMs) -> Value | None:
        value = value_of(view, now)
        return None if value is None else float(crc32(str(value).encode()))

    return sample


def truth(point: PointSlot) -> Evaluate:
    """A boolean point as a condition."""
    return cast("Evaluate", fresh(point))  # the decoder lets only booleans into a boolean point


def equals(plan: Equals) -> Evaluate:
    """An enum or text point against one value."""
    if plan.negated:
        return _differs(plan)
    slot, limit, wanted = plan.point.slot, stale_limit(plan.point), plan.value
    if goes_with_device(plan.point):

        def of_device(view: DeviceView, now: EpochMs) -> Verdict:
            if now - view.last_arrival > limit:
                return None
            value = view.values[slot]
            return None if value is None else value == wanted

        return of_device

    def own(view: DeviceView, now: EpochMs) -> Verdict:
        if now - view.arrivals[slot] > limit:
            return None
        value = view.values[slot]
        return None if value is None else value == wanted

    return own


def _differs(plan: Equals) -> Evaluate:
    value_of, unwanted = fresh(plan.point), plan.value

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        value = value_of(view, now)
        return None if value is None else value != unwanted

    return evaluate


def same(plan: SamePoints) -> Evaluate:
    """Two enum or text points against each other."""
    left_of, right_of, negated = fresh(plan.left), fresh(plan.right), plan.negated

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        left, right = left_of(view, now), right_of(view, now)
        return None if left is None or right is None else (left == right) is not negated

    return evaluate


def one_of(plan: OneOf) -> Evaluate:
    """An enum or text point against several values."""
    value_of, wanted = fresh(plan.point), frozenset(plan.values)

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        value = value_of(view, now)
        return None if value is None else value in wanted

    return evaluate
