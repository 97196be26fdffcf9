"""`python -m bench.whole_district`: the shipped rules on a district of the real size, from its files to a running core.

56 communities of twelve buildings, 23 devices in each: rooms, floors, gateways and tags differ as in a real one. Times
are process time; the memory is the whole process's peak.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from processor.engine.core import Core
from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.device import Device
from processor.model.district import District
from processor.model.place import Place, PlaceKind
from processor.model.time import SECOND, EpochMs
from processor.replay.rule_cost import profile_costs, rule_costs

BEGIN: Final[EpochMs] = 1_790_000_000_000
BUILDINGS: Final = 12
DEVICES: Final = 23
"""In each building: 56 × 12 × 23 = 15,456, the district's some 15,000."""

ROOMS: Final = ("electric", "lift", "pump_room", "shed", "101", "202", "")


def whole(shipped: District, communities: int) -> District:
    """The shipped rules and profiles on so many communities; each device is a shipped one in another place."""
    models = cycle(shipped.devices.values())
    devices: dict[str, Device] = {}
    places: dict[str, Place] = {}
    for community in (f"c{number:02d}" for number in range(communities)):
        places[community] = Place(community, PlaceKind.COMMUNITY)
        for building in (f"{community}/b{number}" for number in range(BUILDINGS)):
            places[building] = Place(building, PlaceKind.BUILDING)
            for number in range(DEVICES):
                name = f"{building.replace('/', '-')}-{number}"
                devices[name] = replace(
                    next(models),
                    id=name,
                    wire="",
                    community=community,
                    building=building,
                    riser=f"{building}/r{number % 3}",
                    floor=str(number % 9),
                    room=ROOMS[number % len(ROOMS)],
                    gateway=f"{building}-gw",
                    links={},
                )
    return replace(shipped, devices=devices, places=places, people={}, overrides=())


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    """Note how long the body takes."""
    begun = time.process_time()
    yield
    figures[f"{name}_s"] = round(time.process_time() - begun, 2)


def main() -> None:
    """Prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communities", type=int, default=56)
    arguments = parser.parse_args()
    sources, _ = read_sources(Path("config"))
    shipped = load(sources).district
    assert shipped is not None, "the shipped files have errors: wardwatch check"
    district = whole(shipped, arguments.communities)
    rule = district.rules["EL-01"]
    edited = replace(district, rules={**district.rules, rule.id: replace(rule, cooldown_ms=rule.cooldown_ms + SECOND)})
    figures: dict[str, float] = {"devices": len(district.devices)}
    with timed(figures, "start"):
        core = Core(district)
        core.turn(core.start(BEGIN, None), BEGIN)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with timed(figures, "reload"):
        core.reconfigure(edited, BEGIN + SECOND)
    with timed(figures, "cost"):
        rule_costs(district), profile_costs(district)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
