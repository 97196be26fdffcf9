"""A key that stands in the wrong place is told the right one; one of another system, what it is here."""

import pytest
import yaml

from processor.loading.homes import called_elsewhere, home, written
from processor.loading.kinds import Kind
from processor.loading.load import load
from processor.model.problem import Problem
from tests.loading.sound import SOUND

VALVE = "config/profiles/valve.yaml"
"""Its first command is sent by a rule."""

RULE = """\
EL-90:
  name: {zh: 剩余电流报警, en: Residual current alarm}
  applies_to: {profile: feeder}
  levels:
    L2: {when: residual_current >= 300 mA, for: 30 s}
"""


def found(text: str) -> list[Problem]:
    return list(load({**SOUND, "rules/own.yaml": text}).problems)


@pytest.mark.parametrize(
    ("line", "code", "meant"),
    [
        ("  zone: Asia/Shanghai", "key_too_high", "active: {zone: …}"),
        ("  daily: 22:00-06:00", "key_too_high", "active: {daily: …}"),
        ("  remind: [grid_worker]", "key_too_high", "answer: {remind: …}"),
        ("  when: residual_current >= 3 mA", "unknown_key", "levels: {L2: {when: …}}"),
        ("  for: 5 min", "unknown_key", "levels: {L2: {for: …}}"),
        ("  condition: residual_current >= 3 mA", "unknown_key", "levels: {L2: {when: …}}"),
        ("  severity: L2", "unknown_key", "levels: {L2: {when: …}}"),
        ("  actions: {notify: x}", "unknown_key", "answer"),
        ("  描述: 说明", "unknown_key", "text"),
        ("  threshold: 300 mA", "unknown_key", "parameters"),
        ("  inhibit: [EL-01]", "unknown_key", "suppressed_by"),
        ("  paramters: {}", "unknown_key", "parameters"),
        ("  zzzzz: 1", "unknown_key", ""),
    ],
)
def test_a_key_of_a_rule_is_told_where_it_belongs(line: str, code: str, meant: str) -> None:
    (one,) = found(f"{RULE}{line}\n")
    assert (one.code, one.place.line, one.place.column) == (code, 6, 3)
    assert one.suggestion.removesuffix(": {L2: {when: …}}") == meant.removesuffix(": {L2: {when: …}}")


def test_a_key_of_the_rule_itself_that_stands_in_a_level_belongs_further_out() -> None:
    (one,) = found(RULE.replace("for: 30 s", "latched: true"))
    assert (one.code, one.place.line, one.suggestion) == ("key_too_deep", 5, "")


def test_within_a_level_the_word_of_another_system_is_told_the_word_that_stands_there() -> None:
    (one,) = found(RULE.replace("for: 30 s", "hold: 30 s"))
    assert (one.code, one.suggestion) == ("unknown_key", "for")


def test_a_rule_without_levels_is_shown_some() -> None:
    (one, *_) = found(RULE.split("  levels", maxsplit=1)[0])
    assert (one.code, one.suggestion) == ("missing_key", "levels: {L2: {when: ..., for: 30 s}}")


@pytest.mark.parametrize(("kind", "key"), [(Kind.PROFILE, "unit"), (Kind.OVERRIDES, "set"), (Kind.DEVICES, "place")])
def test_each_kind_of_file_knows_its_keys(kind: Kind, key: str) -> None:
    assert home(kind, key)[-1] == key
    assert home(None, key) == () == home(kind, "zzzzz")


def test_each_kind_of_file_has_its_own_words_of_other_systems() -> None:
    assert called_elsewhere(Kind.RULES, "Severity") == ("levels",)
    assert called_elsewhere(Kind.PROFILE, "severity") == ()
    assert called_elsewhere(Kind.PROFILE, "Timeout") == ("within",)
    assert called_elsewhere(None, "severity") == ()


def test_a_key_of_places_that_is_misspelt_is_said_once_and_not_for_every_device_there() -> None:
    places = SOUND["config/places.yaml"]
    problems = load({**SOUND, "config/places.yaml": places.replace("buildings:", "building:", 1)}).problems
    assert [one.code for one in problems] == ["unknown_key"]


def test_an_override_for_nobody_is_said_once_where_nobody_is_named() -> None:
    text = "overrides:\n  - {rule: EL-1, device: nobody, set: {alarm: 380 mA, clear: 300 mA}}\n"
    problems = load({**SOUND, "config/overrides.yaml": text}).problems
    assert [(one.code, one.place.line, one.place.column) for one in problems] == [
        ("no_such", 2, 12),
        ("no_such", 2, 26),
    ]


