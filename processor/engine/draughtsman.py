"""Draws blueprints: binds every rule and every group test to a device as its profile, place and tags make it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from processor.engine.alerts import Hold, Terms
from processor.engine.blueprint import Blueprint, BoundRule, BoundTrigger, Hook, PeerHook, parsed
from processor.engine.holds import fall_ms, hold_ms
from processor.engine.selection import effective_parameters, selects, tags_of
from processor.language.compile import compile_condition
from processor.language.compiled import CompiledCondition, DeviceView, Lapse, PeerRegistry, Silence, WindowRegistry
from processor.language.faults import ExpressionError
from processor.language.nodes import Node
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


class Draughtsman:
    """Draws blueprints from a district's rules."""

    def __init__(
        self,
        district: District,
        device_rules: Sequence[Rule],
        group_tests: Sequence["GroupTestPlan"],
        peer_tests: Sequence["GroupTestPlan"],
    ) -> None:
        self._district = district
        self._device_rules = device_rules
        self._group_tests = group_tests
        self._peer_tests = peer_tests
        self._overrides: dict[str, list[Override]] = {}
        for override in district.overrides:
            self._overrides.setdefault(override.rule, []).append(override)
        self._vocabularies = {name: Vocabulary.of(profile) for name, profile in district.profiles.items()}

    def draw(self, device: Device) -> Blueprint:
        """The blueprint of this device and of every device with the same signature."""
        profile = self._district.profiles[device.profile]
        tags = tags_of(device, profile)
        registry = WindowRegistry()
        bind = _Binder(self, profile, self._vocabularies[profile.name], tags, registry, PeerRegistry())
        rules = tuple(
            bind.rule(rule, self.parameters(rule, device))
            for rule in self._device_rules
            if selects(rule.applies_to, device, tags)
        )
        hooks = tuple(
            Hook(*bind.asked(plan, self.parameters(plan.rule, device)), plan.test)
            for plan in self._group_tests
            if plan.points <= profile.points.keys() and selects(plan.rule.applies_to, device, tags)
        )
        asked = (self._peer_hook(bind, plan, device) for plan in self._peer_tests)
        peer_hooks = tuple(hook for hook in asked if hook is not None)
        return Blueprint(
            profile=profile,
            vocabulary=bind.vocabulary,
            windows=tuple(registry.specs),
            rules=rules,
            hooks=hooks,
            peers=tuple(bind.peers.specs),
            peer_hooks=peer_hooks,
            silences=_silences(_conditions(rules, (*hooks, *peer_hooks))),
            lapses=_lapses(_conditions(rules, (*hooks, *peer_hooks))),
            asked=bool(peer_hooks) or any(spec.peers for spec in registry.specs),
        )

    def _peer_hook(self, bind: "_Binder", plan: "GroupTestPlan", device: Device) -> PeerHook | None:
        """The device's part in the test; none for a kind of device that cannot be asked this."""
        if not plan.points <= bind.profile.points.keys():
            return None
        try:
            hook = PeerHook(*bind.asked(plan, self.parameters(plan.rule, device)), plan.key)
        except ExpressionError:
            return None  # `check` has said which kinds of devices have the points but not as this condition needs them
        return None if _is_never(hook.condition) else hook

    def parameters(self, rule: Rule, device: Device) -> dict[str, Parameter]:
        """The parameters of `rule` in force for `device`."""
        layered = effective_parameters(rule, device, self._overrides.get(rule.id, ()))
        return {name: parameter for name, (parameter, _) in layered.items()}

    def condition(
        self, text: SourceText, device: Device, parameters: Mapping[str, Parameter], registry: WindowRegistry
    ) -> CompiledCondition:
        """A condition over one device outside any rule's triggers: prechecks and proofs of effect."""
        profile = self._district.profiles[device.profile]
        tags = tags_of(device, profile)
        binder = _Binder(self, profile, self._vocabularies[profile.name], tags, registry, PeerRegistry())
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
    """One group test of one rule, as far as its members are concerned.

    Those of a group rule are the devices the rule applies to; those of a device rule all that can be asked.
    """

    rule: Rule
    test: int
    by: PlaceKind
    where: Node
    points: frozenset[str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Binder:
    draughtsman: Draughtsman
    profile: Profile
    vocabulary: Vocabulary
    tags: Mapping[str, str]
    registry: WindowRegistry
    peers: PeerRegistry

    def asked(
        self, plan: GroupTestPlan, parameters: Mapping[str, Parameter]
    ) -> tuple[str, PlaceKind, CompiledCondition, DurationMs, int]:
        """The fields of `Asked`."""
        zone = plan.rule.active.zone if plan.rule.active else self.draughtsman.zone
        found = compile_condition(plan.where, self.vocabulary, parameters, self.tags, zone=zone, windows=self.registry)
        return plan.rule.id, plan.by, found, self.longest_window(found), mask_of(found.slots)

    def condition(
        self, text: SourceText, parameters: Mapping[str, Parameter], zone: str, peers: PeerRegistry | None = None
    ) -> CompiledCondition:
        node = self.draughtsman.parse(text.text)
        return compile_condition(
            node, self.vocabulary, parameters, self.tags, zone=zone, windows=self.registry, peers=peers
        )

    def longest_window(self, condition: CompiledCondition) -> DurationMs:
        return max((spec.length_ms for spec in self.registry.specs if spec.slots & condition.slots), default=0)

    def rule(self, rule: Rule, parameters: Mapping[str, Parameter]) -> BoundRule:
        zone = rule.active.zone if rule.active else self.draughtsman.zone
        self.peers.rule = rule.id
        triggers = tuple(self._trigger(rule, trigger, parameters, zone) for trigger in rule.triggers)
        clear = self.condition(rule.clear.when, parameters, zone, self.peers) if rule.clear.when else None
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
            raises=rule.gap is Gap.RAISE,
            proves=any(trigger.condition.peers for trigger in triggers) and commands(rule),
        )

    def _trigger(self, rule: Rule, trigger: Trigger, parameters: Mapping[str, Parameter], zone: str) -> BoundTrigger:
        condition = self.condition(trigger.when, parameters, zone, self.peers)
        # A pause interrupts what readings prove, and nothing else: of what is missing, waiting is the proof.
        proved = condition.periodic and rule.gap is Gap.UNKNOWN
        stale = [silence.after_ms for silence in condition.silences if proved and silence.slot is not None]
        return BoundTrigger(
            hold=Hold(
                level=trigger.level,
                for_ms=hold_ms(parameters, trigger.for_named, trigger.for_ms),
                samples=trigger.samples,
                periodic=condition.periodic,
                gap_ms=max(stale, default=None),
                fall_ms=fall_ms(rule, trigger, parameters),
            ),
            condition=condition,
            clear=self.condition(trigger.clear_when, parameters, zone, self.peers) if trigger.clear_when else None,
            window_ms=self.longest_window(condition),
            mask=mask_of(condition.slots),
        )


