"""What `make lint` checks holds for whoever runs only the tests."""

import subprocess
import sys

import pytest

from tests.shape.tree import ROOT


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "--quiet", "."), ("ruff", "format", "--check", "--quiet", "."), ("mypy",)],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_style_and_types_are_clean(command: tuple[str, ...]) -> None:
    found = subprocess.run((sys.executable, "-m", *command), cwd=ROOT, check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-1000:]
