"""Compiled rules for devices that are alike: made once, shared by all of them, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from processor.engine.alerts import Hold, Terms
from processor.engine.holds import fall_ms, hold_ms
from processor.engine.selection import effective_parameters, selects, tags_of
from processor.language.compile import compile_condition
from processor.language.compiled import CompiledCondition, Evaluate, Sample, Silence, WindowRegistry, WindowSpec
from processor.language.faults import ExpressionFault
from processor.language.nodes import Node
from processor.language.parse import parse
from processor.language.schedule import Schedule
from processor.language.vocabulary import Vocabulary
from processor.model.calendar import Calendar
from processor.model.device import Device
from processor.model.district import District
from processor.model.place import PlaceKind
from processor.model.profile import Profile
from processor.model.rule import Gap, Override, Parameter, Rule, Trigger
from processor.model.source import SourceText
from processor.model.time import DurationMs


@dataclass(frozen=True, slots=True)
class BoundTrigger:
    """A trigger with its conditions compiled; `hold` is how long and how often it must be true."""

    hold: Hold
    condition: CompiledCondition
    clear: CompiledCondition | None
    window_ms: DurationMs


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule compiled for one blueprint. `quick` are the triggers' verdicts, for the path where nothing is wrong."""

    rule: Rule
    triggers: tuple[BoundTrigger, ...]
    quick: tuple[Evaluate, ...]
    clear: CompiledCondition | None
    terms: Terms
    schedule: Schedule | None


@dataclass(frozen=True, slots=True)
class Hook:
    """A member's part in a group test: its condition, and which group test it feeds."""

    rule: str
    test: int
    by: PlaceKind
    condition: CompiledCondition


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """What a message with these points touches, worked out once for each set of points."""

    slots: tuple[int, ...]
    feeds: tuple[tuple[int, Sample], ...]
    rules: tuple[BoundRule, ...]
    hooks: tuple[Hook, ...]


@dataclass(slots=True)
class Blueprint:
    """Everything devices that are alike share. `plans` only remembers what `plan` worked out."""

    profile: Profile
    vocabulary: Vocabulary
    windows: tuple[WindowSpec, ...]
    rules: tuple[BoundRule, ...]
    hooks: tuple[Hook, ...]
    silences: tuple[Silence, ...]
    plans: dict[tuple[str, ...], MessagePlan] = field(default_factory=dict)

    def plan(self, names: tuple[str, ...]) -> MessagePlan:
        """The plan for a message that carries these points; names no profile has are passed over (slot -1)."""
        slots = tuple(self.vocabulary.slots.get(name, -1) for name in names)
        present = frozenset(slots)
        made = MessagePlan(
            slots=slots,
            feeds=tuple((i, spec.sample) for i, spec in enumerate(self.windows) if spec.slots & present),
            rules=tuple(rule for rule in self.rules if _concerns(rule, present)),
            hooks=tuple(hook for hook in self.hooks if hook.condition.slots & present),
        )
        # Points come from the profile, so the sets are few; the bound is against a profile of fifty optional points.
        if len(self.plans) < 1_024:  # noqa: PLR2004 - said above
            self.plans[names] = made
        return made


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


class Draughtsman:
    """Draws blueprints from a district's rules."""

    def __init__(
        self, district: District, device_rules: Sequence[Rule], group_tests: Sequence["GroupTestPlan"]
    ) -> None:
        self._district = district
        self._device_rules = device_rules
        self._group_tests = group_tests
        self._overrides: dict[str, list[Override]] = {}
        for override in district.overrides:
            self._overrides.setdefault(override.rule, []).append(override)
        self._vocabularies = {name: Vocabulary.of(profile) for name, profile in district.profiles.items()}

    def draw(self, device: Device) -> Blueprint:
        """The blueprint of this device and of every device with the same signature."""
        profile = self._district.profiles[device.profile]
        tags = tags_of(device, profile)
        registry = WindowRegistry()
        bind = _Binder(self, profile, self._vocabularies[profile.name], tags, registry)
        rules = tuple(
            bind.rule(rule, self.parameters(rule, device))
            for rule in self._device_rules
            if selects(rule.applies_to, device, tags)
        )
        hooks = tuple(
            Hook(plan.rule.id, plan.test, plan.by, bind.node(plan.where, self.parameters(plan.rule, device), plan.rule))
            for plan in self._group_tests
            if plan.points <= profile.points.keys() and selects(plan.rule.applies_to, device, tags)
        )
        return Blueprint(profile, bind.vocabulary, tuple(registry.specs), rules, hooks, _silences(rules, hooks))

    def parameters(self, rule: Rule, device: Device) -> dict[str, Parameter]:
        """The parameters of `rule` in force for `device`."""
        layered = effective_parameters(rule, device, self._overrides.get(rule.id, ()))
        return {name: parameter for name, (parameter, _) in layered.items()}

    def condition(
        self, text: SourceText, device: Device, parameters: Mapping[str, Parameter], registry: WindowRegistry
    ) -> CompiledCondition:
        """A condition over one device outside any rule's triggers: prechecks and proofs of effect."""
        profile = self._district.profiles[device.profile]
        binder = _Binder(self, profile, self._vocabularies[profile.name], tags_of(device, profile), registry)
        return binder.condition(text, parameters, self._district.zone)

    def parse(self, text: str) -> Node:
        """The expression's tree, parsed once for all profiles."""
        return parsed(text)

    @property
    def zone(self) -> str:
        """The time zone of rules that name none."""
        return self._district.zone

    @property
    def calendar(self) -> Calendar:
        """The district's holidays."""
        return self._district.calendar


