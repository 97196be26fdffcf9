"""`wardwatch readings`: what a device said."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from processor.cli.lists import look
from processor.cli.moments import now, when
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Json, Lang, Limit
from processor.cli.spoken import spoken
from processor.cli.tables import Cell, moment, show_json, show_table, stdout, values
from processor.cli.wire_store import open_records
from processor.console.looking import named_reading
from processor.model.reading import Flag
from processor.model.text import Text
from processor.model.time import DAY, SECOND

app = typer.Typer(add_completion=False)

HEADINGS: Final = Text(zh="设备,时间,到达延迟,标记,数值", en="device,time,came after,flags,values")
NOTHING: Final = Text(
    zh="没有读数。设备编号对吗？默认只看最近 7 天，可用 --from 指定更早的时间。",
    en="No readings. Is the device's id right? Only the last 7 days are looked at; --from names an earlier time.",
)
LOOKED_BACK: Final = 7 * DAY
"""A device that is silent would otherwise have the whole journal looked through."""

Device = Annotated[str, typer.Argument(help="Its id; without it those of all devices. / 设备编号，可省略。")]
Since = Annotated[
    str, typer.Option("--from", help='"2 h" (ago), 2026-01-31, or 2026-01-31T08:00. / 起始时间。', metavar="WHEN")
]
Until = Annotated[str, typer.Option("--to", help="The same; what came before it. / 截止时间。", metavar="WHEN")]


@app.command("readings")
def readings(
    device: Device = "",
    *,
    since: Since = "",
    until: Until = "",
    limit: Limit = 20,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """List what a device said, newest first. / 设备的读数，最新的在前。"""
    at, present = opened(config, lang), now()
    begin = when(since, present, at.zone, "--from") if since else present - LOOKED_BACK
    end = when(until, present, at.zone, "--to") if until else None

    def from_store(most: int) -> Sequence[object]:
        found = open_records(at.settings).readings(device=device, since=begin, until=end, limit=most)
        return [named_reading(reading) for reading in found]

    listed = look(at, "/api/readings", {"device": device, "since": begin, "until": end}, limit, from_store)
    if as_json:
        show_json(listed)
    elif not listed.items:
        stdout().print(NOTHING.pick(at.language))
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(item, at) for item in listed.items])


def _row(item: dict[str, Any], at: Opened) -> list[Cell]:
    late = (item["arrived"] - item["at"]) / SECOND
    flags = " ".join(spoken(Flag, each, at.language) for each in item["flags"])
    return [item["device"], moment(item["at"], at.zone), f"{late:.1f} s", flags, values(item["values"])]
