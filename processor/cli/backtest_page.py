"""A backtest as one page that needs nothing else: no network, no other file; in both languages, light and dark.

Long because the parts of one page belong together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from processor.cli.backtest_page_words import WORDS
from processor.cli.backtest_style import SCRIPT, STYLE
from processor.cli.backtest_svg import LEVELS, Axis, days, timeline, values
from processor.cli.backtest_text import SHOWN, counted, length, worker_figures
from processor.cli.spoken import Code, evidence_words, spoken
from processor.cli.tables import harmless, moment
from processor.model.alert import Withheld
from processor.model.disposition import Interlock
from processor.model.text import Text
from processor.replay.backtest_result import Account, Alarm, Comparison, Load, Result, RuleFigures
from processor.replay.difference import Episode, EpisodePair

LANES: Final = 60


def page(result: Result, language: str, seconds: float) -> str:
    """The whole document."""
    zone = ZoneInfo(result.zone)
    parts = [
        _head(result, zone, seconds),
        _tiles(result.account),
        _days(result.account.load),
        _rules(result.account),
        _timelines(result, zone),
    ]
    if result.comparison is not None:
        parts.append(_comparison(result.comparison, zone))
    parts += [_values(result, zone), _work(result.account.load), _noise(result.account, zone)]
    return (
        f'<!doctype html><html lang="{language}" data-lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Wardwatch · {_plain('backtest').pick(language)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}<script>{SCRIPT}</script></body></html>\n"
    )


# ---- words and cells ----------------------------------------------------------------------------------------------


def _plain(key: str) -> Text:
    return WORDS[key]


def _both(text: Text) -> str:
    """A text in both languages, of which the page shows one."""
    if text.zh == text.en:
        return escape(text.en)
    return f'<span class="zh">{escape(text.zh or text.en)}</span><span class="en">{escape(text.en or text.zh)}</span>'


def _word(key: str, **said: object) -> str:
    words = _plain(key)
    return _both(Text(zh=words.zh.format(**said), en=words.en.format(**said)) if said else words)


def _heading(key: str) -> str:
    return f"<h2>{_word(key)}</h2>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{_word(key)}</th>" for key in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(said: object) -> str:
    return escape(harmless(str(said)))


def _level(name: str, count: int | None = None) -> str:
    return f'<span class="mark {name}">{name}{"" if count is None else f" {count}"}</span>'


# ---- parts --------------------------------------------------------------------------------------------------------


def _head(result: Result, zone: tzinfo, seconds: float) -> str:
    source = result.source
    said = {
        "source": ", ".join(source.names),
        "since": moment(source.since, zone),
        "until": moment(source.until, zone),
        "readings": f"{source.readings:,}",
        "seconds": f"{seconds:.1f}",
    }
    lines = [_word("read", **said)]
    lines += [_word("rules_of", name=result.account.name, hash=result.account.rules_hash[:12])]
    lines += [_word("warm_up", length=length(source.warm_up_ms))] if source.warm_up_ms else []
    lines += [_word("unknown_devices", count=source.unknown_devices)] if source.unknown_devices else []
    lines += [_word("bad_rows", count=source.bad_rows)] if source.bad_rows else []
    lines += [_cell(row) for row in source.bad_row_examples]
    lines += [] if source.complete else [f"<b>{_word('stopped')}</b>"]
    buttons = '<button id="speak">中 / EN</button> <button id="look">◐</button>'
    paragraphs = "".join(f'<p class="soft">{line}</p>' for line in lines)
    return f"<header><h1>{_word('title')}</h1><div>{buttons}</div></header>{paragraphs}"


def _tiles(account: Account) -> str:
    rules = account.rules
    figures = (
        ("alerts", sum(rule.alerts for rule in rules)),
        ("standing", sum(rule.standing for rule in rules)),
        ("commands", sum(rule.commands_sent for rule in rules)),
        ("refused", sum(sum(rule.commands_refused.values()) for rule in rules)),
        ("orders", sum(rule.orders for rule in rules)),
        ("reminders", sum(rule.reminders for rule in rules)),
        ("per_worker_day", f"{account.load.per_worker_day:.2f}"),
    )
    tiles = "".join(f'<div class="tile"><b>{figure}</b>{_word(key)}</div>' for key, figure in figures)
    return f'<div class="tiles">{tiles}</div>'


def _days(load: Load) -> str:
    marks = "".join(_level(level) for level in LEVELS)
    return f"{_heading('by_day')}<p>{marks}</p>{days(load.days, _plain('by_day').en)}" if load.days else ""


def _rules(account: Account) -> str:
    busy = [rule for rule in account.rules if rule.transitions or rule.standing]
    quiet = ", ".join(rule.rule for rule in account.rules if not (rule.transitions or rule.standing))
    heads = ("rule", "name", "alerts", "by_level", "devices", "median", "p95", "standing", "unfired", "unknown")
    more = ("commands", "refused", "failed", "orders", "reminders", "chatter", "withheld")
    table = _table((*heads, *more), [_rule(rule) for rule in busy]) if busy else f"<p>{_word('nothing')}</p>"
    return f"{_heading('rules')}{table}" + (f'<p class="soft">{_word("quiet", rules=quiet)}</p>' if quiet else "")


def _rule(rule: RuleFigures) -> list[str]:
    figures = (rule.devices, length(rule.median_ms), length(rule.p95_ms), rule.standing, rule.unfired)
    acts = (rule.commands_failed, rule.orders, rule.reminders)
    return [
        f"<b>{_cell(rule.rule)}</b>",
        _both(rule.name),
        str(rule.alerts),
        "".join(_level(name, count) for name, count in rule.levels.items()),
        *(_cell(figure) for figure in (*figures, length(rule.unknown_ms), rule.commands_sent)),
        _why(Interlock, rule.commands_refused),
        *(_cell(figure) for figure in (*acts, rule.chattering)),
        _why(Withheld, rule.withheld),
    ]


def _why(kind: Code, counts: Mapping[str, int]) -> str:
    """So many for each reason."""
    said = (f"{_both(Text(spoken(kind, why, 'zh'), spoken(kind, why, 'en')))} {n}" for why, n in counts.items())
    return "<br>".join(said)


def _timelines(result: Result, zone: tzinfo) -> str:
    axis = Axis(result.source.since, result.source.until, zone)
    before = _by_rule(result.compared_with.alarms) if result.compared_with else {}
    after = _by_rule(result.account.alarms)
    rows: list[tuple[str, Sequence[Alarm]]] = []
    for rule in sorted({*after, *before})[:LANES]:
        if result.compared_with:
            rows.append((f"{rule} ·", before.get(rule, [])))
        rows.append((rule, after.get(rule, [])))
    if not rows:
        return ""
    note = f'<p class="soft">{_word("lanes", before=result.compared_with.name)}</p>' if result.compared_with else ""
    return f"{_heading('timelines')}{note}{timeline(rows, axis, _plain('timelines').en)}"


def _by_rule(alarms: Iterable[Alarm]) -> dict[str, list[Alarm]]:
    found: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        found[alarm.rule].append(alarm)
    return found


def _comparison(found: Comparison, zone: tzinfo) -> str:
    intro = _word("compared", before=found.before, tolerance=length(found.tolerance_ms))
    heads = ("rule", "before", "after", "same", "added", "removed", "moved", "level")
    rows = [
        (_cell(rule.rule), *(str(getattr(rule, side)) for side in heads[1:]))  # its columns are named like its fields
        for rule in found.rules
    ]
    table = _table(heads, rows) if rows else ""
    pairs = [_pair(pair, zone) for pair in found.differences[: 5 * SHOWN]]
    heads = ("change", "rule", "subject", "began_before", "began_after", "ended_before", "ended_after", "levels")
    shown = " open" if len(pairs) <= SHOWN else ""
    words = _word("differences", count=len(found.differences) + found.left_out)
    listed = f"<details{shown}><summary>{words}</summary>{_table(heads, pairs)}</details>"
    listed = listed if pairs else f"<p>{_word('all_same')}</p>"
    return f'{_heading("comparison")}<p class="soft">{intro}</p>{table}{listed}'


def _pair(pair: EpisodePair, zone: tzinfo) -> list[str]:
    def when(found: Episode | None, *, end: bool) -> str:
        return "" if found is None else moment(found.ended if end else found.began, zone)

    sides = [side for side in (pair.before, pair.after) if side is not None]
    levels = " → ".join(dict.fromkeys("".join(_level(level.name) for level in side.levels) for side in sides))
    return [
        _word(str(pair.change)),
        _cell(pair.episode.rule),
        _cell(pair.episode.subject),
        when(pair.before, end=False),
        when(pair.after, end=False),
        when(pair.before, end=True),
        when(pair.after, end=True),
        levels,
    ]


def _values(result: Result, zone: tzinfo) -> str:
    alarms = {alarm.alert: alarm for alarm in result.account.alarms}
    parts = []
    for found in result.values:
        alarm = alarms[found.alert]
        plot = values(found, alarm, Axis(found.since, found.until, zone), f"{alarm.rule} {alarm.subject}")
        if plot:
            what = f"{_level(alarm.level.name)} {_cell(alarm.rule)} · {_cell(alarm.subject)}"
            evidence = Text(*(evidence_words(harmless(alarm.evidence), language) for language in ("zh", "en")))
            said = f"{moment(alarm.began, zone)} · {_both(evidence)}"
            parts.append(f'<h3>{what}</h3><p class="soft">{said}</p>{plot}')
    return f"{_heading('values')}{_legend()}{''.join(parts)}" if parts else ""


def _legend() -> str:
    items = "".join(
        f'<span class="item"><i class="key {kind}"></i>{_word(word)}</span>'
        for kind, word in (("curve", "curve"), ("", "limit"), ("back", "way_back"), ("span", "fired"))
    )
    return f'<p class="soft legend">{items}</p>'


def _work(load: Load) -> str:
    said = {"mean": f"{load.per_worker_day:.2f}", "limit": f"{load.limit:g}", "over": load.over_limit}
    line = _word("work_is", **said, nobody=load.unassigned_orders)
    roles = f"<p>{_word('roles', roles=counted(load.roles))}</p>" if load.roles else ""
    heads = ("worker", "orders", "per_day", "worst_day", "messages")
    rows = [(_cell(each.person), *(f"{figure:g}" for figure in worker_figures(each))) for each in load.workers]
    return f"{_heading('work')}<p>{line}</p>{roles}{_table(heads, rows) if rows else ''}"


def _noise(account: Account, zone: tzinfo) -> str:
    rows = [
        [_cell(noisy.subject), str(noisy.alerts), f"{noisy.share:.1%}", _cell(", ".join(noisy.rules))]
        for noisy in account.noisiest
    ]
    noisy = f"{_heading('noisy')}{_table(('subject', 'alerts', 'share', 'rules'), rows)}" if rows else ""
    if not account.floods:
        return noisy
    heads = ("community", "begin", "end", "alerts")
    floods = [
        [_cell(each.community), moment(each.begin, zone), moment(each.end, zone), str(each.alerts)]
        for each in account.floods[:SHOWN]
    ]
    return f"{noisy}{_heading('floods')}{_table(heads, floods)}"
