"""What happened in a replay, as people read it and as expectations ask it."""

from collections.abc import Iterable, Iterator
from typing import Final

from processor.model.alert import AlertState, Transition
from processor.model.effect import (
    AlertChanged,
    DispositionChanged,
    Effect,
    OrderActionRefused,
    OrderChanged,
    ReadingDropped,
    RemindPeople,
    SendCommand,
)
from processor.model.rule import Level
from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs, EpochMs
from processor.replay.driver import Recorded

_UNITS: Final = (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND), ("ms", 1))


class Timeline:
    """Every effect with its offset from the start, in order."""

    def __init__(self, start: EpochMs) -> None:
        self.start = start
        self.entries: list[tuple[DurationMs, Effect]] = []

    def add(self, recorded: Iterable[Recorded]) -> None:
        """Take what a replay made."""
        self.entries += [(one.at - self.start, one.effect) for one in recorded]

    def transitions(self, rule: str) -> Iterator[tuple[DurationMs, Transition]]:
        """The steps of every alert of the rule."""
        for at, effect in self.entries:
            if isinstance(effect, AlertChanged) and effect.transition.rule == rule:
                yield at, effect.transition

    def states(self, rule: str, at: DurationMs) -> dict[str, tuple[AlertState, Level]]:
        """By subject: how the rule's alert stands right after everything that happened up to and including `at`."""
        return {step.subject: (step.after, step.level) for when, step in self.transitions(rule) if when <= at}

    def render(self) -> str:
        """One line for each thing that happened."""
        lines = [f"  {offset(at):>12}  {text}" for at, effect in self.entries if (text := describe(effect))]
        return "\n".join(lines) or "  nothing happened"


def offset(at: DurationMs) -> str:
    """90000 is "1 min 30 s"."""
    if at <= 0:
        return f"{at} ms" if at else "0 s"
    parts = []
    for unit, size in _UNITS:
        count, at = divmod(at, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts)


def describe(effect: Effect) -> str:  # noqa: PLR0911 - one line for each kind of effect
    """The effect in one line; "" for what is of no interest to the author of a rule."""
    match effect:
        case AlertChanged(transition=step):
            late = ", late" if step.late else ""
            words = f"{step.before} → {step.after} {step.level.name} ({step.cause}{late}): {step.evidence}"
            return f"{step.rule} {step.subject}: {words}"
        case DispositionChanged(disposition=done):
            why = f": {done.interlock}" if done.interlock else ""
            return f"{done.rule} command {done.command} to {done.device or 'nobody'}: {done.state}{why}"
        case OrderChanged(order=order):
            who = f" by {order.person}" if order.person else ""
            return f"{order.rule} order {order.id} ({order.kind}): {order.state} {order.level.name}{who}"
        case OrderActionRefused():
            return f"order {effect.order}: action refused: {effect.reason}"
        case RemindPeople():
            return f"{effect.rule} remind {', '.join(effect.roles)} of {effect.subject} ({effect.level.name})"
        case ReadingDropped():
            return f"reading dropped: {effect.reason}"
        case SendCommand():
            return ""  # its disposition says the same, with the rule
