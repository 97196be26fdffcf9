"""`wardwatch test`: the tests that stand beside the rules, on virtual time."""

from pathlib import Path
from typing import Annotated, Final

import typer

from processor.cli.check import as_documents
from processor.cli.exit_codes import ExitCode
from processor.cli.folders import folders
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Json, Lang
from processor.cli.rule_files import read_tests_of
from processor.cli.tables import say, show_json
from processor.loading.kinds import TEST_ENDING
from processor.loading.load import load
from processor.loading.rendering import render, render_problems
from processor.loading.sources import read_sources
from processor.model.district import District
from processor.model.problem import Problem
from processor.model.text import Text
from processor.replay.rule_tests import Report, run_tests

app = typer.Typer(add_completion=False)

NO_TESTS: Final = Text(zh="没有找到规则测试（rules/*.test.yaml）。", en="There are no tests (rules/*.test.yaml).")
FAILED: Final = Text(zh="{place}：{test}：{said}", en="{place}: {test}: {said}")
TIMELINE: Final = Text(zh="  经过：", en="  what happened in it:")
COUNT: Final = Text(zh="规则测试 {passed} 个通过，{failed} 个失败", en="tests passed: {passed}, failed: {failed}")
COVERED: Final = Text(
    zh="规则 {rules} 条；触发过的级别 {fired}/{levels}；恢复过 {cleared}/{rules}；有“不得触发”测试 {silent}/{rules}",
    en="rules: {rules}; levels fired {fired}/{levels}, cleared {cleared}/{rules}, held to silence {silent}/{rules}",
)

Where = Annotated[
    Path | None,
    typer.Argument(help="A configuration or rules folder, or a test file. / 配置或规则目录，或一个测试文件。"),
]


@app.command("test")
def run_the_tests(path: Where = None, *, config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """Run the tests beside the rules. / 运行规则测试。"""
    one = path if path is not None and path.name.endswith(TEST_ENDING) else None
    where = folders(None if one else path, config)
    at = opened(where.config, lang)
    rules = where.rules or at.settings.rules_folder(at.folder)
    district = _district(at, rules)
    texts, unread = read_tests_of(at.folder, rules)
    if one is not None:
        texts = {name: text for name, text in texts.items() if Path(name).name == one.name}
    if not texts and not unread:
        say(NO_TESTS.pick(at.language))
        raise typer.Exit(ExitCode.CONFIGURATION)
    report = run_tests(texts, district)
    passed = report.passed and not unread
    if as_json:
        show_json(_document(report, unread, passed=passed))
    else:
        _print(report, unread, at.language)
    raise typer.Exit(ExitCode.OK if passed else ExitCode.PROBLEM)


def _district(at: Opened, rules: Path | None) -> District:
    """The rules to test; the verb ends with 2 and every problem where they cannot be used."""
    sources, unread = read_sources(at.folder, rules)
    loaded = load(sources)
    if loaded.district is None or unread:
        say(render_problems([*unread, *loaded.problems], at.language))
        raise typer.Exit(ExitCode.CONFIGURATION)
    return loaded.district


def _print(report: Report, unread: list[Problem], language: str) -> None:
    for problem in (*unread, *report.problems):
        typer.echo(render(problem, language))
    failed = [outcome for outcome in report.outcomes if outcome.failures]
    for outcome in failed:
        for failure in outcome.failures:
            words = FAILED.pick(language)
            typer.echo(words.format(place=failure.place, test=outcome.test.name, said=failure.said))
        typer.echo(f"{TIMELINE.pick(language)}\n{outcome.timeline}")
    typer.echo(COUNT.pick(language).format(passed=len(report.outcomes) - len(failed), failed=len(failed)))
    typer.echo(COVERED.pick(language).format(**report.coverage.figures()))
    for line in report.coverage.missing:
        typer.echo(f"  {line}")


def _document(report: Report, unread: list[Problem], *, passed: bool) -> dict[str, object]:
    failed = [outcome for outcome in report.outcomes if outcome.failures]
    return {
        "ok": passed,
        "passed": len(report.outcomes) - len(failed),
        "failed": len(failed),
        "problems": as_documents([*unread, *report.problems]),
        "failures": [
            {
                "test": outcome.test.name,
                "file": failure.place.file,
                "line": failure.place.line,
                "column": failure.place.column,
                "said": failure.said,
            }
            for outcome in failed
            for failure in outcome.failures
        ],
        "coverage": {**report.coverage.figures(), "missing": report.coverage.missing},
    }
