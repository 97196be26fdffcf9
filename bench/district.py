"""Configurations to measure: any number of devices and rules, written as the files an operator would write."""

from pathlib import Path
from typing import Final

from bench.generator import STAMP

COMMUNITIES: Final = 56  # the first district's
POINTS: Final = ("flow", "pressure", "temperature", "current", "power")
UNITS: Final = {"flow": "L/min", "pressure": "kPa", "temperature": "degC", "current": "A", "power": "W"}
# An everyday value of each point, and one that its alarm rule takes at once.
NORMAL: Final = {"flow": 4.2, "pressure": 310.0, "temperature": 41.5, "current": 2.1, "power": 480.0}
ALARM_ABOVE: Final = {"flow": 60.0, "pressure": 800.0, "temperature": 90.0, "current": 16.0, "power": 3500.0}
GROUPS_OF_A_FILE: Final = 40  # ten rules each; a file may hold 500


def device_id(number: int) -> str:
    """The id of one device."""
    return f"d{number:06d}"


def community(number: int) -> str:
    """The community of one device."""
    return f"c{number % COMMUNITIES:02d}"


def write_configuration(folder: Path, *, devices: int, rules: int, port: int, http_port: int, store: Path) -> None:
    """Everything `wardwatch run -c FOLDER` needs: ten rules for each device, `rules` in all."""
    (folder / "profiles").mkdir(parents=True, exist_ok=True)
    (folder / "rules").mkdir(exist_ok=True)
    groups = max(1, rules // 10)
    (folder / "wardwatch.yaml").write_text(
        f"broker: {{host: 127.0.0.1, port: {port}, receive_maximum: 10000}}\n"
        f"store: {{path: {store}}}\n"
        f"console: {{port: {http_port}}}\n"
        "channels: {log: {kind: log}}\nlog: {level: warning}\nautomation: {probation: 0 s}\n",
        encoding="utf-8",
    )
    points = "".join(f"  {name}: {{path: {name}, unit: {UNITS[name]!r}, every: 60 s}}\n" for name in POINTS)
    (folder / "profiles" / "station.yaml").write_text(
        'profile: station\nlisten: "v1/{community}/station/{device}/telemetry"\n'
        f"time: {{path: ts, format: epoch_ms}}\npoints:\n{points}",
        encoding="utf-8",
    )
    places = "".join(f"  c{n:02d}: {{name: {{zh: 社区{n}, en: Community {n}}}}}\n" for n in range(COMMUNITIES))
    (folder / "places.yaml").write_text(f"communities:\n{places}", encoding="utf-8")
    (folder / "people.yaml").write_text("people: {}\n", encoding="utf-8")
    lines = ["id,profile,place,tag.group\n"]
    lines += [f"{device_id(n)},station,{community(n)},g{n % groups}\n" for n in range(devices)]
    (folder / "devices.csv").write_text("".join(lines), encoding="utf-8")
    for first in range(0, groups, GROUPS_OF_A_FILE):
        text = "".join(_rules_of_group(f"g{group}") for group in range(first, min(groups, first + GROUPS_OF_A_FILE)))
        name = "station.yaml" if not first else f"station-{first}.yaml"
        (folder / "rules" / name).write_text(text, encoding="utf-8")


def _rules_of_group(group: str) -> str:
    """Ten rules: five alarms at once, three with a hold, one over a window, one over two points."""
    applies = f"  applies_to: {{profile: station, tags: {{group: {group}}}}}\n"

    def rule(name: str, when: str, more: str = "") -> str:
        return (
            f"{name}-{group.upper()}:\n  name: {{zh: 规则{name}, en: Rule {name}}}\n{applies}"
            f"  levels: {{L2: {{when: '{when}'{more}}}}}\n"
        )

    alarms = [rule(f"A{n}", f"{p} >= {ALARM_ABOVE[p]:g} {UNITS[p]}") for n, p in enumerate(POINTS)]
    holds = [
        rule("H1", "temperature >= 70 degC", ", for: 2 min, samples: 2"),
        rule("H2", "current >= 10 A and power >= 2000 W", ", for: 10 min"),
        rule("H3", "pressure <= 50 kPa", ", for: 3 min"),
    ]
    windows = [rule("W1", "avg(flow, 5 min) >= 30 L/min"), rule("D1", "flow >= 10 L/min and pressure <= 100 kPa")]
    return "".join((*alarms, *holds, *windows))


def messages(devices: int) -> list[tuple[str, bytes]]:
    """One everyday message of each device, its time to be stamped when it is sent."""
    return [(topic(number), payload(number)) for number in range(devices)]


def topic(number: int) -> str:
    """The topic of one device."""
    return f"v1/{community(number)}/station/{device_id(number)}/telemetry"


def payload(number: int, **changed: float) -> bytes:
    """One message; `number` moves the values a little, so that they do not compress to nothing."""
    values = {name: value + (number * 7 % 13) / 10 for name, value in NORMAL.items()} | changed
    fields = ",".join(f'"{name}":{value:.2f}' for name, value in values.items())
    return b'{"ts":%s,%s}' % (STAMP, fields.encode())
