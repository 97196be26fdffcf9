"""A backtest as tables on a terminal."""

from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from processor.cli.spoken import spoken
from processor.cli.tables import Cell, moment, show_table, stdout
from processor.model.text import Text
from processor.model.time import HOUR, MINUTE, SECOND, DurationMs
from processor.replay.backtest import RECORDED
from processor.replay.backtest_result import Account, Comparison, Load, Result, RuleFigures, WorkerLoad
from processor.replay.difference import Change, EpisodePair
from processor.replay.shadow_difference import IN_FORCE

SHOWN: Final = 20

HEAD: Final = Text(
    zh="{source}：{since} 至 {until}，读数 {readings:,} 条，用时 {seconds:.1f} 秒（每秒 {speed:,.0f} 条）",
    en="{source}: {since} to {until}, {readings:,} readings in {seconds:.1f} s ({speed:,.0f}/s)",
)
WARM_UP: Final = Text(zh="预热 {length}，不计入。", en="Warmed up with {length} before, which are not counted.")
UNKNOWN: Final = Text(zh="未配置设备的读数 {count:,} 条。", en="{count:,} readings were of devices not configured.")
BAD: Final = Text(zh="无法使用的行 {count:,} 条，例如：", en="{count:,} rows could not be used, such as:")
RULES: Final = Text(
    zh="规则,告警,按级别,设备,中位时长,95% 时长,末尾未恢复,未触发,状态不明,指令,被拒指令,工单,提醒,抖动",
    en="rule,alerts,by level,devices,median,p95,standing,unfired,unknown,commands,refused,orders,reminders,chatter",
)
QUIET: Final = Text(zh="没有动静的规则：{rules}", en="Rules that kept still: {rules}")
LOAD: Final = Text(
    zh="工作量：每人每天 {mean:.2f} 张工单（上限 {limit:g}）；超限 {over} 人天；无人负责的工单 {nobody} 张",
    en="Work: {mean:.2f} orders per worker-day (limit {limit:g}); {over} worker-days above; {nobody} orders of nobody",
)
ROLES: Final = Text(zh="按角色提醒：{roles}", en="Reminders by role: {roles}")
WORKERS: Final = Text(zh="人员,工单,每天,最多一天,消息", en="worker,orders,per day,worst day,messages")
NOISY: Final = Text(zh="告警最多,次数,占比,规则", en="noisiest,alerts,share,rules")
FLOODS: Final = Text(
    zh="告警洪水（10 分钟内超过 10 个）：{count} 次", en="Floods (more than 10 in 10 minutes): {count}"
)
COMPARED: Final = Text(
    zh="对比：{before}（相差 {tolerance} 以内算相同）",
    en="Against {before} (a difference of {tolerance} counts as none)",
)
CHANGES: Final = Text(
    zh="规则,原来,现在,相同,新增,消失,移动,级别变化", en="rule,before,after,same,added,removed,moved,level"
)
PAIRS: Final = Text(zh="变化,规则,对象,开始,结束,级别,说明", en="change,rule,subject,began,ended,level,by")
SAME: Final = Text(zh="完全相同。", en="All the same.")
NAMES: Final = {
    RECORDED: Text(zh="实际记录", en="what was recorded"),
    IN_FORCE: Text(zh="现行规则", en="what is in force"),
}
BEGAN: Final = Text(zh="开始 {by}", en="began {by}")
ENDED: Final = Text(zh="结束 {by}", en="ended {by}")
STANDS: Final = Text(zh="原已结束，现未结束", en="had ended, stands now")
OVER: Final = Text(zh="原未结束，现已结束", en="stood, has ended now")


def print_result(result: Result, language: str, seconds: float) -> None:
    """Everything a person wants to know first."""
    zone = ZoneInfo(result.zone)
    _print_head(result, language, zone, seconds)
    _print_rules(result.account, language)
    _print_load(result.account.load, language)
    _print_noise(result.account, language)
    if result.comparison is not None:
        print_comparison(result.comparison, language, zone)


def length(given: DurationMs | None) -> str:
    """90,000 is "1.5 min"."""
    if given is None:
        return "–"
    for size, unit in ((24 * HOUR, "d"), (HOUR, "h"), (MINUTE, "min")):
        if given >= size:
            return f"{given / size:.3g} {unit}"
    return f"{given / SECOND:g} s"


def counted(counts: dict[str, int]) -> str:
    """{"L1": 2} is "L1 2"."""
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _print_head(result: Result, language: str, zone: tzinfo, seconds: float) -> None:
    source = result.source
    is_known = bool(source.readings) or source.until - source.since > 1  # files without a reading are of no time
    words = HEAD.pick(language).format(
        source=", ".join(source.names),
        since=moment(source.since if is_known else None, zone),
        until=moment(source.until if is_known else None, zone),
        readings=source.readings,
        seconds=seconds,
        speed=source.readings / max(seconds, 0.001),
    )
    lines = [words]
    if source.warm_up_ms:
        lines.append(WARM_UP.pick(language).format(length=length(source.warm_up_ms)))
    if source.unknown_devices:
        lines.append(UNKNOWN.pick(language).format(count=source.unknown_devices))
    if source.bad_rows:
        lines.append(BAD.pick(language).format(count=source.bad_rows))
        lines += [f"  {example}" for example in source.bad_row_examples]
    stdout().print("\n".join(lines), markup=False)


