"""Reads the tests of rules, `rules/*.test.yaml`, from the disk."""

from pathlib import Path

from processor.loading.rule_folder import rule_test_files
from processor.loading.sources import read_text
from processor.loading.yaml_strict import MAX_BYTES
from processor.model.problem import Problem


def read_tests_of(folder: Path, rules: Path | None) -> tuple[dict[str, str], list[Problem]]:
    """The texts of every test file of this configuration, by path as problems name it, and what could not be read."""
    inside = folder / "rules"
    found = rules or (inside if inside.is_dir() else folder.resolve().parent / "rules")
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for below, path in rule_test_files(found):
        name = f"{found.name}/{below}"
        read = read_text(path, name, MAX_BYTES)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            texts[name] = read
    return texts, problems
