"""Passwords and tokens: from the environment or a file of their own, never from wardwatch.yaml. Certificates."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from processor.loading.report import Report
from processor.loading.sources import read_text
from processor.model.problem import Problem

LIMIT: Final = 64 * 1024
SECRETS: Final = {"broker": ("password",), "influx": ("token",), "console": ("token",)}
CHANNEL_SECRETS: Final = ("url", "secret")
TRUST: Final = (("broker", "tls", "ca"), ("broker", "tls", "certificate"), ("broker", "tls", "key"), ("influx", "ca"))


def refuse_secrets(report: Report, given: dict[str, Any]) -> None:
    """Note every secret that stands in the file itself, and forget it."""
    for path, section, key in _places(given):
        if section.get(key) is not None:
            variable = "WARDWATCH_" + "__".join((*path, key)).upper()
            place = report.where(*path, key)
            report.note("secret_in_file", place, {"key": key, "variable": variable})


def hide_secrets(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems without the words of lines that hold a secret: a terminal or a log must not show it either."""
    found = list(problems)
    lines = {problem.place.line for problem in found if problem.code == "secret_in_file"}
    return [_without_line(problem) if problem.place.line in lines else problem for problem in found]


def _without_line(problem: Problem) -> Problem:
    return Problem(problem.place, problem.code, problem.what, problem.suggestion, problem.severity)


def read_secret_files(report: Report, given: dict[str, Any], folder: Path) -> None:
    """Fill each secret whose file is named; one that the environment gives is kept."""
    for path, section, key in _places(given):
        name = section.get(f"{key}_file")
        if not isinstance(name, str) or not name or section.get(key) is not None:
            continue
        read = read_text(folder / name, name, LIMIT)
        if isinstance(read, Problem):
            place = report.where(*path, f"{key}_file")
            report.problems.append(
                Problem(place, read.code, read.what, line_text=report.document.line_text(place.line))
            )
        else:
            section[key] = read.strip()


def find_trust_files(report: Report, given: dict[str, Any], folder: Path) -> None:
    """Make the names of certificates and keys whole: as with secrets, relative to this folder. Note those missing."""
    for path in TRUST:
        section: Any = given
        for step in path[:-1]:
            section = section.get(step) if isinstance(section, dict) else None
        name = section.get(path[-1]) if isinstance(section, dict) else None
        if not isinstance(name, str) or not name:
            continue
        section[path[-1]] = str(folder / name)
        if _surely_missing(folder / name):
            report.note("no_file", report.where(*path))


def _surely_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:  # a folder that only the daemon's own user may look into
        return False


def _places(given: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any], str]]:
    for name, keys in SECRETS.items():
        section = given.get(name)
        if isinstance(section, dict):
            yield from (((name,), section, key) for key in keys)
    channels = given.get("channels")
    for name, channel in channels.items() if isinstance(channels, dict) else ():
        if isinstance(channel, dict):
            yield from ((("channels", name), channel, key) for key in CHANNEL_SECRETS)
