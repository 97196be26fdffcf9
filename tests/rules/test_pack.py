"""The shipped rules: every test beside them passes, and no rule, level or way back is without one."""

import pytest

from processor.model.district import District
from processor.replay.rule_tests import Report, run_tests
from tests.rules.table import PAGE, ROOT, commands_of, page, shipped_pack, texts

# Months of readings pass in half a minute of one idle core, and in minutes of one that many share.
pytestmark = pytest.mark.timeout(600)

COUNTS = {"WD": 11, "EB": 10, "EV": 5, "LK": 10, "EL": 12, "XR": 9}
LATER = {
    *("WD-05", "WD-09", "WD-10", "WD-11", "EB-06", "EB-07", "EB-10", "EV-03", "EV-04", "EV-05"),
    *("LK-06", "LK-08", "LK-10", "EL-11", "EL-12", "XR-05", "XR-06"),
}
ALL = [f"{family}-{number:02d}" for family, count in COUNTS.items() for number in range(1, count + 1)]
# Rules that may act by themselves (DOMAIN.md section 2, column "auto").
ACTING = {
    *("WD-01", "WD-02", "WD-03", "WD-04", "WD-06", "WD-07", "WD-09", "EB-01", "EB-02", "EB-03", "EB-04", "EB-05"),
    *("EB-06", "EB-07", "EB-08", "EB-09", "EV-01", "EV-03"),
    *("LK-01", "LK-02", "LK-03", "EL-04", "EL-06", "EL-09", "EL-11", "EL-12", "XR-01"),
}
LATCHED = {
    *("WD-01", "WD-02", "EB-01", "EB-02", "EB-08", "LK-01", "LK-02", "LK-03", "EL-01", "EL-02", "EL-09", "EL-10"),
    "XR-01",
}


@pytest.fixture(scope="module")
def pack() -> District:
    """Shipped profiles and rules."""
    return shipped_pack()


@pytest.fixture(scope="module")
def report(pack: District) -> Report:
    """The run of every shipped test."""
    return run_tests(texts("rules", "*.test.yaml"), pack)


def test_every_rule_of_the_table_is_there(pack: District) -> None:
    assert sorted(pack.rules) == sorted(ALL)


@pytest.mark.parametrize("rule_id", ALL)
def test_forty_rules_are_in_force_and_the_others_are_off_or_in_shadow_and_say_why(pack: District, rule_id: str) -> None:
    rule = pack.rules[rule_id]
    assert (rule.enabled and not rule.shadow) == (rule_id not in LATER)
    assert bool(rule.note) == (rule_id in LATER)


def test_every_test_passes(report: Report) -> None:
    assert report.passed, report.render()


def test_no_rule_level_or_way_back_is_untouched_and_each_has_something_that_must_not_fire_it(report: Report) -> None:
    assert report.coverage.missing == []


def test_every_rule_file_has_its_tests_beside_it() -> None:
    names = {path.name for path in (ROOT / "rules").glob("*.yaml")}
    rules = {name for name in names if not name.endswith(".test.yaml")}
    assert {name.replace(".yaml", ".test.yaml") for name in rules} == names - rules


@pytest.mark.parametrize("rule_id", ALL)
def test_every_rule_says_its_name_its_text_and_its_source(pack: District, rule_id: str) -> None:
    rule = pack.rules[rule_id]
    assert all((rule.name.zh, rule.name.en, rule.text.zh, rule.text.en, rule.source))
    assert rule.name.zh != rule.name.en


@pytest.mark.parametrize("rule_id", ALL)
def test_the_platform_acts_by_itself_only_where_the_table_says_so(pack: District, rule_id: str) -> None:
    rule = pack.rules[rule_id]
    assert bool(commands_of(rule)) == (rule_id in ACTING)
    answers = (rule.answer, *rule.level_answers.values())
    assert any(answer.remind for answer in answers)


def test_a_feeder_is_never_opened_and_water_at_live_parts_closes_water_only(pack: District) -> None:
    for name in ("EL-01", "EL-02", "EL-03", "EL-05", "EL-07", "EL-08", "EL-10"):
        assert not commands_of(pack.rules[name])
    for name in ("EL-06", "EL-11"):
        answers = (pack.rules[name].answer, *pack.rules[name].level_answers.values())
        prechecks = [command.precheck for answer in answers for command in answer.commands]
        assert [precheck and precheck.text for precheck in prechecks] == ["tag(role) == end_load"]
    assert commands_of(pack.rules["XR-01"]) == ["close"]


@pytest.mark.parametrize("rule_id", ALL)
def test_what_the_platform_sends_by_itself_makes_things_safer(pack: District, rule_id: str) -> None:
    wanted = commands_of(pack.rules[rule_id])
    specs = [
        profile.commands[name] for profile in pack.profiles.values() for name in wanted if name in profile.commands
    ]
    assert {spec.name for spec in specs} == set(wanted)
    assert all(spec.makes_safer for spec in specs)


@pytest.mark.parametrize("rule_id", sorted(LATCHED))
def test_what_needs_a_person_on_site_is_latched(pack: District, rule_id: str) -> None:
    assert pack.rules[rule_id].latched


@pytest.mark.parametrize("rule_id", ALL)
def test_every_number_of_a_rule_can_be_changed_within_bounds(pack: District, rule_id: str) -> None:
    for parameter in pack.rules[rule_id].parameters.values():
        assert isinstance(parameter.value, int | float), parameter.name
        assert parameter.low is not None, parameter.name
        assert parameter.high is not None, parameter.name
        assert parameter.low <= parameter.value <= parameter.high, parameter.name


def test_no_text_calls_water_safe_to_drink(pack: District) -> None:
    said = [rule.text.en.lower() + rule.text.zh for rule in pack.rules.values()]
    assert not [text for text in said if "safe to drink" in text or "可以饮用" in text or "可放心" in text]


def test_the_page_of_the_rules_is_what_the_rules_are(pack: District) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(pack, text), "write it anew: python -m tests.rules.table"
