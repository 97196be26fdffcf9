"""What a rule's group tests ask, as each kind of member has it: what none of them can ever say makes no sense."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from processor.language.boxes import Boxes, Limits
from processor.language.fault import ExpressionFault
from processor.language.nodes import Node
from processor.language.peers import asks_another
from processor.language.plan import ConditionPlan
from processor.language.resolve import resolve
from processor.language.sense import settled_parts
from processor.language.tallies import GroupTest
from processor.language.vocabulary import Vocabulary
from processor.model.profile import Profile
from processor.model.rule import Parameter


def limits_of(profile: Profile | None) -> Limits:
    """What the points of a profile can be, where their range is one."""
    points = {} if profile is None else profile.points
    return {
        name: (point.low, point.high)
        for name, point in points.items()
        if point.low is None or point.high is None or point.low <= point.high
    }


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans conditions of one kind of device, each once: the trees live as long as this does."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter]
    zone: str
    plans: dict[int, ConditionPlan | None] = field(default_factory=dict)

    def plan(self, tree: Node) -> ConditionPlan | None:
        """The plan, None when the tree has faults."""
        if id(tree) not in self.plans:
            found, faults = resolve(tree, self.vocabulary, self.parameters, {}, zone=self.zone, peers=True)
            self.plans[id(tree)] = None if faults else found
        return self.plans[id(tree)]


@dataclass(frozen=True, slots=True)
class Members:
    """The kinds of devices that group tests may ask; one that cannot be asked is no member."""

    kinds: Sequence[tuple[Planner, Boxes]]

    @classmethod
    def of(
        cls,
        kinds: Sequence[Vocabulary],
        profiles: Mapping[str, Profile],
        parameters: Mapping[str, Parameter],
        zone: str,
    ) -> "Members":
        """These kinds, with the rule's parameters."""
        limits = [limits_of(profiles.get(kind.profile)) for kind in kinds]
        return cls([(Planner(kind, parameters, zone), Boxes(each)) for kind, each in zip(kinds, limits, strict=True)])

    def asked(self, test: GroupTest) -> list[ConditionPlan]:
        """What each kind of member is asked."""
        return [plan for _, _, plan in self._members(test.where)]

    def below(self, one: GroupTest, other: GroupTest) -> bool:
        """Whether each member that is true of the one surely is a member of the other, too, and true of it."""
        if one.where == other.where:
            return True
        wider = {planner.vocabulary.profile: plan for planner, _, plan in self._members(other.where)}
        narrower = [(planner.vocabulary.profile, boxes, plan) for planner, boxes, plan in self._members(one.where)]
        if (one.is_share or other.is_share) and len(narrower) < len(wider):
            return False  # they are shares of different devices
        return bool(narrower) and all(
            profile in wider and boxes.implies(plan, wider[profile]) for profile, boxes, plan in narrower
        )

    def settled(self, where: Node) -> list[ExpressionFault]:
        """What makes no sense in the question for each kind of member."""
        found = [
            settled_parts(where, planner.plan, boxes)
            for planner, boxes, _ in self._members(where)
            if not asks_another(where, planner.vocabulary.profile)
        ]
        if not found:
            return []
        keys = [{(one.code, one.column) for one in faults} for faults in found]
        return [one for one in found[0] if all((one.code, one.column) in each for each in keys)]

    def _members(self, where: Node) -> Iterator[tuple[Planner, Boxes, ConditionPlan]]:
        for planner, boxes in self.kinds:
            plan = planner.plan(where)
            if plan is not None:
                yield planner, boxes, plan
