"""`wardwatch mute`: tell nobody for a while, with a name and a reason."""

from typing import Annotated, Any, Final

import typer

from processor.cli.daemon_client import DaemonClient
from processor.cli.exit_codes import ExitCode
from processor.cli.lists import settled
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Json, Lang, Person, Reason
from processor.cli.tables import moment, say, show_json, show_table
from processor.loading.scalars import duration
from processor.model.text import Text
from processor.model.time import MINUTE

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Tell nobody for a while; rules go on, and what still fires is told afterwards. / 暂时静默告警。",
)

MUTED: Final = Text(
    zh="已静默：{what}，时长 {length}。规则照常判断；届时仍在告警的会再通知。",
    en="Muted: {what}, for {length}. The rules go on; what still fires then is told.",
)
ENDED: Final = Text(zh="已结束静默：{what}。", en="The mute is ended: {what}.")
NONE: Final = Text(zh="没有静默。", en="Nothing is muted.")
HEADINGS: Final = Text(zh="社区,规则,对象,截止,操作人,原因", en="community,rule,subject,until,by,reason")
BAD_LENGTH: Final = Text(
    zh="--for 需要 1 分钟到 7 天的时长，例如 2 h。", en="--for wants a time from 1 min to 7 d, such as 2 h."
)
NO_TARGET: Final = Text(
    zh="请用 --device（设备或位置）或 --community 指明静默什么。",
    en="Say what is muted: --device (a device or a place) or --community.",
)
NOT_MUTED: Final = Text(
    zh="没有这样的静默：{what}。现有静默见 wardwatch mute list。",
    en="There is no such mute: {what}. wardwatch mute list shows those that stand.",
)
LONGEST_MINUTES: Final = 7 * 24 * 60

Subject = Annotated[
    str, typer.Option("--subject", "--device", help="This device or place, such as sunrise/b3. / 设备或位置。")
]
RuleGiven = Annotated[str, typer.Option("--rule", help="Only this rule; without it every rule. / 只静默该规则。")]
CommunityGiven = Annotated[str, typer.Option("--community", help="Everything of this community. / 整个社区。")]


@app.command("add")
def add(
    *,
    length: Annotated[str, typer.Option("--for", help="How long, such as 2 h; at most 7 d. / 时长。")],
    person: Person,
    reason: Reason,
    subject: Subject = "",
    rule: RuleGiven = "",
    community: CommunityGiven = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Mute a device, a place, a rule of a community, or a whole community. / 静默。"""
    at = opened(config, lang)
    asked = duration(length)
    minutes = -(-asked // MINUTE) if asked else 0
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise typer.BadParameter(BAD_LENGTH.pick(at.language), param_hint="--for")
    body = _body(subject, rule, community, person, reason, minutes)
    _require_target(at, body)
    done = _post(at, body)
    if as_json:
        show_json(done)
    else:
        typer.echo(MUTED.pick(at.language).format(what=_what(body), length=length))


@app.command("end")
def end(
    *,
    person: Person,
    reason: Reason,
    subject: Subject = "",
    rule: RuleGiven = "",
    community: CommunityGiven = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """End a mute early: the same subject, rule and community as when it was made. / 提前结束静默。"""
    at = opened(config, lang)
    body = _body(subject, rule, community, person, reason, 0)
    _require_target(at, body)
    if not _stands(at, body):
        say(NOT_MUTED.pick(at.language).format(what=_what(body)))
        raise typer.Exit(ExitCode.PROBLEM)
    done = _post(at, body)
    if as_json:
        show_json(done)
    else:
        typer.echo(ENDED.pick(at.language).format(what=_what(body)))


@app.command("list")
def show(*, config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """List what is muted, until when, by whom and why. / 列出静默：截止、操作人、原因。"""
    at = opened(config, lang)
    with DaemonClient(at.settings) as daemon:
        found = settled(at, daemon.get("/api/mutes", {"limit": 1000}))
    if as_json:
        show_json(found)
    elif not found["items"]:
        typer.echo(NONE.pick(at.language))
    else:
        rows = [
            (
                each["community"],
                each["rule"] or "*",
                each["subject"] or "*",
                moment(each["until"], at.zone),
                each["person"],
                each["reason"],
            )
            for each in found["items"]
        ]
        show_table(HEADINGS.pick(at.language).split(","), rows)


def _body(subject: str, rule: str, community: str, person: str, reason: str, minutes: int) -> dict[str, Any]:  # noqa: PLR0917 - the fields of one request
    return {
        "subject": subject,
        "rule": rule,
        "community": community,
        "person": person,
        "reason": reason,
        "minutes": minutes,
    }


def _what(body: dict[str, Any]) -> str:
    return " ".join(filter(None, (body["rule"], body["subject"] or body["community"])))


def _require_target(at: Opened, body: dict[str, Any]) -> None:
    if not (body["subject"] or body["community"]):
        raise typer.BadParameter(NO_TARGET.pick(at.language), param_hint="--device / --community")


def _stands(at: Opened, body: dict[str, Any]) -> bool:
    """Whether exactly this was muted."""
    with DaemonClient(at.settings) as daemon:
        found = settled(at, daemon.get("/api/mutes", {"limit": 1000}))["items"]
    return any(
        (each["rule"], each["subject"]) == (body["rule"], body["subject"])
        and (body["subject"] or each["community"] == body["community"])
        for each in found
    )


def _post(at: Opened, body: dict[str, Any]) -> Any:  # noqa: ANN401 - what the daemon said, as JSON
    with DaemonClient(at.settings) as daemon:
        return settled(at, daemon.post("/api/mutes", body))
