"""Finding and reading wardwatch.yaml for every verb."""

import os
import sys
from pathlib import Path
from typing import Final

import typer

from processor.cli.exit_codes import ExitCode
from processor.loading.settings import load_settings
from processor.loading.settings_model import Settings
from processor.model.problem import Problem

SETTINGS_FILE: Final = "wardwatch.yaml"
CONFIG_OPTION: Final = typer.Option(
    "--config",
    "-c",
    envvar="WARDWATCH_CONFIG",
    help="The folder with wardwatch.yaml, or that file. / 配置目录或 wardwatch.yaml 文件。",
)


def config_folder(given: Path) -> Path:
    """The configuration folder, whether the folder or its settings file was named."""
    return given.parent if given.name == SETTINGS_FILE or given.is_file() else given


def read_settings(config: Path) -> tuple[Settings | None, list[Problem]]:
    """The settings under this environment, or None; and everything that is wrong with them."""
    return load_settings(config / SETTINGS_FILE, os.environ)


def settings_or_exit(config: Path) -> Settings:
    """The settings; with errors, they are printed and the verb ends."""
    settings, problems = read_settings(config)
    for problem in problems:
        sys.stderr.write(problem.render() + "\n")
    if settings is None:
        raise typer.Exit(ExitCode.CONFIGURATION)
    return settings


def token_path(settings: Settings) -> Path:
    """Where the daemon keeps the token it made for its console, when none is configured."""
    return Path(settings.store.path + ".token")
