"""The shipped rules: every test beside them passes, and no rule, level or way back is without one."""

from pathlib import Path

import pytest

from processor.loading.load import load
from processor.model.district import District
from processor.model.problem import Severity
from processor.replay.rule_tests import Report, run_tests

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = (
    *("WD-01", "WD-03", "WD-04", "EB-01", "EB-02", "EB-05", "EV-01", "EV-02", "LK-01", "LK-02", "LK-07"),
    *("EL-01", "EL-02", "EL-06", "EL-08", "XR-02", "XR-04"),
)
AUTOMATIC = {"WD-01", "WD-03", "WD-04", "EB-01", "EB-02", "EB-05", "EV-01", "LK-01", "LK-02"}
LATCHED = {"WD-01", "EB-01", "EB-02", "LK-01", "LK-02", "EL-01", "EL-02"}


def _texts(folder: str, pattern: str) -> dict[str, str]:
    paths = sorted((ROOT / folder).glob(pattern))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def pack() -> District:
    """Shipped profiles and rules."""
    rules = {path: text for path, text in _texts("rules", "*.yaml").items() if not path.endswith(".test.yaml")}
    loaded = load({**_texts("config/profiles", "*.yaml"), **rules})
    errors = [problem.render() for problem in loaded.problems if problem.severity is Severity.ERROR]
    assert loaded.district is not None, errors
    return loaded.district


@pytest.fixture(scope="module")
def report(pack: District) -> Report:
    """The run of every shipped test."""
    return run_tests(_texts("rules", "*.test.yaml"), pack)


def test_every_rule_of_the_first_cut_is_there_and_in_force(pack: District) -> None:
    assert set(SHIPPED) <= {rule.id for rule in pack.rules.values() if rule.enabled}


def test_every_test_passes(report: Report) -> None:
    assert report.passed, report.render()


def test_no_rule_level_or_way_back_is_untouched_and_each_has_something_that_must_not_fire_it(report: Report) -> None:
    assert report.coverage.missing == []


def test_every_rule_file_has_its_tests_beside_it() -> None:
    names = {path.name for path in (ROOT / "rules").glob("*.yaml")}
    rules = {name for name in names if not name.endswith(".test.yaml")}
    assert {name.replace(".yaml", ".test.yaml") for name in rules} == names - rules


@pytest.mark.parametrize("rule_id", SHIPPED)
def test_every_rule_says_its_name_its_text_and_its_source(pack: District, rule_id: str) -> None:
    rule = pack.rules[rule_id]
    assert all((rule.name.zh, rule.name.en, rule.text.zh, rule.text.en, rule.source))
    assert rule.name.zh != rule.name.en


@pytest.mark.parametrize("rule_id", SHIPPED)
def test_the_platform_acts_by_itself_only_where_the_table_says_so(pack: District, rule_id: str) -> None:
    rule = pack.rules[rule_id]
    answers = (rule.answer, *rule.level_answers.values())
    assert any(answer.commands for answer in answers) == (rule_id in AUTOMATIC)
    assert any(answer.remind for answer in answers)


@pytest.mark.parametrize("rule_id", SHIPPED)
def test_what_needs_a_person_on_site_is_latched(pack: District, rule_id: str) -> None:
    assert pack.rules[rule_id].latched == (rule_id in LATCHED)
