"""A district plan from devices that somebody else configured, so that their own district can be simulated."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from processor.model.device import Device
from simulators.community import BuildingPlan, DevicePlan, DistrictPlan, Kind

KINDS = {kind.value: kind for kind in Kind}
ABOVE_GROUND = 0


def read_devices(path: Path) -> list[Device]:
    """The devices in a file of JSON lines, one `processor.model.device.Device` each."""
    decoder = msgspec.json.Decoder(Device)
    return [decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip()]


def plan_of(devices: Iterable[Device], *, seed: int) -> DistrictPlan:
    """These devices as a plan. Those of a kind that cannot be simulated are left out."""
    planned = tuple(_planned(device, KINDS[device.profile]) for device in devices if device.profile in KINDS)
    buildings = {(device.community, device.building): BuildingPlan(device.community, device.building, "", (), 0)
                 for device in planned}  # fmt: skip
    communities = tuple(sorted({device.community for device in planned}))
    return DistrictPlan(seed, communities, tuple(buildings.values()), planned)


def _planned(device: Device, kind: Kind) -> DevicePlan:
    tags, gateway, wire = dict(device.tags), device.gateway, device.wire or device.id
    if kind is Kind.EBIKE_PORT:  # its name on the wire is "{pile}-p{port}" (docs/simulator-topics.md)
        pile, _, port = wire.rpartition("-p")
        gateway, wire = pile, pile
        tags["port"] = port
    return DevicePlan(
        device.id,
        kind,
        device.community,
        device.building.removeprefix(f"{device.community}/"),
        device.riser.removeprefix(f"{device.building}/"),
        _floor(device.floor),
        device.room,
        gateway,
        tags,
        dict(device.links),
        device.critical,
        wire,
    )


def _floor(text: str) -> int:
    below = text.upper().removeprefix("B")
    if below != text.upper() and below.isdecimal():
        return -int(below)
    return int(text) if text.isdecimal() else ABOVE_GROUND
