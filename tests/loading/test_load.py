import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.loading.load import content_hash, load
from processor.loading.messages import CODES, problem
from processor.loading.rendering import render, render_problems
from processor.model.district import District
from processor.model.place import PlaceKind
from processor.model.problem import Severity
from processor.model.profile import PointKind, TimeFormat
from processor.model.rule import Gap, Level, OverrideLayer
from processor.model.source import SourcePlace
from tests.loading.sound import SOUND

RULE = """\
R-1:
  name: 规则
  applies_to: {profile: [feeder], tags: {role: [feeder, end_load]}, community: sunrise, building: sunrise/b1,
               mains: true}
  levels:
    L3:
      - {when: temperature >= 70 degC, for: 60 s, clear_when: temperature <= 60 degC, clear_for: 5 min}
      - {when: residual_current >= 100 mA, samples: 3}
    L1: {when: temperature >= 90 degC, answer: {remind: fire_station, order: burning, command: {command: open_breaker}}}
  clear: {for: 10 min}
  gap: raise
  latched: true
  active: {daily: "22:00-06:00", zone: Europe/Berlin, days: [sat, sun]}
  answer: {remind: [grid_worker]}
  enabled: false
  note: 试用
"""


def district(**texts: str) -> District:
    loaded = load({**SOUND, **{name.replace("__", "/") + ".yaml": text for name, text in texts.items()}})
    assert [found.render() for found in loaded.problems] == []
    assert loaded.district is not None
    return loaded.district


def test_a_rule_is_read_with_all_its_parts() -> None:
    rule = district(rules__more=RULE).rules["R-1"]
    assert (rule.name.zh, rule.name.en) == ("规则", "规则")
    assert rule.applies_to.tags == {"role": ("feeder", "end_load")}
    assert (rule.applies_to.communities, rule.applies_to.buildings, rule.applies_to.mains) == (
        ("sunrise",),
        ("sunrise/b1",),
        True,
    )
    assert [(trigger.level, trigger.for_ms, trigger.samples) for trigger in rule.triggers] == [
        (Level.L3, 60_000, 1),
        (Level.L3, 0, 3),
        (Level.L1, 0, 1),
    ]
    first = rule.triggers[0]
    assert first.clear_when is not None
    assert (first.clear_when.text, first.clear_for_ms) == ("temperature <= 60 degC", 300_000)
    assert str(first.when.place) == "rules/more.yaml:7:16"
    assert (rule.clear.for_ms, rule.gap, rule.latched, rule.enabled) == (600_000, Gap.RAISE, True, False)
    assert rule.active is not None
    assert (rule.active.begin_minute, rule.active.end_minute, rule.active.zone) == (1320, 360, "Europe/Berlin")
    assert rule.active.days == (5, 6)
    assert rule.answer_at(Level.L3).remind == ("grid_worker",)
    assert rule.answer_at(Level.L1).remind == ("fire_station",)
    assert [(command.target, command.command) for command in rule.answer_at(Level.L1).commands] == [
        ("self", "open_breaker")
    ]


def test_a_profile_is_read_with_all_its_parts() -> None:
    profile = district().profiles["feeder"]
    assert [listen.template for listen in profile.listen] == ["v1/{community}/electrical/{device}/telemetry"]
    assert profile.time is not None
    assert profile.time.format is TimeFormat.EPOCH_MS
    breaker, current = profile.points["breaker"], profile.points["residual_current"]
    assert (breaker.kind, breaker.members, breaker.on_change) == (PointKind.ENUM, {"1": "closed", "0": "open"}, True)
    assert (current.unit, current.low, current.high, current.every_ms) == ("mA", 0, 2000, 60_000)
    command = profile.commands["open_breaker"]
    assert command.payload == '{"cmd":"open","id":"{command_id}"}'
    assert (command.makes_safer, command.lifetime_ms) == (True, 30_000)


