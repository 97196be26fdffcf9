"""The command itself: its help names every verb."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from processor.cli.main import VERBS, app


def test_the_help_names_every_verb() -> None:
    told = CliRunner().invoke(app, ["--help"]).stdout
    named = set(re.findall(r"^│ (\w+) ", told, re.MULTILINE))
    assert named >= {"version", "run", "demo", *VERBS}


@pytest.mark.parametrize("verb", ["run", "demo", *VERBS])
def test_every_verb_has_help(verb: str) -> None:
    asked = CliRunner().invoke(app, [verb, "--help"])
    assert (asked.exit_code, f" {verb} " in asked.stdout) == (0, True)


def leaves(command: Any, path: str = "") -> Iterator[tuple[str, set[str]]]:  # noqa: ANN401 - the type is private to typer
    """Every verb that does something, by what is typed to call it, with its options."""
    if not isinstance(command, TyperGroup):
        yield path, {option for parameter in command.params for option in parameter.opts}
        return
    context = command.make_context("wardwatch", [], resilient_parsing=True)
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), f"{path} {name}".strip())


def test_what_a_program_may_read_is_asked_for_alike_everywhere() -> None:
    told = dict(leaves(get_command(app)))
    assert {path for path, options in told.items() if "--format" in options and "--json" not in options} == set()
    assert {path for path, options in told.items() if "--json" in options and "--lang" not in options} == set()
    assert {"explain", "suggest", "backtest", "check"} <= {
        path for path, options in told.items() if "--json" in options
    }
