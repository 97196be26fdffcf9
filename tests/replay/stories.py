"""What happens in a town, so that there is one story of each kind to tell."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processor.model.inputs import KillSwitch, Mute
from processor.replay.explain import Story
from processor.replay.explain_reasons import Reason
from tests.replay.lived import Lived, at
from tests.runtime.town import HIGH, LEAK, SILENT, sources

RULES = """
M-10: {name: {zh: 停用, en: Off}, applies_to: {profile: meter}, enabled: false, note: not yet,
       levels: {L3: {when: current >= 300 mA}}}
M-11: {name: {zh: 夜间, en: At night}, applies_to: {profile: meter}, active: {daily: "02:00-03:00"},
       levels: {L3: {when: current >= 300 mA}}}
M-12: {name: {zh: 影子, en: In shadow}, applies_to: {profile: meter}, shadow: true, note: on trial,
       levels: {L3: {when: current >= 300 mA}}, answer: {remind: [grid_worker]}}
M-13: {name: {zh: 自锁, en: Latched}, applies_to: {profile: meter}, latched: true,
       levels: {L3: {when: current >= 300 mA}}, clear: {when: current <= 200 mA}}
M-14: {name: {zh: 下级, en: Child}, applies_to: {profile: meter}, suppressed_by: [M-15],
       levels: {L3: {when: current >= 350 mA}}, answer: {remind: [grid_worker]}}
M-15: {name: {zh: 上级, en: Parent}, applies_to: {profile: meter},
       levels: {L3: {when: current >= 300 mA}}, answer: {remind: [grid_worker]}}
M-16: {name: {zh: 冷却, en: Cooling}, applies_to: {profile: meter}, cooldown: 30 min,
       levels: {L3: {when: current >= 300 mA}}, answer: {remind: [grid_worker]}}
M-17: {name: {zh: 多台, en: Several}, applies_to: {profile: meter},
       levels: {L2: {when: count of devices where current >= 300 mA >= 2 by building}}}
M-18: {name: {zh: 三次, en: Three times}, applies_to: {profile: meter},
       levels: {L3: {when: current >= 300 mA, samples: 3}}}
M-19: {name: {zh: 一直漏, en: Wet for long}, applies_to: {profile: leak},
       levels: {L1: {when: wet, for: 5 min}}}
M-20: {name: {zh: 同楼, en: A neighbour too}, applies_to: {profile: meter}, limit: off,
       levels: {L2: {when: current >= 300 mA and any of others where current >= 300 mA by building}}}
M-21: {name: {zh: 均值, en: Average}, applies_to: {profile: meter},
       levels: {L2: {when: "avg(current, 5 min) >= 200 mA and not (current <= 150 mA)"}}}
XR-09: {name: {zh: 同类过多, en: Flood}, watches: flood, parameters: {devices: 2, within: 10 min}, levels: {L2: {}},
        answer: {remind: [community_duty]}}
"""
DEVICES = """
devices:
  e-m1: {profile: meter, place: east/b1}
  e-l1: {profile: leak, place: east/b1, links: {valve: e-v1}}
  e-v1: {profile: valve, place: east/b1, critical: false}
  w-m1: {profile: meter, place: west/b1}
  w-m2: {profile: meter, place: west/b1}
"""
OVERRIDES = """
overrides:
  - {rule: M-01, community: west, set: {limit: 450 mA}}
  - {rule: M-01, device: w-m1, set: {limit: 500 mA}}
"""


def texts() -> dict[str, str]:
    """The town's texts with a rule of every kind."""
    return {
        **sources(rules=HIGH + LEAK + SILENT + RULES, devices=DEVICES),
        "config/overrides.yaml": OVERRIDES,
    }


Happen = Callable[[Lived], object]


@dataclass(frozen=True)
class Told:
    """What happened, what is asked, and which reason is the answer."""

    happen: Happen
    device: str
    rule: str
    when: str
    reason: Reason

    def story(self, folder: Path) -> Story:
        lived = Lived(folder, texts())
        try:
            self.happen(lived)
            return lived.story(self.device, self.rule, self.when)
        finally:
            lived.close()


def _says(*currents: float, device: str = "e-m1") -> Happen:
    """One reading a minute."""

    def happen(lived: Lived) -> None:
        for minute, current in enumerate(currents, 1):
            lived.say(device, f"{minute}m", current=current)

    return happen


def _both_west(lived: Lived) -> None:
    lived.say("w-m1", "1m", current=400.0).say("w-m2", "1m", current=400.0)


def _flood(lived: Lived) -> None:
    for device in ("w-m1", "w-m2"):
        lived.say(device, "1m", current=320.0)
    lived.say("w-m1", "2m", current=100.0).say("w-m1", "3m", current=320.0)