def _print_rules(account: Account, language: str) -> None:
    busy = [rule for rule in account.rules if rule.transitions or rule.standing]
    if busy:
        show_table(RULES.pick(language).split(","), [_rule_row(rule) for rule in busy])
    quiet = [rule.rule for rule in account.rules if not (rule.transitions or rule.standing)]
    if quiet:
        stdout().print(QUIET.pick(language).format(rules=", ".join(quiet)), markup=False)


def _rule_row(rule: RuleFigures) -> list[Cell]:
    figures = (rule.commands_sent, sum(rule.commands_refused.values()), rule.orders, rule.reminders, rule.chattering)
    return [
        rule.rule,
        str(rule.alerts),
        counted(rule.levels),
        str(rule.devices),
        length(rule.median_ms),
        length(rule.p95_ms),
        str(rule.standing),
        str(rule.unfired),
        length(rule.unknown_ms),
        *(str(figure) for figure in figures),
    ]


def _print_load(load: Load, language: str) -> None:
    words = LOAD.pick(language)
    print_line = stdout().print
    print_line(
        words.format(mean=load.per_worker_day, limit=load.limit, over=load.over_limit, nobody=load.unassigned_orders)
    )
    if load.roles:
        print_line(ROLES.pick(language).format(roles=counted(load.roles)), markup=False)
    if load.workers:
        show_table(WORKERS.pick(language).split(","), [_worker_row(each) for each in load.workers])


def _worker_row(worker: WorkerLoad) -> list[Cell]:
    return [worker.person, *(f"{figure:g}" for figure in worker_figures(worker))]


def worker_figures(worker: WorkerLoad) -> tuple[float, ...]:
    """Orders in all, a day, on the worst day; messages."""
    return worker.orders, worker.orders_per_day, worker.orders_on_worst_day, worker.messages


def _print_noise(account: Account, language: str) -> None:
    if account.noisiest:
        rows = [
            [noisy.subject, str(noisy.alerts), f"{noisy.share:.1%}", ", ".join(noisy.rules)]
            for noisy in account.noisiest
        ]
        show_table(NOISY.pick(language).split(","), rows)
    if account.floods:
        stdout().print(FLOODS.pick(language).format(count=len(account.floods)))


def print_comparison(found: Comparison, language: str, zone: tzinfo) -> None:
    """The rules whose alerts differ, and the first of them."""
    before = NAMES[found.before].pick(language) if found.before in NAMES else found.before
    words = COMPARED.pick(language).format(before=before, tolerance=length(found.tolerance_ms))
    stdout().print(words, markup=False)
    if found.rules:
        rows = [
            [rule.rule]
            + [str(count) for count in (rule.before, rule.after, rule.same, rule.added, rule.removed, rule.moved)]
            + [str(rule.level)]
            for rule in found.rules
        ]
        show_table(CHANGES.pick(language).split(","), rows)
    if found.differences:
        show_table(
            PAIRS.pick(language).split(","), [_pair_row(pair, language, zone) for pair in found.differences[:SHOWN]]
        )
    else:
        stdout().print(SAME.pick(language))


def _pair_row(pair: EpisodePair, language: str, zone: tzinfo) -> list[Cell]:
    found = pair.episode
    by = ""
    if pair.change is Change.MOVED:
        by = moved(pair, language)
    elif pair.change is Change.LEVEL and pair.before and pair.after:
        by = f"{pair.before.level.name} → {pair.after.level.name}"
    return [
        spoken(Change, pair.change, language),
        found.rule,
        found.subject,
        moment(found.began, zone),
        moment(found.ended, zone),
        found.level.name,
        by,
    ]


def moved(pair: EpisodePair, language: str) -> str:
    """By how much an alert began and ended later (or earlier) than before."""
    before, after = pair.before, pair.after
    if before is None or after is None:
        return ""
    parts = []
    if after.began != before.began:
        parts.append(BEGAN.pick(language).format(by=_later(after.began - before.began)))
    if before.ended is not None and after.ended is not None and after.ended != before.ended:
        parts.append(ENDED.pick(language).format(by=_later(after.ended - before.ended)))
    elif (before.ended is None) is not (after.ended is None):
        parts.append((STANDS if after.ended is None else OVER).pick(language))
    return ", ".join(parts)


def _later(by: DurationMs) -> str:
    return f"{'+' if by >= 0 else '-'}{length(abs(by))}"
