"""`wardwatch automation`: the kill switch of automatic commands."""

from typing import Final

import typer

from processor.cli.daemon_client import DaemonClient
from processor.cli.lists import settled
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Community, Config, Json, Lang, Person, Reason
from processor.cli.tables import show_json
from processor.model.text import Text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Stop or allow automatic commands; rules, reminders and orders go on. / 自动处置总开关。",
)

STOPPED: Final = Text(
    zh="{where}：自动处置已停止；规则、提醒和工单照常。",
    en="{where}: automatic commands are stopped; rules, reminders and orders go on.",
)
ALLOWED: Final = Text(zh="{where}：自动处置已恢复。", en="{where}: automatic commands are allowed again.")
EVERYWHERE: Final = Text(zh="全部社区", en="every community")


@app.command("stop")
def stop(
    *,
    person: Person,
    reason: Reason,
    community: Community = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Send no automatic command any more. / 停止自动处置。"""
    body = {"stopped": True, "community": community, "person": person, "reason": reason}
    _switch(opened(config, lang), body, STOPPED, as_json=as_json)


@app.command("allow")
def allow(
    *,
    person: Person,
    reason: Reason,
    community: Community = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Allow automatic commands again. / 恢复自动处置。"""
    body = {"stopped": False, "community": community, "person": person, "reason": reason}
    _switch(opened(config, lang), body, ALLOWED, as_json=as_json)


def _switch(at: Opened, body: dict[str, object], words: Text, *, as_json: bool) -> None:
    with DaemonClient(at.settings) as daemon:
        done = settled(at, daemon.post("/api/automation", body))
    if as_json:
        show_json(done)
    else:
        typer.echo(words.pick(at.language).format(where=body["community"] or EVERYWHERE.pick(at.language)))
