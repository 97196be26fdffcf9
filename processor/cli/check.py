"""`wardwatch check`: every problem of every file at once, each with its place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec
import typer

from processor.cli.check_formats import Format, annotations, sarif
from processor.cli.exit_codes import ExitCode
from processor.cli.folders import folders
from processor.cli.options import HERE, Config, Json, Lang
from processor.cli.rule_files import read_tests_of
from processor.cli.settings import read_settings
from processor.cli.tables import say, show_json
from processor.loading.kinds import Kind, kind_of, named_like
from processor.loading.load import Loaded, load
from processor.loading.messages import problem
from processor.loading.rendering import render_problems
from processor.loading.settings_model import Settings
from processor.loading.sources import RULES, read_sources, rules_folder, stray_files
from processor.model.district import District
from processor.model.problem import Problem, Severity
from processor.model.source import SourcePlace
from processor.model.text import Text

app = typer.Typer(add_completion=False)
Folder = Annotated[
    Path | None, typer.Argument(help="A configuration folder, or a rules folder. / 配置目录或规则目录。")
]
Formatted = Annotated[Format, typer.Option("--format", help="text, json, github annotations, or sarif. / 输出格式。")]
Cost = Annotated[bool, typer.Option("--cost", help="State and work of each rule, and which is dear. / 各规则的开销。")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings fail, too. / 有警告也算失败。")]


BORROWED: Final = Text(
    zh="{rules} 没有自己的配置，按随附示例的设备模板、位置和人员检查；可用 --config 指定您的配置。",
    en="{rules} has no configuration: it is checked against the profiles, places and people of the shipped example; "
    "name yours with --config.",
)


class Checked(NamedTuple):
    """What was found; `district` only where nothing is an error."""

    problems: tuple[Problem, ...]
    district: District | None
    tests: int
    language: str

    def count(self, severity: Severity) -> int:
        """How many problems are of this severity."""
        return sum(each.severity is severity for each in self.problems)


@app.command("check")
def check(
    path: Folder = None,
    config: Config = HERE,
    *,
    strict: Strict = False,
    cost: Cost = False,
    form: Formatted = Format.TEXT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Say every mistake in every file, file:line:col. / 检查全部配置、规则与规则测试。"""
    where = folders(path, config)
    folder, rules = where.config, where.rules
    if not folder.is_dir():
        missing = Text(zh=f"没有配置目录 {folder}。", en=f"There is no configuration folder {folder}.")
        say(missing.pick(str(lang or "en")))
        raise typer.Exit(ExitCode.CONFIGURATION)
    checked = check_folder(folder, rules)
    if where.only is not None:
        checked = _of_one_file(checked, folder, where.only)
    language = str(lang or checked.language)
    if where.borrowed:
        say(BORROWED.pick(language).format(rules=rules))
    _show(checked, Format.JSON if as_json else form, language, strict=strict, cost=cost)
    raise typer.Exit(ExitCode.OK if _passes(checked, strict=strict) else ExitCode.PROBLEM)


def _show(checked: Checked, form: Format, language: str, *, strict: bool, cost: bool) -> None:
    if form is Format.JSON:
        show_json(_document(checked, strict=strict, cost=cost))
    elif form is Format.SARIF:
        show_json(sarif(checked.problems, language))
    elif form is Format.GITHUB:
        for line in annotations(checked.problems, language):
            typer.echo(line)
    else:
        typer.echo(render_problems(checked.problems, language))
        if checked.district is not None:
            typer.echo(_contents(checked.district, checked.tests).pick(language))
        if checked.district is not None and cost:
            from processor.cli.check_cost import show_cost  # noqa: PLC0415 - only who asks waits for the engine

            show_cost(checked.district, language)


