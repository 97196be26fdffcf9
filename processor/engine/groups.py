"""Rules over many devices of one place: who is true, since when, and what that adds up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from processor.engine.alerts import AlertRecord, Hold, Terms
from processor.language.group import CompiledGroup
from processor.language.schedule import Schedule
from processor.model.device import Device
from processor.model.evidence import Verdict
from processor.model.place import PlaceKind
from processor.model.rule import Rule
from processor.model.time import DurationMs, EpochMs


def group_of(device: Device, by: PlaceKind) -> str:
    """The key of the group this device belongs to, "" for none. Keys are unique within the district."""
    if by is PlaceKind.COMMUNITY:
        return device.community
    if by is PlaceKind.GATEWAY:
        return f"{device.community}/gateway/{device.gateway}" if device.gateway else ""
    if by is PlaceKind.BUILDING:
        return device.building
    if by is PlaceKind.RISER:
        return device.riser
    if by is PlaceKind.ROOM:
        return f"{device.building}/room/{device.room}" if device.building and device.room else ""
    return f"{device.riser or device.building}/{device.floor}" if device.floor else ""


def unit_of(device: Device, of: str) -> str:
    """What one member counts as: itself ("devices"), or its floor, riser, building."""
    return device.id if of == "devices" else (group_of(device, PlaceKind(of.removesuffix("s"))) or device.id)


@dataclass(slots=True)
class Member:
    """One device in one group test. `fresh_at` is the newest instant it was true on evidence free of doubt."""

    unit: str
    verdict: Verdict = None
    true_at: EpochMs | None = None
    fresh: bool = False
    fresh_at: EpochMs | None = None


@dataclass(slots=True)
class Tally:
    """A running group test (`language.compiled.TallyView`)."""

    within_ms: DurationMs
    members: dict[str, Member] = field(default_factory=dict)

    def update(self, device: str, verdict: Verdict, now: EpochMs, *, fresh: bool | None) -> bool:
        """Take a member's verdict; whether anything that counts has changed.

        `fresh` None: no reading said so, only time has passed, and what stands is as fresh as it was.
        """
        member = self.members[device]
        if fresh is None:
            fresh = member.verdict is True and member.fresh
        changed = member.verdict is not verdict or verdict is True
        member.verdict = verdict
        if verdict:
            member.true_at = now
            member.fresh = fresh
            if fresh:
                member.fresh_at = now
        return changed

    def counts(self, member: Member, now: EpochMs) -> bool:
        """Whether this member is true now, or was within the test's window."""
        return member.verdict is True or (
            bool(self.within_ms) and member.true_at is not None and now - member.true_at <= self.within_ms
        )

    def count(self, now: EpochMs) -> int:
        """Distinct units that are true now or were within the test's window."""
        return len({member.unit for member in self.members.values() if self.counts(member, now)})

    def unknown(self, now: EpochMs) -> int:
        """Distinct units that might count but cannot be told at present."""
        return len({m.unit for m in self.members.values() if m.verdict is None and not self.counts(m, now)})

    def total(self) -> int:
        """Distinct units in the group."""
        return len({member.unit for member in self.members.values()})

    def next_expiry(self, now: EpochMs) -> EpochMs | None:
        """When the next member that no longer is true stops counting."""
        ends = [
            member.true_at + self.within_ms + 1
            for member in self.members.values()
            if member.verdict is not True and member.true_at is not None and self.counts(member, now)
        ]
        return min(ends, default=None)


class FreshTally:
    """The same tally counting only members whose evidence is free of doubt: what a command needs."""

    def __init__(self, tally: Tally, without: str = "") -> None:
        self._tally = tally
        self._without = without

    def _counts(self, member: Member, now: EpochMs) -> bool:
        if member.verdict is True and member.fresh:
            return True
        within = self._tally.within_ms
        return bool(within) and member.fresh_at is not None and now - member.fresh_at <= within

    def count(self, now: EpochMs) -> int:
        """Units that are, or within the window were, true on fresh evidence."""
        return len({member.unit for member in self._tally.members.values() if self._counts(member, now)})

    def unknown(self, now: EpochMs) -> int:
        """Nothing doubtful may become true for a command's sake."""
        return self._tally.total() - self.count(now)

    def total(self) -> int:
        """Distinct units in the group."""
        return self._tally.total()


@dataclass(frozen=True, slots=True)
class FreshView:
    """A group seen only through evidence free of doubt."""

    tallies: Sequence[FreshTally]


@dataclass(frozen=True, slots=True)
class BoundGroupTrigger:
    """A level's way over a group, compiled; its tests are `first` .. of the rule's tallies."""

    hold: Hold
    condition: CompiledGroup
    tests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BoundGroupRule:
    """A group rule compiled: which place kind it groups by, its triggers, and the windows of all its tests."""

    rule: Rule
    by: PlaceKind
    triggers: tuple[BoundGroupTrigger, ...]
    withins: tuple[DurationMs, ...]
    units: tuple[str, ...]
    clear: BoundGroupTrigger | None
    terms: Terms
    schedule: Schedule | None


@dataclass(frozen=True, slots=True)
class TallySlice:
    """The tallies of one expression out of all of its rule's (`language.compiled.GroupView`)."""

    tallies: Sequence[Tally]


@dataclass(slots=True)
class GroupState:
    """One group rule on one place. Its alert record, if any, is kept here."""

    key: str
    place: str
    bound: BoundGroupRule
    tallies: tuple[Tally, ...]
    record: AlertRecord | None = None
    wake_at: EpochMs | None = None

    def add(self, device: Device, tests: Iterable[int]) -> None:
        """Make the device a member of these tests."""
        for test in tests:
            self.tallies[test].members[device.id] = Member(unit_of(device, self.bound.units[test]))

    def verdict(self, trigger: BoundGroupTrigger, now: EpochMs) -> Verdict:
        """The trigger's verdict on all that is known."""
        return trigger.condition.evaluate(self.view(trigger), now)

    def view(self, trigger: BoundGroupTrigger) -> TallySlice:
        """The tallies the trigger's expression speaks of."""
        return TallySlice([self.tallies[test] for test in trigger.tests])

    def is_fresh(self, trigger: BoundGroupTrigger, now: EpochMs) -> bool:
        """Whether members with evidence free of doubt alone make the trigger true."""
        view = FreshView([FreshTally(self.tallies[test]) for test in trigger.tests])
        return trigger.condition.evaluate(view, now) is True

    def next_expiry(self, now: EpochMs) -> EpochMs | None:
        """When the passing of time alone may change a verdict."""
        expiries = [tally.next_expiry(now) for tally in self.tallies]
        return min((expiry for expiry in expiries if expiry is not None), default=None)

    def members(self) -> list[str]:
        """Every device of the group, in a stable order."""
        return sorted({device for tally in self.tallies for device in tally.members})


def group_key(rule: str, place: str) -> str:
    """The key of a group's state and of its wake-ups."""
    return f"{rule}@{place}"
