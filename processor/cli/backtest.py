"""`wardwatch backtest`: what a rule set would have done with what was once said."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from processor.cli.backtest_notes import notes
from processor.cli.backtest_page import page
from processor.cli.backtest_rules import communities_of, district_with
from processor.cli.backtest_text import print_result
from processor.cli.collecting import seldom_collected
from processor.cli.ending import end
from processor.cli.exit_codes import ExitCode
from processor.cli.histories import (
    Communities,
    Csv,
    Devices,
    Files,
    Influx,
    Parquet,
    Since,
    Store,
    Until,
    open_history,
)
from processor.cli.moments import between, how_long, now
from processor.cli.opening import opened
from processor.cli.options import HERE, Config, Json, Lang
from processor.cli.progress import bar
from processor.cli.tables import say, show_json
from processor.cli.wire_history import FileHistory, SqliteHistory
from processor.model.district import District
from processor.model.text import Text
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
Strict = Annotated[bool, typer.Option("--strict", help="A bad row ends it. / 有坏行即终止。")]
Sort = Annotated[bool, typer.Option("--sort", help="Sort files by time on the disk first. / 先按时间排序。")]
WarmUp = Annotated[str, typer.Option("--warm-up", help="Replayed before --from, uncounted. / 预热时长。", metavar="D")]
Compare = Annotated[str, typer.Option("--compare", help='"recorded", or a rules folder. / 与记录或另一规则目录比较。')]
AssumeOption = Annotated[Assume, typer.Option("--assume", help="Of commands and orders nobody answered. / 假设。")]
FormatOption = Annotated[Format, typer.Option("--format", help="text, json or html. / 输出格式。")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="A file instead of stdout. / 输出文件。")]


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
    device: Devices = None,
    community: Communities = None,
    assume: AssumeOption = Assume.WORKS,
    strict: Strict = False,
    sort: Sort = False,
    form: FormatOption = Format.TEXT,
    out: Out = None,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Say what rules would have done with what was said. / 用历史数据试算规则。"""
    at = opened(config, lang)
    form = Format.JSON if as_json else form
    district = district_with(at, rules)
    begin, end_at = between(since, until, now(), at.zone)
    asked = Asked(
        since=begin,
        until=end_at,
        warm_up_ms=how_long(warm_up, "--warm-up") if warm_up else None,
        assume=assume,
        only=tuple(device or ()),
        communities=communities_of(district, device or [], community or []),
    )
    sets = [(str(rules or "rules"), district)]
    if compare and compare != RECORDED:
        sets.append((compare, district_with(at, Path(compare))))
    files = Files(csv or [], parquet or [], influx or [], strict, sort)
    files.refuse_beside(store, compare)
    began = time.monotonic()
    with open_history(at, district, store, files) as history:
        result = _replayed(history, sets, asked, against_record=compare == RECORDED, language=at.language)
        for note in notes(result.source, history.extent(), begin, at.zone):
            say(note.pick(at.language))
        if form is Format.HTML:
            result = with_values(result, history, district)
    seconds = time.monotonic() - began
    _show(result, form, out, at.language, seconds)
    raise typer.Exit(ExitCode.OK if result.source.complete else ExitCode.INTERRUPTED)


def _replayed(
    history: SqliteHistory | FileHistory,
    sets: list[tuple[str, District]],
    asked: Asked,
    *,
    against_record: bool,
    language: str,
) -> Result:
    record = history if isinstance(history, SqliteHistory) else None
    with _interruptible() as stopped, seldom_collected(), bar(READING.pick(language)) as progress:
        test = Backtest(history, sets, asked, record)
        return test.run(against_record=against_record, progress=progress, stopped=stopped)


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
        end(f"{out}: {error.strerror}")


def _print(result: Result, form: Format, language: str, seconds: float) -> None:
    if form is Format.JSON:
        show_json(result)
    elif form is Format.HTML:
        sys.stdout.write(page(result, language, seconds))
    else:
        print_result(result, language, seconds)


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