def test_places_carry_their_paths_and_grids() -> None:
    places = district().places
    assert [(place.path, place.kind, place.grid) for place in places.values()] == [
        ("sunrise", PlaceKind.COMMUNITY, "sunrise-g1"),
        ("sunrise/b1", PlaceKind.BUILDING, "sunrise-g1"),
        ("sunrise/b1/r1", PlaceKind.RISER, "sunrise-g1"),
        ("sunrise/b2", PlaceKind.BUILDING, "sunrise-g1"),
        ("lakeside", PlaceKind.COMMUNITY, ""),
        ("lakeside/b1", PlaceKind.BUILDING, ""),
    ]


def test_devices_people_and_overrides_are_read() -> None:
    found = district()
    leak = found.devices["leak-1"]
    assert (leak.community, leak.building, leak.riser, leak.floor) == ("sunrise", "sunrise/b1", "sunrise/b1/r1", "1")
    assert leak.links == {"valve": "valve-1", "flow_meter": "flow-1"}
    assert (leak.critical, found.devices["valve-1"].critical) == (None, False)
    assert found.people["chen"].covers == ("sunrise-g1",)
    (override,) = found.overrides
    assert (override.layer, override.target, override.value, override.unit) == (OverrideLayer.DEVICE, "el-1", 0.4, "A")


def test_the_zone_of_the_district_is_that_of_schedules_without_one() -> None:
    places = "district: {zone: Asia/Urumqi}\n" + SOUND["config/places.yaml"]
    found = district(config__places=places, rules__more=RULE.replace("zone: Europe/Berlin, ", ""))
    assert found.zone == "Asia/Urumqi"
    active = found.rules["R-1"].active
    assert active is not None
    assert active.zone == "Asia/Urumqi"


def test_the_order_of_the_files_does_not_matter() -> None:
    names = list(SOUND)
    random.Random(4).shuffle(names)  # noqa: S311 - any order will do
    assert load({name: SOUND[name] for name in names}) == load(SOUND)


def test_the_hash_follows_every_text_and_name() -> None:
    changed = {**SOUND, "config/people.yaml": SOUND["config/people.yaml"] + "# note\n"}
    renamed = {name.replace("base", "other"): text for name, text in SOUND.items()}
    assert len({content_hash(SOUND), content_hash(changed), content_hash(renamed)}) == 3
    assert district().hash == content_hash(SOUND)


def test_a_warning_does_not_keep_the_files_from_being_used() -> None:
    loaded = load({**SOUND, "config/people.yaml": "people: {}\n"})
    assert [found.severity for found in loaded.problems] == [Severity.WARNING]
    assert loaded.district is not None


def test_a_file_that_cannot_be_read_does_not_make_all_its_names_missing() -> None:
    loaded = load({**SOUND, "config/places.yaml": "communities: {sunrise: \n"})
    assert {found.place.file for found in loaded.problems} == {"config/places.yaml"}


