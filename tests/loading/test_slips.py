"""Slips as operators make them: each is said once, at its place, with what to write instead."""

from pathlib import Path

import pytest

from processor.cli.check import check_folder
from processor.loading.load import load
from processor.loading.settings import load_settings
from processor.model.problem import Problem
from tests.loading.sound import SOUND

RULE = """\
EL-90:
  name: {zh: 剩余电流报警, en: Residual current alarm}
  applies_to: {profile: feeder, tags: {role: feeder}}
  parameters:
    alarm: 300 mA
    clear: 240 mA
  levels:
    L2:
      when: residual_current >= alarm
      for: 30 s
      samples: 2
  clear:
    when: residual_current <= clear
    for: 10 min
  answer:
    remind: [grid_worker]
    order: inspection
"""
OWN = "rules/own.yaml"
TEST = """\
- name: fires
  device: {id: d1, profile: feeder, tags: {role: feeder}}
  series: {residual_current: "80 400 400 400", every: 60 s}
  expect:
    - {at: 2 min, rule: EL-90, state: firing, level: L2}
"""


def found(file: str, text: str) -> list[Problem]:
    return list(load({**SOUND, OWN: RULE, file: text}).problems)


@pytest.mark.parametrize(
    ("right", "wrong", "place", "meant"),
    [
        # full-width and other signs of a Chinese keyboard
        ("for: 30 s", "for：30 s", (10, 10), ":"),
        ("EL-90:", "EL-90：", (1, 6), ":"),
        ("levels:", "levels：", (7, 9), ":"),
        ("feeder, tags", "feeder，tags", (3, 31), ","),
        ("remind: [", "remind：[", (16, 11), ":"),
        (">= alarm", "＞＝ alarm", (9, 30), ">="),
        ("when: residual_current >= alarm", "when: “residual_current >= alarm”", (9, 13), '"'),
        ("[grid_worker]", "［grid_worker］", (16, 13), "[grid_worker]"),
        # YAML
        ("levels:", "levels", (7, 9), ":"),
        ("for: 30 s", "for:30 s", (10, 10), ": "),
        ("answer:", "answer", (15, 9), ":"),
        ("30 s", "30 s# hold", (10, 12), "30 s"),
        # operators
        (">= alarm", "=> alarm", (9, 30), ">="),
        (">= alarm", "> = alarm", (9, 30), ">="),
        ("<= clear", "=< clear", (13, 28), "<="),
        (">= alarm", ">= alarm 且 temperature >= 70 degC", (9, 39), "and"),
        (">= alarm", ">= alarm 或者 temperature >= 70 degC", (9, 39), "or"),
        ("residual_current >= alarm", "breaker == 'open'", (9, 24), '"'),
        ("residual_current >= alarm", "breaker == 分闸", (9, 24), '"分闸"'),
        # functions
        ("residual_current >=", '"average(residual_current, 5 min) >=', (9, 14), "avg"),
        ("residual_current >=", '"mean(residual_current, 5 min) >=', (9, 14), "avg"),
        ("residual_current >=", '"avg(residual_current, 5 min >=', (9, 42), ")"),
        # units and times
        ("300 mA", "300毫安", (5, 12), "mA"),
        ("300 mA", "300 ma", (5, 12), "mA"),
        (">= alarm", ">= alarm and temperature >= 70 C", (9, 58), "degC"),
        ("30 s", "30秒", (10, 12), "30 s"),
        ("10 min", "10分钟", (14, 10), "10 min"),
        ("10 min", "10 m", (14, 10), "10 min"),
        ("30 s", "-30 s", (10, 12), "30 s"),
        ("30 s", "30", (10, 12), ""),
        # words
        ("  answer:", "  latched: yes\n  answer:", (15, 12), "true"),
        ("  answer:", "  enabled: 否\n  answer:", (15, 12), "false"),
        ("L2:", "二级:", (8, 5), "L2"),
        ("[grid_worker]", "grid_worker, fire", (16, 13), "[grid_worker, fire]"),
        ("when: residual_current >= alarm", "when: [residual_current >= alarm]", (9, 13), "residual_current >= alarm"),
        ("  answer:", "  active: {daily: 22:00}\n  answer:", (15, 19), "22:00-06:00"),
        # parameters
        ("300 mA", ".inf", (5, 12), ""),
        ("300 mA", "{min: 30 mA, max: 1 A}", (5, 12), ""),
    ],
)
def test_a_slip_in_a_rule_is_said_once_with_the_mend(
    right: str, wrong: str, place: tuple[int, int], meant: str
) -> None:
    assert right in RULE
    text = RULE.replace(right, wrong, 1)
    if '"' in wrong and "(" in wrong:
        text = text.replace(">= alarm\n", '>= alarm"\n', 1)
    problems = [one for one in found(OWN, text) if one.severity == "error" or one.code != "parameter_unused"]
    assert [(one.place.line, one.place.column) for one in problems] == [place], [one.render() for one in problems]
    assert problems[0].suggestion == meant
    assert problems[0].line_text


