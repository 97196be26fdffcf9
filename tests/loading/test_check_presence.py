import pytest

from processor.loading.load import load
from processor.model.problem import Severity
from tests.loading.sound import SOUND


def without(*parts: str) -> list[str]:
    texts = {name: text for name, text in SOUND.items() if not name.startswith(parts)}
    return [f"{problem.severity.value}: {problem.render()}" for problem in load(texts).problems]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            "config/profiles",
            "error: config/profiles: there are no profiles here, so no point and no device can be checked;",
        ),
        (
            "config/places",
            "error: config/places.yaml: there is no such file, so no place of a device can be checked;",
        ),
        ("config/people", "warning: config/people.yaml: there is no such file, so nobody will be reminded;"),
    ],
)
def test_what_is_missing_as_a_whole_is_said_once_and_none_of_it_is_missed(part: str, said: str) -> None:
    severity = said.partition(":")[0]
    (line,) = (line for line in without(part) if line.startswith(("error", severity)))
    assert line.startswith(said)


def test_a_file_that_is_there_and_wrong_is_not_said_to_be_missing() -> None:
    found = load({**SOUND, "config/places.yaml": "{"}).problems
    assert "no_places" not in {problem.code for problem in found}


def test_a_district_without_devices_and_rules_misses_nothing() -> None:
    assert not [problem for problem in load({}).problems if problem.severity is Severity.ERROR]


def test_the_folder_is_named_as_it_is_called() -> None:
    texts = {name.replace("config/", "etc/"): text for name, text in SOUND.items() if "profiles" not in name}
    assert "etc/profiles" in {problem.place.file for problem in load(texts).problems}
