"""`wardwatch suggest`: limits for a rule from what was normal, with the alerts that each would have made."""

from typing import Annotated, Final

import typer

from processor.cli.backtest_rules import communities_of, district_with
from processor.cli.backtest_text import BAD
from processor.cli.ending import end
from processor.cli.histories import (
    Communities,
    Csv,
    Devices,
    Files,
    Influx,
    Parquet,
    Since,
    Store,
    Until,
    open_history,
)
from processor.cli.moments import between, now
from processor.cli.opening import opened
from processor.cli.options import HERE, Config, Form, Format, Json, Lang
from processor.cli.progress import bar
from processor.cli.suggest_text import SuggestionPage
from processor.cli.tables import say, show_json, show_lines
from processor.cli.wire_history import SqliteHistory
from processor.model.text import Text
from processor.replay.suggest import Suggester, Wanted

app = typer.Typer(add_completion=False)

READING: Final = Text(zh="回放", en="replaying")
NO_RULE: Final = Text(zh="没有规则 {rule}。", en="There is no rule {rule}.")

RuleId = Annotated[str, typer.Argument(help="The rule's id. / 规则编号。")]


@app.command("suggest")
def suggest(
    rule: RuleId,
    *,
    since: Since = "",
    until: Until = "",
    store: Store = None,
    csv: Csv = None,
    parquet: Parquet = None,
    influx: Influx = None,
    device: Devices = None,
    community: Communities = None,
    config: Config = HERE,
    form: Form = Format.TEXT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Propose limits from history; changes no file. / 由历史数据建议阈值，不改动任何文件。"""
    at = opened(config, lang)
    begin, end_at = between(since, until, now(), at.zone)
    district = district_with(at, None)
    found = district.rules.get(rule)
    if found is None:
        end(NO_RULE.pick(at.language).format(rule=rule))
    wanted = Wanted(
        since=begin,
        until=end_at,
        communities=communities_of(district, device or [], community or []),
        only=tuple(device or ()),
    )
    files = Files(csv or [], parquet or [], influx or [])
    files.refuse_beside(store)
    with open_history(at, district, store, files) as history, bar(READING.pick(at.language)) as progress:
        feedback = history if isinstance(history, SqliteHistory) else None
        result = Suggester(history, district, found, wanted, feedback).run(progress)
        bad, examples = history.bad_rows
    if bad:
        say(
            "\n  ".join(
                [BAD.pick(at.language).format(count=bad), *(f"{e.place}: {e.why.pick(at.language)}" for e in examples)]
            )
        )
    if as_json or form is Format.JSON:
        show_json(result)
    else:
        show_lines(SuggestionPage(result, at.language, district.zone).lines())
