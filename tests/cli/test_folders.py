from pathlib import Path

import pytest

from processor.cli.folders import folders
from tests.cli.calling import District

SLIP = ("when: wet", "when: wett")
NOWHERE = Path("/nowhere")


@pytest.fixture
def slipped(district: District) -> District:
    district.replace("rules/water.yaml", *SLIP)
    return district


def said(district: District, *arguments: str, **changed: str) -> str:
    result = district.call("check", *arguments, "--lang", "en", **changed)
    assert result.exit_code == 1, result.output
    return result.output


@pytest.mark.parametrize("given", ["", "config", "rules", "rules/water.yaml", "config/wardwatch.yaml"])
def test_the_slip_is_found_whichever_way_the_district_is_named(slipped: District, given: str) -> None:
    said_there = said(slipped, str(slipped.folder / given), config="/nowhere")
    assert '"wett" is neither a point of the profile nor a parameter of the rule (did you mean "wet"?)' in said_there
    assert "rules/water.yaml:" in said_there


def test_only_the_named_file_is_told_of(slipped: District) -> None:
    slipped.replace("rules/cross.yaml", "XR-01:", "XR 01:")
    assert "cross.yaml" in said(slipped)
    assert "cross.yaml" not in said(slipped, str(slipped.folder / "rules" / "water.yaml"))


def test_a_sound_file_passes_beside_a_broken_one(slipped: District) -> None:
    assert slipped.call("check", str(slipped.folder / "rules" / "ev.yaml")).exit_code == 0
    assert slipped.call("check", str(slipped.folder / "config" / "places.yaml")).exit_code == 0
    assert slipped.call("check", str(slipped.folder / "config" / "profiles" / "water_valve.yaml")).exit_code == 0


def test_a_family_of_rules_may_have_a_folder_of_its_own(slipped: District) -> None:
    (slipped.folder / "rules" / "water").mkdir()
    for name in ("water.yaml", "water.test.yaml"):
        (slipped.folder / "rules" / name).rename(slipped.folder / "rules" / "water" / name)
    assert "rules/water/water.yaml:" in said(slipped)
    slipped.replace("rules/water/water.yaml", *reversed(SLIP))
    assert slipped.call("check").exit_code == 0


def test_rules_and_configuration_may_lie_in_one_folder(slipped: District, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    (slipped.folder / "config").rename(flat)
    for path in (slipped.folder / "rules").iterdir():
        path.rename(flat / path.name)
    found = said(slipped, str(flat), config="/nowhere")
    assert f"{flat.as_posix()}/water.yaml:" in found
    assert "errors: 3, warnings: 0" in found


def test_rules_without_a_configuration_are_checked_against_the_example(slipped: District, tmp_path: Path) -> None:
    alone = tmp_path / "far" / "away" / "rules"
    alone.parent.mkdir(parents=True)
    (slipped.folder / "rules").rename(alone)
    assert folders(alone, NOWHERE).borrowed
    found = said(slipped, str(alone), config="/nowhere")
    assert "has no configuration: it is checked against the profiles, places and people of the shipped example" in found
    assert "errors: 3, warnings: 0" in found


def test_a_few_rules_to_try_are_not_blamed_for_what_the_overrides_say_of_others(
    district: District, tmp_path: Path
) -> None:
    tried = tmp_path / "tried"
    tried.mkdir()
    (tried / "ev.yaml").write_bytes((district.folder / "rules" / "ev.yaml").read_bytes())
    result = district.call("check", str(tried), "--lang", "en")
    assert result.exit_code == 0, result.output


def test_overrides_of_the_rules_in_force_are_told_of_when_these_are_named(district: District) -> None:
    district.replace("config/overrides.yaml", "rule: EL-01", "rule: EL-91")
    assert "overrides.yaml" in said(district, str(district.folder / "rules"))


def test_a_file_by_a_wrong_name_is_said_to_be_unread(district: District) -> None:
    (district.folder / "config" / "people.yaml").rename(district.folder / "config" / "peoples.yml")
    result = district.call("check", "--lang", "en")
    assert "config/peoples.yml: this file is not read: a configuration has none of this name" in result.output
    assert '(did you mean "people.yaml"?)' in result.output
    assert "nobody will be reminded" in result.output
    assert result.output.count("nobody") == 1


def test_a_path_that_is_not_there_is_named(district: District) -> None:
    result = district.call("check", str(district.folder / "rulse"), "--lang", "en")
    assert result.exit_code == 2
    assert "rulse" in result.output
