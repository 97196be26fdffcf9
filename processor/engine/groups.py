"""Rules over many devices of one place: who is true, since when, and what that adds up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processor.engine.alerts import AlertRecord, Hold, Terms
from processor.engine.tally import FreshTally, Tally
from processor.language.group import CompiledGroup
from processor.language.peers import OTHERS
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
    return device.id if of in {"devices", OTHERS} else (group_of(device, PlaceKind(of.removesuffix("s"))) or device.id)


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
            self.tallies[test].add(device.id, unit_of(device, self.bound.units[test]))

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
