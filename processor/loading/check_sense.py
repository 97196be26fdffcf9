"""Checks that rules make sense with the values in force: with their defaults, and again wherever an override differs.

Only what is certain is said, and as a warning where somebody may have meant it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from processor.engine.holds import fall_ms, hold_ms
from processor.engine.selection import TARGETS, effective_parameters, selects, tags_of
from processor.language.boxes import Boxes
from processor.language.explain import lasting
from processor.language.fault import ExpressionFault
from processor.language.nodes import Node
from processor.language.plan import ConditionPlan
from processor.language.resolve import resolve
from processor.language.sense import outlasting, settled_parts, unreached, way_back
from processor.language.vocabulary import Vocabulary
from processor.language.walking import names_used
from processor.loading.expressions import note
from processor.loading.report import About
from processor.loading.rule_check import RuleCheck
from processor.model.device import Device
from processor.model.problem import Severity
from processor.model.rule import Override, OverrideLayer, Parameter, Trigger
from processor.model.source import SourcePlace, SourceText

Trees = Mapping[SourceText, Node]

_MOST_SITUATIONS: Final = 200
SURE: Final = frozenset({"clear_contradicts"})
"""What nobody can have meant."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that makes no sense: where it is written, and which names decide it."""

    text: SourceText
    fault: ExpressionFault
    names: frozenset[str]

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same thing under other parameters."""
        return (self.text.place, self.fault.code, self.fault.column)


def check_sense(check: RuleCheck, trees: Trees, zone: str) -> None:
    """Note what makes no sense in the conditions of a rule over single devices; `trees` are the faultless ones."""
    known: set[tuple[object, ...]] = set()
    for situation in _situations(check, zone):
        for found in situation.found(trees):
            if found.key not in known:
                situation.note(found)
                known.add(found.key)


@dataclass(frozen=True, slots=True)
class Situation:
    """A rule with the parameters that are in force somewhere; `changed` are those that an override gave."""

    check: RuleCheck
    kinds: Sequence[Vocabulary]
    parameters: Mapping[str, Parameter]
    changed: Mapping[str, OverrideLayer]
    zone: str

    def note(self, found: Found) -> None:
        """Put it where it is written, or at the override that causes it."""
        severity = Severity.ERROR if found.fault.code in SURE else Severity.WARNING
        guilty = sorted(found.names & self.changed.keys(), key=lambda name: (-self.changed[name], name))
        if not guilty:
            note(self.check.about, found.text, found.fault, severity=severity)
            return
        place = self.parameters[guilty[0]].place
        about = About(self.check.draft.reports[place.file], self.check.about.owner)
        said = found.fault.what
        words = {"where": str(_place_of(self.check, found)), "said": said.en, "said_zh": said.zh}
        about.note("by_override", place, words=words, severity=severity)

    def found(self, trees: Trees) -> Iterator[Found]:
        """Everything that makes no sense for every kind of device the rule looks at."""
        by_kind = [list(_Kind(self, kind, trees).found()) for kind in self.kinds]
        for one in by_kind[0] if by_kind else ():
            if all(any(other.key == one.key for other in others) for others in by_kind[1:]):
                yield one


@dataclass(frozen=True, slots=True)
class _Kind:
    """The conditions as one kind of device has them."""

    situation: Situation
    vocabulary: Vocabulary
    trees: Trees
    plans: dict[int, ConditionPlan | None] = field(default_factory=dict)

    def found(self) -> Iterator[Found]:
        boxes = self._boxes()
        senseless: set[SourceText] = set()
        for text, tree in self.trees.items():
            for one in settled_parts(tree, self._plan, boxes):
                senseless.add(text)
                yield Found(text, one, names_used(tree))
        triggers = [each for each in self.situation.check.rule.triggers if each.when not in senseless]
        for number, trigger in enumerate(triggers):
            plan = self._condition(trigger.when)
            if plan is not None:
                yield from self._held(trigger, plan)
                yield from self._reached(trigger, plan, triggers, number, boxes)
                yield from self._ended(trigger, plan, boxes, senseless)

    def _held(self, trigger: Trigger, plan: ConditionPlan) -> Iterator[Found]:
        hold = self._hold(trigger)
        one = outlasting(self.trees[trigger.when].column, plan, hold, lasting(hold))
        if one is not None:
            yield Found(trigger.when, one, names_used(self.trees[trigger.when]) | {trigger.for_named})

    def _reached(
        self, trigger: Trigger, plan: ConditionPlan, triggers: Sequence[Trigger], number: int, boxes: Boxes
    ) -> Iterator[Found]:
        for index, other in enumerate(triggers):
            if index == number or other.level > trigger.level or not self._no_later(other, trigger):
                continue
            above = self._condition(other.when)
            if above is None or not boxes.implies(plan, above):
                continue
            same = other.level == trigger.level and self._no_later(trigger, other) and boxes.implies(above, plan)
            if same and index > number:
                continue  # of two that mean the same, the later one is needless
            one = unreached(self.trees[trigger.when].column, trigger.level.name, other.level.name)
            yield Found(trigger.when, one, self._names(trigger) | self._names(other))
            return

    def _no_later(self, other: Trigger, trigger: Trigger) -> bool:
        """Whether `other` is reached no later and stays as long, when both conditions become true at once."""
        same_end = (other.clear_when, other.clear_for_ms, other.clear_for_named) == (
            trigger.clear_when,
            trigger.clear_for_ms,
            trigger.clear_for_named,
        )
        return same_end and self._hold(other) <= self._hold(trigger) and other.samples <= trigger.samples

    def _ended(
        self, trigger: Trigger, plan: ConditionPlan, boxes: Boxes, senseless: set[SourceText]
    ) -> Iterator[Found]:
        rule = self.situation.check.rule
        text = trigger.clear_when or rule.clear.when
        clear = None if text is None or text in senseless else self._condition(text)
        if text is None or clear is None:
            return
        at_once = not rule.latched and not fall_ms(rule, trigger, self.situation.parameters)
        one = way_back(plan, clear, boxes, self.trees[text].column, trigger.level.name, at_once=at_once)
        if one is not None:
            yield Found(text, one, self._names(trigger) | names_used(self.trees[text]))

    def _names(self, trigger: Trigger) -> frozenset[str]:
        return names_used(self.trees[trigger.when]) | {trigger.for_named}

    def _hold(self, trigger: Trigger) -> int:
        return hold_ms(self.situation.parameters, trigger.for_named, trigger.for_ms)

    def _condition(self, text: SourceText) -> ConditionPlan | None:
        tree = self.trees.get(text)
        return None if tree is None else self._plan(tree)

    def _plan(self, tree: Node) -> ConditionPlan | None:
        """By the node itself: the trees live as long as this does."""
        if id(tree) not in self.plans:
            situation = self.situation
            found, faults = resolve(tree, self.vocabulary, situation.parameters, {}, zone=situation.zone, peers=True)
            self.plans[id(tree)] = None if faults else found
        return self.plans[id(tree)]

    def _boxes(self) -> Boxes:
        points = self.situation.check.draft.profiles[self.vocabulary.profile].points
        return Boxes({name: (point.low, point.high) for name, point in points.items()})


def _place_of(check: RuleCheck, found: Found) -> SourcePlace:
    """Where the text is written that an override made senseless."""
    place = found.text.place
    return place if place.file else check.rule.place


def _situations(check: RuleCheck, zone: str) -> Iterator[Situation]:
    """The rule as it is written, and as overrides make it for some of its devices; each set of values once."""
    yield Situation(check, check.kinds, check.rule.parameters, {}, zone)
    overrides = [each for each in check.draft.overrides if each.rule == check.rule.id]
    seen: set[tuple[object, ...]] = set()
    for device in _touched(check, overrides):
        layered = effective_parameters(check.rule, device, overrides)
        values = (device.profile, *((name, each.value, each.unit) for name, (each, _) in layered.items()))
        if values in seen or len(seen) >= _MOST_SITUATIONS:
            continue
        seen.add(values)
        parameters = {name: parameter for name, (parameter, _) in layered.items()}
        changed = {name: layer for name, (_, layer) in layered.items() if layer is not OverrideLayer.DEFAULT}
        kinds = [kind for kind in check.kinds if kind.profile == device.profile]
        if changed and kinds:
            yield Situation(check, kinds, parameters, changed, zone)


def _touched(check: RuleCheck, overrides: Sequence[Override]) -> Iterator[Device]:
    """One device of each sort that the rule looks at and an override speaks of."""
    for override in overrides:
        if override.layer is OverrideLayer.DEVICE:
            device = check.draft.devices.get(override.target)
            profile = None if device is None else check.draft.profiles.get(device.profile)
            tags = {} if device is None or profile is None else tags_of(device, profile)
            if device is not None and profile is not None and selects(check.rule.applies_to, device, tags):
                yield device
            continue
        for sort in check.fleet.sorts.values():
            for device, tags in sort:
                if TARGETS[override.layer](device) == override.target and selects(check.rule.applies_to, device, tags):
                    yield device
