"""What a rule says beside its conditions arrives in the model as it was written."""

from datetime import date

import pytest

from processor.loading.load import load
from processor.model.calendar import Calendar
from processor.model.district import District
from processor.model.rule import Active, Clear, DayKind, Rate, Rule, Watch
from processor.model.time import DAY, HOUR, MINUTE, SECOND
from tests.loading.sound import SOUND

HEAD = "R-1:\n  name: {zh: 甲, en: a}\n"
FEEDER = "  applies_to: {profile: feeder}\n"
LEVELS = "  levels: {L2: {when: residual_current >= 300 mA}}\n"


def district_of(text: str, **files: str) -> District:
    loaded = load({**SOUND, **files, "rules/new.yaml": text})
    assert [problem.render() for problem in loaded.problems] == []
    assert loaded.district is not None
    return loaded.district


def rule_of(text: str) -> Rule:
    return district_of(text).rules["R-1"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{daily: "22:00-06:00"}', Active(22 * 60, 6 * 60)),
        ("{days: [sat, sun]}", Active(0, DAY // MINUTE, days=(5, 6))),
        ("{on: workdays, zone: Europe/Berlin}", Active(0, DAY // MINUTE, "Europe/Berlin", kind=DayKind.WORKDAYS)),
        ("{on: holidays}", Active(0, DAY // MINUTE, kind=DayKind.HOLIDAYS)),
        ("{season: 11-15..03-15}", Active(0, DAY // MINUTE, season=(1115, 315))),
        ('{daily: "02:00-04:00", season: "02-29 .. 02-29"}', Active(120, 240, season=(229, 229))),
    ],
)
def test_a_schedule_may_leave_out_everything_but_one_thing(written: str, expected: Active) -> None:
    assert rule_of(f"{HEAD}{FEEDER}{LEVELS}  active: {written}\n").active == expected


def test_what_holds_answers_back_is_read() -> None:
    rule = rule_of(
        f"{HEAD}{FEEDER}{LEVELS}  shadow: true\n  note: 试用\n  suppressed_by: [BASE-1, BASE-2]\n  cooldown: 30 min\n"
        "  chatter: [{times: 3, within: 60 s}, {times: 6, within: 1 h}]\n  limit: {devices: 20, within: 5 min}\n"
    )
    assert (rule.enabled, rule.shadow, rule.note) == (True, True, "试用")
    assert rule.suppressed_by == ("BASE-1", "BASE-2")
    assert rule.cooldown_ms == 30 * MINUTE
    assert rule.chatter == (Rate(3, 60 * SECOND), Rate(6, HOUR))
    assert (rule.limit, rule.limited, rule.chatter_limited) == (Rate(20, 5 * MINUTE), True, True)


def test_a_rule_may_be_free_of_limits() -> None:
    rule = rule_of(f"{HEAD}{FEEDER}{LEVELS}  chatter: off\n  limit: off\n")
    assert (rule.chatter_limited, rule.limited, rule.chatter, rule.limit) == (False, False, (), None)


def test_a_time_may_be_the_name_of_a_parameter_and_has_its_default() -> None:
    rule = rule_of(
        f"{HEAD}{FEEDER}  parameters: {{hold: {{default: 30 s, min: 0 s, max: 10 min}}, calm: 0.5 h, off: 0}}\n"
        "  levels: {L2: {when: residual_current >= 300 mA, for: hold, clear_for: off}}\n  clear: {for: calm}\n"
    )
    (trigger,) = rule.triggers
    assert (trigger.for_ms, trigger.for_named) == (30 * SECOND, "hold")
    assert (trigger.clear_for_ms, trigger.clear_for_named) == (0, "off")
    assert rule.clear == Clear(None, 30 * MINUTE, "calm")


def test_exceptions_are_devices_or_anything_a_rule_applies_to() -> None:
    listed = rule_of(f"{HEAD}  applies_to: {{profile: feeder, except: [leak-1]}}\n{LEVELS}").applies_to
    assert (listed.except_devices, listed.except_profiles) == (("leak-1",), ())
    every = rule_of(
        f"{HEAD}  applies_to:\n    profile: feeder\n    except: {{device: leak-1, profile: [leak, flow], "
        f"tags: {{a: [b, c]}}, community: lakeside, building: sunrise/b2}}\n{LEVELS}"
    ).applies_to
    assert every.except_devices == ("leak-1",)
    assert every.except_profiles == ("leak", "flow")
    assert every.except_tags == {"a": ("b", "c")}
    assert every.except_communities == ("lakeside",)
    assert every.except_buildings == ("sunrise/b2",)


@pytest.mark.parametrize(
    ("written", "watch"),
    [
        (
            (
                "watches: chatter\n  levels: {L4: {}}\n"
                "  parameters: {fast: 3, fast_within: 60 s, slow: 6, slow_within: 1 h, hold_factor: 4}\n"
            ),
            Watch.CHATTER,
        ),
        ("watches: flood\n  parameters: {devices: 10, within: 10 min}\n  levels: {L2: {}}\n", Watch.FLOOD),
    ],
)
def test_a_rule_that_watches_alerts_has_one_level_and_no_condition(written: str, watch: Watch) -> None:
    rule = rule_of(f"{HEAD}  {written}")
    assert rule.watches is watch
    assert [trigger.when.text for trigger in rule.triggers] == [""]


def test_the_calendar_is_the_districts_and_a_part_of_its_hash() -> None:
    text = HEAD + FEEDER + LEVELS
    one = district_of(text, **{"config/calendar.yaml": 'holidays: {"2026-10-01": 国庆节}\nworkdays: 2026-10-10\n'})
    other = district_of(text, **{"config/calendar.yaml": 'holidays: {"2026-10-02": 国庆节}\nworkdays: 2026-10-10\n'})
    assert one.calendar == Calendar({date(2026, 10, 1): "国庆节"}, frozenset({date(2026, 10, 10)}))
    assert district_of(text).calendar == Calendar()
    assert len({one.hash, other.hash, district_of(text).hash}) == 3
