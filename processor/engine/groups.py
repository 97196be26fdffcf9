"""Rules over many devices of one place: who is true, since when, and what that adds up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from processor.engine.alerts import AlertRecord, Hold, Terms
from processor.engine.evidence import fresh_windows
from processor.engine.feeding import feed_place
from processor.engine.tally import FreshTally, Tally
from processor.engine.window import Window
from processor.engine.windows import running_window
from processor.language.compiled import WindowView
from processor.language.group import CompiledGroup
from processor.language.peers import OTHERS
from processor.language.schedule import Schedule
from processor.model.device import Device
from processor.model.evidence import Verdict
from processor.model.place import PlaceKind
from processor.model.reading import Value
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


@dataclass(slots=True)
class PlaceView:
    """A place as its expressions see it (`language.compiled.DeviceView`): group tests, and windows over them."""

    peers: Sequence[Tally | FreshTally]
    windows: Sequence[WindowView]
    values: list[Value | None] = field(default_factory=list)
    arrivals: list[EpochMs] = field(default_factory=list)
    last_arrival: EpochMs = 0


@dataclass(frozen=True, slots=True)
class BoundGroupTrigger:
    """A level's way over a group (or its way back), compiled; `tests` are its own of the rule's tallies.

    `index` is its place among the rule's expressions.
    """

    hold: Hold
    condition: CompiledGroup
    tests: tuple[int, ...]
    index: int


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
    commands: bool = False

    def expressions(self) -> tuple[BoundGroupTrigger, ...]:
        """Every way to a level, then the way back."""
        return self.triggers if self.clear is None else (*self.triggers, self.clear)


@dataclass(slots=True)
class GroupState:
    """One group rule on one place. Its alert record, if any, is kept here."""

    key: str
    place: str
    bound: BoundGroupRule
    tallies: tuple[Tally, ...]
    windows: tuple[tuple[Window, ...], ...]
    """By expression; nothing at all where none has any."""
    record: AlertRecord | None = None
    wake_at: EpochMs | None = None

    @classmethod
    def of(cls, key: str, place: str, bound: BoundGroupRule) -> "GroupState":
        """Without members, of whom nothing is known."""
        windows = tuple(tuple(map(running_window, each.condition.windows)) for each in bound.expressions())
        return cls(key, place, bound, tuple(map(Tally, bound.withins)), windows if any(windows) else ())

    def twin(self) -> "GroupState":
        """The same to look into: windows let go of old samples when they are read."""
        fresh = GroupState.of(self.key, self.place, self.bound)
        for mine, theirs in zip(fresh.windows, self.windows, strict=True):
            for window, other in zip(mine, theirs, strict=True):
                window.load(other.dump())
        return replace(self, windows=fresh.windows)

    def add(self, device: Device, tests: Iterable[int]) -> None:
        """Make the device a member of these tests."""
        for test in tests:
            self.tallies[test].add(device.id, unit_of(device, self.bound.units[test]))

    def verdict(self, trigger: BoundGroupTrigger, now: EpochMs) -> Verdict:
        """The trigger's verdict on all that is known."""
        return trigger.condition.evaluate(self.view(trigger), now)

    def view(self, trigger: BoundGroupTrigger) -> PlaceView:
        """What the trigger's expression speaks of."""
        windows = self.windows[trigger.index] if self.windows else ()
        return PlaceView([self.tallies[test] for test in trigger.tests], windows)

    def fresh_view(self, trigger: BoundGroupTrigger) -> PlaceView:
        """The same through evidence free of doubt alone."""
        windows = fresh_windows(self.windows[trigger.index]) if self.windows else ()
        return PlaceView([FreshTally(self.tallies[test]) for test in trigger.tests], windows)

    def is_fresh(self, trigger: BoundGroupTrigger, now: EpochMs) -> bool:
        """Whether members with evidence free of doubt alone make the trigger true."""
        return trigger.condition.evaluate(self.fresh_view(trigger), now) is True

    def feed(self, now: EpochMs) -> None:
        """Let every window take what it samples now, if that is another than before."""
        for trigger in self.bound.expressions():
            specs = trigger.condition.windows
            if specs:
                eyes = self.fresh_view(trigger) if self.bound.commands else None
                feed_place(specs, self.windows[trigger.index], self.view(trigger), eyes, now)

    def next_expiry(self, now: EpochMs) -> EpochMs | None:
        """When the passing of time alone may change a verdict."""
        instants = [tally.next_expiry(now) for tally in self.tallies]
        if self.windows:
            for trigger in self.bound.expressions():
                windows = self.windows[trigger.index]
                instants += [windows[each.window].next_reach(now, each.bound) for each in trigger.condition.lapses]
        return min((instant for instant in instants if instant is not None), default=None)

    def members(self) -> list[str]:
        """Every device of the group, in a stable order."""
        return sorted({device for tally in self.tallies for device in tally.members})


def group_key(rule: str, place: str) -> str:
    """The key of a group's state and of its wake-ups."""
    return f"{rule}@{place}"
