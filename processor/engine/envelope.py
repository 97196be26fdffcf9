"""Between which values no rule can be true, as far as it was found out: what lies inside need not be judged again.

A condition's screen only ever loses verdicts when the values lie closer together. So once the rules were judged over
an envelope, every run inside it is calm, on every device of the same blueprint.
"""

from collections.abc import Collection
from typing import Final

from processor.engine.blueprint import Blueprint, MessagePlan
from processor.engine.runs import Run
from processor.language.compiled import FALSE, TRUE, UNKNOWN, Span
from processor.language.screen_numbers import LONGEST_MS, Range
from processor.model.reading import Value
from processor.model.time import DurationMs

# An envelope that grows is made so much wider than it must be, on each side, that it seldom grows again.
SLACK: Final = 0.5
# What could not be widened so often lies beside a bound: from then on each run that sticks out is judged by itself.
PATIENCE: Final = 32
_ANYTHING: Final[Range] = (float("-inf"), float("inf"))


class Envelope:
    """Of the messages of one blueprint that carry the same points. A run as `language.screen` sees it (`Span`)."""

    def __init__(self, blueprint: Blueprint, plan: MessagePlan) -> None:
        self.plan = plan
        self._least_silence_ms: DurationMs = min((s.after_ms for s in blueprint.silences), default=LONGEST_MS)
        self._silent_slots = {silence.slot for silence in blueprint.silences}
        points = blueprint.vocabulary.points
        self._carried = frozenset(plan.slots)
        self._slots = [slot for slot in plan.slots if slot >= 0 and points[slot].kind == "number"]
        self._others = [slot for slot in plan.slots if slot >= 0 and points[slot].kind != "number"]
        self._ranges: dict[int, Range] = {}
        self._members: dict[int, frozenset[Value]] = {}
        self._patience = PATIENCE
        self._blind = False

    def holds(self, run: Run) -> bool:
        """Whether everything the run says lies inside."""
        ranges = self._ranges
        if not ranges and not self._members:
            return False
        for slot in self._slots:
            found, known = run.numbers(slot), ranges.get(slot)
            if found is None or known is None or found[0] < known[0] or found[1] > known[1]:
                return False
        return all(self._members[slot].issuperset(run.members(slot)) for slot in self._others)

    def outlasts(self, run: Run) -> bool:
        """Whether no silence in it was long enough to be noticed."""
        return run.worst_silence() < self._least_silence_ms

    def grow(self, run: Run) -> bool:
        """Hold this run too, which was found to be calm; whether that can be."""
        if self._patience <= 0:
            return False
        before = self._ranges, self._members
        self._members = {slot: self._members.get(slot, frozenset()).union(run.members(slot)) for slot in self._others}
        for slack in (SLACK, 0.0):
            self._ranges = {slot: self._wider(before[0].get(slot), run.numbers(slot), slack) for slot in self._slots}
            if not self._wrong():
                return True
        self._ranges, self._members = before
        self._patience -= 1
        return False

    @staticmethod
    def _wider(known: Range | None, found: Range | None, slack: float) -> Range:
        if found is None:
            return _ANYTHING
        low, high = found if known is None else (min(found[0], known[0]), max(found[1], known[1]))
        more = (high - low) * slack
        return low - more, high + more

    def _wrong(self) -> bool:
        self._blind = False
        return may_be_true(self.plan, self) or self._blind

    def numbers(self, slot: int) -> Range:
        """Between what the point's values lie; a point that is not carried may have any that it had before."""
        return self._ranges.get(slot, _ANYTHING)

    def members(self, slot: int) -> Collection[Value]:
        """Every value of the point. Of one that is not carried nothing is known: then nothing is found calm."""
        if slot not in self._members:
            self._blind = True
            return ()
        return self._members[slot]

    def known(self, slot: int) -> bool:
        """Whether every reading carries the point."""
        return slot in self._carried

    def silence(self, slot: int | None) -> DurationMs:
        """Just too short to be noticed, where such a silence is noticed at all."""
        return self._least_silence_ms - 1 if slot in self._silent_slots else LONGEST_MS

    def back(self, _length_ms: DurationMs) -> "Inside":
        """What windows hold lies inside too."""
        return Inside(self)


class Inside:
    """An envelope as a window sees it that reaches back in it."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope

    def numbers(self, slot: int) -> Range:
        """Between what the point's values lie."""
        return self._envelope.numbers(slot)

    def members(self, slot: int) -> Collection[Value]:
        """Every value of the point."""
        return self._envelope.members(slot)

    def known(self, slot: int) -> bool:
        """Whether every reading carries the point."""
        return self._envelope.known(slot)

    def silence(self, _slot: int | None) -> DurationMs:
        """Not known of the past: any."""
        return LONGEST_MS

    def back(self, _length_ms: DurationMs) -> None:
        """A window over a window is not screened."""


def may_be_true(plan: MessagePlan, span: Span) -> bool:
    """Whether a rule of the plan may be true in it, or unknown where that counts as true.

    A device's part in a group rule may be unknown neither: the group would count it apart.
    """
    for bound in plan.rules:
        wrong = TRUE | UNKNOWN if bound.raises else TRUE
        for trigger in bound.triggers:
            if trigger.condition.screen(span) & wrong:
                return True
    return any(hook.condition.screen(span) != FALSE for hook in plan.hooks)
