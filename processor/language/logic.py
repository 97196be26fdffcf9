"""And, or and not over three verdicts (Kleene): unknown only where the unknown part could still decide."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from processor.model.evidence import Verdict
from processor.model.time import EpochMs

View = TypeVar("View")
Test: TypeAlias = Callable[[View, EpochMs], Verdict]
"""A verdict about whatever the view is of: a device or a group."""


def constantly(verdict: Verdict) -> Callable[[object, EpochMs], Verdict]:
    """Always the same."""

    def evaluate(_view: object, _now: EpochMs) -> Verdict:
        return verdict

    return evaluate


def negation(operand: Test[View]) -> Test[View]:
    """True for false, false for true, unknown for unknown."""

    def evaluate(view: View, now: EpochMs) -> Verdict:
        verdict = operand(view, now)
        return None if verdict is None else not verdict

    return evaluate


def conjunction(parts: tuple[Test[View], ...]) -> Test[View]:
    """False as soon as one part is false; else unknown if one is."""
    if len(parts) == 1:
        return parts[0]
    return _both(*parts) if len(parts) == 2 else _all_of(parts)  # noqa: PLR2004  # the usual number has its own function


def disjunction(parts: tuple[Test[View], ...]) -> Test[View]:
    """True as soon as one part is true; else unknown if one is."""
    if len(parts) == 1:
        return parts[0]
    return _either(*parts) if len(parts) == 2 else _any_of(parts)  # noqa: PLR2004  # the usual number has its own function


def _both(first: Test[View], second: Test[View]) -> Test[View]:
    def evaluate(view: View, now: EpochMs) -> Verdict:
        one = first(view, now)
        if one is False:
            return False
        other = second(view, now)
        return other if one is True or other is False else None

    return evaluate


def _either(first: Test[View], second: Test[View]) -> Test[View]:
    def evaluate(view: View, now: EpochMs) -> Verdict:
        one = first(view, now)
        if one is True:
            return True
        other = second(view, now)
        return other if one is False or other is True else None

    return evaluate


def _all_of(parts: tuple[Test[View], ...]) -> Test[View]:
    def evaluate(view: View, now: EpochMs) -> Verdict:
        verdict: Verdict = True
        for part in parts:
            one = part(view, now)
            if one is False:
                return False
            if one is None:
                verdict = None
        return verdict

    return evaluate


def _any_of(parts: tuple[Test[View], ...]) -> Test[View]:
    def evaluate(view: View, now: EpochMs) -> Verdict:
        verdict: Verdict = False
        for part in parts:
            one = part(view, now)
            if one is True:
                return True
            if one is None:
                verdict = None
        return verdict

    return evaluate


def sameness(first: Test[View], second: Test[View], negated: bool) -> Test[View]:  # noqa: FBT001  # part of the plan
    """Whether two conditions agree (or, negated, differ); unknown if one is."""

    def evaluate(view: View, now: EpochMs) -> Verdict:
        one, other = first(view, now), second(view, now)
        return None if one is None or other is None else (one == other) is not negated

    return evaluate
