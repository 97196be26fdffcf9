"""Nothing is longer than a person reads at once, unless it says why."""

import ast
from pathlib import Path

import pytest

from tests.shape.tree import listed, modules, name

MODULE = 250
MODULE_WITH_REASON = 400
FUNCTION = 50
# A module may be longer when its first lines say so: `"""…` or `# Long because …`.
REASON = "long because"


def reason(text: str) -> bool:
    """Whether the first lines say why the module is long."""
    return REASON in "\n".join(text.splitlines()[:12]).lower()


def limit(path: Path, text: str) -> int:
    """How many lines a module may have; a test is a list of claims and needs no reason up to the outer limit."""
    return MODULE_WITH_REASON if reason(text) or name(path).startswith("tests/") else MODULE


def test_every_module_is_short_or_says_why_not() -> None:
    """Split it, or say "Long because …" in its first lines, which allows 400."""
    texts = {path: path.read_text("utf-8") for path in modules()}
    long = {
        name(path): len(text.splitlines()) for path, text in texts.items() if len(text.splitlines()) > limit(path, text)
    }
    assert not long, listed(long)


def test_every_function_fits_on_a_screen() -> None:
    long = {
        f"{name(path)}:{node.name}": lines
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION
    }
    assert not long, listed(long)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [('"""What it is."""\n', False), ('"""What it is.\n\nLong because one table belongs together.\n"""\n', True)],
)
def test_only_a_reason_in_the_first_lines_counts(*, text: str, allowed: bool) -> None:
    assert reason(text) is allowed
    assert not reason("\n" * 20 + text)
