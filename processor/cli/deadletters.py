"""`wardwatch deadletters`: what could not become a reading, why, and trying it again."""

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Any, Final

import typer

from processor.cli.daemon_client import DaemonClient
from processor.cli.ending import end, usable_store
from processor.cli.lists import look, settled
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Json, Lang, Limit, Rejected
from processor.cli.spoken import spoken
from processor.cli.tables import Cell, harmless, moment, show_json, show_table, stdout
from processor.cli.wire_store import StoredDeadLetters
from processor.model.reading import RejectionReason
from processor.model.text import Text
from processor.ports.dead_letters import DeadLetter
from processor.runtime.views import dead_letter_view

app = typer.Typer(add_completion=False, invoke_without_command=True)

HEADINGS: Final = Text(zh="编号,到达,原因,设备,主题,说明,内容", en="number,arrived,reason,device,topic,detail,payload")
NOTHING: Final = Text(zh="没有死信。", en="No dead letters.")
RETRIED: Final = Text(
    zh="重试 {retried} 条：{stored} 条成为读数，{still_dead} 条仍无法识别。",
    en="Tried {retried} again: {stored} became readings, {still_dead} are still dead.",
)
NO_LETTER: Final = Text(zh="没有编号为 {number} 的死信。", en="There is no dead letter {number}.")
PAYLOAD_SHOWN: Final = 80
AT_ONCE: Final = 10_000

Number = Annotated[int, typer.Argument(min=1, help="Its number in the list. / 列表中的编号。")]
Most = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Try at most so many. / 最多重试条数。")]


@app.callback()
def deadletters(
    context: typer.Context,
    *,
    reason: Rejected = None,
    limit: Limit = 100,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """List what could not become a reading, newest first; show one; try them again. / 死信：列表、详情、重试。"""
    if context.invoked_subcommand is not None:
        return
    at = opened(config, lang)

    def from_store(most: int) -> Sequence[object]:
        found = StoredDeadLetters(at.settings).find(reason=reason, limit=most, newest_first=True)
        return [dead_letter_view(each) for each in found]

    listed = look(at, "/api/dead-letters", {"reason": reason}, limit, from_store)
    if as_json:
        show_json(listed)
    elif not listed.items:
        stdout().print(NOTHING.pick(at.language))
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(item, at) for item in listed.items])


def _row(item: dict[str, Any], at: Opened) -> list[Cell]:
    payload = item["payload"]
    return [
        str(item["sequence"]),
        moment(item["arrived"], at.zone),
        spoken(RejectionReason, item["reason"], at.language),
        item["device"] or "",
        item["topic"],
        item["detail"],
        payload if len(payload) <= PAYLOAD_SHOWN else payload[:PAYLOAD_SHOWN] + "…",
    ]


@app.command("show")
def show(number: Number, *, config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """Show one with its whole payload. / 一条死信的全部内容。"""
    at = opened(config, lang)
    with usable_store(), closing(StoredDeadLetters(at.settings)) as letters:
        found = letters.get(number)
    if found is None:
        end(NO_LETTER.pick(at.language).format(number=number))
    if as_json:
        whole = found.rejection.payload.decode("utf-8", "replace")
        show_json({**_named(found), "payload": whole, "state": found.state})
        return
    show_table(HEADINGS.pick(at.language).split(",")[:-1], [_row(_named(found), at)[:-1]])
    stdout().print(harmless(found.rejection.payload.decode("utf-8", "replace")), markup=False, soft_wrap=True)


def _named(found: DeadLetter) -> dict[str, Any]:
    view = dead_letter_view(found)
    return {name: getattr(view, name) for name in view.__struct_fields__}


@app.command("retry")
def retry(
    *, reason: Rejected = None, limit: Most = AT_ONCE, config: Config = HERE, as_json: Json = False, lang: Lang = None
) -> None:
    """Try them again, after a profile was mended. / 修好设备模板后重试。"""
    at = opened(config, lang)
    with DaemonClient(at.settings) as daemon:
        done = settled(at, daemon.post("/api/dead-letters/retry", {"reason": reason, "limit": limit}))
    if as_json:
        show_json(done)
    else:
        stdout().print(RETRIED.pick(at.language).format_map(done), markup=False)
