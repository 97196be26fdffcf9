"""`wardwatch schema`: JSON Schemas of every kind of file, so that editors complete and mark while one types."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from processor.cli.exit_codes import ExitCode
from processor.cli.options import Lang
from processor.cli.tables import say
from processor.loading.schema_district import DEVICES, PEOPLE, PLACES, PROFILE
from processor.loading.schema_rules import CALENDAR, OVERRIDES, RULES
from processor.loading.schema_settings import settings_schema
from processor.loading.schema_words import Schema
from processor.model.text import Text
from processor.replay.rule_test_schema import TESTS

app = typer.Typer(add_completion=False)


class FileKind(StrEnum):
    """The kinds of file, as editors name their schemas."""

    RULES = "rules"
    TESTS = "tests"
    PROFILE = "profile"
    PLACES = "places"
    DEVICES = "devices"
    PEOPLE = "people"
    OVERRIDES = "overrides"
    CALENDAR = "calendar"
    SETTINGS = "settings"


SCHEMAS: Final[dict[FileKind, Callable[[], Schema]]] = {
    FileKind.RULES: lambda: RULES,
    FileKind.TESTS: lambda: TESTS,
    FileKind.PROFILE: lambda: PROFILE,
    FileKind.PLACES: lambda: PLACES,
    FileKind.DEVICES: lambda: DEVICES,
    FileKind.PEOPLE: lambda: PEOPLE,
    FileKind.OVERRIDES: lambda: OVERRIDES,
    FileKind.CALENDAR: lambda: CALENDAR,
    FileKind.SETTINGS: settings_schema,
}
Kind = Annotated[FileKind | None, typer.Argument(help="One kind of file; without it all. / 文件种类，默认全部。")]
Out = Annotated[Path | None, typer.Option("--out", help="Write KIND.schema.json files here. / 写入目录。")]


@app.command("schema")
def schema(kind: Kind = None, out: Out = None, lang: Lang = None) -> None:
    """JSON Schema of every kind of file, for editors. / 各类文件的 JSON Schema，供编辑器补全。"""
    kinds = list(FileKind) if kind is None else [kind]
    if out is None:
        made = {str(each): SCHEMAS[each]() for each in kinds}
        typer.echo(_text(made if kind is None else made[str(kind)]))
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for each in kinds:
            path = out / f"{each}.schema.json"
            path.write_text(_text(SCHEMAS[each]()) + "\n", "utf-8")
            typer.echo(str(path))
    except OSError as error:
        said = Text(zh=f"无法写入 {out}：{error.strerror}", en=f"Cannot write to {out}: {error.strerror}")
        say(said.pick(str(lang or "en")))
        raise typer.Exit(ExitCode.PROBLEM) from error


def _text(document: object) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
