"""The options that verbs share, so that they are called and explained alike everywhere."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from processor.cli.settings import CONFIG_OPTION
from processor.model.order import OrderResult
from processor.model.reading import RejectionReason


class Language(StrEnum):
    """The languages of texts for people."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


Config = Annotated[Path, CONFIG_OPTION]
HERE = Path("config")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for programs. / 输出 JSON。")]
Form = Annotated[Format, typer.Option("--format", help="text, or json: the same as --json. / 输出格式。")]
Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="zh or en; default: language of wardwatch.yaml. / 语言，默认取配置。"),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many. / 最多条数。")]
Community = Annotated[str, typer.Option("--community", help="Only this community. / 只看该社区。")]
Subject = Annotated[str, typer.Option("--subject", "--device", help="Only this device or group. / 只看该设备或群组。")]
Person = Annotated[
    str,
    typer.Option("--person", "--by", help="Who does this: an id of people.yaml. / 处理人（people.yaml 中的编号）。"),
]
Reason = Annotated[str, typer.Option("--reason", help="Why. / 原因。")]
Note = Annotated[str, typer.Option("--note", help="What others should know. / 备注。")]
Result = Annotated[OrderResult | None, typer.Option("--result", help="What it turned out to be. / 处置结果。")]
Rejected = Annotated[
    RejectionReason | None, typer.Option("--reason", help="Only those with this reason. / 只看该原因。")
]
