"""The command itself: its help names every verb."""

import re

import pytest
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