def test_a_command_whose_profile_is_faulty_is_not_called_unsafe() -> None:
    problems = load({**SOUND, VALVE: SOUND[VALVE].replace("makes_safer:", "safe:", 1)}).problems
    assert {one.code for one in problems} == {"missing_key", "unknown_key"}
    assert "makes_safer" in {one.suggestion for one in problems}


def test_a_way_is_written_on_one_line() -> None:
    assert written(("a", "b", "c")) == "a: {b: {c: …}}"


def test_a_text_in_one_language_of_two_is_warned_of() -> None:
    (one,) = found(RULE.replace("{zh: 剩余电流报警, en:", "{en:"))
    assert (one.code, one.severity, one.place.line) == ("one_language", "warning", 2)
    assert '"zh" is missing' in one.render("en")
    assert found(RULE.replace("{zh: 剩余电流报警, en: Residual current alarm}", "剩余电流报警")) == []


@pytest.mark.parametrize(
    ("when", "code", "meant"),
    [
        ("residual_current >= 3 mA and tag(role) == feedr", "no_such_tag_value", "feeder"),
        ("residual_current >= residual_current", "always_true", ""),
        ("residual_current > residual_current", "never_true", ""),
    ],
)
def test_what_reads_well_and_is_a_slip_is_warned_of(when: str, code: str, meant: str) -> None:
    (one,) = found(RULE.replace("residual_current >= 300 mA", when))
    assert (one.code, one.severity, one.suggestion) == (code, "warning", meant)


def test_a_value_of_a_tag_that_is_like_no_other_may_come_later() -> None:
    assert found(RULE.replace("300 mA", "300 mA and tag(role) == rooftop")) == []


def test_a_name_unknown_to_every_kind_is_said_once_for_all_of_them() -> None:
    (one,) = found(RULE.replace("profile: feeder", "profile: [feeder, valve]").replace("residual_current", "zzzz"))
    assert one.code == "unknown_name"
    assert "for " not in one.render("en").split(": ", 1)[1].split("zzzz")[0]
    assert "there are" not in one.render("en")


def test_a_point_by_its_chinese_name_is_told_its_name_in_the_profile() -> None:
    profile = SOUND["config/profiles/feeder.yaml"]
    line = next(line for line in profile.splitlines() if "residual_current:" in line)
    named = line.replace("}", ", name: {zh: 剩余电流, en: Residual current}}", 1)
    texts = {**SOUND, "config/profiles/feeder.yaml": profile.replace(line, named)}
    texts["rules/own.yaml"] = RULE.replace("residual_current >=", "剩余电流>=")
    (one,) = load(texts).problems
    assert (one.code, one.suggestion) == ("not_a_name", "residual_current")


FULL = (
    RULE
    + """\
  clear: {when: residual_current <= 240 mA}
  answer: {remind: [grid_worker]}
"""
)


@pytest.mark.parametrize(
    ("right", "wrong", "code", "meant"),
    [
        ("{profile: feeder}", "feeder", "want_mapping", "{profile: feeder}"),
        ("{profile: feeder}", "{type: feeder}", "unknown_key", "profile"),
        ("{profile: feeder}", "{profile: feeder, tags: {role: feedr}}", "rule_without_devices", "role: feeder"),
        ("{when: residual_current >= 300 mA, for: 30 s}", "residual_current >= 300 mA", "want_mapping",
         "{when: residual_current >= 300 mA}"),
        ("{when: residual_current <= 240 mA}", "residual_current <= 240 mA", "want_mapping",
         "{when: residual_current <= 240 mA}"),
        ("for: 30 s", "clear: residual_current <= 240 mA", "unknown_key", "clear_when"),
        ("when: residual_current >= 300 mA", "when: [residual_current >= 300 mA, breaker == open]", "want_text",
         "residual_current >= 300 mA and breaker == open"),
        ("when: residual_current >= 300 mA", 'when: {residual_current: ">= 300 mA"}', "want_text",
         "residual_current >= 300 mA"),
        ("  answer:", "  active: 22:00-06:00\n  answer:", "want_mapping", '{daily: "22:00-06:00"}'),
        ("  answer:", "  active: {season: 11-15 to 3-15}\n  answer:", "bad_season", "11-15..03-15"),
        ("  answer:", "  chatter: 3 in 60 s\n  answer:", "want_limit", ""),
        ("  answer:", "  chatter: of\n  answer:", "want_limit", "off"),
        ("  answer:", "  runbook: javascript:alert(1)\n  answer:", "want_link", ""),
        ("  answer:", "  runbook: wiki.example.org/leak\n  answer:", "want_link", "https://wiki.example.org/leak"),
        ("zh: 剩余电流报警", "zh: ", "no_value", ""),
        ("EL-90:", "EL 90:", "want_id", "EL-90"),
    ],
)  # fmt: skip
def test_a_slip_of_form_is_said_once_with_the_whole_mend(right: str, wrong: str, code: str, meant: str) -> None:
    assert right in FULL
    (one,) = found(FULL.replace(right, wrong, 1))
    assert (one.code, one.suggestion) == (code, meant), one.render("en")


