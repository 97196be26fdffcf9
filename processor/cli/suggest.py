"""`wardwatch suggest`: limits for a rule from what was normal, with the alerts that each would have made."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from processor.cli.backtest_rules import communities_of, district_with
from processor.cli.backtest_text import BAD
from processor.cli.exit_codes import ExitCode
from processor.cli.explain import Format
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Lang
from processor.cli.progress import bar
from processor.cli.readings import when
from processor.cli.suggest_text import SuggestionPage
from processor.cli.tables import harmless, say, show_json
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
from processor.model.district import District
from processor.model.text import Text
from processor.model.time import SECOND
from processor.replay.suggest import Suggester, Wanted

app = typer.Typer(add_completion=False)

READING: Final = Text(zh="回放", en="replaying")
NO_RULE: Final = Text(zh="没有规则 {rule}。", en="There is no rule {rule}.")

RuleId = Annotated[str, typer.Argument(help="The rule's id. / 规则编号。")]
Since = Annotated[str, typer.Option("--from", help='"28 d" (ago), 2026-01-31. / 起始时间。', metavar="T")]
Until = Annotated[str, typer.Option("--to", help="The same; it is not part of it any more. / 截止。", metavar="T")]
Store = Annotated[Path | None, typer.Option("--store", help="A store; default: the configured one. / 存储文件。")]
Csv = Annotated[list[Path] | None, typer.Option("--csv", help="A CSV file of readings. / CSV 文件，可重复。")]
Parquet = Annotated[list[Path] | None, typer.Option("--parquet", help="A Parquet file. / Parquet 文件，可重复。")]
Influx = Annotated[list[Path] | None, typer.Option("--influx", help="An InfluxDB export. / InfluxDB 导出，可重复。")]
Device = Annotated[list[str] | None, typer.Option("--device", help="Only this one. / 只看该设备，可重复。")]
Community = Annotated[list[str] | None, typer.Option("--community", help="Only this one. / 只看该社区，可重复。")]
As = Annotated[Format, typer.Option("--format", help="text or json. / 输出格式。")]


class Files(NamedTuple):
    """Files of readings, in place of a store."""

    csv: list[Path]
    parquet: list[Path]
    influx: list[Path]


@app.command("suggest")
def suggest(
    rule: RuleId,
    *,
    since: Since = "",
    until: Until = "",
    store: Store = None,
    csv: Csv = None,
    parquet: Parquet = None,
    influx: Influx = None,
    device: Device = None,
    community: Community = None,
    config: Config = HERE,
    form: As = Format.TEXT,
    lang: Lang = None,
) -> None:
    """Propose limits from history; changes no file. / 由历史数据建议阈值，不改动任何文件。"""
    at = opened(config, lang)
    now = int(time.time() * SECOND)
    district = district_with(at, None)
    found = district.rules.get(rule)
    if found is None:
        say(NO_RULE.pick(at.language).format(rule=rule))
        raise typer.Exit(ExitCode.PROBLEM)
    wanted = Wanted(
        since=when(since, now, at.zone, "--from") if since else None,
        until=when(until, now, at.zone, "--to") if until else None,
        communities=communities_of(district, device or [], community or []),
        only=tuple(device or ()),
    )
    named = Files(csv or [], parquet or [], influx or [])
    with _history(at, district, store, named) as history, bar(READING.pick(at.language)) as progress:
        feedback = history if isinstance(history, SqliteHistory) else None
        result = Suggester(history, district, found, wanted, feedback).run(progress)
        bad, examples = history.bad_rows
    if bad:
        say(
            "\n  ".join(
                [BAD.pick(at.language).format(count=bad), *(f"{e.place}: {e.why.pick(at.language)}" for e in examples)]
            )
        )
    if form is Format.JSON:
        show_json(result)
        return
    for line in SuggestionPage(result, at.language, district.zone).lines():
        sys.stdout.write(" " * (len(line) - len(line.lstrip())) + harmless(line.lstrip()) + "\n")


@contextmanager
def _history(at: Opened, district: District, store: Path | None, files: Files) -> Iterator[SqliteHistory | FileHistory]:
    """The store's history, or that of the files; the verb ends with 4 where it cannot be read."""
    history: SqliteHistory | FileHistory
    try:
        if any(files):
            history = open_files(district, csv=files.csv, parquet=files.parquet, influx=files.influx)
        else:
            history = open_store_history(store or store_path(at.settings))
        try:
            yield history
        finally:
            history.close()
    except (JournalBroken, JournalFull, HistoryUnusable) as error:
        say(str(error))
        raise typer.Exit(ExitCode.STORE) from error
