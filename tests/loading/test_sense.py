"""What makes no sense is said with its place, by default values and by overrides; what makes sense is let pass."""

from pathlib import Path

import pytest

from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.problem import Severity
from tests.loading.sound import FEEDER, SOUND
from tests.shape.tree import ROOT

HEAD = "R-1:\n  name: {zh: 甲, en: a}\n  applies_to: {profile: feeder}\n"
PROFILE = FEEDER.replace("unit: degC}", "unit: degC, range: [-40, 200]}")


def found(rule: str, overrides: str = "", **files: str) -> list[str]:
    """The codes of everything noted of the rule R-1, an error with a sign."""
    sources = {**SOUND, "config/profiles/feeder.yaml": PROFILE, "rules/new.yaml": HEAD + rule, **files}
    if overrides:
        sources["config/overrides.yaml"] = f"overrides:\n{overrides}"
    problems = load(sources).problems
    return [("!" if problem.severity is Severity.ERROR else "") + problem.code for problem in problems]


@pytest.mark.parametrize(
    ("when", "codes"),
    [
        ("residual_current >= 300 mA", []),
        ("residual_current > 2000 mA", ["never_true"]),
        ("residual_current >= 2000 mA", []),  # the end of the range is in it
        ("residual_current >= 2 A", []),
        ("residual_current <= 2 A", ["always_true"]),
        ("residual_current < 2 A", []),
        ("not residual_current <= 2 A", ["always_true"]),
        ("3000 mA < residual_current", ["never_true"]),
        ("residual_current == -1 mA", ["never_true"]),
        ("residual_current != -1 mA", ["always_true"]),
        ("residual_current in (1 mA, 3000 mA)", []),
        ("residual_current in (3000 mA, 4000 mA)", ["never_true"]),
        ("temperature > 250 degC or residual_current >= 300 mA", ["never_true"]),
        ("temperature > 500 degF", ["never_true"]),
        ("residual_current > 5 mA and residual_current < 3 mA", ["never_true"]),
        ("residual_current > 3 mA and residual_current < 5 mA", []),
        ("residual_current > 3 mA or residual_current < 5 mA", ["always_true"]),
        ("breaker == open and breaker == closed", ["never_true"]),
        ("breaker in (open, closed)", ["always_true"]),
        ("breaker == open or residual_current >= 300 mA", []),
        ("avg(residual_current, 5 min) > 2500 mA", ["never_true"]),
        ("sum(residual_current, 5 min) > 2500 mA", []),
        ("delta(residual_current, 5 min) > 2500 mA", []),  # not worked out, so not said
        ("duration(breaker == open, 10 min) > 10 min", ["never_true"]),
        ("duration(breaker == open, 10 min) >= 10 min", []),
        ("count(breaker == open, 10 min) >= 0", ["always_true"]),
        ("missing(15 min) and not missing(5 min)", ["never_true"]),
        ("missing(5 min) and not missing(15 min)", []),
        ("tag(role) == feeder and residual_current >= 300 mA", []),
        ("not tag(role) == feeder", []),  # tags differ from device to device
        ("residual_current * 2 > 300 mA", []),
        ("300 mA > 200 mA and residual_current > 5 mA", ["always_true"]),
        ("time in 22:00-06:00 and not time in 22:00-06:00", ["never_true"]),
    ],
)
def test_a_condition_that_is_settled_by_what_points_can_be_is_a_warning(when: str, codes: list[str]) -> None:
    assert found(f'  levels: {{L2: {{when: "{when}"}}}}\n') == codes


@pytest.mark.parametrize(
    ("levels", "codes"),
    [
        ("L2: {when: x >= 300 mA, for: 30 s}, L1: {when: x >= 250 mA, for: 30 s}", ["level_unreached"]),
        ("L2: {when: x >= 300 mA, for: 30 s}, L1: {when: x >= 300 mA, for: 30 s}", ["level_unreached"]),
        ("L2: {when: x >= 300 mA, for: 30 s}, L1: {when: x >= 250 mA, for: 31 s}", []),  # L2 is there a second earlier
        ("L2: {when: x >= 300 mA}, L1: {when: x >= 250 mA, samples: 2}", []),
        ("L2: {when: x >= 300 mA}, L1: {when: x >= 500 mA}", []),
        ("L2: {when: x >= 300 mA}, L3: {when: x >= 250 mA}", []),  # the milder one is wider, as it should be
        ("L2: {when: x >= 300 mA, for: hold}, L1: {when: x >= 250 mA, for: 10 s}", ["level_unreached"]),
        ("L2: {when: x >= 300 mA, clear_for: 1 h}, L1: {when: x >= 250 mA}", []),  # L1 may be over first
        ("L2: [{when: x >= 300 mA}, {when: x >= 400 mA}]", ["trigger_needless"]),
        ("L2: [{when: x >= 300 mA}, {when: x >= 300 mA}]", ["trigger_needless"]),
        ("L2: [{when: x >= 300 mA}, {when: x >= 400 mA and temperature > 70 degC}]", ["trigger_needless"]),
        ("L2: [{when: x >= 300 mA, for: 60 s}, {when: x >= 400 mA}]", []),
        ("L2: {when: breaker == open}, L1: {when: breaker != closed}", ["level_unreached"]),
    ],
)
def test_a_level_that_a_graver_one_always_overtakes_is_a_warning(levels: str, codes: list[str]) -> None:
    text = f"  parameters: {{hold: 30 s}}\n  levels: {{{levels}}}\n".replace("x >=", "residual_current >=")
    assert [code for code in found(text) if code != "parameter_unused"] == codes


