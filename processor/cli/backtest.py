"""`wardwatch backtest`: what a rule set would have done with what was once said."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Final, NamedTuple

import typer

from processor.cli.backtest_page import page
from processor.cli.backtest_rules import communities_of, district_with
from processor.cli.backtest_text import print_result
from processor.cli.collecting import seldom_collected
from processor.cli.exit_codes import ExitCode
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Lang
from processor.cli.progress import bar
from processor.cli.readings import when
from processor.cli.tables import say, show_json
from processor.cli.wire_history import (
    FileHistory,
    HistoryUnusable,
    JournalBroken,
    JournalFull,
    SqliteHistory,
    open_files,
    open_store_history,
)
from processor.cli.wire_store import store_path
from processor.loading.scalars import duration
from processor.model.district import District
from processor.model.text import Text
from processor.model.time import SECOND, DurationMs, EpochMs
from processor.replay.backtest import RECORDED, Asked, Backtest
from processor.replay.backtest_result import Result
from processor.replay.backtest_values import with_values
from processor.replay.backtest_world import Assume

app = typer.Typer(add_completion=False)

READING: Final = Text(zh="回放", en="replaying")
STOPPED: Final = Text(zh="已中断；以下是到此为止的结果。", en="Stopped; this is what was counted until then.")


class Format(StrEnum):
    """How the result is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


Rules = Annotated[Path | None, typer.Option("--rules", help="The rules folder to try. / 要试验的规则目录。")]
Store = Annotated[Path | None, typer.Option("--store", help="A store; default: the configured one. / 存储文件。")]
Csv = Annotated[list[Path] | None, typer.Option("--csv", help="A CSV file of readings. / CSV 文件，可重复。")]
Parquet = Annotated[list[Path] | None, typer.Option("--parquet", help="A Parquet file. / Parquet 文件，可重复。")]
Influx = Annotated[
    list[Path] | None,
    typer.Option("--influx", help="An export, line protocol or annotated CSV. / InfluxDB 导出文件，可重复。"),
]
Strict = Annotated[bool, typer.Option("--strict", help="A bad row ends it. / 有坏行即终止。")]
Sort = Annotated[bool, typer.Option("--sort", help="Sort files by time on the disk first. / 先按时间排序。")]
Since = Annotated[str, typer.Option("--from", help='"7 d" (ago), 2026-01-31, 2026-01-31T08:00. / 起始。', metavar="T")]
Until = Annotated[str, typer.Option("--to", help="The same; it is not part of it any more. / 截止。", metavar="T")]
WarmUp = Annotated[str, typer.Option("--warm-up", help="Replayed before --from, uncounted. / 预热时长。", metavar="D")]
Compare = Annotated[str, typer.Option("--compare", help='"recorded", or a rules folder. / 与记录或另一规则目录比较。')]
Device = Annotated[list[str] | None, typer.Option("--device", help="Count only this one. / 只统计该设备，可重复。")]
Community = Annotated[list[str] | None, typer.Option("--community", help="Only this one. / 只看该社区，可重复。")]
AssumeOption = Annotated[Assume, typer.Option("--assume", help="Of commands and orders nobody answered. / 假设。")]
FormatOption = Annotated[Format, typer.Option("--format", help="text, json or html. / 输出格式。")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="A file instead of stdout. / 输出文件。")]


class Files(NamedTuple):
    """The files that were named, and how they are read."""

    csv: list[Path]
    parquet: list[Path]
    influx: list[Path]
    strict: bool
    sort: bool

    @property
    def named(self) -> bool:
        """Whether any was."""
        return bool(self.csv or self.parquet or self.influx)

    def refuse_beside(self, store: Path | None, compare: str) -> None:
        """The verb ends with 2 where what only a store has is asked of files."""
        if self.named and (store or compare == RECORDED):
            cure = "only a store holds what was decided; leave it out with files / 文件中没有记录"
            raise typer.BadParameter(cure, param_hint="--store" if store else "--compare recorded")