@dataclass(frozen=True, slots=True)
class GroupTestPlan:
    """One group test of one rule, as far as its members are concerned."""

    rule: Rule
    test: int
    by: PlaceKind
    where: Node
    points: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Binder:
    draughtsman: Draughtsman
    profile: Profile
    vocabulary: Vocabulary
    tags: Mapping[str, str]
    registry: WindowRegistry

    def node(self, node: Node, parameters: Mapping[str, Parameter], rule: Rule) -> CompiledCondition:
        zone = rule.active.zone if rule.active else self.draughtsman.zone
        return compile_condition(node, self.vocabulary, parameters, self.tags, zone=zone, windows=self.registry)

    def condition(self, text: SourceText, parameters: Mapping[str, Parameter], zone: str) -> CompiledCondition:
        node = self.draughtsman.parse(text.text)
        return compile_condition(node, self.vocabulary, parameters, self.tags, zone=zone, windows=self.registry)

    def rule(self, rule: Rule, parameters: Mapping[str, Parameter]) -> BoundRule:
        zone = rule.active.zone if rule.active else self.draughtsman.zone
        triggers = tuple(self._trigger(rule, trigger, parameters, zone) for trigger in rule.triggers)
        clear = self.condition(rule.clear.when, parameters, zone) if rule.clear.when else None
        return BoundRule(
            rule=rule,
            triggers=triggers,
            quick=tuple(trigger.condition.evaluate for trigger in triggers),
            clear=clear,
            terms=Terms(
                rule=rule,
                holds=tuple(trigger.hold for trigger in triggers),
                clear_given=clear is not None,
                clear_periodic=clear.periodic if clear else all(trigger.hold.periodic for trigger in triggers),
                clear_for_ms=hold_ms(parameters, rule.clear.for_named, rule.clear.for_ms),
            ),
            schedule=Schedule.of(rule.active, self.draughtsman.calendar) if rule.active else None,
        )

    def _trigger(self, rule: Rule, trigger: Trigger, parameters: Mapping[str, Parameter], zone: str) -> BoundTrigger:
        condition = self.condition(trigger.when, parameters, zone)
        stale = [silence.after_ms for silence in condition.silences if silence.slot is not None]
        return BoundTrigger(
            hold=Hold(
                level=trigger.level,
                for_ms=hold_ms(parameters, trigger.for_named, trigger.for_ms),
                samples=trigger.samples,
                periodic=condition.periodic,
                gap_ms=max(stale) if stale and rule.gap is Gap.UNKNOWN else None,
                fall_ms=fall_ms(rule, trigger, parameters),
            ),
            condition=condition,
            clear=self.condition(trigger.clear_when, parameters, zone) if trigger.clear_when else None,
            window_ms=max((spec.length_ms for spec in self.registry.specs if spec.slots & condition.slots), default=0),
        )


def _silences(rules: Sequence[BoundRule], hooks: Sequence[Hook]) -> tuple[Silence, ...]:
    conditions = [hook.condition for hook in hooks]
    for rule in rules:
        conditions += [trigger.condition for trigger in rule.triggers]
        conditions += [trigger.clear for trigger in rule.triggers if trigger.clear]
        conditions += [rule.clear] if rule.clear else []
    found = {silence for condition in conditions for silence in condition.silences}
    return tuple(sorted(found, key=lambda silence: (silence.after_ms, -1 if silence.slot is None else silence.slot)))
