"""What must, and what must not, come of a test: each answers with what went otherwise, or None."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from processor.model.alert import AlertState
from processor.model.disposition import DispositionState, Interlock
from processor.model.effect import DispositionChanged, Effect, OrderActionRefused, OrderChanged, RemindPeople
from processor.model.order import OrderRefusal, OrderState
from processor.model.rule import Level
from processor.model.source import SourcePlace
from processor.model.time import DurationMs
from processor.replay.timeline import Timeline, offset

Wants: TypeAlias = Mapping[str, str | frozenset[str]]
"""Field of an effect -> what it must be; a set must be contained."""


class Expectation(Protocol):
    """One claim of a test, and where it stands."""

    @property
    def place(self) -> SourcePlace: ...

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules it speaks of."""

    @property
    def last_ms(self) -> DurationMs:
        """The instant up to which it must be looked at."""

    def missed(self, timeline: Timeline) -> str | None:
        """What was expected and not so; None when all is as it should be."""


@dataclass(frozen=True, slots=True)
class StateIs:
    """At an instant, after everything that happens at it, the alert stands so."""

    place: SourcePlace
    rule: str
    at_ms: DurationMs
    state: AlertState
    level: Level | None = None
    subject: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule,)

    @property
    def last_ms(self) -> DurationMs:
        return self.at_ms

    def missed(self, timeline: Timeline) -> str | None:
        states = timeline.states(self.rule, self.at_ms)
        if self.subject:
            states = {self.subject: states.get(self.subject, (AlertState.OK, Level.L4))}
        if self.state is AlertState.OK:
            fine = all(state is AlertState.OK for state, _ in states.values())
        else:
            fine = any(state is self.state and self.level in (None, level) for state, level in states.values())
        if fine:
            return None
        was = ", ".join(f"{subject} {state} {level.name}" for subject, (state, level) in sorted(states.items())) or "ok"
        level = f" {self.level.name}" if self.level else ""
        subject = f" of {self.subject}" if self.subject else ""
        return f"expected {self.rule}{subject} {self.state}{level} at {offset(self.at_ms)}, but it was: {was}"


@dataclass(frozen=True, slots=True)
class Never:
    """In the whole test the rule never comes into this state (at this level)."""

    place: SourcePlace
    rule: str
    state: AlertState = AlertState.FIRING
    level: Level | None = None
    subject: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule,)

    @property
    def last_ms(self) -> DurationMs:
        return 0

    def missed(self, timeline: Timeline) -> str | None:
        for at, step in timeline.transitions(self.rule):
            if step.after is self.state and self.level in (None, step.level) and self.subject in ("", step.subject):
                return (
                    f"expected {self.rule} never {self.state}, but {step.subject} was at {offset(at)}: {step.evidence}"
                )
        return None


Extract: TypeAlias = Callable[[Effect], Mapping[str, str | tuple[str, ...]] | None]


def _disposition(state: DispositionState) -> Extract:
    def extract(effect: Effect) -> Mapping[str, str] | None:
        if not isinstance(effect, DispositionChanged) or effect.disposition.state is not state:
            return None
        done = effect.disposition
        return {"device": done.device, "name": done.command, "rule": done.rule, "interlock": done.interlock or ""}

    return extract


def _order(effect: Effect) -> Mapping[str, str] | None:
    if not isinstance(effect, OrderChanged):
        return None
    order = effect.order
    return {
        "state": order.state,
        "kind": order.kind,
        "rule": order.rule,
        "level": order.level.name,
        "device": order.subject,
        "by": order.person,
    }


def _reminder(effect: Effect) -> Mapping[str, str | tuple[str, ...]] | None:
    if not isinstance(effect, RemindPeople):
        return None
    return {"roles": effect.roles, "rule": effect.rule, "level": effect.level.name, "device": effect.subject}


def _action_refused(effect: Effect) -> Mapping[str, str] | None:
    return {"reason": effect.reason} if isinstance(effect, OrderActionRefused) else None


@dataclass(frozen=True, slots=True)
class EffectKind:
    """A kind of effect that tests speak of: its fields, and the words a field may hold (None: any)."""

    extract: Extract
    fields: Mapping[str, tuple[str, ...] | None]


_OF_COMMAND: Final[Mapping[str, tuple[str, ...] | None]] = {"device": None, "name": None, "rule": None}
_LEVELS: Final = tuple(level.name for level in Level)
KINDS: Final[Mapping[str, EffectKind]] = {
    "command": EffectKind(_disposition(DispositionState.SENT), _OF_COMMAND),
    "verified": EffectKind(_disposition(DispositionState.VERIFIED), _OF_COMMAND),
    "failed": EffectKind(_disposition(DispositionState.FAILED), _OF_COMMAND),
    "refused": EffectKind(_disposition(DispositionState.REFUSED), {**_OF_COMMAND, "interlock": tuple(Interlock)}),
    "order": EffectKind(
        _order,
        {"state": tuple(OrderState), "kind": None, "rule": None, "level": _LEVELS, "device": None, "by": None},
    ),
    "remind": EffectKind(_reminder, {"roles": None, "rule": None, "level": _LEVELS, "device": None}),
    "action_refused": EffectKind(_action_refused, {"reason": tuple(OrderRefusal)}),
}
"""What a test may ask for by these words, and with `no_` before them forbid."""


@dataclass(frozen=True, slots=True)
class Happens:
    """An effect of this kind with these fields happens (at this instant, so many times), or never does."""

    place: SourcePlace
    kind: str
    wants: Wants = field(default_factory=dict)
    at_ms: DurationMs | None = None
    times: int | None = None  # None: at least once; 0: never

    @property
    def rules(self) -> tuple[str, ...]:
        rule = self.wants.get("rule")
        return (rule,) if isinstance(rule, str) else ()

    @property
    def last_ms(self) -> DurationMs:
        return self.at_ms or 0

    def missed(self, timeline: Timeline) -> str | None:
        extract = KINDS[self.kind].extract
        found = [(at, got) for at, effect in timeline.entries if (got := extract(effect)) is not None]
        fits = [at for at, got in found if all(_fits(got[key], want) for key, want in self.wants.items())]
        at_that = [at for at in fits if self.at_ms in (None, at)]
        if len(at_that) == self.times or (self.times is None and at_that):
            return None
        when = f" at {offset(self.at_ms)}" if self.at_ms is not None else ""
        what = ", ".join(f"{key} {_shown(want)}" for key, want in self.wants.items())
        number = "no " if self.times == 0 else f"{self.times} times " if self.times else ""
        was = ", ".join(offset(at) for at in fits[:5]) or ("only others" if found else "none at all")
        return f"expected {number}{self.kind} {what}{when}, but there was: {was}"


def _fits(got: str | tuple[str, ...], want: str | frozenset[str]) -> bool:
    return want <= set(got) if isinstance(want, frozenset) else got == want


def _shown(want: str | frozenset[str]) -> str:
    return want if isinstance(want, str) else ", ".join(sorted(want))
