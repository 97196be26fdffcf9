"""A district from a seed: communities, buildings, risers, floors and the devices that would hang there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from random import Random

from simulators.chance import generator

PORTS_PER_PILE = 10  # DOMAIN.md 1.2: 10- and 12-port piles are the common ones
MOST_DEVICES = 1_000_000


class Kind(StrEnum):
    """Device kinds by the name of their profile (docs/simulator-topics.md)."""

    DISPENSER = "water_dispenser"
    EBIKE_PORT = "ebike_charging_port"
    EV_CHARGER = "ev_charger"
    LEAK_SENSOR = "leak_sensor"
    FLOW_METER = "flow_meter"
    WATER_VALVE = "water_valve"
    RESIDUAL_CURRENT = "residual_current_monitor"
    ELECTRICAL_METER = "electrical_meter"
    SMART_BREAKER = "smart_breaker"


FAMILIES = {
    Kind.DISPENSER: "dispenser",
    Kind.EBIKE_PORT: "ebike",
    Kind.EV_CHARGER: "ev",
    Kind.LEAK_SENSOR: "leak",
    Kind.FLOW_METER: "flow",
    Kind.WATER_VALVE: "valve",
    Kind.RESIDUAL_CURRENT: "electrical",
    Kind.ELECTRICAL_METER: "meter",
    Kind.SMART_BREAKER: "breaker",
}
MAINS = frozenset(set(Kind) - {Kind.LEAK_SENSOR, Kind.FLOW_METER, Kind.WATER_VALVE})


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """One configured device. `riser` "" hangs it on the building; `critical` None says nothing, which is critical."""

    id: str
    kind: Kind
    community: str
    building: str
    riser: str = ""
    floor: int = 1
    room: str = ""
    gateway: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    critical: bool | None = None
    wire: str = ""  # what it (or its pile) is called on the topic; "": as its id (or its gateway)

    @property
    def speaker(self) -> str:
        """The id it speaks under: its own, or its pile's."""
        return self.gateway if self.kind is Kind.EBIKE_PORT else self.id

    @property
    def place(self) -> str:
        """The path of its place: "c01/b1" or "c01/b1/r1"."""
        parts = (self.community, self.building, self.riser)
        return "/".join(part for part in parts if part)

    @property
    def branch(self) -> str:
        """The water branch it belongs to; a building's own rooms hang on its first riser."""
        return f"{self.community}/{self.building}/{self.riser or 'r1'}"


@dataclass(frozen=True, slots=True)
class BuildingPlan:
    """One building: its risers and floors, and the grid whose people look after it."""

    community: str
    id: str
    grid: str
    risers: tuple[str, ...]
    floors: int


@dataclass(frozen=True, slots=True)
class DistrictPlan:
    """What is where. Devices that others link to come before them, so that any prefix is whole."""

    seed: int
    communities: tuple[str, ...]
    buildings: tuple[BuildingPlan, ...]
    devices: tuple[DevicePlan, ...]


def build_district(*, seed: int, communities: int = 2, devices: int = 60) -> DistrictPlan:
    """A district of exactly `devices` devices in `communities` communities; the same for the same three numbers."""
    if not 1 <= communities <= devices <= MOST_DEVICES:
        raise ValueError(f"need 1 <= communities <= devices <= {MOST_DEVICES}, not {communities} and {devices}")
    width = max(2, len(str(communities)))
    names = tuple(f"c{number:0{width}d}" for number in range(1, communities + 1))
    shares = [devices // communities + (number < devices % communities) for number in range(communities)]
    buildings: list[BuildingPlan] = []
    planned: list[DevicePlan] = []
    for name, share in zip(names, shares, strict=True):
        rng = generator(seed, "community", name)
        planned += islice(_community(rng, name, buildings), share)
    return DistrictPlan(seed, names, tuple(buildings), tuple(planned))


def _community(rng: Random, community: str, buildings: list[BuildingPlan]) -> Iterator[DevicePlan]:
    number = 0
    while True:  # the caller takes as many as it wants
        number += 1
        building = BuildingPlan(
            community, f"b{number}", f"{community}-g{1 + number % 2}", ("r1", "r2"), rng.randint(5, 7)
        )
        buildings.append(building)
        yield from _building(building)


def _building(building: BuildingPlan) -> Iterator[DevicePlan]:
    community, name = building.community, building.id
    prefix = f"{community}-{name}"
    yield from _water(building, "r1", prefix)
    for role, room in (("pump", "pump_room"), ("electric", "electric_room")):
        yield DevicePlan(
            f"{prefix}-leak-{role}", Kind.LEAK_SENSOR, community, name, "r1", -1, room, f"{prefix}-gw",
            {"room_kind": role}, _water_links(prefix, "r1"),
        )  # fmt: skip
    yield from _electricity(building, prefix)
    yield DevicePlan(
        f"{prefix}-disp", Kind.DISPENSER, community, name, room="lobby", gateway=f"{prefix}-gw", critical=False
    )
    yield from _charging(building, prefix)
    yield from _water(building, "r2", prefix)


def _water_links(prefix: str, riser: str) -> dict[str, str]:
    return {"valve": f"{prefix}-{riser}-valve", "flow_meter": f"{prefix}-{riser}-flow"}


def _water(building: BuildingPlan, riser: str, prefix: str) -> Iterator[DevicePlan]:
    community, name, gateway = building.community, building.id, f"{prefix}-gw"
    links = _water_links(prefix, riser)
    flow = {"flow_meter": links["flow_meter"]}
    yield DevicePlan(links["flow_meter"], Kind.FLOW_METER, community, name, riser, -1, "pump_room", gateway)
    yield DevicePlan(
        links["valve"], Kind.WATER_VALVE, community, name, riser, -1, "pump_room", gateway,
        {"serves": "domestic"}, flow, critical=False,
    )  # fmt: skip
    for floor in range(1, building.floors + 1):
        yield DevicePlan(
            f"{prefix}-{riser}-leak-f{floor}", Kind.LEAK_SENSOR, community, name, riser, floor, f"{floor}01",
            gateway, {"room_kind": "flat"}, links,
        )  # fmt: skip


def _electricity(building: BuildingPlan, prefix: str) -> Iterator[DevicePlan]:
    community, name, gateway = building.community, building.id, f"{prefix}-gw"
    for role, suffix in (("feeder", "main"), ("feeder", "ev"), ("end_load", "shed")):
        yield DevicePlan(
            f"{prefix}-el-{suffix}", Kind.RESIDUAL_CURRENT, community, name, room="electric_room", gateway=gateway,
            tags={"role": role}, critical=role == "feeder",
        )  # fmt: skip
    yield DevicePlan(f"{prefix}-meter", Kind.ELECTRICAL_METER, community, name, room="electric_room", gateway=gateway)


def _charging(building: BuildingPlan, prefix: str) -> Iterator[DevicePlan]:
    community, name, pile = building.community, building.id, f"{prefix}-pile1"
    for port in range(1, PORTS_PER_PILE + 1):
        yield DevicePlan(
            f"{pile}-p{port}", Kind.EBIKE_PORT, community, name, room="shed", gateway=pile,
            tags={"pile": pile, "port": str(port), "speaks_for": "pile" if port == 1 else "port"},
            links={"breaker": f"{prefix}-el-shed"}, critical=False,
        )  # fmt: skip
    for number in (1, 2):
        yield DevicePlan(
            f"{prefix}-ev{number}", Kind.EV_CHARGER, community, name, room="parking", gateway=f"{prefix}-gw",
            critical=False,
        )  # fmt: skip
