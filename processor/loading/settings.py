"""Reads wardwatch.yaml, with the environment over it: WARDWATCH_BROKER__PASSWORD is `password` of `broker`."""

from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from processor.loading import yaml_strict
from processor.loading.nodes import Document, Mapping, Node, Scalar, Sequence
from processor.loading.report import Report
from processor.loading.secrets import find_trust_files, hide_secrets, read_secret_files, refuse_secrets
from processor.loading.setting_problems import note_faults
from processor.loading.settings_model import Settings
from processor.loading.sources import read_text
from processor.model.problem import Problem, Severity

PREFIX: Final = "WARDWATCH_"
SEPARATOR: Final = "__"


def load_settings(path: Path, environ: Dictionary[str, str]) -> tuple[Settings | None, list[Problem]]:
    """The settings of one file under this environment, or None; and everything that is wrong with either."""
    text = read_text(path, str(path), yaml_strict.MAX_BYTES)
    if isinstance(text, Problem):
        return None, [text]
    document, found = yaml_strict.parse_yaml(str(path), text)
    report = Report(document, found)
    if document.root is None and found:
        return None, found
    given = _tree(document)
    if not isinstance(document.root, Mapping | None):
        report.add("want_mapping", document.root, key="settings", example="{broker: {host: 127.0.0.1}}")
    refuse_secrets(report, given)
    variables = dict(_variables(environ))
    for name, steps in variables.items():
        _overlay(given, steps, environ[name])
    read_secret_files(report, given, path.parent)
    find_trust_files(report, given, path.parent)
    settings = _validated(report, given, variables)
    problems = sorted(hide_secrets(report.problems), key=lambda problem: (problem.place, problem.code))
    failed = any(problem.severity is Severity.ERROR for problem in problems)
    return (None if failed else settings), problems


def _validated(report: Report, given: dict[str, Any], variables: Dictionary[str, tuple[str, ...]]) -> Settings | None:
    try:
        return Settings(**given)
    except ValidationError as error:
        note_faults(report, error, variables)
        return None


def _tree(document: Document) -> dict[str, Any]:
    """The file as texts; what each text means is the model's business, so that file and environment mean the same."""
    found = _plain(document.root)
    return found if isinstance(found, dict) else {}


def _plain(node: Node | None) -> Any:  # noqa: ANN401 - a tree of texts
    if node is None or (isinstance(node, Scalar) and node.empty):
        return None
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {key: plain for key, value in node.entries.items() if (plain := _plain(value)) is not None}


def _variables(environ: Dictionary[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names with a separator only: WARDWATCH_CONFIG and its like belong to the command line."""
    for name in sorted(environ):
        if name.startswith(PREFIX) and SEPARATOR in name:
            yield name, tuple(name.removeprefix(PREFIX).lower().split(SEPARATOR))


def _overlay(tree: dict[str, Any], steps: tuple[str, ...], text: str) -> None:
    *above, last = steps
    for step in above:
        below = tree.get(step)
        if not isinstance(below, dict):
            below = tree[step] = {}
        tree = below
    tree[last] = text
