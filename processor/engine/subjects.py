"""What an alert is about: a device or a place, as people and topics call it."""

from collections.abc import Sequence
from dataclasses import dataclass

from processor.engine.plan import ScopePlan
from processor.model.device import Device
from processor.model.text import Text


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about: its name in topics and lists, and the devices a command may start from."""

    key: str
    origins: Sequence[str]
    grid: str
    place: str
    name: Text


def device_subject(device: Device, plan: ScopePlan) -> Subject:
    """A device as what an alert is about."""
    building = plan.district.places.get(device.building)
    return Subject(
        key=device.id,
        origins=(device.id,),
        grid=building.grid if building else "",
        place="/".join(filter(None, (device.riser or device.building or device.community, device.floor, device.room))),
        name=device.name,
    )


def place_subject(key: str, members: Sequence[str], plan: ScopePlan) -> Subject:
    """A place as what an alert is about."""
    place = plan.district.places.get(key)
    building = plan.district.places.get("/".join(key.split("/")[:2]))
    return Subject(
        key=key,
        origins=members,
        grid=(place.grid if place else "") or (building.grid if building else ""),
        place=key,
        name=place.name if place else Text(zh=key, en=key),
    )


def subject_named(key: str, plan: ScopePlan) -> Subject:
    """The device or place of that key, for what outlives its alert: an order, a command that was not proved."""
    device = plan.devices.get(key)
    return device_subject(device, plan) if device else place_subject(key, (), plan)
