"""`wardwatch doctor`: what is wrong, in plain words, and the cure."""

from pathlib import Path
from typing import Annotated, Final

import typer

from processor.cli.doctor_broker import look_at_broker
from processor.cli.doctor_daemon import look_at_daemon, look_at_database
from processor.cli.doctor_store import look_at_store
from processor.cli.exit_codes import ExitCode
from processor.cli.findings import Finding, Standing, note, well, wrong
from processor.cli.options import HERE, Config, Json, Lang
from processor.cli.settings import config_folder, read_settings
from processor.cli.tables import harmless, show_json, stdout
from processor.loading.load import load
from processor.loading.scalars import duration
from processor.loading.settings_model import Settings
from processor.loading.sources import read_sources
from processor.model.district import District
from processor.model.problem import Problem, Severity
from processor.model.text import Text
from processor.model.time import SECOND

app = typer.Typer(add_completion=False)

MARKS: Final = {
    Standing.OK: ("✓", "green"),
    Standing.NOTE: ("•", "yellow"),
    Standing.WRONG: ("✗", "bold red"),
    Standing.SKIPPED: ("–", "dim"),
}
NAMES: Final = {
    "settings": Text(zh="设置", en="settings"),
    "probation": Text(zh="试运行期", en="probation"),
    "configuration": Text(zh="配置", en="configuration"),
    "broker": Text(zh="MQTT 服务器", en="broker"),
    "subscriptions": Text(zh="订阅权限", en="subscriptions"),
    "topics": Text(zh="主题", en="topics"),
    "clocks": Text(zh="时钟", en="clocks"),
    "messages": Text(zh="消息", en="messages"),
    "store": Text(zh="存储", en="store"),
    "disk": Text(zh="磁盘", en="disk"),
    "daemon": Text(zh="守护进程", en="daemon"),
    "token": Text(zh="令牌", en="token"),
    "reload": Text(zh="重新加载", en="reload"),
    "delivery": Text(zh="发送", en="delivery"),
    "database": Text(zh="数据库", en="database"),
}
ALL_WELL: Final = Text(zh="没有发现问题。", en="Nothing is wrong.")
COUNT: Final = Text(zh="发现 {count} 个问题。", en="Things that are wrong: {count}.")

Listen = Annotated[
    str, typer.Option("--listen", help="How long to listen to the devices. / 监听多久。", metavar="TIME")
]


@app.command("doctor")
def doctor(*, listen: Listen = "5s", config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """Say in plain words what is wrong, and the cure. / 用大白话说明哪里有问题、怎么办。"""
    listen_ms = duration(listen)
    if listen_ms is None:
        raise typer.BadParameter("such as 5s or 2min / 如 5s、2min", param_hint="--listen")
    folder = config_folder(config)
    settings, problems = read_settings(folder)
    found = [_settings(problems)]
    if settings is not None:
        found += examine(folder, settings, listen_ms / SECOND)
    language = str(lang or (settings.language if settings else "zh"))
    bad = sum(each.standing is Standing.WRONG for each in found)
    if as_json:
        show_json({"ok": not bad, "findings": found})
    else:
        _print(found, language)
        stdout().print((COUNT if bad else ALL_WELL).pick(language).format(count=bad))
    raise typer.Exit(ExitCode.PROBLEM if bad else ExitCode.OK)


def examine(folder: Path, settings: Settings, listen_s: float) -> list[Finding]:
    """Every check, each beside the others: one that finds something wrong does not stop the next."""
    configuration, district = _configuration(folder, settings)
    daemon, answers = look_at_daemon(settings)
    return [
        configuration,
        *look_at_store(settings, daemon_answers=answers),
        *daemon,
        *look_at_broker(settings, district, listen_s),
        *look_at_database(settings),
    ]


def _settings(problems: list[Problem]) -> Finding:
    if not problems:
        return well("settings", "wardwatch.yaml 可以使用。", "wardwatch.yaml can be used.")
    what = Text(
        zh="；".join(problem.render("zh") for problem in problems),
        en="; ".join(problem.render("en") for problem in problems),
    )
    failed = any(problem.severity is Severity.ERROR for problem in problems)
    return wrong("settings", what) if failed else note("settings", what)


def _configuration(folder: Path, settings: Settings) -> tuple[Finding, District | None]:
    sources, unread = read_sources(folder, settings.rules_folder(folder))
    loaded = load(sources, settings.channels)
    problems = [*unread, *loaded.problems]
    if not problems and loaded.district is not None:
        told = len(loaded.district.devices), len(loaded.district.rules)
        words = ("设备 {} 台，规则 {} 条，没有错误。".format(*told), "{} devices, {} rules, no mistake.".format(*told))
        return well("configuration", *words), loaded.district
    first = problems[0]
    what = Text(
        zh=f"{len(problems)} 个问题，第一个：{first.render('zh')}",
        en=f"{len(problems)} problems, the first: {first.render('en')}",
    )
    cure = Text(zh="wardwatch check 会全部列出。", en="wardwatch check lists them all.")
    found = note if loaded.district is not None and not unread else wrong
    return found("configuration", what, cure), loaded.district


def _print(found: list[Finding], language: str) -> None:
    console = stdout()
    for each in found:
        mark, style = MARKS[each.standing]
        name = NAMES[each.check].pick(language) if each.check in NAMES else each.check
        console.print(mark, style=style, end=" ")
        console.print(harmless(f"{name}: {each.what.pick(language)}"), markup=False, soft_wrap=True)
        if each.cure.pick(language):
            console.print(harmless(f"    → {each.cure.pick(language)}"), markup=False, soft_wrap=True)