def check_folder(folder: Path, rules: Path | None = None) -> Checked:
    """Read everything in a configuration folder and its rules folder."""
    settings, problems = read_settings(folder)
    usual = settings.rules_folder(folder) if settings else None
    borrowing = rules is not None and rules.resolve() != rules_folder(folder, usual)
    rules = rules or usual
    sources, unread = read_sources(folder, rules)
    loaded = _load(sources, settings, unread, borrowing=borrowing)
    problems = [*problems, *unread, *_strays(folder, rules), *loaded.problems]
    tests = 0
    if loaded.district is not None and not unread:
        from processor.replay.rule_test_file import read_tests  # noqa: PLC0415 - faulty files are told without it

        texts, unread = read_tests_of(folder, rules)
        found = [read_tests(file, text, loaded.district) for file, text in sorted(texts.items())]
        tests = sum(len(each) for each, _ in found)
        problems += [*unread, *(each for _, wrong in found for each in wrong)]
    if rules is not None and rules.name != RULES:
        problems = [_where_it_is(each, rules) for each in problems]
    sound = not any(each.severity is Severity.ERROR for each in problems)
    language = settings.language if settings else "en"
    return Checked(tuple(problems), loaded.district if sound else None, tests, language)


def _load(sources: dict[str, str], settings: Settings | None, unread: Sequence[Problem], *, borrowing: bool) -> Loaded:
    """What the files say. Overrides are made for the rules in force: for others they may speak of what is not there."""
    channels, missing = settings.channels if settings else None, [each.place.file for each in unread]
    loaded = load(sources, channels, missing)
    if borrowing and any(kind_of(each.place.file) is Kind.OVERRIDES for each in loaded.problems):
        rest = {name: text for name, text in sources.items() if kind_of(name) is not Kind.OVERRIDES}
        return load(rest, channels, missing)
    return loaded


def _strays(folder: Path, rules: Path | None) -> list[Problem]:
    """Files that an operator may believe to be read."""
    if rules is not None and rules.resolve() == folder.resolve():
        return []
    above = folder.resolve().name
    return [
        problem("stray_file", SourcePlace(f"{above}/{name}"), suggestion=named_like(name), severity=Severity.WARNING)
        for name in stray_files(folder.resolve())
    ]


def _of_one_file(checked: Checked, folder: Path, file: Path) -> Checked:
    above = folder.resolve().parent
    own = (each for each in checked.problems if (above / each.place.file).resolve() == file.resolve())
    return checked._replace(problems=tuple(own))


def _where_it_is(found: Problem, rules: Path) -> Problem:
    """The problem with the path of a rules folder that has another name."""
    file = found.place.file
    if not file.startswith(f"{RULES}/"):
        return found
    place = msgspec.structs.replace(found.place, file=(rules / file.removeprefix(f"{RULES}/")).as_posix())
    return msgspec.structs.replace(found, place=place)


def _passes(checked: Checked, *, strict: bool) -> bool:
    return not (checked.problems if strict else checked.count(Severity.ERROR))


def _contents(district: District, tests: int) -> Text:
    numbers = (len(district.profiles), len(district.places), len(district.devices), len(district.people))
    rules = len(district.rules)
    return Text(
        zh="设备模板 {}，位置 {}，设备 {}，人员 {}，".format(*numbers) + f"规则 {rules}，规则测试 {tests}",
        en="profiles {}, places {}, devices {}, people {}, ".format(*numbers)
        + f"rules {rules}, tests of rules {tests}",
    )


def _document(checked: Checked, *, strict: bool, cost: bool) -> dict[str, object]:
    district = checked.district
    document: dict[str, object] = {
        "ok": _passes(checked, strict=strict),
        "errors": checked.count(Severity.ERROR),
        "warnings": checked.count(Severity.WARNING),
        "problems": as_documents(checked.problems),
        "devices": len(district.devices) if district else None,
        "rules": len(district.rules) if district else None,
        "tests": checked.tests,
        "rules_hash": district.hash if district else None,
    }
    if cost and district is not None:
        from processor.cli.check_cost import cost_document  # noqa: PLC0415 - only who asks waits for the engine

        document["cost"] = cost_document(district)
    return document


def as_documents(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Problems as programs read them."""
    return [
        {
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "code": problem.code,
            "severity": problem.severity,
            "zh": problem.what.zh,
            "en": problem.what.en,
            "suggestion": problem.suggestion,
        }
        for problem in problems
    ]
