"""A group rule's ways to a level, with the members of each test."""

from processor.engine.groups import BoundGroupTrigger, GroupState
from processor.engine.inspect_holds import hold_seen
from processor.engine.inspection import HoldSeen, MemberSeen, NodeSeen, TallySeen
from processor.engine.tally import OthersTally, Tally
from processor.language.tallies import GroupTest
from processor.model.evidence import Evidence
from processor.model.time import EpochMs


def group_holds(group: GroupState, now: EpochMs) -> tuple[list[HoldSeen], NodeSeen | None]:
    """Each way to a level, and the way back where the rule names one."""
    group = group.twin() if group.windows else group
    holds = []
    for index, trigger in enumerate(group.bound.triggers):
        state = group.record.triggers[index] if group.record else None
        seen = hold_seen(
            trigger.hold,
            state,
            _node(group, trigger, now),
            now,
            tallies=_tallies(group, trigger, now),
            is_fresh=group.is_fresh(trigger, now),
        )
        holds.append(seen)
    return holds, _node(group, group.bound.clear, now) if group.bound.clear else None


def _node(group: GroupState, trigger: BoundGroupTrigger, now: EpochMs) -> NodeSeen:
    return _of_evidence(trigger.condition.explain(group.view(trigger), now))


def _of_evidence(found: Evidence) -> NodeSeen:
    parts = tuple(_of_evidence(part) for part in found.parts)
    return NodeSeen(found.text, is_condition=True, verdict=found.verdict, parts=parts)


def _tallies(group: GroupState, trigger: BoundGroupTrigger, now: EpochMs) -> list[TallySeen]:
    tests: tuple[GroupTest, ...] = trigger.condition.tests
    return [tally_seen(test.said, group.tallies[index], now) for test, index in zip(tests, trigger.tests, strict=True)]


def tally_seen(said: str, tally: Tally | OthersTally, now: EpochMs, without: str = "") -> TallySeen:
    """One group test with its members: those that count first, then the unknown ones."""
    whole = tally.tally if isinstance(tally, OthersTally) else tally
    members = [
        MemberSeen(
            device=device,
            unit=member.unit,
            verdict=member.verdict,
            counts=whole.counts(member, now),
            true_at=member.true_at,
            fresh=member.fresh,
        )
        for device, member in whole.members.items()
        if device != without
    ]
    members.sort(key=lambda member: (not member.counts, member.verdict is not None, member.device))
    return TallySeen(said, tally.count(now), tally.unknown(now), tally.total(), whole.within_ms, tuple(members))
