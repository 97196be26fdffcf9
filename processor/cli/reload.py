"""`wardwatch reload`: have the running daemon read its configuration again."""

from typing import Annotated, Any, Final

import typer

from processor.cli.daemon_client import DaemonClient, Declined
from processor.cli.exit_codes import ExitCode
from processor.cli.lists import settled
from processor.cli.opening import opened
from processor.cli.options import HERE, Config, Json, Lang, Person
from processor.cli.tables import say, show_json
from processor.model.text import Text

app = typer.Typer(add_completion=False)

CHANGED: Final = Text(
    zh="新配置已生效（{rules_hash:.12}）。", en="The new configuration is in force ({rules_hash:.12})."
)
SAME: Final = Text(zh="配置没有变化（{rules_hash:.12}）。", en="Nothing has changed ({rules_hash:.12}).")


@app.command("reload")
def reload(
    *,
    person: Person,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the history of rules. / 原因。")] = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Have the daemon read rules, devices and people again; a bad set changes nothing. / 重新读取配置。"""
    at = opened(config, lang)
    with DaemonClient(at.settings) as daemon:
        answer = daemon.post("/api/reload", {"person": person, "reason": reason})
    if isinstance(answer, Declined) and answer.code == "bad_configuration":
        _bad(answer, at.language, as_json=as_json)
    done = settled(at, answer)
    if as_json:
        show_json({"ok": True, **done})
        return
    _print(done["problems"], at.language)
    typer.echo((CHANGED if done["changed"] else SAME).pick(at.language).format_map(done))


def _bad(answer: Declined, language: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"ok": False, "changed": False, **answer.body})
    else:
        _print(answer.body["problems"], language)
        say(answer.why.pick(language))
    raise typer.Exit(ExitCode.PROBLEM)


def _print(problems: list[dict[str, Any]], language: str) -> None:
    for problem in problems:
        typer.echo(problem[language])
