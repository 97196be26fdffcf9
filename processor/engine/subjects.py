"""What an alert is about: a device or a place, as people and topics call it."""

from collections.abc import Sequence
from dataclasses import dataclass

from processor.engine.device_state import DeviceState
from processor.engine.groups import GroupState
from processor.engine.plan import ScopePlan
from processor.model.text import Text


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about: its name in topics and lists, and the devices a command may start from."""

    key: str
    origins: Sequence[str]
    grid: str
    place: str
    name: Text


def device_subject(device: DeviceState, plan: ScopePlan) -> Subject:
    """A device as what an alert is about."""
    place = device.device
    building = plan.district.places.get(place.building)
    return Subject(
        key=place.id,
        origins=(place.id,),
        grid=building.grid if building else "",
        place="/".join(filter(None, (place.riser or place.building or place.community, place.floor, place.room))),
        name=place.name,
    )


def group_subject(group: GroupState, plan: ScopePlan) -> Subject:
    """A place as what an alert is about."""
    place = plan.district.places.get(group.place)
    building = plan.district.places.get("/".join(group.place.split("/")[:2]))
    return Subject(
        key=group.place,
        origins=tuple(group.members()),
        grid=(place.grid if place else "") or (building.grid if building else ""),
        place=group.place,
        name=place.name if place else Text(zh=group.place, en=group.place),
    )
