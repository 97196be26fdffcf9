"""`wardwatch alerts`: what is burning, why, and clearing a latch."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from processor.cli.daemon_client import DaemonClient, in_path
from processor.cli.lists import look, settled
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Community, Config, Json, Lang, Limit, Person, Reason, Subject
from processor.cli.spoken import evidence_words, spoken
from processor.cli.story import show_alert
from processor.cli.tables import Cell, level_cell, moment, show_json, show_table, state_cell, stdout, text2
from processor.cli.wire_store import open_records
from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.alert import AlertState, Withheld
from processor.model.rule import Level
from processor.model.text import Text
from processor.runtime.service import NOT_OK
from processor.runtime.views import alert_view

app = typer.Typer(add_completion=False, invoke_without_command=True)

HEADINGS: Final = Text(
    zh="告警,级别,状态,规则,社区,开始,工单,依据", en="alert,level,state,rule,community,since,order,evidence"
)
NOTHING: Final = Text(zh="没有告警。", en="No alerts.")
RESET: Final = Text(zh="已复位：{alert}", en="Reset: {alert}")

States = Annotated[
    list[AlertState] | None, typer.Option("--state", help="In this state; may be given again. / 状态，可多次。")
]
LevelGiven = Annotated[str, typer.Option("--level", help="1 to 4, or L1 to L4. / 级别。")]
RuleGiven = Annotated[str, typer.Option("--rule", help="Only of this rule. / 只看该规则。")]
Alert = Annotated[str, typer.Argument(help="The alert's id. / 告警编号。")]


@app.callback()
def alerts(
    context: typer.Context,
    *,
    state: States = None,
    level: LevelGiven = "",
    community: Community = "",
    subject: Subject = "",
    rule: RuleGiven = "",
    shadow: Annotated[bool, typer.Option("--shadow", help="Also of rules in shadow. / 也列出影子规则的告警。")] = False,
    limit: Limit = 100,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """List alerts that are not ok, newest first; show one; reset a latched one. / 告警：列表、详情、复位。"""
    if context.invoked_subcommand is not None:
        return
    at, wanted = opened(config, lang), _level(level)
    asked = {"community": community, "subject": subject, "rule": rule}

    def from_store(most: int) -> Sequence[object]:
        states = frozenset(state or NOT_OK)
        found = open_records(at.settings).alerts(states=states, level=wanted, shadow=shadow, limit=most, **asked)
        latched = _latched_rules(at)
        return [alert_view(each, latched=each.transition.rule in latched) for each in found]

    listed = look(
        at,
        "/api/alerts",
        {**asked, "state": state or None, "level": wanted, "shadow": shadow or None},
        limit,
        from_store,
    )
    if as_json:
        show_json(listed)
    elif not listed.items:
        stdout().print(NOTHING.pick(at.language))
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(item, at) for item in listed.items])


def _latched_rules(at: Opened) -> set[str]:
    """As the files say it now; the store alone does not."""
    sources, _ = read_sources(at.folder, at.settings.rules_folder(at.folder))
    district = load(sources).district
    return {rule.id for rule in district.rules.values() if rule.latched} if district else set()


def _row(item: dict[str, Any], at: Opened) -> list[Cell]:
    words = spoken(AlertState, item["state"], at.language)
    words += {"zh": "（自锁）", "en": " (latched)"}[at.language] if item["latched"] else ""
    words += f" · {spoken(Withheld, item['withheld'], at.language)}" if item.get("withheld") else ""
    return [
        item["alert"],
        level_cell(item["level"]),
        state_cell(item["state"], words),
        f"{item['rule']} {text2(item['rule_name'], at.language)}",
        item["community"],
        moment(item["opened_at"], at.zone),
        item["order"],
        evidence_words(item["evidence"], at.language),
    ]


def _level(given: str) -> Level | None:
    number = given.upper().removeprefix("L")
    if not number:
        return None
    if number not in {"1", "2", "3", "4"}:
        raise typer.BadParameter("1, 2, 3 or 4 / 1 至 4", param_hint="--level")
    return Level(int(number))


@app.command("show")
def show(alert: Alert, config: Config = HERE, *, as_json: Json = False, lang: Lang = None) -> None:
    """Every step of one alert, with its commands and orders. / 一条告警的全过程。"""
    show_alert(opened(config, lang), alert, as_json=as_json)


@app.command("reset")
def reset(
    alert: Alert, *, person: Person, reason: Reason, config: Config = HERE, as_json: Json = False, lang: Lang = None
) -> None:
    """Clear a latch, after somebody looked on site. / 现场确认后复位自锁告警。"""
    at = opened(config, lang)
    with DaemonClient(at.settings) as daemon:
        done = settled(at, daemon.post(f"/api/alerts/{in_path(alert)}/reset", {"person": person, "reason": reason}))
    if as_json:
        show_json(done)
    else:
        stdout().print(RESET.pick(at.language).format(alert=alert), markup=False)
