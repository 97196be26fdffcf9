"""`wardwatch check` and `wardwatch test`: everything that is wrong, at once, with its place, and a code for scripts."""

import json

import pytest

from tests.cli.calling import District
from tests.shape.tree import read


def test_the_example_has_no_mistake(district: District) -> None:
    result = district.call("check", "--strict", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "errors: 0, warnings: 0" in result.stdout


def test_every_mistake_is_said_at_once_with_its_line_and_a_mark(district: District) -> None:
    district.replace("rules/water.yaml", "clear: {when: wet ==", "clear: {when: wett ==")
    district.write("config/overrides.yaml", "overrides:\n  - {rule: NO-01, device: d, parameters: {x: 1}}\n")
    result = district.call("check", "--lang", "en")
    assert result.exit_code == 1
    assert '(did you mean "wet"?)' in result.stdout
    assert "config/overrides.yaml:2:" in result.stdout
    marks = [line for line in result.stdout.splitlines() if line.strip() == "^"]
    assert len(marks) >= 2


@pytest.mark.parametrize(("language", "words"), [("zh", "个错误"), ("en", "errors:")])
def test_it_speaks_the_language_it_is_asked_for(district: District, language: str, words: str) -> None:
    assert words in district.call("check", "--lang", language).stdout


def test_programs_get_one_document(district: District) -> None:
    assert district.said("check")["ok"] is True
    district.replace("rules/water.yaml", "when: wet", "when: wett")
    told = district.said("check")
    assert (told["ok"], told["errors"]) == (False, len(told["problems"]))
    assert {"file", "line", "column", "code", "severity", "zh", "en"} <= told["problems"][0].keys()


def test_a_mistake_in_a_test_of_a_rule_is_found_too(district: District) -> None:
    district.write("rules/own.test.yaml", "- {name: x, expects: {never: EL-01}}\n")
    result = district.call("check")
    assert result.exit_code == 1
    assert "rules/own.test.yaml:1:" in result.stdout


def test_a_mistake_in_the_settings_is_found_beside_the_others(district: District) -> None:
    district.replace("config/wardwatch.yaml", "  keepalive: 30 s", "  keepaliv: 30 s")
    district.replace("rules/water.yaml", "when: wet", "when: wett")
    result = district.call("check", "--lang", "en")
    assert 'did you mean "keepalive"' in result.stdout
    assert 'did you mean "wet"' in result.stdout


def test_a_folder_that_is_not_there_is_a_wrong_command_line(district: District) -> None:
    assert district.call("check", str(district.folder / "nowhere")).exit_code == 2


@pytest.mark.parametrize("given", ["config", "config/wardwatch.yaml"])
def test_the_folder_or_its_settings_file_may_be_named(district: District, given: str) -> None:
    assert district.call("check", str(district.folder / given), config="/nowhere").exit_code == 0


@pytest.mark.parametrize("verb", ["check", "test"])
def test_a_folder_of_rules_alone_goes_with_the_configuration_beside_it(district: District, verb: str) -> None:
    for path in (district.folder / "rules").glob("*.test.yaml"):
        if path.name != "ev.test.yaml":
            path.unlink()
    result = district.call(verb, str(district.folder / "rules"), config="/nowhere")
    assert result.exit_code == 0, result.output


def test_a_rules_folder_by_another_name_is_read_and_named_as_it_is(district: District) -> None:
    other = district.folder / "tried"
    (district.folder / "rules").rename(other)
    district.replace("tried/water.yaml", "when: wet", "when: wett")
    result = district.call("check", str(other), "--lang", "en")
    assert result.exit_code == 1
    assert f"{other.as_posix()}/water.yaml:" in result.stdout


def test_the_tests_of_the_example_pass(district: District) -> None:
    result = district.call("test", str(district.folder / "rules" / "ev.test.yaml"), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "failed: 0" in result.stdout
    assert "levels fired" in result.stdout


def test_a_test_that_fails_says_where_and_what_happened(district: District) -> None:
    for path in (district.folder / "rules").glob("*.test.yaml"):
        path.unlink()
    district.write(
        "rules/own.test.yaml",
        "- name: a healthy circuit alarms\n"
        "  device: {id: e1, profile: residual_current_monitor, tags: {role: feeder}}\n"
        "  series: {residual_current: 80x5, every: 60 s}\n"
        "  expect: {at: 4 min, rule: EL-01, state: firing}\n",
    )
    result = district.call("test", "--lang", "en")
    assert result.exit_code == 1, result.output
    assert "rules/own.test.yaml:4:" in result.stdout
    told = district.said("test")
    assert (told["ok"], told["failed"], len(told["failures"])) == (False, 1, 1)


def test_rules_with_errors_cannot_be_tested(district: District) -> None:
    district.replace("rules/water.yaml", "when: wet", "when: wett")
    result = district.call("test", "--lang", "en")
    assert result.exit_code == 2
    assert 'did you mean "wet"' in result.stderr


def test_annotations_name_file_line_and_column(district: District) -> None:
    district.replace("rules/water.yaml", "when: wet", "when: wett")
    lines = district.call("check", "--format", "github", "--lang", "en").stdout.splitlines()
    assert lines
    assert all(line.startswith(("::error file=", "::warning file=")) for line in lines)
    assert any("rules/water.yaml,line=" in line and 'did you mean "wet"' in line for line in lines)


def test_sarif_has_a_place_for_each_finding(district: District) -> None:
    district.replace("rules/water.yaml", "when: wet", "when: wett")
    told = json.loads(district.call("check", "--format", "sarif").stdout)
    (run,) = told["runs"]
    assert told["version"] == "2.1.0"
    assert {each["ruleId"] for each in run["results"]} == {each["id"] for each in run["tool"]["driver"]["rules"]}
    places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert all(place["region"]["startLine"] >= 1 for place in places)
    assert "rules/water.yaml" in {place["artifactLocation"]["uri"] for place in places}


def test_a_sound_district_has_no_annotation_and_an_empty_run(district: District) -> None:
    assert district.call("check", "--format", "github").stdout == ""
    assert json.loads(district.call("check", "--format", "sarif").stdout)["runs"][0]["results"] == []


def test_only_strict_fails_for_a_warning(district: District) -> None:
    district.write(
        "rules/own.yaml",
        "OWN-1:\n  name: x\n  applies_to: {profile: leak_sensor}\n  enabled: false\n  levels: {L2: {when: wet}}\n",
    )
    assert district.call("check").exit_code == 0
    assert district.call("check", "--strict").exit_code == 1
    assert district.call("check", "--format", "github").stdout.startswith("::warning file=rules/own.yaml,line=")


@pytest.mark.parametrize(("language", "words"), [("en", "bytes each"), ("zh", "每台字节")])
def test_what_rules_cost_is_told_after_the_problems(district: District, language: str, words: str) -> None:
    told = district.call("check", "--cost", "--lang", language)
    assert told.exit_code == 0, told.output
    assert words in told.stdout
    assert "EL-02" in told.stdout


def test_programs_get_the_cost_of_each_rule_on_each_kind_of_device(district: District) -> None:
    cost = district.said("check", "--cost")["cost"]
    assert {"rule", "profile", "devices", "bytes_per_device", "bytes_at_most", "alert_bytes", "micros", "dear"} <= (
        cost["rules"][0].keys()
    )
    assert {"profile", "rules", "device_bytes", "member_bytes", "window_bytes", "micros"} <= cost["profiles"][0].keys()
    assert cost["rules"][0]["share"] == max(each["share"] for each in cost["rules"])
    assert all((each["hint"] is not None) is each["dear"] for each in cost["rules"])
    assert any(each["dear"] for each in cost["rules"])
    assert "cost" not in district.said("check")


def test_the_hook_for_pre_commit_calls_what_exists(district: District) -> None:
    (line,) = [line for line in read(".pre-commit-hooks.yaml").splitlines() if line.strip().startswith("entry: ")]
    program, *arguments = line.partition("entry: ")[2].split()
    assert program == "wardwatch"
    assert district.call(*arguments).exit_code == 0
