"""A small configuration without any problem, to put broken files into."""

from typing import Final

FEEDER: Final = """\
profile: feeder
listen: "v1/{community}/electrical/{device}/telemetry"
time: {path: ts, format: epoch_ms}
every: 60 s
points:
  residual_current: {path: residual_ma, unit: mA, range: [0, 2000]}
  temperature: {path: temp, unit: degC}
  breaker: {path: brk, enum: {"1": closed, "0": open}, on_change: true}
commands:
  open_breaker:
    topic: "v1/{community}/electrical/{device}/command"
    payload: {cmd: open, id: "{command_id}"}
    makes_safer: true
    effect: breaker == open
"""

LEAK: Final = """\
profile: leak
listen: "v1/{community}/leak/{device}/telemetry"
points:
  wet: {type: boolean, on_change: true, stale_after: 15 min}
"""

VALVE: Final = """\
profile: valve
listen: "v1/{community}/valve/{device}/telemetry"
every: 5 min
points:
  position: {enum: [open, closed, moving]}
commands:
  close: {topic: "v1/{community}/valve/{device}/command", payload: {cmd: close}, makes_safer: true,
          effect: position == closed}
  open: {topic: "v1/{community}/valve/{device}/command", payload: {cmd: open}, makes_safer: false,
         effect: position == open}
  drain: {topic: "v1/{community}/valve/{device}/command", payload: {cmd: drain}, makes_safer: true}
"""

FLOW: Final = """\
profile: flow
listen: "v1/{community}/flow/{device}/telemetry"
every: 60 s
points:
  flow: {unit: L/min}
"""

TAGGED: Final = """\
profile: tagged
listen: "application/{application}/device/{device}/event/up"
every: 10 min
points:
  level: {unit: "%"}
commands:
  stop: {topic: "application/{application}/device/{device}/command/down", payload: {cmd: stop}, makes_safer: true}
"""

SOUND: Final[dict[str, str]] = {
    "config/profiles/feeder.yaml": FEEDER,
    "config/profiles/leak.yaml": LEAK,
    "config/profiles/valve.yaml": VALVE,
    "config/profiles/flow.yaml": FLOW,
    "config/profiles/tagged.yaml": TAGGED,
    "config/places.yaml": """\
communities:
  sunrise: {grid: sunrise-g1, buildings: {b1: {risers: [r1]}, b2: {}}}
  lakeside: {buildings: [b1]}
""",
    "config/devices.yaml": """\
devices:
  el-1: {profile: feeder, place: sunrise/b1, tags: {role: feeder}, mains: true}
  valve-1: {profile: valve, place: sunrise/b1/r1, critical: false, mains: true}
  flow-1: {profile: flow, place: sunrise/b1/r1}
  leak-1: {profile: leak, place: sunrise/b1/r1, floor: 1, links: {valve: valve-1, flow_meter: flow-1}}
  flow-far: {profile: flow, place: lakeside/b1}
""",
    "config/people.yaml": """\
people:
  chen: {name: 陈, roles: [grid_worker], covers: [sunrise-g1], channels: [console]}
  fire: {name: 站, roles: [fire_station], covers: ["*"]}
""",
    "config/overrides.yaml": """\
overrides:
  - {rule: BASE-1, device: el-1, set: {alarm: 0.4 A}}
""",
    "rules/base.yaml": """\
BASE-1:
  name: {zh: 剩余电流, en: Residual current}
  applies_to: {profile: feeder, tags: {role: feeder}}
  parameters: {alarm: {default: 300 mA, min: 30 mA, max: 1000 mA}, clear: 240 mA}
  levels:
    L2: {when: residual_current >= alarm, for: 30 s, samples: 2}
  clear: {when: residual_current <= clear, for: 10 min}
  answer: {remind: [grid_worker], order: inspection}
BASE-2:
  name: {zh: 漏水, en: Leak}
  applies_to: {profile: leak}
  levels:
    L2: {when: wet == true, for: 60 s}
  answer:
    command:
      target: valve
      command: close
      verify: {target: flow_meter, when: flow < 0.1 L/min, within: 90 s}
""",
}
