"""The daemon's configuration of a simulated district: places.yaml, devices.csv and people.yaml that match it."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from simulators.community import MAINS, DevicePlan, DistrictPlan, Kind

ZONE = "Asia/Shanghai"
FLOORS_BELOW = {-1: "B1"}
NAMES = {
    Kind.DISPENSER: ("饮水机", "Water dispenser"),
    Kind.EBIKE_PORT: ("充电口", "Charging port"),
    Kind.EV_CHARGER: ("汽车充电桩", "EV charger"),
    Kind.LEAK_SENSOR: ("漏水传感器", "Leak sensor"),
    Kind.FLOW_METER: ("水表", "Flow meter"),
    Kind.WATER_VALVE: ("水阀", "Water valve"),
    Kind.RESIDUAL_CURRENT: ("剩余电流监测器", "Residual current monitor"),
    Kind.ELECTRICAL_METER: ("电表", "Electrical meter"),
    Kind.SMART_BREAKER: ("智能断路器", "Smart breaker"),
}
# Invented people; who does what follows DOMAIN.md's list of roles.
GRID_ROLES = ("grid_worker",)
COMMUNITY_ROLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("duty", "值班", ("community_duty",)),
    ("property", "物业", ("property", "property_electrician", "property_plumber")),
    ("leader", "楼长", ("building_leader",)),
)
DISTRICT_ROLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("district-duty", "区值班", ("district_duty",)),
    ("fire-station", "微型消防站", ("fire_station",)),
    ("vendor", "维保", ("vendor",)),
    ("utilities", "公用事业", ("water_utility", "power_utility")),
)
COLUMNS = ("id", "profile", "place", "floor", "room", "gateway", "critical", "mains", "name_zh", "name_en")


def write_configuration(plan: DistrictPlan, folder: Path, *, channels: tuple[str, ...] = ("console",)) -> None:
    """Write the three files into `folder`; the daemon that loads them knows exactly the simulated devices."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_yaml(folder / "places.yaml", _places(plan))
    _write_yaml(folder / "people.yaml", {"people": dict(_people(plan, channels))})
    _write_devices(folder / "devices.csv", plan)


def _places(plan: DistrictPlan) -> Mapping[str, object]:
    communities: dict[str, dict[str, object]] = {
        name: {
            "name": {"zh": f"{number}号社区", "en": f"Community {number}"},
            "grid": f"{name}-g1",
            "buildings": {},
        }
        for number, name in enumerate(plan.communities, start=1)
    }
    for building in plan.buildings:
        found = communities[building.community]["buildings"]
        if isinstance(found, dict):
            found[building.id] = {
                "name": {"zh": f"{building.id[1:]}号楼", "en": f"Building {building.id[1:]}"},
                "grid": building.grid,
                "risers": list(building.risers),
            }
    district = {"name": {"zh": "模拟区", "en": "Simulated district"}, "zone": ZONE}
    return {"district": district, "communities": communities}


def _people(plan: DistrictPlan, channels: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for person, name, roles in DISTRICT_ROLES:
        yield person, _person(name, roles, "*", channels)
    for community in plan.communities:
        for suffix, name, roles in COMMUNITY_ROLES:
            yield f"{community}-{suffix}", _person(name, roles, community, channels)
    for grid in sorted({building.grid for building in plan.buildings}):
        yield f"{grid}-worker", _person("网格员", GRID_ROLES, grid, channels)


def _person(name: str, roles: tuple[str, ...], covers: str, channels: tuple[str, ...]) -> Mapping[str, object]:
    return {"name": name, "roles": list(roles), "covers": [covers], "channels": list(channels), "language": "zh"}


def _write_devices(path: Path, plan: DistrictPlan) -> None:
    tags = sorted({tag for device in plan.devices for tag in device.tags})
    links = sorted({link for device in plan.devices for link in device.links})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, *(f"tag.{tag}" for tag in tags), *(f"link.{link}" for link in links)])
        for device in plan.devices:
            writer.writerow(
                [
                    *_row(device),
                    *(device.tags.get(tag, "") for tag in tags),
                    *(device.links.get(link, "") for link in links),
                ]
            )


def _row(device: DevicePlan) -> tuple[str, ...]:
    chinese, english = NAMES[device.kind]
    critical = "" if device.critical is None else str(device.critical).lower()
    floor = FLOORS_BELOW.get(device.floor, str(device.floor))
    where = device.room or floor
    return (
        device.id,
        device.kind.value,
        device.place,
        floor,
        device.room,
        device.gateway,
        critical,
        str(device.kind in MAINS).lower(),
        f"{where} {chinese}",
        f"{english}, {where}",
    )


def _write_yaml(path: Path, tree: Mapping[str, object]) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    path.write_text(text, encoding="utf-8")
