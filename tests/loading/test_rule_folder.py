import os
from pathlib import Path

import pytest

from processor.loading.rule_folder import rule_files, rule_test_files


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    for name in ("b.yaml", "a.yml", "a.test.yaml", "notes.md", "water/risers.yaml", "water/flats/old.yaml"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
    return folder


def names(rules: Path) -> list[str]:
    return [name for name, _ in rule_files(rules)]


def test_rules_are_read_in_the_folders_below_too(rules: Path) -> None:
    assert names(rules) == ["a.yml", "b.yaml", "water/flats/old.yaml", "water/risers.yaml"]


def test_tests_are_told_from_rules_by_their_ending(rules: Path) -> None:
    (rules / "water" / "risers.test.yaml").write_text("", "utf-8")
    assert [name for name, _ in rule_test_files(rules)] == ["a.test.yaml", "water/risers.test.yaml"]


@pytest.mark.parametrize("name", [".git/x.yaml", ".hidden.yaml", "water/.old/x.yaml"])
def test_what_begins_with_a_dot_is_no_rule(rules: Path, name: str) -> None:
    (rules / name).parent.mkdir(exist_ok=True)
    (rules / name).write_text("", "utf-8")
    assert len(names(rules)) == 4


def test_a_link_is_followed_and_a_ring_of_links_entered_once(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "s.yaml").write_text("", "utf-8")
    (rules / "linked").symlink_to(tmp_path / "shared", target_is_directory=True)
    (rules / "ring").symlink_to(rules, target_is_directory=True)
    assert "linked/s.yaml" in names(rules)
    assert len(names(rules)) == 5


def test_a_pipe_is_no_file(rules: Path) -> None:
    os.mkfifo(rules / "pipe.yaml")
    assert "pipe.yaml" not in names(rules)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert names(tmp_path / "nowhere") == []
