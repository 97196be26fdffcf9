"""The rules that a backtest tries, with the devices, profiles and people of the configuration."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from processor.cli.exit_codes import ExitCode
from processor.cli.opening import Opened
from processor.cli.shadow_rules import ShadowRules, try_rules
from processor.cli.tables import say
from processor.loading.kinds import Kind, kind_of
from processor.loading.load import load
from processor.loading.rendering import render_problems
from processor.loading.sources import read_sources
from processor.model.district import District
from processor.model.problem import Problem, Severity
from processor.model.text import Text

NO_RULES: Final = Text(zh="{folder} 中没有规则（*.yaml）。", en="There are no rules (*.yaml) in {folder}.")
WRONG: Final = Text(zh="{folder} 中的规则不能使用：", en="The rules in {folder} cannot be used:")
NO_OVERRIDES: Final = Text(
    zh="overrides.yaml 提到 {folder} 中没有的规则，本次不使用该文件。",
    en="overrides.yaml speaks of rules that are not in {folder}; it is left out.",
)


def district_with(at: Opened, rules: Path | None) -> District:
    """The configuration with the rules of this folder; the verb ends with 2 and every problem where it is not sound."""
    texts, unread = read_sources(at.folder, at.settings.rules_folder(at.folder))
    if rules is not None:
        own = try_rules(rules)
        if not own:
            say(NO_RULES.pick(at.language).format(folder=rules))
            raise typer.Exit(ExitCode.CONFIGURATION)
        if isinstance(own, ShadowRules):
            # Named as the configured ones are: the same rules then have the same content hash, wherever they lie.
            texts = own.over(texts)
        else:
            unread += own
    loaded = load(texts)
    if rules is not None and loaded.district is None and _only_overrides(loaded.problems):
        # A folder with a few rules to try lacks most of those that the overrides speak of.
        say(NO_OVERRIDES.pick(at.language).format(folder=rules))
        loaded = load({name: text for name, text in texts.items() if kind_of(name) is not Kind.OVERRIDES})
    if loaded.district is None or unread:
        if rules is not None:
            say(WRONG.pick(at.language).format(folder=rules))
        say(render_problems([*unread, *loaded.problems], at.language))
        raise typer.Exit(ExitCode.CONFIGURATION)
    return loaded.district


def _only_overrides(problems: Sequence[Problem]) -> bool:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    return all(kind_of(problem.place.file) is Kind.OVERRIDES for problem in errors)


def communities_of(district: District, devices: Sequence[str], communities: Sequence[str]) -> tuple[str, ...]:
    """The communities to replay: a device's decisions may depend on others of its community, not on more."""
    known = {device.community for device in district.devices.values()}
    for name in communities:
        if name not in known:
            raise typer.BadParameter(f"no device is in {name} / {name} 没有设备", param_hint="--community")
    for name in devices:
        if name not in district.devices:
            raise typer.BadParameter(f"there is no device {name} / 没有设备 {name}", param_hint="--device")
    return tuple(sorted({*communities, *(district.devices[name].community for name in devices)}))
