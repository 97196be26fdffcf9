"""`python -m bench.pack`: what the shipped rules cost, in µs of the engine for one reading with all its points.

The shipped district runs for a day, until its windows are full, with values as healthy devices say them; then an hour
is measured minute by minute, and of four quarters the best is told. `passing` is the look at what falls silent. Beside
it stands what `wardwatch check --cost` estimates.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from processor.engine.core import Core
from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.device import Device
from processor.model.district import District
from processor.model.profile import Point, PointKind
from processor.model.reading import Reading, Value
from processor.model.time import DAY, HOUR, MINUTE, EpochMs
from processor.replay.rule_cost import profile_costs

BEGIN: Final[EpochMs] = 1_790_000_000_000
QUARTERS: Final = 4
QUARTER: Final = HOUR // QUARTERS

SELDOM: Final[Mapping[str, int]] = {"tds_dispense": 10}
"""What is not in every message: the end of a dispense, in every tenth."""

STEPS: Final = 7
"""Numbers go up and down by tenths of a part, so that windows have something to do."""

CALM: Final[Mapping[str, Mapping[str, Value]]] = {
    "ebike_charging_port": {"state": "charging", "power": 150.0, "current": 0.7, "supply_voltage": 220.0},
    "electrical_meter": {"voltage_a": 220.0, "voltage_b": 221.0, "voltage_c": 219.0},
    "ev_charger": {"status": "charging", "error": "no_error", "voltage": 220.0, "plugged": True},
    "flow_meter": {"pressure": 0.3, "battery": 80.0},
    "leak_sensor": {"battery": 80.0, "temperature": 20.0, "pipe_temperature": 15.0},
    "residual_current_monitor": {"breaker": "closed", "residual_current": 25.0, "humidity": 50.0},
    "smart_breaker": {"breaker": "closed", "event": "normal", "voltage": 220.0, "residual_current": 8.0},
    "water_dispenser": {"tank_temperature": 90.0, "tds_in": 200.0, "filter_life": 80.0, "filter_days": 90.0,
                        "turbidity": 0.2, "free_chlorine": 0.5, "inlet": "open"},
    "water_valve": {"position": "open", "opening": 100.0},
}  # fmt: skip
"""Where a healthy device says something else than 5, false or the first of the members."""


def value(device: Device, name: str, point: Point, chance: random.Random) -> Value:
    """What a healthy device says."""
    calm = CALM.get(device.profile, {}).get(name)
    if calm.__class__ is float or (calm is None and point.kind is PointKind.NUMBER):
        if name in {"clock_offset", "flow"}:  # water stops now and then
            return 0.0 if name == "clock_offset" else chance.randrange(STEPS) / STEPS
        base = 5.0 if calm is None else float(calm or 0)
        return round(base * (1 + chance.randrange(STEPS) / 1_000), 3)
    if calm is not None:
        return calm
    return min(point.members.values()) if point.kind is PointKind.ENUM else False


def minutes(district: District, begin: EpochMs, length_ms: int, chance: random.Random) -> Iterator[list[Reading]]:
    """What all devices say in one minute after the other."""
    for at in range(begin, begin + length_ms, MINUTE):
        found = []
        for device in district.devices.values():
            points = district.profiles[device.profile].points
            said = [name for name in points if not at // MINUTE % SELDOM.get(name, 1)]
            values = {name: value(device, name, points[name], chance) for name in said}
            found.append(Reading(device.id, at, at, values, 0, at // MINUTE & 0xFFFF))
        yield found


class Cost:
    """The time that each profile's readings took, and how many they were."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.count: dict[str, int] = defaultdict(int)

    def take(self, core: Core, district: District, said: list[Reading]) -> None:
        """One minute: the clock's own wake-ups, then the readings, profile by profile."""
        at = said[0].at
        begin = time.perf_counter()
        core.turn(core.wakes(at), at)
        self.spent["passing"] += time.perf_counter() - begin
        self.count["passing"] += len(said)
        kinds: dict[str, list[Reading]] = defaultdict(list)
        for reading in said:
            kinds[district.devices[reading.device].profile].append(reading)
        for kind, readings in kinds.items():
            begin = time.perf_counter()
            core.turn(readings, at)
            self.spent[kind] += time.perf_counter() - begin
            self.count[kind] += len(readings)

    def each(self) -> dict[str, float]:
        """µs for one reading."""
        found = {kind: spent / self.count[kind] * 1e6 for kind, spent in self.spent.items()}
        found["all"] = sum(self.spent.values()) / self.count["passing"] * 1e6
        return found


def measured(folder: Path, days: int, only: str = "") -> tuple[Core, dict[str, float]]:
    """µs by profile, `passing`, and `all`: the mean of the shipped devices, each once a minute."""
    district = load(read_sources(folder)[0]).district
    if district is None:
        raise SystemExit(f"{folder}: wardwatch check says what is wrong")
    kept = {name: device for name, device in district.devices.items() if only in {"", device.profile}}
    core, chance = Core(district), random.Random(1)  # noqa: S311  # the same values every time, no secret
    core.turn(core.start(BEGIN, None), BEGIN)
    best: dict[str, float] = {}
    for said in minutes(district, BEGIN, days * DAY, chance):
        core.turn(core.wakes(said[0].at), said[0].at)
        core.turn([reading for reading in said if reading.device in kept], said[0].at)
    for quarter in range(QUARTERS):
        cost = Cost()
        for said in minutes(district, BEGIN + days * DAY + quarter * QUARTER, QUARTER, chance):
            cost.take(core, district, [reading for reading in said if reading.device in kept])
        best = {kind: min(found, best.get(kind, found)) for kind, found in cost.each().items()}
    return core, best


def main() -> None:
    """Print the table, or with `--json` one line for a comparison of two versions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config"))
    parser.add_argument("--days", type=int, default=1, help="how long the district runs before it is measured")
    parser.add_argument("--only", default="", metavar="PROFILE", help="only devices of this profile")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    core, found = measured(given.config, given.days, given.only)
    if given.json:
        print(json.dumps(found))
        return
    estimated = {cost.profile: cost.micros for cost in profile_costs(core.district)}
    for kind in sorted(found, key=lambda each: found[each]):
        told = f"   check --cost says {estimated[kind]:6.1f} µs" if kind in estimated else ""
        print(f"{kind:28} {found[kind]:6.1f} µs{told}")
    standing = sorted(
        f"{device.device.id} {rule}"
        for scope in core.scopes.values()
        for device in scope.devices.values()
        for rule in device.alerts or ()
    )
    print("alerts that stand:", ", ".join(standing) or "none")


if __name__ == "__main__":
    main()
