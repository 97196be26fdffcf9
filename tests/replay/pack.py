"""A small pack of one profile and one rule, from texts, as a district."""

from processor.loading.load import load
from processor.model.district import District

PROFILE = """\
profile: monitor
listen: "m/{device}"
time: {path: ts, format: epoch_ms}
every: 60 s
points:
  current: {unit: mA}
  mode: {enum: [idle, busy], on_change: true}
  smoke: {type: boolean}
commands:
  cut: {topic: "m/{device}/command", payload: {id: "{command_id}"}, makes_safer: true, effect: current < 1 mA}
"""
RULES = """\
R-1:
  name: {zh: 规则, en: Rule}
  applies_to: {profile: monitor}
  parameters: {alarm: {default: 300 mA, min: 30 mA, max: 1000 mA}}
  levels:
    L3: {when: current >= alarm, for: 30 s, samples: 2}
    L2: {when: current >= 500 mA, samples: 2}
  clear: {when: current < 200 mA}
  answer: {remind: [grid_worker], order: inspection, command: {command: cut}}
"""


def district() -> District:
    """The pack, loaded."""
    loaded = load({"config/profiles/monitor.yaml": PROFILE, "rules/r.yaml": RULES})
    assert loaded.district is not None, loaded.problems
    return loaded.district
