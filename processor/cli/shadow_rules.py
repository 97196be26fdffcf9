"""The directory of rules to try: where it is, and what is in it."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from processor.cli.exit_codes import ExitCode
from processor.cli.opening import Opened
from processor.cli.tables import say
from processor.loading.kinds import Kind, kind_of
from processor.loading.load import Loaded, load
from processor.loading.rule_folder import rule_files, rule_test_files
from processor.loading.sources import read_text
from processor.loading.yaml_strict import MAX_BYTES
from processor.model.problem import Problem

RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules", help="The directory of rules to try; default: shadow.rules of the settings. / 影子规则目录。"
    ),
]


class ShadowRules(NamedTuple):
    """The texts of a directory by file name. `overrides` None: those in force stay."""

    rules: dict[str, str]
    tests: dict[str, str]
    overrides: str | None

    def over(self, live: dict[str, str]) -> dict[str, str]:
        """The files in force with these rules in place of theirs."""
        replaced = {Kind.RULES} if self.overrides is None else {Kind.RULES, Kind.OVERRIDES}
        kept = {name: text for name, text in live.items() if kind_of(name) not in replaced}
        own = {f"rules/{name}": text for name, text in self.rules.items()}
        return {**kept, **own} if self.overrides is None else {**kept, **own, "config/overrides.yaml": self.overrides}

    def loaded(self, live: dict[str, str]) -> Loaded:
        """The district that these make over the files in force."""
        return load(self.over(live))


def shadow_folder(at: Opened, given: Path | None) -> Path | None:
    """The directory that was named, or the one of the settings."""
    if given is not None:
        return given
    return at.settings.shadow_folder(at.folder)


def read_rules(folder: Path, language: str) -> ShadowRules:
    """What is in it now; the verb ends where it cannot be read."""
    found = try_rules(folder)
    if isinstance(found, ShadowRules):
        return found
    for problem in found:
        say(problem.render(language))
    if not folder.is_dir():
        say(f"{folder}: there is no such directory / 没有这个目录")
    raise typer.Exit(ExitCode.CONFIGURATION)


def try_rules(folder: Path) -> ShadowRules | list[Problem]:
    """What is in it now, or why it cannot be read."""
    rules: dict[str, str] = {}
    tests: dict[str, str] = {}
    problems: list[Problem] = []
    for kept, files in ((rules, rule_files(folder)), (tests, rule_test_files(folder))):
        for name, path in files:
            read = read_text(path, f"{folder.name}/{name}", MAX_BYTES)
            if isinstance(read, Problem):
                problems.append(read)
            else:
                kept[name] = read
    overrides = rules.pop("overrides.yaml", None)
    return ShadowRules(rules, tests, overrides) if rules and not problems else problems
