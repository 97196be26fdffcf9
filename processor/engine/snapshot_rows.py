"""What a scope's snapshot holds. New fields come last, with a default: an older one can still be read."""

from typing import Final

import msgspec

from processor.engine.alerts import AlertRecord
from processor.engine.dispositions import DispositionRecord
from processor.engine.orders import OrderRecord
from processor.engine.restraint import RestraintState
from processor.engine.tally import Member
from processor.engine.wakeups import Entry
from processor.engine.window import Dump
from processor.model.disposition import Interlock
from processor.model.reading import Value
from processor.model.rule import Level
from processor.model.time import EpochMs

FORMAT: Final = 2
READABLE: Final = frozenset({1, FORMAT})
"""1 told of every device the time of each point, and marks as pairs of numbers."""


class Layout(msgspec.Struct, array_like=True, frozen=True):
    """What the positions in a device's lists mean; shared by all devices that are alike."""

    points: tuple[str, ...]
    windows: tuple[str, ...]


class DeviceRow(msgspec.Struct, array_like=True):
    """One device. Positions follow its layout."""

    id: str
    layout: int
    values: tuple[Value | None, ...]
    # Empty: all points are of `newest_at`, and came at `last_arrival`.
    ats: list[EpochMs]
    arrivals: tuple[EpochMs, ...]
    last_arrival: EpochMs
    newest_at: EpochMs
    heard: bool
    seen: bytes | list[tuple[int, int]]
    windows: list[Dump]
    alerts: list[AlertRecord]
    doubt: Interlock | None
    doubt_at: EpochMs
    armed: EpochMs
    quiet: bool
    checked: EpochMs
    doubted: int = 0


class GroupRow(msgspec.Struct, array_like=True):
    """One group: its alert and, for each test, what its members were last known to be."""

    key: str
    record: AlertRecord | None
    tallies: list[dict[str, Member]]
    # By expression and text; nothing for a rule without windows.
    windows: list[dict[str, Dump]] = []
    wake_at: EpochMs | None = None


class PeerRow(msgspec.Struct, array_like=True):
    """One group test inside a device rule, at one place."""

    key: str
    members: dict[str, Member]
    wake_at: EpochMs | None


class ScopeSnapshot(msgspec.Struct):
    """Everything of a scope that is not its plan."""

    format: int
    scope: str
    now: EpochMs
    settle_until: EpochMs
    layouts: list[Layout]
    devices: list[DeviceRow]
    groups: list[GroupRow]
    wakes: list[Entry]
    orders: list[OrderRecord]
    order_sequence: int
    dispositions: list[DispositionRecord]
    stopped: bool
    device_budgets: dict[str, list[tuple[EpochMs, str, Level]]]
    rule_budgets: dict[str, list[tuple[EpochMs, str]]]
    last_episode: EpochMs
    standing: list[str]
    restraint: RestraintState = msgspec.field(default_factory=RestraintState)
    watching: dict[str, AlertRecord] = {}
    peers: list[PeerRow] = []
