"""The layers of DESIGN.md section 4 hold, and the contracts that hold them really catch a breach."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.tree import ROOT, listed, modules, name, read

_LINT = "import sys; from importlinter.cli import lint_imports_command as lint; sys.argv = ['lint-imports']; lint()"
CORE = ("processor/model/", "processor/decode/", "processor/language/", "processor/engine/")
# What would let the outside in, or something out, without an import.
_OUTSIDE = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a copy of the project."""
    command = (sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {_LINT}")
    environment = {"PYTHONPATH": str(folder), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("processor", "simulators"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_import_keeps_to_the_layers() -> None:
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout[-3000:] + found.stderr[-1000:]


@pytest.mark.parametrize(
    ("where", "breach", "contract"),
    [
        ("processor/engine/breach.py", "import time", "The core has no clock"),
        ("processor/decode/breach.py", "from random import random", "The core has no clock"),
        ("processor/language/breach.py", "import pathlib", "The core has no clock"),
        ("processor/model/breach.py", "import pydantic", "The core has no clock"),
        ("processor/model/breach.py", "import processor.engine", "Each layer knows only"),
        ("processor/decode/breach.py", "import processor.ports", "Each layer knows only"),
        ("processor/loading/breach.py", "import processor.ports", "Each layer knows only"),
        (
            "processor/runtime/breach.py",
            "import processor.adapters.sqlite",
            "Runtime, replay and console reach adapters",
        ),
        ("processor/adapters/mqtt/breach.py", "import processor.adapters.sqlite", "Adapters do not know each other"),
        ("processor/adapters/mqtt/breach.py", "import processor.runtime", "Adapters do not know who turns them"),
        ("processor/cli/breach.py", "import processor.adapters.sqlite", "Only cli/wire*.py join the parts"),
        ("processor/cli/breach.py", "import simulators", "The daemon never imports the simulators"),
        ("simulators/breach.py", "import processor.engine", "Simulators use the model"),
    ],
)
def test_a_breach_of_a_layer_is_caught(copy: Path, where: str, breach: str, contract: str) -> None:
    (copy / where).write_text(f"{breach}\n", "utf-8")
    found = lint(copy)
    assert found.returncode == 1
    # behind the word may stand how many imports a contract ignores
    broken = [line for line in found.stdout.splitlines() if re.search(r"BROKEN( \(.*\))?$", line)]
    assert any(line.startswith(contract) for line in broken), found.stdout[-2000:]


def test_wire_may_join_what_others_may_not(copy: Path) -> None:
    with (copy / "processor/cli/wire.py").open("a", encoding="utf-8") as file:
        file.write("import processor.adapters.sqlite\nimport processor.adapters.mqtt\nimport processor.runtime\n")
    assert lint(copy).returncode == 0


def core_trees() -> list[tuple[str, ast.Module]]:
    return [
        (name(path), ast.parse(path.read_text("utf-8"))) for path in modules("processor") if name(path).startswith(CORE)
    ]


def test_the_core_reaches_for_nothing_outside() -> None:
    reaching = [
        f"{where}:{node.lineno}: {node.func.id}"
        for where, tree in core_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _OUTSIDE
    ]
    assert not reaching, listed(reaching)


def test_the_core_keeps_no_state_outside_of_its_objects() -> None:
    keeping = [where for where, tree in core_trees() if any(isinstance(node, ast.Global) for node in ast.walk(tree))]
    assert not keeping, listed(keeping)


def test_faust_is_imported_in_one_place_only() -> None:
    importing = [name(path) for path in modules("processor") if "import faust" in path.read_text("utf-8")]
    assert set(importing) <= {"processor/runtime/faust_app.py"}


def test_the_design_page_names_the_layers_that_are_checked() -> None:
    said = "cli > runtime, replay, console, adapters > ports, loading > engine > language, decode > model"
    assert said in read("docs/DESIGN.md")
