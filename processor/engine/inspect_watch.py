"""A rule that watches alerts rather than points: how near it is to what it watches for, on one subject."""

from collections.abc import Iterable

from processor.engine.alerts import AlertRecord
from processor.engine.groups import group_key
from processor.engine.inspection import AlertSeen, CountSeen, Inspection
from processor.engine.scope import Scope
from processor.engine.watches import chatter_terms, flood_terms
from processor.engine.watching import flood_subject
from processor.model.rule import Rule, Watch
from processor.model.time import EpochMs


def watching(scope: Scope, subject: str, rule: Rule, now: EpochMs) -> Inspection:
    """What a chatter or flood rule has counted on this subject, and its alert there."""
    prefix = flood_subject(scope.plan.scope, "")
    chatter = rule.watches is Watch.CHATTER
    key = subject if chatter or subject.startswith(prefix) else ""
    record = scope.watching.records.get(group_key(rule.id, key))
    counts = _beginnings(scope, subject, now) if chatter else _floods(scope, subject.removeprefix(prefix), now)
    return Inspection(
        rule=rule.id,
        subject=subject,
        at=now,
        selected=True,
        enabled=rule.enabled,
        alert=None if record is None else _alert(record),
        watches=str(rule.watches),
        watched=tuple(counts),
    )


def _alert(record: AlertRecord) -> AlertSeen:
    return AlertSeen(
        id=record.id,
        state=record.state,
        level=record.level,
        steps=record.number,
        opened_at=record.opened_at,
        withheld="" if record.withheld is None else str(record.withheld),
        withheld_by=record.withheld_by,
        order=record.order,
        reminders=record.reminders,
    )


def _beginnings(scope: Scope, subject: str, now: EpochMs) -> Iterable[CountSeen]:
    for key, beginnings in sorted(scope.restraint.state.beginnings.items()):
        name, _, about = key.partition("@")
        rule = scope.plan.district.rules.get(name)
        terms = chatter_terms(rule, scope.plan) if rule and about == subject else None
        for rate in terms.rates if terms else ():
            count = sum(1 for at in beginnings if now - at <= rate.within_ms)
            yield CountSeen(name, count, rate.times, rate.within_ms)


def _floods(scope: Scope, about: str, now: EpochMs) -> Iterable[CountSeen]:
    """Of one rule where a roll-up's subject was named, else of all."""
    for name, recent in sorted(scope.restraint.state.floods.items()):
        rule = scope.plan.district.rules.get(name)
        terms = flood_terms(rule, scope.plan) if rule and about in {name, scope.plan.scope} else None
        if terms is not None:
            count = sum(1 for at, _ in recent if now - at <= terms.within_ms)
            yield CountSeen(name, count, terms.devices, terms.within_ms)
