"""Which folders a verb means: a configuration folder, or a folder of rules that goes with one."""

from pathlib import Path
from typing import Final, NamedTuple

from processor.cli.settings import SETTINGS_FILE, config_folder
from processor.loading.example import example_root
from processor.loading.rule_folder import rule_files

CONFIG: Final = "config"
PROFILES: Final = "profiles"
RULES: Final = "rules"
_OF_A_CONFIGURATION: Final = ("wardwatch.yaml", "places.yaml", "devices.yaml", "devices.csv", "people.yaml", "profiles")


class Folders(NamedTuple):
    """The configuration folder, and the rules' folder where it was named (None: where the settings say).

    `borrowed`: the rules have no configuration of their own, and the shipped example stands in for it.
    `only`: the one file that was named.
    """

    config: Path
    rules: Path | None
    borrowed: bool = False
    only: Path | None = None


def folders(path: Path | None, config: Path) -> Folders:
    """What `path` means; a folder of rules goes with `--config`, or with the config folder beside it."""
    if path is not None and path.is_file() and path.name != SETTINGS_FILE:
        return folders(_folder_of(path.resolve()), config)._replace(only=path)
    if path is None or not path.is_dir() or _is_configuration(path):
        whole = config_folder(path or config)
        return Folders(whole, whole if _is_flat(whole) else None)
    if not _holds_rules(path) and (path / CONFIG).is_dir():
        return Folders(path / CONFIG, None)
    if not _holds_rules(path):
        return Folders(path, None)
    beside = [each / CONFIG for each in (path.resolve().parent, path.resolve().parents[1])]
    known = next((each for each in (config, *beside) if each.is_dir()), None)
    return Folders(config_folder(known or example_root() / CONFIG), path, borrowed=known is None)


def _folder_of(file: Path) -> Path:
    """The configuration folder or the folder of rules that a file belongs to."""
    if file.parent.name == PROFILES:
        return file.parents[1]
    return next((each for each in file.parents if each.name == RULES), file.parent)


def _is_configuration(path: Path) -> bool:
    return any((path / name).exists() for name in _OF_A_CONFIGURATION)


def _is_flat(config: Path) -> bool:
    """Whether rules can only lie among the configuration's own files."""
    return config.is_dir() and not any((each / RULES).is_dir() for each in (config, config.resolve().parent))


def _holds_rules(path: Path) -> bool:
    if path.name == RULES:
        return True
    return not any((path / name).is_dir() for name in (RULES, CONFIG)) and any(rule_files(path))
