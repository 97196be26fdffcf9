"""Whether a rule looks at a device, part by part; and which parameters it then has, from which layer."""

from collections.abc import Iterable, Mapping

from processor.engine.inspection import Asked, ParameterSeen, Part
from processor.engine.selection import effective_parameters
from processor.model.device import Device
from processor.model.district import District
from processor.model.rule import Rule, Selector


def asked_of(selector: Selector, device: Device, tags: Mapping[str, str]) -> tuple[Asked, ...]:
    """Every part of the selector that asks something, in one order."""
    found = [
        *_one_of(Part.PROFILE, selector.profiles, device.profile),
        *(_tag(tag, wanted, tags) for tag, wanted in selector.tags.items()),
        *_one_of(Part.COMMUNITY, selector.communities, device.community),
        *_one_of(Part.BUILDING, selector.buildings, device.building),
        *_one_of(Part.DEVICE, selector.devices, device.id),
        *_none_of(Part.EXCEPT_DEVICE, selector.except_devices, device.id),
        *_none_of(Part.EXCEPT_PROFILE, selector.except_profiles, device.profile),
        *(_no_tag(tag, refused, tags) for tag, refused in selector.except_tags.items()),
        *_none_of(Part.EXCEPT_COMMUNITY, selector.except_communities, device.community),
        *_none_of(Part.EXCEPT_BUILDING, selector.except_buildings, device.building),
    ]
    if selector.mains is not None:
        wanted = (str(selector.mains).lower(),)
        found.append(Asked(Part.MAINS, wanted, str(device.mains).lower(), selector.mains == device.mains))
    return tuple(found)


def _one_of(part: Part, wanted: tuple[str, ...], has: str) -> Iterable[Asked]:
    return [Asked(part, wanted, has, has in wanted)] if wanted else []


def _none_of(part: Part, refused: tuple[str, ...], has: str) -> Iterable[Asked]:
    return [Asked(part, refused, has, has not in refused)] if refused else []


def _tag(tag: str, wanted: tuple[str, ...], tags: Mapping[str, str]) -> Asked:
    has = tags.get(tag)
    return Asked(Part.TAG, tuple(f"{tag}={value}" for value in wanted), _shown(tag, has), has in wanted)


def _no_tag(tag: str, refused: tuple[str, ...], tags: Mapping[str, str]) -> Asked:
    has = tags.get(tag)
    return Asked(Part.EXCEPT_TAG, tuple(f"{tag}={value}" for value in refused), _shown(tag, has), has not in refused)


def _shown(tag: str, has: str | None) -> str:
    return "" if has is None else f"{tag}={has}"


def parameters_of(district: District, rule: Rule, device: Device) -> tuple[ParameterSeen, ...]:
    """The parameters in force for the device, each with the layer and the place that gave it."""
    overrides = [override for override in district.overrides if override.rule == rule.id]
    found = []
    for name, (parameter, layer) in effective_parameters(rule, device, overrides).items():
        default = rule.parameters[name]
        found.append(
            ParameterSeen(
                name=name,
                value=parameter.value,
                unit=parameter.unit,
                layer=layer.name.lower(),
                place=str(parameter.place),
                default=default.value,
                default_unit=default.unit,
                low=parameter.low,
                high=parameter.high,
            )
        )
    return tuple(found)


def place_device(place: str) -> Device:
    """A place as overrides see it: nothing but a community and a building."""
    levels = place.split("/")
    return Device(id="", profile="", community=levels[0], building="/".join(levels[:2]) if len(levels) > 1 else "")