@pytest.mark.parametrize(
    ("file", "text", "codes"),
    [
        ("config/profiles/feeder.yaml", SOUND["config/profiles/feeder.yaml"].replace("unit: mA", "unit: 毫安"),
         ["unknown_unit"]),
        ("config/profiles/feeder.yaml", SOUND["config/profiles/feeder.yaml"].replace("[0, 2000]", "[2000, 0]"),
         ["range_order"]),
        ("config/profiles/feeder.yaml", SOUND["config/profiles/feeder.yaml"].replace("every: 60 s", "every: 60"),
         ["no_unit"]),
        ("config/devices.yaml", "devices:\n  - {id: el-1, profile: feeder, place: sunrise/b1}\n", ["want_mapping"]),
        ("config/places.yaml", "社区:\n  sunrise: {}\n", ["missing_key", "unknown_key"]),
        (OWN, RULE.replace("L2:", "L5:"), ["want_choice"]),
        (OWN, "rules:\n  " + RULE.replace("\n", "\n  ").rstrip() + "\n", ["wrapped"]),
        (OWN, RULE.replace("    L2:\n      when", "    - L2:\n      when"), ["want_mapping"]),
        ("config/devices-own.csv", "device,profil,place\nel-9,feeder,sunrise/b1\n",
         ["csv_unknown_column", "csv_unknown_column"]),
        ("config/devices-own.csv", "id，profile，place\nel-9，feeder，sunrise/b1\n", ["csv_separator"]),
        ("config/devices-own.csv", "id;profile;place\nel-9;feeder;sunrise/b1\n", ["csv_separator"]),
        ("config/calendar.yaml", 'holidays: {"2026/10/1": 国庆节}\n', ["bad_date"]),
    ],
)  # fmt: skip
def test_one_mistake_makes_no_second_message(file: str, text: str, codes: list[str]) -> None:
    assert [one.code for one in found(file, text)] == codes, [one.render() for one in found(file, text)]


def test_a_character_that_is_no_text_is_shown_where_it_stands() -> None:
    (one,) = found(OWN, RULE.replace("inspection", "inspec\0tion"))
    assert (one.place.line, one.place.column) == (17, 18)
    assert one.line_text == "    order: inspec�tion"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
@pytest.mark.parametrize("file", [OWN, "config/devices.yaml", "config/places.yaml", "config/profiles/feeder.yaml"])
def test_a_file_in_another_encoding_is_the_only_thing_said(tmp_path: Path, file: str, encoding: str) -> None:
    texts = {**SOUND, OWN: RULE, "rules/own.test.yaml": TEST, "config/wardwatch.yaml": "language: zh\n"}
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / file).write_bytes(f"{texts[file]}# 说明\n".encode(encoding))
    problems = check_folder(tmp_path / "config", tmp_path / "rules").problems
    assert [(one.place.file, one.code) for one in problems] == [(file, "not_utf8")]
    if encoding == "gbk":
        line = next(line for line in [*texts[file].splitlines(), "# 说明"] if not line.isascii())
        assert problems[0].line_text == line
        assert "GBK" in problems[0].what.zh


def test_a_setting_that_is_one_of_a_few_words_names_them_and_what_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "wardwatch.yaml"
    file.write_text("language: cn\nchannels: {duty: {kind: webhok}}\n", "utf-8")
    problems = load_settings(file, {})[1]
    assert sorted(one.suggestion for one in problems) == ["webhook", "zh"]
    assert all(" or " not in one.what.zh for one in problems)
