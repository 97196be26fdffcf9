"""Whatever is cut out of a sound file or put into it: the check ends, names a place, and speaks both languages."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.loading.load import load
from processor.loading.rendering import render
from tests.loading.sound import SOUND

WHOLE: Final = """\
R-1:
  name: {zh: 甲, en: a}
  text: {zh: "{residual_current} 超过 {alarm}", en: "{device} at {place}"}
  applies_to: {profile: feeder, tags: {role: feeder}, except: {device: [flow-1], tags: {role: [main]}}}
  parameters: {alarm: {default: 300 mA, min: 30 mA, max: 1000 mA}, hold: 30 s, calm: 10 min}
  levels:
    L2: {when: "residual_current >= alarm and duration(breaker == closed, 10 min) >= 5 min", for: hold, samples: 2}
    L1:
      - {when: residual_current >= 2 * alarm, for: 10 s, clear_when: residual_current < alarm, clear_for: calm}
      - {when: "any of others where residual_current >= 300 mA within 5 min by building and breaker == open"}
  clear: {when: residual_current <= 240 mA, for: calm}
  active: {daily: "22:00-06:00", days: [mon, tue], on: workdays, season: "11-15..03-15", zone: Asia/Shanghai}
  suppressed_by: [BASE-1]
  cooldown: 30 min
  chatter: [{times: 3, within: 60 s}]
  limit: {devices: 10, within: 10 min}
  shadow: true
  note: 试用
  latched: true
  gap: hold
  answer:
    remind: [grid_worker]
    order: inspection
    command: {target: self, command: open_breaker, precheck: breaker == closed}
XR-08:
  name: 抖动
  watches: chatter
  parameters: {fast: 3, fast_within: 60 s, slow: 6, slow_within: 1 h, hold_factor: 4}
  levels: {L4: {}}
"""
CALENDAR: Final = 'holidays: {"2026-10-01": 国庆节}\nworkdays: ["2026-10-10"]\n'
FILES: Final = {**SOUND, "rules/whole.yaml": WHOLE, "config/calendar.yaml": CALENDAR}
PIECES: Final = (
    *("{", "}", "[", "]", ":", ",", "- ", "\n", '"', "'", "#", "&a ", "*a", "!!x ", "|", ">", "?", "%", "\t", "\\"),
    *(
        "null",
        "~",
        "true",
        "-1",
        "0",
        "1e999",
        ".nan",
        "9" * 40,
        "mA",
        "and",
        "not",
        "(",
        ")",
        "{alarm",
        "{{",
        "电",
        "\u2028",
    ),
)


@settings(max_examples=250, deadline=None)
@given(
    name=st.sampled_from(sorted(name for name in FILES if name.endswith(".yaml"))),
    at=st.floats(0, 1),
    cut=st.integers(0, 30),
    piece=st.sampled_from(("", *PIECES)),
    again=st.integers(0, 3),
)
def test_a_mutilated_file_is_read_to_its_end(name: str, at: float, cut: int, piece: str, again: int) -> None:
    text = FILES[name]
    where = int(at * len(text))
    files = {**FILES, name: text[:where] + piece * (again + 1) + text[where + cut :]}
    loaded = load(files, ("console", "log"))
    for problem in loaded.problems:
        assert problem.place.file in files
        assert problem.place.line >= 0
        assert problem.what.zh
        assert problem.what.en
        for language in ("zh", "en"):
            assert render(problem, language).startswith(("warning: ", "警告：", problem.place.file))
    assert loaded.district is not None or loaded.problems


@pytest.mark.parametrize("line", range(len(WHOLE.splitlines())))
def test_a_rule_without_one_of_its_lines_is_read(line: int) -> None:
    lines = WHOLE.splitlines()
    loaded = load({**FILES, "rules/whole.yaml": "\n".join([*lines[:line], *lines[line + 1 :]])})
    assert loaded.district is not None or loaded.problems


def test_the_whole_rule_is_sound() -> None:
    assert [problem.render() for problem in load(FILES).problems] == []