def commands(rule: Rule) -> bool:
    """Whether any answer of the rule commands."""
    return any(answer.commands for answer in (rule.answer, *rule.level_answers.values()))


def _is_never(condition: CompiledCondition) -> bool:
    """Whether tags alone make it false for ever: so `tag(…)` says who is asked."""
    can_change = condition.slots or condition.silences or condition.next_edge
    return not can_change and condition.evaluate(cast("DeviceView", None), 0) is False  # a constant looks at nothing


def mask_of(slots: Iterable[int]) -> int:
    """A bit for each slot."""
    return sum(1 << slot for slot in slots)


def _conditions(rules: Sequence[BoundRule], hooks: Sequence[Hook | PeerHook]) -> list[CompiledCondition]:
    conditions = [hook.condition for hook in hooks]
    for rule in rules:
        conditions += [trigger.condition for trigger in rule.triggers]
        conditions += [trigger.clear for trigger in rule.triggers if trigger.clear]
        conditions += [rule.clear] if rule.clear else []
    return conditions


def _lapses(conditions: Sequence[CompiledCondition]) -> tuple[Lapse, ...]:
    return tuple(dict.fromkeys(lapse for condition in conditions for lapse in condition.lapses))


def _silences(conditions: Sequence[CompiledCondition]) -> tuple[Silence, ...]:
    found = {silence for condition in conditions for silence in condition.silences}
    return tuple(sorted(found, key=lambda silence: (silence.after_ms, -1 if silence.slot is None else silence.slot)))
