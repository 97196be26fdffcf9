"""The past that `backtest` and `suggest` read: the options that name it, and opening it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from processor.cli.ending import usable_store
from processor.cli.opening import Opened
from processor.cli.wire_history import FileHistory, SqliteHistory, open_files, open_store_history
from processor.cli.wire_store import store_path
from processor.model.district import District
from processor.replay.backtest import RECORDED

Store = Annotated[Path | None, typer.Option("--store", help="A store; default: the configured one. / 存储文件。")]
Csv = Annotated[list[Path] | None, typer.Option("--csv", help="A CSV file of readings. / CSV 文件，可重复。")]
Parquet = Annotated[list[Path] | None, typer.Option("--parquet", help="A Parquet file. / Parquet 文件，可重复。")]
Influx = Annotated[
    list[Path] | None,
    typer.Option("--influx", help="An export, line protocol or annotated CSV. / InfluxDB 导出文件，可重复。"),
]
Since = Annotated[str, typer.Option("--from", help='"7 d" (ago), 2026-01-31, 2026-01-31T08:00. / 起始。', metavar="T")]
Until = Annotated[str, typer.Option("--to", help="The same; the first instant left out. / 截止（不含）。", metavar="T")]
Devices = Annotated[list[str] | None, typer.Option("--device", help="Count only this one. / 只统计该设备，可重复。")]
Communities = Annotated[list[str] | None, typer.Option("--community", help="Only this one. / 只看该社区，可重复。")]


class Files(NamedTuple):
    """The files that were named in place of a store, and how they are read."""

    csv: list[Path]
    parquet: list[Path]
    influx: list[Path]
    strict: bool = False
    sort: bool = False

    @property
    def named(self) -> bool:
        """Whether any was."""
        return bool(self.csv or self.parquet or self.influx)

    def refuse_beside(self, store: Path | None, compare: str = "") -> None:
        """The verb ends with 2 where what only a store has is asked of files."""
        if self.named and (store or compare == RECORDED):
            cure = "only a store holds what was decided; leave it out with files / 文件中没有记录"
            raise typer.BadParameter(cure, param_hint="--store" if store else "--compare recorded")


@contextmanager
def open_history(
    at: Opened, district: District, store: Path | None, files: Files
) -> Iterator[SqliteHistory | FileHistory]:
    """The files' history, or the store's; the verb ends with 4 and the cure where it cannot be read."""
    with usable_store():
        history: SqliteHistory | FileHistory
        if files.named:
            named = {"csv": files.csv, "parquet": files.parquet, "influx": files.influx}
            history = open_files(district, **named, strict=files.strict, sort=files.sort)
        else:
            history = open_store_history(store or store_path(at.settings))
        with closing(history):
            yield history
