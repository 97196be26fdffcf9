"""What the crashed daemon watches: meters that alarm now and then, leaks whose valves obey, meters that fall silent."""

from tests.runtime import town

COMMUNITIES = ("east", "west")
METERS = 20  # of each community
LEAKS = 4  # of each community, each with a valve of its own
SILENT = "east-silent"  # speaks once, then never

HIGH = """
M-01:
  name: {zh: 电流高, en: Current is high}
  applies_to: {profile: meter}
  levels: {L2: {when: current >= 1000 mA}}
  clear: {when: current <= 900 mA}
  answer: {remind: [grid_worker], order: electrical_inspection}
"""
# A hold that runs on core time through every crash: the point is on-change, so what counts is how long it stands.
LEAK = """
M-02:
  name: {zh: 漏水, en: Leak}
  applies_to: {profile: leak}
  levels: {L2: {when: wet, for: 2 s}}
  clear: {when: not wet}
  answer: {remind: [grid_worker], order: leak_inspection, command: {target: valve, command: close}}
"""
LONG = """
M-03:
  name: {zh: 失联, en: Silent}
  applies_to: {profile: meter, tags: {kind: silent}}
  gap: hold
  levels: {L3: {when: missing(8 s)}}
"""


def texts() -> dict[str, str]:
    """Every operators' file."""
    lines = ["id,profile,place,critical,link.valve,tag.kind", f"{SILENT},meter,east/b1,false,,silent"]
    for community in COMMUNITIES:
        lines += [f"{name},meter,{community}/b1,false,," for name in meters(community)]
        for number in range(LEAKS):
            lines.append(f"{community}-l{number},leak,{community}/b1,false,{community}-v{number},")
            lines.append(f"{community}-v{number},valve,{community}/b1,false,,")
    found = town.sources(rules=HIGH + LEAK + LONG)
    del found["config/devices.yaml"]
    return {**found, "config/devices.csv": "\n".join(lines) + "\n"}


def meters(community: str) -> list[str]:
    return [f"{community}-m{number}" for number in range(METERS)]


def leaks(community: str) -> list[str]:
    return [f"{community}-l{number}" for number in range(LEAKS)]
