"""Which file holds what: the fixed names of the configuration."""

import difflib
from enum import Enum, auto
from pathlib import PurePosixPath
from typing import Final

TEST_ENDING = ".test.yaml"


class Kind(Enum):
    """What a file of the district's configuration holds."""

    PROFILE = auto()
    PLACES = auto()
    DEVICES = auto()
    DEVICES_CSV = auto()
    PEOPLE = auto()
    OVERRIDES = auto()
    CALENDAR = auto()
    RULES = auto()


_FOLDERS: Final = {"profiles", "rules"}
_SINGLE: Final = {
    "places": Kind.PLACES,
    "people": Kind.PEOPLE,
    "overrides": Kind.OVERRIDES,
    "calendar": Kind.CALENDAR,
}


def kind_of(path: str) -> Kind | None:
    """What the file at `path` holds, by its name and folder; None for a file that is not part of it."""
    file = PurePosixPath(path)
    yaml = file.suffix in {".yaml", ".yml"}
    folder = next((part for part in reversed(file.parent.parts) if part in _FOLDERS), "")
    if file.name.endswith(TEST_ENDING):
        return None
    if yaml and folder == "profiles":
        return Kind.PROFILE
    if yaml and folder == "rules":
        return Kind.RULES
    if file.suffix == ".csv" and file.name.startswith("devices"):
        return Kind.DEVICES_CSV
    if yaml and file.name.startswith("devices"):
        return Kind.DEVICES
    return _SINGLE.get(file.stem) if yaml else None


def named_like(name: str) -> str:
    """The file of a configuration that one of another name was perhaps meant to be, or ""."""
    stem = PurePosixPath(name).stem.lower()
    found = difflib.get_close_matches(stem, (*_SINGLE, "devices", "wardwatch"), n=1)
    return f"{found[0]}.yaml" if found else ""
