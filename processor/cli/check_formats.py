"""What `check` prints for programs: GitHub annotations, and SARIF for what collects the findings of all tools."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from processor import __version__
from processor.model.problem import Problem, Severity

SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def annotations(problems: Iterable[Problem], language: str) -> list[str]:
    """One line for each problem, as GitHub and Gitea show them beside the line of the file."""
    return [_annotation(problem, language) for problem in problems]


def _annotation(problem: Problem, language: str) -> str:
    place = problem.place
    where = f"file={_property(place.file)},line={max(place.line, 1)},col={max(place.column, 1)}"
    return f"::{problem.severity} {where},title={_property(problem.code)}::{_escaped(_said(problem, language))}"


def _said(problem: Problem, language: str) -> str:
    if not problem.suggestion:
        return problem.what.pick(language)
    meant = f"（是否想写“{problem.suggestion}”？）" if language == "zh" else f' (did you mean "{problem.suggestion}"?)'
    return problem.what.pick(language) + meant


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def sarif(problems: Iterable[Problem], language: str) -> dict[str, object]:
    """One SARIF 2.1.0 document."""
    found = list(problems)
    driver = {
        "name": "wardwatch",
        "version": __version__,
        "rules": [{"id": code} for code in sorted({problem.code for problem in found})],
    }
    results = [_result(problem, language) for problem in found]
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(problem: Problem, language: str) -> dict[str, object]:
    place = problem.place
    region = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
    return {
        "ruleId": problem.code,
        "level": "error" if problem.severity is Severity.ERROR else "warning",
        "message": {"text": _said(problem, language)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}],
    }
