"""What a profile's points are to an expression: where their values stand, their kind and unit, when they go stale.

`Vocabulary.of(profile)` gives `slots` (name -> index into `DeviceView.values`, names sorted) and `points` by slot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from processor.model.profile import Point, PointKind, Profile
from processor.model.time import DurationMs

PERIODS_UNTIL_STALE: Final = 2
"""DESIGN.md 6: one lost message is ordinary on a radio link, two are silence."""


@dataclass(frozen=True, slots=True)
class PointSlot:
    """One point as an expression sees it.

    It is unknown once `stale_after_ms` have passed since its own newest arrival, or, if `with_device`, since the
    device's newest message of any kind; None: it stands for ever.
    """

    name: str
    slot: int
    kind: PointKind
    unit: str
    members: tuple[str, ...]
    periodic: bool
    on_change: bool
    stale_after_ms: DurationMs | None
    with_device: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The points of one profile, by slot and by name."""

    profile: str
    points: tuple[PointSlot, ...]
    slots: Mapping[str, int]

    @classmethod
    def of(cls, profile: Profile) -> "Vocabulary":
        """The vocabulary of a profile; slots follow the sorted names, so they depend on nothing else."""
        points = tuple(
            _point_slot(profile.points[name], name, slot) for slot, name in enumerate(sorted(profile.points))
        )
        return cls(profile.name, points, MappingProxyType({point.name: point.slot for point in points}))

    def get(self, name: str) -> PointSlot | None:
        """The point of that name, or None."""
        slot = self.slots.get(name)
        return None if slot is None else self.points[slot]


def _point_slot(point: Point, name: str, slot: int) -> PointSlot:
    stale_after_ms = point.stale_after_ms
    periodic = point.every_ms is not None and not point.on_change
    if stale_after_ms is None and periodic and point.every_ms is not None:
        stale_after_ms = PERIODS_UNTIL_STALE * point.every_ms
    return PointSlot(
        name=name,
        slot=slot,
        kind=point.kind,
        unit=point.unit,
        members=tuple(sorted(set(point.members.values()))),
        periodic=periodic,
        on_change=point.on_change,
        stale_after_ms=stale_after_ms,
        with_device=point.on_change,
    )
