"""Compiled rules for devices that are alike: made once, shared by all of them, never changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias

from processor.engine.alerts import Hold, Terms
from processor.engine.glance import Glance, glance
from processor.language.compiled import CompiledCondition, Evaluate, Lapse, PeerSpec, Sample, Silence, WindowSpec
from processor.language.faults import ExpressionFault
from processor.language.nodes import Node
from processor.language.parse import parse
from processor.language.schedule import Schedule
from processor.language.thresholds import FOREVER
from processor.language.vocabulary import Vocabulary
from processor.model.place import PlaceKind
from processor.model.profile import Profile
from processor.model.reading import Value
from processor.model.rule import Rule
from processor.model.time import DurationMs, EpochMs

Whole: TypeAlias = Callable[[Mapping[str, Value]], tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class BoundTrigger:
    """A trigger with its conditions compiled; `hold` is how long and how often it must be true."""

    hold: Hold
    condition: CompiledCondition
    clear: CompiledCondition | None
    window_ms: DurationMs
    mask: int
    """A bit for each slot its condition looks at: which points its evidence is made of."""


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule compiled for one blueprint. `quick` are the triggers' verdicts, for the path where nothing is wrong.

    `raises`: what cannot be told counts as true. `proves`: its commands' evidence is others' as well as its own.
    """

    rule: Rule
    triggers: tuple[BoundTrigger, ...]
    quick: tuple[Evaluate, ...]
    clear: CompiledCondition | None
    terms: Terms
    schedule: Schedule | None
    proves: bool = False
    raises: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a device is asked, and of what its answer is made: the longest window, and a bit for each slot."""

    rule: str
    by: PlaceKind
    condition: CompiledCondition
    window_ms: DurationMs
    mask: int


@dataclass(frozen=True, slots=True)
class Hook(Asked):
    """A member's part in a group rule: which of its tests the answer feeds."""

    test: int


@dataclass(frozen=True, slots=True)
class PeerHook(Asked):
    """A device's part in the device rules of others: which of their group tests the answer feeds."""

    key: str


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """What a message with these points touches, worked out once for each set of points."""

    slots: tuple[int, ...]
    whole: Whole | None
    """Where it carries every point: its values by slot."""
    feeds: tuple[tuple[int, Sample], ...]
    clocked: tuple[int, ...]
    """Windows over group tests: they go by core time, and are fed when the group tests have been told."""
    rules: tuple[BoundRule, ...]
    hooks: tuple[Hook, ...]
    peer_hooks: tuple[PeerHook, ...]
    asked: bool
    """Whether group tests of device rules have a part in it."""
    glance: Glance
    silence_ms: DurationMs
    """How soon after it silence could mean something again, by what it says."""


@dataclass(slots=True)
class Blueprint:
    """Everything devices that are alike share. `plans` remembers what `plan` worked out; `asked` as for a message."""

    profile: Profile
    vocabulary: Vocabulary
    windows: tuple[WindowSpec, ...]
    rules: tuple[BoundRule, ...]
    hooks: tuple[Hook, ...]
    peers: tuple[PeerSpec, ...]
    peer_hooks: tuple[PeerHook, ...]
    silences: tuple[Silence, ...]
    lapses: tuple[Lapse, ...] = ()
    asked: bool = False
    plans: dict[tuple[str, ...], MessagePlan] = field(default_factory=dict)
    least_silence_ms: DurationMs = field(init=False)
    least_stale_ms: DurationMs = field(init=False)
    unheard: tuple[None, ...] = field(init=False)
    _together: tuple[EpochMs, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.least_silence_ms = min((silence.after_ms for silence in self.silences), default=0)
        limits = (point.stale_after_ms for point in self.vocabulary.points)
        self.least_stale_ms = min((limit for limit in limits if limit is not None), default=FOREVER)
        self.unheard = (None,) * len(self.vocabulary.slots)

    def together(self, now: EpochMs) -> tuple[EpochMs, ...]:
        """By slot: all points arrive at `now`. One for all devices that say them in one batch."""
        known = self._together
        if not known or known[0] != now:
            known = self._together = (now,) * len(self.unheard)
        return known

    def plan(self, names: tuple[str, ...]) -> MessagePlan:
        """The plan for a message that carries these points; names no profile has are passed over (slot -1)."""
        slots = tuple(self.vocabulary.slots.get(name, -1) for name in names)
        present = frozenset(slots)
        touched = [(i, spec) for i, spec in enumerate(self.windows) if spec.slots & present]
        peer_hooks = tuple(hook for hook in self.peer_hooks if hook.condition.slots & present)
        clocked = tuple(i for i, spec in touched if spec.peers)
        rules = tuple(rule for rule in self.rules if _concerns(rule, present))
        questions = [pair for pair in enumerate((*self.hooks, *self.peer_hooks)) if pair[1].condition.slots & present]
        made = MessagePlan(
            slots=slots,
            whole=self._whole(present),
            feeds=tuple((i, spec.sample) for i, spec in touched if not spec.peers),
            clocked=clocked,
            rules=rules,
            hooks=tuple(hook for hook in self.hooks if hook.condition.slots & present),
            peer_hooks=peer_hooks,
            asked=bool(peer_hooks or clocked),
            glance=glance(rules, questions, present),
            silence_ms=min((each.after_ms for each in self.silences if _is_broken(each, present)), default=FOREVER),
        )
        # Points come from the profile, so the sets are few; the bound is against a profile of fifty optional points.
        if len(self.plans) < 1_024:  # noqa: PLR2004 - said above
            self.plans[names] = made
        return made

    def _whole(self, present: frozenset[int]) -> Whole | None:
        if not present or present != frozenset(self.vocabulary.slots.values()):
            return None
        take = itemgetter(*self.vocabulary.slots)
        return take if len(present) > 1 else lambda values: (take(values),)


def _is_broken(silence: Silence, present: frozenset[int]) -> bool:
    return silence.slot is None or silence.slot in present


def _concerns(bound: BoundRule, present: frozenset[int]) -> bool:
    conditions = [trigger.condition for trigger in bound.triggers]
    conditions += [trigger.clear for trigger in bound.triggers if trigger.clear]
    if bound.clear:
        conditions.append(bound.clear)
    return any(condition.slots & present for condition in conditions)


@lru_cache(maxsize=8_192)  # a text always has the same tree; parsing costs a millisecond, and a reload parses all
def parsed(text: str) -> Node:
    """The expression's tree. Configuration was checked before it got here, so a fault is a programmer's."""
    node = parse(text)
    if isinstance(node, ExpressionFault):
        raise ValueError(f"{text!r}: {node.what.en}")  # noqa: TRY004 - the value of the text is wrong, not its type
    return node
