"""Each tests/bad_rules/*.bad.* has exactly the messages of its .expected file, all at once, in both languages.

The beginning of a file's name says what it is; it takes the place of the sound file of that kind, or joins them.
Lines that begin with "zh " are the Chinese messages; a file without any is compared in English only.
"""

from pathlib import Path

import pytest

from processor.loading.load import load
from processor.loading.settings import load_settings
from processor.model.problem import Problem
from tests.loading.sound import SOUND

BAD = Path(__file__).parents[1] / "bad_rules"
CHANNELS = ("console", "log")
FILES = sorted(path for path in BAD.iterdir() if ".bad." in path.name)
KINDS = {
    "rule": "rules/broken.yaml",
    "profile": "config/profiles/broken.yaml",
    "devices": "config/devices-broken",
    "places": "config/places.yaml",
    "people": "config/people.yaml",
    "overrides": "config/overrides.yaml",
    "calendar": "config/calendar.yaml",
}


def problems_of(path: Path) -> list[Problem]:
    kind = path.name.split("-")[0].split(".")[0]
    if kind == "settings":
        return load_settings(path, {})[1]
    name = KINDS[kind]
    if kind == "devices":
        name += path.suffix
    return list(load({**SOUND, name: path.read_text("utf-8")}, CHANNELS).problems)


def said(problems: list[Problem], language: str) -> list[str]:
    marks = {"error": "", "warning": "warning: "}
    return [marks[problem.severity] + problem.render(language).removeprefix(f"{BAD}/") for problem in problems]


def test_the_sound_configuration_has_no_problem() -> None:
    assert load(SOUND, CHANNELS).problems == ()


def test_there_are_broken_files_of_every_kind() -> None:
    assert len(FILES) >= 30
    assert {path.name.split("-")[0].split(".")[0] for path in FILES} == {*KINDS, "settings"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_broken_file_has_exactly_its_messages(path: Path) -> None:
    expected = path.with_name(path.name.split(".bad.")[0] + ".expected").read_text("utf-8").splitlines()
    problems = problems_of(path)
    assert said(problems, "en") == [line for line in expected if not line.startswith("zh ")]
    chinese = [line.removeprefix("zh ") for line in expected if line.startswith("zh ")]
    assert said(problems, "zh") == chinese or not chinese


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_problem_shows_a_secret(path: Path) -> None:
    for problem in problems_of(path):
        assert "hunter2" not in problem.render() + problem.line_text
        assert "example.org/secret" not in problem.render() + problem.line_text


def test_every_problem_of_every_file_is_reported_at_once() -> None:
    """Several broken files of different kinds together lose none of the messages each has alone."""
    together = dict(SOUND)
    alone: set[str] = set()
    for number, path in enumerate(FILES):
        if path.name.startswith(("rule-no-when", "rule-wrong-level", "profile-topics", "rule-bad-active")):
            kind = path.name.split("-")[0]
            folder = {"rule": "rules", "profile": "config/profiles"}[kind]
            name = f"{folder}/broken{number}.yaml"
            text = path.read_text("utf-8").replace("T-", f"T{number}-")
            together[name] = text
            alone.update(problem.render() for problem in load({**SOUND, name: text}).problems)
    found = {problem.render() for problem in load(together).problems}
    assert alone <= found
    assert len(alone) > 20
