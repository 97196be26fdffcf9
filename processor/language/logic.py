"""And, or and not over three verdicts (Kleene): unknown only where the unknown part could still decide."""

from processor.language.compiled import DeviceView, Evaluate
from processor.model.evidence import Verdict
from processor.model.time import EpochMs


def constantly(verdict: Verdict) -> Evaluate:
    """Always the same."""

    def evaluate(_view: DeviceView, _now: EpochMs) -> Verdict:
        return verdict

    return evaluate


def negation(operand: Evaluate) -> Evaluate:
    """True for false, false for true, unknown for unknown."""

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        verdict = operand(view, now)
        return None if verdict is None else not verdict

    return evaluate


def conjunction(parts: tuple[Evaluate, ...]) -> Evaluate:
    """False as soon as one part is false; else unknown if one is."""
    if len(parts) == 1:
        return parts[0]
    return _both(*parts) if len(parts) == 2 else _all_of(parts)  # noqa: PLR2004  # the usual number has its own function


def disjunction(parts: tuple[Evaluate, ...]) -> Evaluate:
    """True as soon as one part is true; else unknown if one is."""
    if len(parts) == 1:
        return parts[0]
    return _either(*parts) if len(parts) == 2 else _any_of(parts)  # noqa: PLR2004  # the usual number has its own function


def _both(first: Evaluate, second: Evaluate) -> Evaluate:
    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        one = first(view, now)
        if one is False:
            return False
        other = second(view, now)
        return other if one is True or other is False else None

    return evaluate


def _either(first: Evaluate, second: Evaluate) -> Evaluate:
    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        one = first(view, now)
        if one is True:
            return True
        other = second(view, now)
        return other if one is False or other is True else None

    return evaluate


def _all_of(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        verdict: Verdict = True
        for part in parts:
            one = part(view, now)
            if one is False:
                return False
            if one is None:
                verdict = None
        return verdict

    return evaluate


def _any_of(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        verdict: Verdict = False
        for part in parts:
            one = part(view, now)
            if one is True:
                return True
            if one is None:
                verdict = None
        return verdict

    return evaluate


def sameness(first: Evaluate, second: Evaluate, negated: bool) -> Evaluate:  # noqa: FBT001  # part of the plan
    """Whether two conditions agree (or, negated, differ); unknown if one is."""

    def evaluate(view: DeviceView, now: EpochMs) -> Verdict:
        one, other = first(view, now), second(view, now)
        return None if one is None or other is None else (one == other) is not negated

    return evaluate
