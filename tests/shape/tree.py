"""The project's files, as a person who clones it gets them."""

import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
CODE: Final = ("processor", "simulators", "bench", "tests")
_NOT_OURS: Final = {".git", ".venv", "__pycache__", "var", "build", "dist", ".hypothesis"}


@cache
def files() -> tuple[Path, ...]:
    """Every file git knows or would take; without git (an unpacked archive), every file outside of caches."""
    asked = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    try:
        listed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
        found = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in set(found) if path.is_file()))


def modules(*folders: str) -> tuple[Path, ...]:
    """The Python files below these folders."""
    wanted = folders or CODE
    return tuple(path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted)


def pages() -> tuple[Path, ...]:
    """The documents people read."""
    return tuple(path for path in files() if path.suffix == ".md")


def name(path: Path) -> str:
    """The path as the project says it."""
    return path.relative_to(ROOT).as_posix()


def read(path: str) -> str:
    """The text of one file of the project."""
    return (ROOT / path).read_text("utf-8")


def listed(found: Iterable[object]) -> str:
    """One offender a line, for a failing test to show them all."""
    items = found.items() if isinstance(found, Mapping) else found
    return "\n" + "\n".join(str(item) for item in items)
