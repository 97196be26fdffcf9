"""Which rules look at which device, and with which parameters."""

from collections.abc import Iterable, Mapping
from typing import Final

from processor.model.device import Device
from processor.model.profile import Profile
from processor.model.rule import Override, OverrideLayer, Parameter, Rule, Selector


def tags_of(device: Device, profile: Profile) -> dict[str, str]:
    """What `tag(x)` sees: the profile's tags, the device's over them, and the facts of its place."""
    return {**profile.tags, **_facts(device), **device.tags}


def _facts(device: Device) -> dict[str, str]:
    facts = {"room": device.room, "floor": device.floor, "profile": device.profile, "mains": str(device.mains).lower()}
    return {name: value for name, value in facts.items() if value}


def selects(selector: Selector, device: Device, tags: Mapping[str, str]) -> bool:
    """Whether a rule with this selector looks at the device."""
    return (
        (not selector.profiles or device.profile in selector.profiles)
        and (selector.mains is None or selector.mains == device.mains)
        and (not selector.communities or device.community in selector.communities)
        and (not selector.buildings or device.building in selector.buildings)
        and (not selector.devices or device.id in selector.devices)
        and all(tags.get(tag) in wanted for tag, wanted in selector.tags.items())
        and not excepted(selector, device, tags)
    )


def excepted(selector: Selector, device: Device, tags: Mapping[str, str]) -> bool:
    """Whether the device is left out: any one of the exceptions is enough."""
    return (
        device.id in selector.except_devices
        or device.profile in selector.except_profiles
        or device.community in selector.except_communities
        or device.building in selector.except_buildings
        or any(tags.get(tag) in unwanted for tag, unwanted in selector.except_tags.items())
    )


TARGETS: Final = {
    OverrideLayer.PROFILE: lambda device: device.profile,
    OverrideLayer.COMMUNITY: lambda device: device.community,
    OverrideLayer.BUILDING: lambda device: device.building,
    OverrideLayer.DEVICE: lambda device: device.id,
}


def effective_parameters(
    rule: Rule, device: Device, overrides: Iterable[Override]
) -> dict[str, tuple[Parameter, OverrideLayer]]:
    """Each parameter of `rule` as it is for `device`, and the layer it came from (default < profile < … < device)."""
    found = {name: (parameter, OverrideLayer.DEFAULT) for name, parameter in rule.parameters.items()}
    for override in overrides:
        current = found.get(override.parameter)
        applies = TARGETS[override.layer](device) == override.target
        if current is None or not applies or override.layer < current[1]:
            continue
        parameter = current[0]
        changed = Parameter(
            name=parameter.name,
            value=override.value,
            unit=override.unit or parameter.unit,
            low=parameter.low,
            high=parameter.high,
            place=override.place,
        )
        found[override.parameter] = (changed, override.layer)
    return found


class Named:
    """What selectors, overrides and conditions name: by nothing else does a rule tell two devices of a profile apart.

    A blueprint takes 300 kB and 15 ms with the shipped rules, so that 15,000 devices cannot have one for each room.
    """

    def __init__(self, rules: Iterable[Rule], overrides: Iterable[Override], tags: Iterable[str]) -> None:
        """`tags` are those that conditions ask about."""
        selectors = [rule.applies_to for rule in rules]
        of_layer: dict[OverrideLayer, set[str]] = {}
        for override in overrides:
            of_layer.setdefault(override.layer, set()).add(override.target)
        self._ids = {name for each in selectors for name in (*each.devices, *each.except_devices)}
        self._ids |= of_layer.get(OverrideLayer.DEVICE, set())
        self._communities = {name for each in selectors for name in (*each.communities, *each.except_communities)}
        self._communities |= of_layer.get(OverrideLayer.COMMUNITY, set())
        self._buildings = {name for each in selectors for name in (*each.buildings, *each.except_buildings)}
        self._buildings |= of_layer.get(OverrideLayer.BUILDING, set())
        self._mains = any(each.mains is not None for each in selectors)
        self._tags = sorted({*tags, *(tag for each in selectors for tag in (*each.tags, *each.except_tags))})

    def signature(self, device: Device) -> tuple[object, ...]:
        """Equal for devices that every rule treats alike."""
        tags = {**_facts(device), **device.tags}
        return (
            device.profile,
            device.community if device.community in self._communities else None,
            device.building if device.building in self._buildings else None,
            device.id if device.id in self._ids else None,
            device.mains if self._mains else None,
            *[tags.get(name) for name in self._tags],
        )
