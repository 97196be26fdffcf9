"""The working example that ships with wardwatch: the repository's own config/ and rules/."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FOLDERS: Final = ("config", "rules")
_ENDINGS: Final = frozenset({".yaml", ".yml", ".csv", ".md"})
_INSTALLED: Final = Path(__file__).parent / "shipped"  # where the wheel puts them (pyproject.toml, force-include)
_CHECKOUT: Final = Path(__file__).parents[2]


class AlreadyThere(Exception):  # noqa: N818 - what the operator sees: nothing was written
    """Some files of the example exist already; `names` says which."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"already there: {', '.join(names)}")
        self.names = names


def example_root() -> Path:
    """The folder that holds the example's config/ and rules/."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def example_files() -> dict[str, bytes]:
    """Every file of the example by its path, such as "config/places.yaml"."""
    root = example_root()
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in _listed(root)}


def write_example(directory: Path) -> list[Path]:
    """Write the example into `directory` and say what was written; AlreadyThere, and nothing written, if any exists."""
    files = example_files()
    standing = tuple(name for name in files if (directory / name).exists())
    if standing:
        raise AlreadyThere(standing)
    written = []
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
        written.append(path)
    return written


def _listed(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from sorted(path for path in (root / folder).rglob("*") if path.suffix in _ENDINGS and path.is_file())