@app.command("backtest")
def backtest(
    *,
    rules: Rules = None,
    store: Store = None,
    csv: Csv = None,
    parquet: Parquet = None,
    influx: Influx = None,
    since: Since = "",
    until: Until = "",
    warm_up: WarmUp = "",
    compare: Compare = "",
    device: Device = None,
    community: Community = None,
    assume: AssumeOption = Assume.WORKS,
    strict: Strict = False,
    sort: Sort = False,
    form: FormatOption = Format.TEXT,
    out: Out = None,
    config: Config = HERE,
    lang: Lang = None,
) -> None:
    """Say what rules would have done with what was said. / 用历史数据试算规则。"""
    at = opened(config, lang)
    now = int(time.time() * SECOND)
    district = district_with(at, rules)
    asked = Asked(
        since=_instant(since, now, at, "--from"),
        until=_instant(until, now, at, "--to"),
        warm_up_ms=_duration(warm_up, "--warm-up"),
        assume=assume,
        only=tuple(device or ()),
        communities=communities_of(district, device or [], community or []),
    )
    sets = [(str(rules or "rules"), district)]
    if compare and compare != RECORDED:
        sets.append((compare, district_with(at, Path(compare))))
    files = Files(csv or [], parquet or [], influx or [], strict, sort)
    files.refuse_beside(store, compare)
    with _usable(), _opened(at, district, store, files) as history, _interruptible() as stopped:
        began = time.monotonic()
        with seldom_collected(), bar(READING.pick(at.language)) as progress:
            past = history if isinstance(history, SqliteHistory) else None
            test = Backtest(history, sets, asked, past)
            result = test.run(against_record=compare == RECORDED, progress=progress, stopped=stopped)
            if form is Format.HTML:
                result = with_values(result, history, district)
        seconds = time.monotonic() - began
    _show(result, form, out, at.language, seconds)
    raise typer.Exit(ExitCode.OK if result.source.complete else ExitCode.INTERRUPTED)


def _show(result: Result, form: Format, out: Path | None, language: str, seconds: float) -> None:
    if not result.source.complete:
        say(STOPPED.pick(language))
    if out is None:
        _print(result, form, language, seconds)
        return
    try:
        with out.open("w", encoding="utf-8") as file, redirect_stdout(file):
            _print(result, form, language, seconds)
    except OSError as error:
        say(f"{out}: {error.strerror}")
        raise typer.Exit(ExitCode.PROBLEM) from error


def _print(result: Result, form: Format, language: str, seconds: float) -> None:
    if form is Format.JSON:
        show_json(result)
    elif form is Format.HTML:
        sys.stdout.write(page(result, language, seconds))
    else:
        print_result(result, language, seconds)


def _instant(text: str, now: EpochMs, at: Opened, option: str) -> EpochMs | None:
    return when(text, now, at.zone, option) if text else None


def _duration(text: str, option: str) -> DurationMs | None:
    if not text:
        return None
    found = duration(text)
    if found is None:
        raise typer.BadParameter('such as "2 h" or "28 d" / 如 "2 h"、"28 d"', param_hint=option)
    return found


@contextmanager
def _opened(at: Opened, district: District, store: Path | None, files: Files) -> Iterator[SqliteHistory | FileHistory]:
    """The store's history, or that of the files."""
    history: SqliteHistory | FileHistory
    if files.named:
        named = {"csv": files.csv, "parquet": files.parquet, "influx": files.influx}
        history = open_files(district, **named, strict=files.strict, sort=files.sort)
    else:
        history = open_store_history(store or store_path(at.settings))
    try:
        yield history
    finally:
        history.close()


@contextmanager
def _usable() -> Iterator[None]:
    """The verb ends with 4 and the cure where the source cannot be read."""
    try:
        yield
    except (JournalBroken, JournalFull, HistoryUnusable) as error:
        say(str(error))
        raise typer.Exit(ExitCode.STORE) from error


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks the run to stop; a second one ends it at once."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
