"""What makes no sense in a rule's conditions, on one kind of device or on a place, with the parameters in force."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processor.engine.holds import fall_ms, hold_ms
from processor.language.boxes import Boxes, Limits
from processor.language.explain import lasting
from processor.language.fault import ExpressionFault
from processor.language.nodes import Group, Node
from processor.language.plan import ConditionPlan
from processor.language.sense import outlasting, settled_parts, unreached, way_back
from processor.language.walking import names_used, walk
from processor.loading.sense_members import Members, Planner
from processor.model.rule import Rule, Trigger
from processor.model.source import SourceText

Trees = Mapping[SourceText, Node]


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


@dataclass(frozen=True, slots=True)
class KindSense:
    """The conditions of a rule as one kind of device has them, or the place that they are about."""

    rule: Rule
    planner: Planner
    trees: Trees
    members: Members
    limits: Limits

    def found(self) -> Iterator[Found]:
        """Everything that makes no sense for it."""
        boxes = Boxes(self.limits, self.members.below)
        senseless: set[SourceText] = set()
        for text, tree in self.trees.items():
            for one in self._senseless(tree, boxes):
                senseless.add(text)
                yield Found(text, one, names_used(tree))
        triggers = [each for each in self.rule.triggers if each.when not in senseless]
        for number, trigger in enumerate(triggers):
            plan = self._condition(trigger.when)
            if plan is not None:
                yield from self._held(trigger, plan)
                yield from self._reached(trigger, plan, triggers, number, boxes)
                yield from self._ended(trigger, plan, boxes, senseless)

    def _senseless(self, tree: Node, boxes: Boxes) -> list[ExpressionFault]:
        asked = [one for each in walk(tree) if isinstance(each, Group) for one in self.members.settled(each.where)]
        return [*settled_parts(tree, self.planner.plan, boxes), *asked]

    def _held(self, trigger: Trigger, plan: ConditionPlan) -> Iterator[Found]:
        hold = self._hold(trigger)
        one = outlasting(self.trees[trigger.when].column, plan, hold, lasting(hold), self.members.asked)
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
        text = trigger.clear_when or self.rule.clear.when
        clear = None if text is None or text in senseless else self._condition(text)
        if text is None or clear is None:
            return
        at_once = not self.rule.latched and not fall_ms(self.rule, trigger, self.planner.parameters)
        one = way_back(plan, clear, boxes, self.trees[text].column, trigger.level.name, at_once=at_once)
        if one is not None:
            yield Found(text, one, self._names(trigger) | names_used(self.trees[text]))

    def _names(self, trigger: Trigger) -> frozenset[str]:
        return names_used(self.trees[trigger.when]) | {trigger.for_named}

    def _hold(self, trigger: Trigger) -> int:
        return hold_ms(self.planner.parameters, trigger.for_named, trigger.for_ms)

    def _condition(self, text: SourceText) -> ConditionPlan | None:
        tree = self.trees.get(text)
        return None if tree is None else self.planner.plan(tree)
