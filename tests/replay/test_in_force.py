"""A rule that is off or in shadow can be tested as if it were in force, and counts in the coverage like any other."""

import msgspec
import pytest

from processor.model.district import District
from processor.replay.rule_tests import Report, run_tests
from tests.replay.pack import district

TEST = """\
- name: n
  device: {id: e1, profile: monitor, critical: false}
  in_force: R-1
  series: {current: "80 400x3 100", every: 60 s}
  expect: [{at: 2 min, rule: R-1, state: firing}, {command: {name: cut}}, {order: {rule: R-1, state: open}}]
"""


def _run(text: str, **changed: bool) -> Report:
    whole = district()
    rule = msgspec.structs.replace(whole.rules["R-1"], **changed)
    asleep: District = msgspec.structs.replace(whole, rules={"R-1": rule})
    return run_tests({"rules/r.test.yaml": text}, asleep)


@pytest.mark.parametrize("changed", [{"enabled": False}, {"shadow": True}])
def test_a_rule_put_in_force_by_a_test_answers_in_it(changed: dict[str, bool]) -> None:
    report = _run(TEST, **changed)
    assert report.passed, report.render()


def test_a_rule_that_is_off_cannot_be_spoken_of_without_saying_so() -> None:
    (problem,) = _run(TEST.replace("  in_force: R-1\n", "").split(", {command")[0] + "]\n", enabled=False).problems
    assert 'rule "R-1" is not enabled; to test it all the same, add in_force: R-1' in problem.render("en")


def test_only_rules_there_are_can_be_put_in_force() -> None:
    (problem,) = _run(TEST.replace("in_force: R-1", "in_force: [R-1, R-9]")).problems
    assert 'there is no rule "R-9"' in problem.render("en")


def test_a_rule_that_is_off_counts_in_the_coverage() -> None:
    report = _run(TEST, enabled=False)
    assert report.coverage.figures()["rules"] == 1
    assert report.coverage.missing == ["R-1: no test fires L2", "R-1: no test says what must not fire it"]
