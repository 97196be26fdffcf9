"""A small town as operators' texts: meters, leak sensors that send several samples at once, valves that answer."""

from collections.abc import Mapping

from processor.loading.load import load
from processor.model.district import District

PROFILES = {
    "config/profiles/meter.yaml": """
profile: meter
listen: "v1/{community}/meter/{device}/telemetry"
time: {path: ts, format: epoch_ms}
every: 60 s
offline_after: 15 min
points:
  current: {path: current, unit: mA, range: [0, 2000]}
""",
    "config/profiles/leak.yaml": """
profile: leak
listen:
  - {id: telemetry, topic: "v1/{community}/leak/{device}/telemetry"}
  - {id: history, topic: "v1/{community}/leak/{device}/history", split: samples, history: true}
time: {path: ts, format: epoch_ms}
every: 5 min
offline_after: 15 min
points:
  wet: {path: wet, type: boolean, map: {"1": true, "0": false}, on_change: true}
""",
    "config/profiles/valve.yaml": """
profile: valve
listen:
  - {id: telemetry, topic: "v1/{community}/valve/{device}/telemetry"}
  - {id: reply, topic: "v1/{community}/valve/{device}/reply", reply: {id: id, ok: ok}}
time: {path: ts, format: epoch_ms}
every: 5 min
offline_after: 15 min
points:
  position: {path: position, enum: [open, closed], on_change: true}
commands:
  close:
    topic: "v1/{community}/valve/{device}/command"
    payload: {cmd: close, id: "{command_id}"}
    makes_safer: true
    effect: position == closed
    within: 30 s
""",
}
PLACES = """
communities:
  east: {name: {zh: 东, en: East}, buildings: {b1: {}}}
  west: {name: {zh: 西, en: West}, buildings: {b1: {}}}
  north: {name: {zh: 北, en: North}, buildings: {b1: {}}}
"""
DEVICES = """
devices:
  e-m1: {profile: meter, place: east/b1}
  e-l1: {profile: leak, place: east/b1, links: {valve: e-v1}}
  e-v1: {profile: valve, place: east/b1, critical: false}
  w-m1: {profile: meter, place: west/b1}
  w-m2: {profile: meter, place: west/b1}
"""
NORTH = """  n-m1: {profile: meter, place: north/b1}
"""
HIGH = """
M-01:
  name: {zh: 电流高, en: Current is high}
  applies_to: {profile: meter}
  parameters: {limit: 300 mA}
  levels: {L2: {when: current >= limit, for: 2 min, samples: 2}}
  clear: {when: current <= 200 mA, for: 1 min}
  answer: {remind: [grid_worker], order: electrical_inspection}
"""
LEAK = """
M-02:
  name: {zh: 漏水, en: Leak}
  applies_to: {profile: leak}
  levels: {L1: {when: wet}}
  answer:
    remind: [grid_worker]
    order: leak_inspection
    command: {target: valve, command: close}
"""
SILENT = """
M-03:
  name: {zh: 失联, en: Silent}
  applies_to: {profile: meter}
  gap: hold
  levels: {L3: {when: missing(5 min)}}
"""


def sources(*, rules: str = HIGH + LEAK + SILENT, devices: str = DEVICES) -> dict[str, str]:
    """All texts of the town."""
    return {
        **PROFILES,
        "config/places.yaml": PLACES,
        "config/devices.yaml": devices,
        "config/people.yaml": "people: {}\n",
        "rules/town.yaml": rules,
    }


def town(texts: Mapping[str, str] | None = None) -> District:
    """The district of these texts, which must be sound."""
    loaded = load(sources() if texts is None else texts)
    assert loaded.district is not None, [problem.render() for problem in loaded.problems]
    return loaded.district
