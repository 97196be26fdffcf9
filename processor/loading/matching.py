"""Which devices a rule can look at, found without asking every device for every rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from processor.engine.selection import selects, tags_of
from processor.loading.draft import Draft
from processor.model.device import Device
from processor.model.rule import Selector

Shape = tuple[object, ...]


@dataclass(slots=True)
class Fleet:
    """The devices of known profiles: one of each sort of them, and those that have links."""

    devices: dict[str, Device]
    sorts: dict[str, list[tuple[Device, dict[str, str]]]] = field(default_factory=dict)
    linked: dict[str, list[tuple[Device, dict[str, str]]]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    values: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: Draft) -> "Fleet":
        """The fleet of a draft."""
        fleet = cls(draft.devices)
        seen: set[Shape] = set()
        for device in draft.devices.values():
            profile = draft.profiles.get(device.profile)
            if profile is None:
                continue
            shape = _shape(device)
            if shape in seen and not device.links:
                continue
            entry = (device, tags_of(device, profile))
            if device.links:
                fleet.linked.setdefault(device.profile, []).append(entry)
            if shape not in seen:
                seen.add(shape)
                fleet.sorts.setdefault(device.profile, []).append(entry)
                fleet.tags.update(entry[1])
                for tag, value in entry[1].items():
                    fleet.values.setdefault(tag, set()).add(value)
        for profile in draft.profiles.values():
            fleet.tags.update(profile.tags)
        fleet.tags.update(("room", "floor", "profile", "mains"))
        return fleet

    def profiles(self, selector: Selector) -> list[str]:
        """The profiles of which some device is matched."""
        named = selector.profiles or tuple(self.sorts)
        return sorted({name for name in named if self._any(selector, name)})

    def links(self, selector: Selector, role: str) -> Iterator[Device]:
        """The devices that matched ones are linked to by `role`."""
        for name in selector.profiles or tuple(self.linked):
            for device, tags in self.linked.get(name, ()):
                other = self.devices.get(device.links.get(role, ""))
                if other is not None and selects(selector, device, tags):
                    yield other

    def _any(self, selector: Selector, profile: str) -> bool:
        if selector.devices:
            return any(
                device in self.devices and self.devices[device].profile == profile for device in selector.devices
            )
        # one device of a sort may be excepted by name; the others of its sort are then still there
        without = msgspec.structs.replace(selector, devices=(), except_devices=())
        return any(selects(without, device, tags) for device, tags in self.sorts.get(profile, ()))


def _shape(device: Device) -> Shape:
    tags: Iterable[tuple[str, str]] = device.tags.items()
    return (
        device.profile,
        device.building or device.community,
        device.mains,
        device.room,
        device.floor,
        frozenset(tags),
    )