def _muted(lived: Lived) -> None:
    lived.give("30s", Mute("east", "M-15", "e-m1", at("2h"), "li", "works on the cable"))
    lived.say("e-m1", "1m", current=320.0)


def _muted_later(lived: Lived) -> None:
    lived.say("e-m1", "1m", current=320.0)
    lived.give("2m", Mute("east", "M-15", "e-m1", at("2h"), "li", "works on the cable"))


def _wet(*, stopped: bool) -> Happen:
    def happen(lived: Lived) -> None:
        lived.say("e-v1", "1m", position="open")
        if stopped:
            lived.give("90s", KillSwitch("east", stopped=True, person="li", reason="a drill"))
        lived.say("e-l1", "2m", wet=True)

    return happen


STORIES: dict[str, Told] = {
    "fires": Told(_says(320.0, 330.0, 340.0), "e-m1", "M-01", "3m", Reason.FIRES),
    "fires-and-commands": Told(_wet(stopped=False), "e-l1", "M-02", "2m", Reason.FIRES),
    "kill-switch": Told(_wet(stopped=True), "e-l1", "M-02", "3m", Reason.FIRES),
    "false": Told(_says(12.0), "e-m1", "M-01", "90s", Reason.FALSE),
    "false-with-overrides": Told(_says(420.0, device="w-m1"), "w-m1", "M-01", "90s", Reason.FALSE),
    "false-in-parts": Told(_says(100.0, 300.0, 140.0), "e-m1", "M-21", "3m", Reason.FALSE),
    "hold-of-readings": Told(_says(320.0, 330.0), "e-m1", "M-01", "2m", Reason.HOLD),
    "hold-begun-again": Told(_says(320.0, 100.0, 330.0, 340.0), "e-m1", "M-01", "4m", Reason.HOLD),
    "hold-of-our-clock": Told(_wet(stopped=False), "e-l1", "M-19", "4m", Reason.HOLD),
    "samples": Told(_says(320.0, 330.0), "e-m1", "M-18", "2m", Reason.SAMPLES),
    "unknown-stale": Told(_says(320.0), "e-m1", "M-01", "20m", Reason.UNKNOWN),
    "unknown-waiting": Told(_says(320.0), "w-m1", "M-01", "2m", Reason.UNKNOWN),
    "schedule": Told(_says(320.0), "e-m1", "M-11", "1m", Reason.SCHEDULE),
    "disabled": Told(_says(320.0), "e-m1", "M-10", "1m", Reason.DISABLED),
    "not-selected": Told(_says(320.0), "e-l1", "M-01", "1m", Reason.NOT_SELECTED),
    "no-such-device": Told(_says(320.0), "e-m9", "M-01", "1m", Reason.NO_SUCH_DEVICE),
    "no-such-rule": Told(_says(320.0), "e-m1", "M-99", "1m", Reason.NO_SUCH_RULE),
    "shadow": Told(_says(320.0), "e-m1", "M-12", "1m", Reason.SHADOW),
    "parent": Told(_says(400.0), "e-m1", "M-14", "1m", Reason.PARENT),
    "muted": Told(_muted, "e-m1", "M-15", "1m", Reason.MUTED),
    "muted-when-it-was-told": Told(_muted_later, "e-m1", "M-15", "3m", Reason.FIRES),
    "cooldown": Told(_says(320.0, 100.0, 330.0), "e-m1", "M-16", "3m", Reason.COOLDOWN),
    "flood": Told(_flood, "w-m1", "M-15", "3m", Reason.LIMIT),
    "flood-rule": Told(_flood, "west/rule/M-15", "XR-09", "3m", Reason.FIRES),
    "latched": Told(_says(320.0, 100.0, 100.0), "e-m1", "M-13", "3m", Reason.LATCHED),
    "recovering": Told(_says(320.0, 330.0, 340.0, 100.0), "e-m1", "M-01", "4m", Reason.RECOVERING),
    "fires-but-silent": Told(_says(320.0, 330.0, 340.0), "e-m1", "M-01", "20m", Reason.FIRES),
    "fires-between": Told(_says(320.0, 330.0, 340.0, 250.0), "e-m1", "M-01", "4m", Reason.FIRES),
    "target-silent": Told(lambda lived: lived.say("e-l1", "2m", wet=True), "e-l1", "M-02", "3m", Reason.FIRES),
    "group": Told(_both_west, "west/b1", "M-17", "1m", Reason.FIRES),
    "group-of-a-member": Told(_says(400.0, device="w-m1"), "w-m1", "M-17", "1m", Reason.UNKNOWN),
    "neighbours": Told(_both_west, "w-m1", "M-20", "1m", Reason.FIRES),
}
