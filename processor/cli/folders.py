"""Which folders a verb means: a configuration folder, or a folder of rules that goes with one."""

from pathlib import Path
from typing import Final, NamedTuple

from processor.cli.settings import config_folder

_OF_A_CONFIGURATION: Final = ("wardwatch.yaml", "places.yaml", "devices.yaml", "devices.csv", "people.yaml", "profiles")


class Folders(NamedTuple):
    """The configuration folder, and the rules' folder where it was named (None: where the settings say)."""

    config: Path
    rules: Path | None


def folders(path: Path | None, config: Path) -> Folders:
    """What `path` means; a folder of rules goes with `--config`, or with the config folder beside it."""
    if path is None or not _holds_rules_only(path):
        return Folders(config_folder(path or config), None)
    beside = path.resolve().parent / "config"
    return Folders(config_folder(config if config.is_dir() else beside if beside.is_dir() else path), path)


def _holds_rules_only(path: Path) -> bool:
    if not path.is_dir() or any((path / name).exists() for name in _OF_A_CONFIGURATION):
        return False
    return (path.name == "rules" or any(path.glob("*.yaml"))) and not (path / "rules").is_dir()