def test_a_file_of_no_kind_is_named() -> None:
    assert [found.code for found in load({**SOUND, "config/devics.yaml": "x: 1\n"}).problems] == ["unknown_file"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_ends_and_byte_order_marks_do_not_move_places(ending: str) -> None:
    bad = RULE.replace("temperature <= 60", "temprature <= 60").replace("\n", ending)
    (found,) = load({**SOUND, "rules/more.yaml": "\ufeff" + bad}).problems
    assert (found.place.line, found.place.column) == (7, 63)


class Anything(dict[str, object]):
    """Has every word a sentence may ask for."""

    def __missing__(self, key: str) -> object:
        return f"<{key}>"


def test_every_sentence_is_there_in_both_languages() -> None:
    words = Anything()
    for code in CODES:
        what = problem(code, SourcePlace(), words).what
        assert what.zh, code
        assert what.en, code
        assert what.zh != what.en or code.startswith("expression"), code


def test_a_problem_is_shown_with_its_line_and_a_mark_below_the_place() -> None:
    rule = RULE.replace("name: 规则", "name: 规则规则, x")
    (found,) = load({**SOUND, "rules/more.yaml": rule.replace("gap: raise", "gap: 规 # 注")}).problems
    assert render(found).splitlines() == [
        'rules/more.yaml:11:8: rule "R-1": "gap" is one of unknown, hold, raise, not "规"',
        "      gap: 规 # 注",
        "           ^",
    ]
    assert render_problems([found], "zh").splitlines()[-1] == "1 个错误，0 个警告"


def test_the_mark_stands_below_its_character_after_wide_ones() -> None:
    found = problem("unknown_key", SourcePlace("f", 1, 5), {"key": "x"}, line_text="甲乙: x")
    assert render(found).splitlines()[1:] == ["    甲乙: x", "          ^"]


def test_a_very_long_line_is_cut_around_the_place() -> None:
    found = problem("unknown_key", SourcePlace("f", 1, 501), {"key": "x"}, line_text="a" * 500 + "X" + "b" * 500)
    _, line, mark = render(found).splitlines()
    assert line[mark.index("^")] == "X"
    assert len(line) < 120


def test_many_of_one_kind_are_told_by_their_lines_and_of_another_in_full() -> None:
    many = [problem("unknown_key", SourcePlace("f", line, 1), {"key": "x"}) for line in range(1, 101)]
    other = problem("unknown_key", SourcePlace("g", 7, 1), {"key": "x"})
    lines = render_problems([*many, other]).splitlines()
    assert [line for line in lines if line.startswith("f:")][:2] == [many[0].render(), many[1].render()]
    assert other.render() in lines
    assert lines[-2] == (
        "f: 50 more of this kind, in the lines 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, "
        "69, 70, … (--json lists them all)"
    )
    assert lines[-1] == "errors: 101, warnings: 0"


PIECES = [*"abLR12:-{}[],\"'&*!|>#%@\n\t \r甲é\x00\ufeff\u2028", "when", "L1", "\n  ", ": ", "- ", "300 mA"]
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)


@given(text=YAMLISH, name=st.sampled_from(sorted(SOUND)))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_loading_raise(text: str, name: str) -> None:
    load({**SOUND, name: text})


@given(seed=st.integers(0, 10_000), name=st.sampled_from(sorted(SOUND)))
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_is_read_or_refused_but_never_raises(seed: int, name: str) -> None:
    rng = random.Random(seed)  # noqa: S311 - a repeatable damage
    letters = list(SOUND[name])
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(letters))
        letters[at] = rng.choice(["", letters[at] * 2, ":", "\n", "{", "}", "[", '"', "9", "- ", "null", "on_change"])
    loaded = load({**SOUND, name: "".join(letters)})
    assert loaded.district is not None or loaded.problems


def test_a_thousand_slips_in_a_large_district_are_told_at_once_and_the_first_with_what_was_meant() -> None:
    """Comparing each wrong name with each of 15,000 devices would take minutes."""
    rows = "".join(f"sunrise-b1-meter-{number},feeder,sunrise/b1\n" for number in range(15_000))
    wrong = ", ".join(f"sunrise-b1-metre-{number}" for number in range(900))
    rule = (
        f"R-1:\n  name: x\n  applies_to: {{device: [{wrong}]}}\n  levels: {{L2: {{when: residual_current > 1 mA}}}}\n"
    )
    sources = {**SOUND, "config/devices-many.csv": f"id,profile,place\n{rows}", "rules/new.yaml": rule}
    without = time.process_time()
    load({**sources, "rules/new.yaml": rule.replace("metre", "meter")})
    begun = time.process_time()
    problems = [each for each in load(sources).problems if each.code == "no_such"]
    spent, plain = time.process_time() - begun, begun - without
    assert len(problems) == 900
    assert problems[0].suggestion.startswith("sunrise-b1-meter-")
    assert problems[-1].suggestion == ""
    assert spent - plain < 1
