"""Which rules look at which device, and with which parameters."""

from collections.abc import Iterable, Mapping
from typing import Final

from processor.model.device import Device
from processor.model.profile import Profile
from processor.model.rule import Override, OverrideLayer, Parameter, Rule, Selector


def tags_of(device: Device, profile: Profile) -> dict[str, str]:
    """What `tag(x)` sees: the profile's tags, the device's over them, and the facts of its place."""
    facts = {"room": device.room, "floor": device.floor, "profile": device.profile, "mains": str(device.mains).lower()}
    return {**profile.tags, **{name: value for name, value in facts.items() if value}, **device.tags}


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
    """The devices that some selector or override names by id: only they need a blueprint of their own."""

    def __init__(self, rules: Iterable[Rule], overrides: Iterable[Override]) -> None:
        self._ids = {device for rule in rules for device in (*rule.applies_to.devices, *rule.applies_to.except_devices)}
        self._ids |= {override.target for override in overrides if override.layer is OverrideLayer.DEVICE}

    def signature(self, device: Device) -> tuple[object, ...]:
        """Equal for devices that every rule treats alike."""
        return (
            device.profile,
            device.community,
            device.building,
            device.mains,
            device.room,
            device.floor,
            frozenset(device.tags.items()) if device.tags else None,
            device.id if device.id in self._ids else None,
        )
