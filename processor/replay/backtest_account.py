"""From counts to figures that people read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from processor.model.district import District
from processor.model.rule import Rule
from processor.model.text import Text
from processor.model.time import DurationMs, EpochMs
from processor.replay.backtest_result import Account, Noisy, RuleFigures
from processor.replay.backtest_tally import RuleTally, Tally

NOISIEST: Final = 20


def account(name: str, district: District, tally: Tally, since: EpochMs, until: EpochMs) -> Account:
    """The account of [since, until). Every rule that runs is in it, also one that kept still."""
    tally.finish(until)
    rules = {rule.id: rule for rule in district.rules.values() if rule.enabled}
    known = sorted({*rules, *tally.rules})
    figures = tuple(_figures(rule, rules.get(rule), tally) for rule in known)
    return Account(
        name=name,
        rules_hash=district.hash,
        rules=figures,
        load=tally.workload.load(since, until),
        floods=tuple(sorted(tally.floods, key=lambda flood: (flood.begin, flood.community))),
        noisiest=_noisiest(tally.rules),
        alarms=tuple(sorted(tally.episodes.kept, key=lambda one: (one.began, one.alert))),
        alarms_left_out=tally.episodes.left_out,
    )


def _figures(name: str, rule: Rule | None, tally: Tally) -> RuleFigures:
    counts = tally.rules.get(name) or RuleTally()
    durations = sorted(counts.durations)
    return RuleFigures(
        rule=name,
        name=rule.name if rule else Text(zh=name, en=name),
        alerts=sum(counts.levels.values()),
        levels=dict(sorted(counts.levels.items())),
        devices=len(counts.subjects),
        median_ms=at_share(durations, 0.5),
        p95_ms=at_share(durations, 0.95),
        standing=counts.standing,
        standing_before=counts.standing_before,
        unfired=tally.episodes.unfired.get(name, 0),
        unknown_ms=tally.episodes.unknown_ms.get(name, 0),
        transitions=counts.transitions,
        withheld=dict(sorted(counts.withheld.items())),
        chattering=len(counts.chattering),
        commands_sent=counts.sent,
        commands_refused=dict(sorted(counts.refused.items())),
        commands_failed=counts.failed,
        orders=counts.orders,
        reminders=counts.reminders,
    )


def at_share(ordered: list[DurationMs], share: float) -> DurationMs | None:
    """The value below which this share of an ordered list lies: the nearest rank."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _noisiest(rules: Mapping[str, RuleTally]) -> tuple[Noisy, ...]:
    alerts: Counter[str] = Counter()
    by_subject: dict[str, set[str]] = defaultdict(set)
    for name, counts in rules.items():
        alerts.update(counts.subjects)
        for subject in counts.subjects:
            by_subject[subject].add(name)
    total = sum(alerts.values())
    return tuple(
        Noisy(subject, count, round(count / total, 4), tuple(sorted(by_subject[subject])))
        for subject, count in _most(alerts.items())
    )


def _most(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:NOISIEST]
