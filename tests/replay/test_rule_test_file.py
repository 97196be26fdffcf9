"""Every fault of a test file is told with its place, all at once."""

import pytest

from processor.replay.rule_test_file import read_tests
from processor.replay.rule_tests import run_tests
from tests.replay.pack import district

FILE = "rules/r.test.yaml"
HEAD = "- name: n\n  device: {id: e1, profile: monitor}\n"
GOOD = HEAD + "  series: {current: 80x5, every: 60 s}\n  expect: {never: R-1}\n"


def _told(text: str) -> list[str]:
    tests, problems = read_tests(FILE, text, district())
    assert not tests or not problems
    return [problem.render() for problem in problems]


def test_a_good_file_has_tests_and_no_problems() -> None:
    tests, problems = read_tests(FILE, GOOD, district())
    assert [test.name for test in tests] == ["n"]
    assert not problems


def _changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (_changed("never", "nver"), ("4:12", 'unknown key "nver" (did you mean "never"?)')),
        (_changed("R-1", "R-2"), ("4:19", 'there is no rule "R-2" (did you mean "R-1"?)')),
        (_changed("current:", "curent:"), ("3:12", 'no point of monitor "curent" (did you mean "current"?)')),
        (_changed("monitor", "monitr"), ("2:29", 'there is no profile "monitr" (did you mean "monitor"?)')),
        (_changed("every: 60 s", "every: 60"), ("3:34", '"every" needs a unit')),
        (_changed(", every: 60 s", ""), ("3:11", '"every" is missing')),
        (_changed("80x5", '"80x5 8o"'), ("3:27", '"current": cannot read "8o"')),
        (GOOD + "  parameters: {R-1: {alarm: 5 A}}\n", ("5:29", '"alarm" must be from 30 mA to 1000 mA')),
        (GOOD + "  parameters: {R-1: {alrm: 400 mA}}\n", ("5:28", 'no parameter "alrm" (did you mean "alarm"?)')),
        (GOOD + "  actions: {at: 5 min, acept: R-1}\n", ("5:24", 'unknown key "acept"')),
        (GOOD + "  start: tomorrow\n", ("5:10", '"tomorrow" is no instant')),
        (GOOD + "  until: 5 parsecs\n", ("5:10", '"until" needs a time with a unit')),
        (GOOD + "  reply: {e2: accepted}\n", ("5:11", 'there is no device "e2"')),
        (GOOD + "  reply: {e1: yes}\n", ("5:15", '"reply" is one of accepted, refused, none, undelivered')),
        (_changed("{never: R-1}", "{at: 5 s, rule: R-1, state: fire}"), ("4:39", '"state" is one of ok, pending')),
        (_changed("{never: R-1}", "{refused: {interlock: tired}}"), ("4:33", '"interlock" is one of')),
        (_changed("{id: e1,", "{id: e1, links: {valve: v9},"), ("2:35", 'there is no device "v9"')),
        (GOOD + GOOD, ("5:9", 'the id "n" is already used at rules/r.test.yaml:1:3')),
        (_changed("  expect: {never: R-1}\n", ""), ("1:3", '"expect" is missing')),
        (_changed("expect: {never: R-1}", "expect: {}"), ("4:11", "say what is expected")),
        ("name: n\n", ("1:1", '"tests" needs a list')),
        ("- [", ("2:1", "this is not YAML")),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_place(body: str, told: tuple[str, str]) -> None:
    place, said = told
    found = _told(body)
    assert any(line.startswith(f"{FILE}:{place}: ") and said in line for line in found), found


def test_several_faults_are_told_at_once() -> None:
    body = GOOD.replace("current:", "curent:").replace("R-1", "R-9") + "  until: soon\n"
    assert len(_told(body)) >= 3


def test_a_file_that_cannot_be_read_fails_the_run() -> None:
    report = run_tests({FILE: GOOD.replace("never", "nver")}, district())
    assert not report.passed
    assert "nver" in report.render()
