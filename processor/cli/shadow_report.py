"""`wardwatch shadow report`: what rules in shadow would have done that was not done, and the other way round."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

import typer

from processor.cli.backtest_text import print_comparison
from processor.cli.ending import end, usable_store
from processor.cli.moments import now, when
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Form, Format, Json, Lang
from processor.cli.tables import moment, show_json, show_table
from processor.cli.wire_history import open_store_history
from processor.cli.wire_store import StoredRuleSets, open_past, shadow_path, store_path
from processor.loading.load import load
from processor.model.district import District
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.rule_sets import RuleSet
from processor.replay.backtest_result import Account, Result
from processor.replay.shadow_difference import Side, commands, shadow_difference

HEAD: Final = Text(zh="{since} 至 {until}：影子规则与现行规则", en="{since} to {until}: in shadow against in force")
COMMANDS: Final = Text(zh="规则,已下发指令,影子会下发", en="rule,commands sent,shadow would send")
LOADS: Final = Text(
    zh=",告警,工单,提醒,每人每天工单,超限人天", en=",alerts,orders,reminders,orders per worker-day,days above limit"
)
SIDES: Final = Text(zh="现行,影子", en="in force,in shadow")
NO_RULES: Final = Text(zh="存储中没有规则历史。", en="The store has no history of rules.")
EMPTY: Final = Text(zh="这段时间影子没有运行。", en="No shadow ran in that time.")


class Span(NamedTuple):
    """The time both sides ran."""

    since: EpochMs
    until: EpochMs


def report(
    *,
    rule: Annotated[str, typer.Option("--rule", help="Only this rule. / 只看该规则。")] = "",
    since: Annotated[str, typer.Option("--from", help='"7 d" (ago) or a date. / 起始。')] = "",
    until: Annotated[str, typer.Option("--to", help="The same. / 截止。")] = "",
    form: Form = Format.TEXT,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """The difference between the shadow and what was done, over the time both ran. / 影子与现行的差异。"""
    at = opened(config, lang)
    present = now()
    asked = Span(
        when(since, present, at.zone, "--from") if since else 0,
        when(until, present, at.zone, "--to") if until else present,
    )
    with _sides(at) as (live, shadow, span):
        both = Span(max(asked.since, span.since), min(asked.until, span.until))
        if both.since >= both.until:
            end(EMPTY.pick(at.language))
        result = shadow_difference(live, shadow, both.since, both.until, rule=rule)
    if as_json or form is Format.JSON:
        show_json({"result": result, "commands": [each._asdict() for each in commands(result)]})
    else:
        _print(result, at)


@contextmanager
def _sides(at: Opened) -> Iterator[tuple[Side, Side, Span]]:
    """The daemon's record and the shadow's; without a shadow directory, the rules marked `shadow: true` are it."""
    with usable_store():
        live = open_store_history(store_path(at.settings))
    path = shadow_path(at.settings)
    beside = open_store_history(path) if path.exists() else None
    try:
        sets, district = _in_force(at, own=False)
        if beside is None:
            span = Span(sets.at, now())
            yield Side(live, district), Side(live, district, shadow=True), span
            return
        tried, other = _in_force(at, own=True)
        reached = max(beside.extent().last or 0, _saved(path, other))
        yield Side(live, district), Side(beside, other), Span(tried.at, reached + 1)
    finally:
        live.close()
        if beside is not None:
            beside.close()


def _saved(path: Path, district: District) -> EpochMs:
    """How far the shadow had come when it last kept its state."""
    with open_past(path) as (past, _):
        checkpoints = [past.checkpoint(name) for name in sorted({each.community for each in district.devices.values()})]
    return max((each.now for each in checkpoints if each is not None), default=0)


def _in_force(at: Opened, *, own: bool) -> tuple[RuleSet, District]:
    """The newest set of the daemon's store, or of the shadow's own."""
    sets = StoredRuleSets(at.settings, shadow_path(at.settings) if own else None)
    try:
        newest = sets.newest()
        kept = sets.kept(newest.rules_hash) if newest is not None else None
    finally:
        sets.close()
    district = load(kept.sources).district if kept is not None else None
    if newest is None or district is None:
        end(NO_RULES.pick(at.language))
    return newest, district


def _print(result: Result, at: Opened) -> None:
    zone = ZoneInfo(result.zone)
    since, until = moment(result.source.since, zone), moment(result.source.until, zone)
    typer.echo(HEAD.pick(at.language).format(since=since, until=until))
    if result.comparison is not None:
        print_comparison(result.comparison, at.language, zone)
    counts = commands(result)
    if counts:
        rows = [[each.rule, str(each.sent), str(each.would_send)] for each in counts]
        show_table(COMMANDS.pick(at.language).split(","), rows)
    sides = zip(SIDES.pick(at.language).split(","), (result.compared_with, result.account), strict=True)
    show_table(LOADS.pick(at.language).split(","), [_load(name, side) for name, side in sides if side is not None])


def _load(name: str, side: Account) -> list[str]:
    load_of = side.load
    alerts, orders, reminders = (
        sum(getattr(figures, what) for figures in side.rules) for what in ("alerts", "orders", "reminders")
    )
    return [name, str(alerts), str(orders), str(reminders), f"{load_of.per_worker_day:.2f}", str(load_of.over_limit)]