def test_a_parameter_without_a_unit_that_is_a_hold_is_shown_with_one() -> None:
    text = FULL.replace("for: 30 s", "for: hold").replace("  levels:", "  parameters: {hold: 30}\n  levels:")
    (one,) = found(text)
    assert (one.code, one.suggestion) == ("not_a_time", "hold: 30 s")


def test_a_point_of_some_kinds_only_is_told_which_kinds_have_it() -> None:
    problems = found(FULL.replace("{profile: feeder}", "{profile: [feeder, valve]}"))
    assert {one.code for one in problems} == {"unknown_name"}
    assert {one.suggestion for one in problems} == {"applies_to: {profile: feeder}"}


def test_a_link_to_a_runbook_is_taken_as_it_is() -> None:
    assert found(FULL + "  runbook: https://wiki.example.org/leak?a=1#b\n") == []


def test_a_warning_in_a_profile_does_not_hide_that_a_command_is_unsafe() -> None:
    profile = SOUND[VALVE].replace("makes_safer: true", "makes_safer: false", 1) + "name: {zh: 阀门}\n"
    codes = {one.code for one in load({**SOUND, VALVE: profile}).problems}
    assert codes == {"not_safer", "one_language"}


@pytest.mark.parametrize("selector", ["{tags: {}}", "{except: []}", "{community: []}", "{}"])
def test_a_selector_of_everything_does_not_let_a_condition_pass_unchecked(selector: str) -> None:
    codes = {one.code for one in found(RULE.replace("{profile: feeder}", selector))}
    assert "unknown_name" in codes


@pytest.mark.parametrize(
    ("daily", "meant"), [("22-6", "22:00-06:00"), ("22-30", ""), ("6-22", "06:00-22:00"), ("22:00-06:00", None)]
)
def test_hours_alone_become_a_span_only_where_there_is_one(daily: str, meant: str | None) -> None:
    problems = found(f'{FULL}  active: {{daily: "{daily}"}}\n')
    assert [one.suggestion for one in problems] == ([] if meant is None else [meant])


@pytest.mark.parametrize(
    ("season", "meant"), [("11-15 to 3-15", "11-15..03-15"), ("02-30 to 03-15", ""), ("13-1 to 1-1", "")]
)
def test_a_season_of_days_that_do_not_exist_is_not_proposed(season: str, meant: str) -> None:
    (one,) = found(f"{FULL}  active: {{season: {season}}}\n")
    assert (one.code, one.suggestion) == ("bad_season", meant)


@pytest.mark.parametrize("when", ['breaker == "open"', "residual_current >= 300 mA", "a, 'b'", "a: b # c"])
def test_what_is_proposed_for_a_bare_value_is_yaml_that_says_it(when: str) -> None:
    said = "'" + when.replace("'", "''") + "'"
    (one, *_) = found(RULE.replace("{when: residual_current >= 300 mA, for: 30 s}", said))
    assert yaml.safe_load(one.suggestion) == {"when": when}


def test_a_truth_that_stands_for_a_hold_is_not_made_a_second() -> None:
    text = FULL.replace("for: 30 s", "for: hold").replace("  levels:", "  parameters: {hold: true}\n  levels:")
    (one,) = found(text)
    assert (one.code, one.suggestion) == ("not_a_time", "")


def test_a_list_that_is_not_all_texts_is_not_taken_for_one() -> None:
    (one, *_) = found(FULL.replace("when: residual_current <= 240 mA", "when: [residual_current <= 240 mA, [x]]"))
    assert (one.code, one.suggestion) == ("want_text", "")
