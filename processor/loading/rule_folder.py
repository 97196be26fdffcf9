"""The files of a folder of rules: those in the folders below it too, for a family of rules may have one of its own."""

from collections.abc import Iterator
from pathlib import Path

from processor.loading.kinds import TEST_ENDING

_ENDINGS = frozenset({".yaml", ".yml"})


def rule_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file of rules by its path below the folder, such as "water/risers.yaml", in the order of these."""
    return ((name, path) for name, path in _files(folder) if not name.endswith(TEST_ENDING))


def rule_test_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file of tests of rules, likewise."""
    return ((name, path) for name, path in _files(folder) if name.endswith(TEST_ENDING))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(_below(folder, set())):
        if path.suffix in _ENDINGS:
            yield path.relative_to(folder).as_posix(), path


def _below(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """Links are followed, each folder is entered once; what begins with a dot is an editor's or a tool's own."""
    itself = folder.resolve()
    if itself in seen or not folder.is_dir():
        return
    seen.add(itself)
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _below(path, seen)
        elif path.is_file():
            yield path
