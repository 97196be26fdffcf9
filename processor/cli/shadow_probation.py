"""What only watches, until when, and a person who lets it act before that."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from processor.cli.daemon_client import DaemonClient
from processor.cli.ending import end
from processor.cli.lists import settled
from processor.cli.moments import now
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Form, Format, Json, Lang, Person, Reason
from processor.cli.rule_changes import announced, on_disk
from processor.cli.rules import sets_of
from processor.cli.tables import moment, show_json, show_table
from processor.loading.load import content_hash, load
from processor.model.district import District
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.rule_sets import RuleSet, SetCause, SetRequest
from processor.runtime.probation import acts
from processor.runtime.rule_sets import ALL

HEADINGS: Final = Text(zh="规则,名称,状态,自,至", en="rule,name,state,since,until")
ACTING: Final = Text(
    zh="没有只观察的规则：所有自动指令均可下发。", en="No rule only watches: every automatic command may go."
)
WHICH: Final = Text(zh="请给出规则编号，或 --all。", en="Name rules, or say --all.")
NONE: Final = Text(zh="这些规则没有处于试运行期：{rules}", en="These rules are not on probation: {rules}")
NO_RULE: Final = Text(zh="没有规则 {rule}。", en="There is no rule {rule}.")
BAD: Final = Text(
    zh="规则文件有错误，请先运行 wardwatch check。", en="The files have errors; run wardwatch check first."
)
LATER: Final = Text(
    zh="守护进程未运行：{rules} 的豁免在下次启动时生效。",
    en="The daemon does not run: {rules} may act from its next start on.",
)
APPROVED: Final = Text(zh="已允许自动下发：{rules}", en="May act now: {rules}")
STATES: Final[Mapping[str, Text]] = {
    "shadow": Text(zh="影子：只记录", en="in shadow: told to nobody, acts never"),
    "probation": Text(zh="试运行：只提醒，不下发指令", en="on probation: people are told, commands are only shown"),
    "approved": Text(zh="已豁免（{by}）", en="approved by {by}"),
    "acts": Text(zh="可下发指令", en="acts"),
}

RuleNames = Annotated[list[str] | None, typer.Argument(help="Ids of rules. / 规则编号。")]


def status(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that may act. / 也列出可动作的规则。")] = False,
    form: Form = Format.TEXT,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Which rules only watch, since when and until when. / 哪些规则只观察，到何时为止。"""
    at = opened(config, lang)
    with sets_of(at) as sets:
        newest = sets.newest()
        kept = sets.kept(newest.rules_hash) if newest else None
    district = load(kept.sources).district if kept else None
    found = _states(district, newest, kept.probation, now()) if district and newest and kept else []
    found = [each for each in found if every or each["state"] in {"shadow", "probation"}]
    if as_json or form is Format.JSON:
        show_json({"items": found})
    elif not found:
        typer.echo(ACTING.pick(at.language))
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(each, at) for each in found])


def approve(
    rules: RuleNames = None,
    *,
    person: Person,
    reason: Reason,
    every: Annotated[bool, typer.Option("--all", help="Every rule on probation. / 所有试运行中的规则。")] = False,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Let automatic commands act before their probation is over, in a person's name. / 提前结束试运行期。"""
    at = opened(config, lang)
    names = [ALL] if every else list(rules or ())
    if not names:
        end(WHICH.pick(at.language))
    texts = on_disk(at)
    district = load(texts, at.settings.channels).district
    if district is None:
        end(BAD.pick(at.language))
    for name in names:
        if name != ALL and name not in district.rules:
            end(NO_RULE.pick(at.language).format(rule=name))
    request = SetRequest(content_hash(texts), person, SetCause.APPROVE, reason, tuple(names))
    with DaemonClient(at.settings) as daemon:
        body = {"rules": names, "person": person, "reason": reason}
        answer = daemon.post("/api/rules/approve", body)
        running = announced(at, answer, request)
        told = {"running": running, "rules": names, **(settled(at, answer) if running else {})}
    if as_json:
        show_json(told)
        return
    _tell_approved(at, told, ", ".join(names))


def _tell_approved(at: Opened, told: Mapping[str, Any], names: str) -> None:
    if not told["running"]:
        typer.echo(LATER.pick(at.language).format(rules=names))
    elif told["changed"]:
        typer.echo(APPROVED.pick(at.language).format(rules=names))
    else:
        end(NONE.pick(at.language).format(rules=names))


def _states(district: District, newest: RuleSet, probation: Mapping[str, EpochMs], at: EpochMs) -> list[dict[str, Any]]:
    found = []
    for name, rule in sorted(district.rules.items()):
        trial, until = newest.trials.get(name), probation.get(name)
        if not rule.enabled or not (rule.shadow or acts(rule)):
            continue
        state = "approved" if trial and trial.approved else "acts"
        if rule.shadow:
            state, until = "shadow", None
        elif until is not None and at < until:
            state = "probation"
        told = {"rule": name, "name": rule.name, "state": state, "since": trial.since if trial else None}
        found.append({**told, "until": until, "approved": trial.approved if trial else "", "note": rule.note})
    return found


def _row(found: Mapping[str, Any], at: Opened) -> list[str]:
    name: Text = found["name"]
    state = STATES[found["state"]].pick(at.language).format(by=found["approved"])
    return [
        found["rule"],
        name.pick(at.language),
        state,
        moment(found["since"], at.zone),
        moment(found["until"], at.zone),
    ]