@pytest.mark.parametrize(
    ("when", "clear", "codes"),
    [
        ("x >= 300 mA", "{when: x <= 240 mA, for: 10 min}", []),
        ("x >= 300 mA", "{when: x < 300 mA, for: 10 min}", []),
        ("x >= 300 mA", "{when: x <= 300 mA, for: 10 min}", ["clear_overlaps"]),
        ("x >= 300 mA", "{when: x <= 350 mA}", ["clear_overlaps"]),
        ("x >= 300 mA", "{when: x >= 240 mA}", ["!clear_contradicts"]),
        ("x >= 300 mA", "{when: x > 3 A}", ["never_true"]),
        ("x >= 300 mA", "{when: breaker == open}", []),  # another thing decides: may be meant
        ("x >= 300 mA and breaker == closed", "{when: x <= 350 mA}", ["clear_overlaps"]),
        ("x >= 300 mA and breaker == closed", "{when: breaker == open or x <= 240 mA}", []),
        ("breaker == open", "{when: breaker != closed}", ["!clear_contradicts"]),
        # what looks back is over by itself: the way back is a rest
        ("changes(breaker, 1 h) >= 3 and breaker == open", "{when: breaker == open, for: 10 min}", []),
        ("changes(breaker, 1 h) >= 3 and breaker == open", "{when: breaker == open}", ["!clear_contradicts"]),
    ],
)
def test_a_way_back_that_is_none_is_said(when: str, clear: str, codes: list[str]) -> None:
    text = f'  levels: {{L2: {{when: "{when}"}}}}\n  clear: {clear}\n'.replace("x ", "residual_current ")
    assert found(text) == codes


LIMITED = """\
  parameters: {alarm: 300 mA, calm: 240 mA, hold: 30 s}
  levels: {L2: {when: residual_current >= alarm, for: hold}}
  clear: {when: residual_current <= calm, for: hold}
"""


@pytest.mark.parametrize(
    ("overrides", "codes"),
    [
        ("  - {rule: R-1, device: el-1, set: {alarm: 400 mA}}\n", []),
        ("  - {rule: R-1, device: el-1, set: {alarm: 200 mA}}\n", ["clear_overlaps"]),
        ("  - {rule: R-1, community: sunrise, set: {calm: 300 mA}}\n", ["clear_overlaps"]),
        ("  - {rule: R-1, profile: feeder, set: {alarm: 3 A}}\n", ["never_true"]),
        # a narrower one mends what the wider one broke, for the only device there is
        (
            (
                "  - {rule: R-1, community: sunrise, set: {alarm: 200 mA}}\n"
                "  - {rule: R-1, device: el-1, set: {calm: 100 mA}}\n"
            ),
            [],
        ),
        ("  - {rule: R-1, device: valve-1, set: {alarm: 200 mA}}\n", []),  # the rule does not look at valves
        ("  - {rule: R-1, device: el-1, set: {hold: -5 s}}\n", ["!not_a_time"]),
        ("  - {rule: R-1, device: el-1, set: {hold: 5 mA}}\n", ["!not_a_time", "!unit_differs"]),
    ],
)
def test_an_override_that_breaks_a_rule_is_said_where_it_stands(overrides: str, codes: list[str]) -> None:
    sources = {
        **SOUND,
        "config/profiles/feeder.yaml": PROFILE,
        "rules/new.yaml": HEAD + LIMITED,
        "config/overrides.yaml": f"overrides:\n{overrides}",
    }
    problems = load(sources).problems
    assert {problem.place.file for problem in problems} <= {"config/overrides.yaml"}
    shown = [("!" if each.severity is Severity.ERROR else "") + _meant(each.what.en, each.code) for each in problems]
    assert shown == codes


def _meant(said: str, code: str) -> str:
    """The code of what the override makes of the rule."""
    if code != "by_override":
        return code
    return "clear_overlaps" if "overlaps" in said else "never_true" if "never" in said else said


def test_a_watching_rules_numbers_are_asked_of_overrides_as_well() -> None:
    watching = (
        "XR-08:\n  name: 抖动\n  watches: chatter\n  levels: {L4: {}}\n"
        "  parameters: {fast: 3, fast_within: 60 s, slow: 6, slow_within: 1 h, hold_factor: 4}\n"
    )
    overrides = "overrides:\n  - {rule: XR-08, community: sunrise, set: {fast: 1.5, slow: 9}}\n"
    problems = load({**SOUND, "rules/new.yaml": watching, "config/overrides.yaml": overrides}).problems
    assert [(problem.code, problem.place.column) for problem in problems] == [("watch_value", 51)]


def test_what_ships_makes_sense() -> None:
    texts, unread = read_sources(ROOT / "config")
    assert unread == []
    assert [problem.render() for problem in load(texts).problems] == []
    assert Path(ROOT / "rules").is_dir()
