"""Expectations hold or are missed with a reason, a place and the timeline; coverage counts what tests speak of."""

import pytest

from processor.replay.rule_tests import Report, run_tests
from tests.replay.pack import district

FILE = "rules/r.test.yaml"
FIRES = 'series: {current: "80 400x3 100", every: 60 s}'


def _run(expect: str, *, series: str = FIRES, more: str = "", critical: str = "false") -> Report:
    head = f"- name: n\n  device: {{id: e1, profile: monitor, critical: {critical}}}\n  {series}\n  expect: {expect}\n"
    return run_tests({FILE: head + more}, district())


@pytest.mark.parametrize(
    "expect",
    [
        "{at: 0 s, rule: R-1, state: ok}",
        "{at: 1 min, rule: R-1, state: pending, level: L3}",
        "{at: 2 min, rule: R-1, state: firing, level: L3, device: e1}",
        "{at: 4 min, rule: R-1, state: ok}",
        "{never: {rule: R-1, level: L2}}",
        "{never: {rule: R-1, device: e2}}",
        "{never: {rule: R-1, state: unknown}}",
        "{command: {device: e1, name: cut, rule: R-1, at: 2 min, times: 1}}",
        "{remind: {rule: R-1, roles: [grid_worker], level: L3, at: 2 min}}",
        "{order: {rule: R-1, kind: inspection, state: open, level: L3, device: e1, at: 2 min}}",
        "{no_refused: true, no_verified: true, no_action_refused: true}",
        "{no_command: {device: e2}}",
    ],
)
def test_what_is_so_passes(expect: str) -> None:
    report = _run(expect)
    assert report.passed, report.render()


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("{at: 1 min, rule: R-1, state: firing}", "4:11: n: expected R-1 firing at 1 min, but it was: e1 pending L3"),
        ("{at: 2 min, rule: R-1, state: firing, level: L2}", "R-1 firing L2 at 2 min, but it was: e1 firing L3"),
        ("{at: 2 min, rule: R-1, state: ok}", "expected R-1 ok at 2 min, but it was: e1 firing L3"),
        ("{never: R-1}", "4:19: n: expected R-1 never firing, but e1 was at 2 min: current 400 mA"),
        ("{command: {name: cut, at: 1 min}}", "expected command name cut at 1 min, but there was: 2 min"),
        ("{command: {name: cut, times: 3}}", "expected 3 times command name cut, but there was: 2 min"),
        ("{no_command: true}", "expected no command , but there was: 2 min"),
        ("{verified: {device: e1}}", "expected verified device e1, but there was: none at all"),
        ("{remind: {roles: [vendor]}}", "expected remind roles vendor, but there was: only others"),
        ("{no_order: {rule: R-1}}", "expected no order rule R-1, but there was: 2 min"),
    ],
)  # fmt: skip
def test_what_is_not_so_is_told_with_place_and_timeline(expect: str, said: str) -> None:
    report = _run(expect)
    told = report.render()
    assert not report.passed
    assert f"{FILE}:" in told
    assert said in told
    assert "2 min  R-1 e1: pending → firing L3 (reached): current 400 mA" in told


def test_a_device_that_obeys_and_reports_proves_the_command() -> None:
    report = _run("{verified: {device: e1, at: 2 min 3 s}}", more="  reply: {e1: {after: 3 s, report: {current: 0}}}\n")
    assert report.passed, report.render()


@pytest.mark.parametrize(("reply", "at"), [("refused", "2 min 1 s"), ("undelivered", "2 min 30 s"), ("none", "3 min")])
def test_a_device_that_does_not_obey_fails_the_command(reply: str, at: str) -> None:
    series = 'series: {current: "80 400x9", every: 60 s}'
    report = _run(f"{{failed: {{device: e1, at: {at}}}}}", series=series, more=f"  reply: {{e1: {reply}}}\n")
    assert report.passed, report.render()


def test_an_action_that_finds_nothing_to_act_on_is_told() -> None:
    report = _run("{at: 0 s, rule: R-1, state: ok}", more="  actions: {at: 1 min, accept: R-1}\n")
    assert not report.passed
    assert f"{FILE}:5:12: n: no order of R-1 was opened, so nobody can accept it" in report.render()


def test_a_refused_action_can_be_expected() -> None:
    more = "  actions: [{at: 3 min, close: R-1, by: li, result: test}]\n"
    report = _run("{action_refused: {reason: not_in_this_state, at: 3 min}}", more=more)
    assert report.passed, report.render()


@pytest.mark.parametrize(
    ("mark", "interlock"),
    [
        ("retained", "evidence_retained"),
        ("late", "evidence_late"),
        ("history", "evidence_late"),
        ("clock_off", "evidence_clock"),
        ("future", "evidence_future"),
    ],
)
def test_a_marked_sample_comes_as_its_mark_says(mark: str, interlock: str) -> None:
    series = f'series: {{current: "400x2!{mark}", every: 60 s}}'
    report = _run(f"[{{no_command: true}}, {{refused: {{device: e1, interlock: {interlock}}}}}]", series=series)
    assert report.passed, report.render()


def test_a_duplicate_is_dropped() -> None:
    series = 'series: {{current: "80 600{} 80", every: 500 ms}}'
    assert _run("{never: R-1}", series=series.format("!duplicate")).passed
    assert not _run("{never: R-1}", series=series.format("x2")).passed


def test_a_test_may_set_parameters_in_other_units() -> None:
    report = _run("{never: R-1}", more="  parameters: {R-1: {alarm: 0.45 A}}\n")
    assert report.passed, report.render()


def test_what_no_test_touches_is_listed() -> None:
    coverage = _run("{at: 2 min, rule: R-1, state: firing}").coverage
    assert coverage.missing == ["R-1: no test fires L2", "R-1: no test says what must not fire it"]


def test_a_rule_that_a_test_does_not_mention_is_not_covered_by_chance() -> None:
    coverage = _run("{no_verified: true}").coverage
    assert coverage.missing == [
        "R-1: no test fires L2",
        "R-1: no test fires L3",
        "R-1: no test says what must not fire it",
        "R-1: no test sees it clear",
    ]


def test_a_failed_test_covers_nothing() -> None:
    assert "R-1: no test fires L3" in _run("{at: 2 min, rule: R-1, state: ok}").coverage.missing
