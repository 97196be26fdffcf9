"""What holds a rule's answer or its commands back on one subject now."""

from collections.abc import Iterable
from typing import Final

from processor.engine.alerts import AlertRecord
from processor.engine.groups import group_key
from processor.engine.inspection import Restraint, RestraintKind, Timer, TimerKind
from processor.engine.scope import Scope
from processor.engine.subjects import Subject
from processor.model.alert import Withheld
from processor.model.disposition import Interlock
from processor.model.rule import Level, Rule
from processor.model.time import EpochMs

INTERLOCKS: Final = {
    RestraintKind.SHADOW: Interlock.SHADOW,
    RestraintKind.PARENT: Interlock.WITHHELD,
    RestraintKind.MUTED: Interlock.WITHHELD,
    RestraintKind.COOLDOWN: Interlock.WITHHELD,
    RestraintKind.LIMIT: Interlock.FLOOD,
    RestraintKind.CHATTER: Interlock.CHATTER,
    RestraintKind.PROBATION: Interlock.PROBATION,
}
"""What each restraint is to a command; the kill switch is among the budgets."""

TIMERS: Final = {
    RestraintKind.MUTED: TimerKind.MUTE,
    RestraintKind.COOLDOWN: TimerKind.COOLDOWN,
    RestraintKind.CHATTER: TimerKind.CHATTER,
    RestraintKind.PROBATION: TimerKind.PROBATION,
}


def restraints_of(
    scope: Scope, rule: Rule, subject: Subject, record: AlertRecord | None, now: EpochMs
) -> tuple[Restraint, ...]:
    """Every restraint: first the one for which nobody is told, as the engine would name it, then those on commands."""
    found = [*_withheld(scope, rule, subject, record, now), *_chatter(scope, rule, subject)]
    until = scope.plan.district.probation.get(rule.id)
    if until is not None and until > now:
        found.append(Restraint(RestraintKind.PROBATION, until=until))
    if scope.commands.budgets.stopped:
        found.append(Restraint(RestraintKind.KILL_SWITCH, by=scope.plan.scope))
    return tuple(found)


def _withheld(
    scope: Scope, rule: Rule, subject: Subject, record: AlertRecord | None, now: EpochMs
) -> Iterable[Restraint]:
    held = scope.restraint.withholds(record or _imagined(rule, subject, now), rule, subject, now)
    if held is None:
        return
    kind, by = held
    mute = scope.restraint.mute_of(rule.id, subject.key, now) if kind is Withheld.MUTED else None
    cooldown = scope.restraint.state.cooldowns.get(group_key(rule.id, subject.key))
    until = {Withheld.MUTED: mute.until if mute else None, Withheld.COOLDOWN: cooldown and cooldown[0]}.get(kind)
    detail = rule.note if kind is Withheld.SHADOW else mute.reason if mute else ""
    yield Restraint(RestraintKind(kind.value), by=by, until=until, detail=detail)


def _imagined(rule: Rule, subject: Subject, now: EpochMs) -> AlertRecord:
    """The alert as it would begin now: of the mildest level, to which a cooldown applies first."""
    level = max((trigger.level for trigger in rule.triggers), default=Level.L4)
    return AlertRecord(id="", rule=rule.id, subject=subject.key, opened_at=now, triggers=[], level=level)


def _chatter(scope: Scope, rule: Rule, subject: Subject) -> Iterable[Restraint]:
    until = scope.restraint.state.chattering.get(group_key(rule.id, subject.key))
    if until is not None:
        yield Restraint(RestraintKind.CHATTER, until=until)


def interlocks_of(restraints: Iterable[Restraint]) -> tuple[Interlock, ...]:
    """The interlocks that these are to a command."""
    return tuple(dict.fromkeys(INTERLOCKS[each.kind] for each in restraints if each.kind in INTERLOCKS))


def restraint_timers(restraints: Iterable[Restraint]) -> list[Timer]:
    """When they end by themselves."""
    return [
        Timer(each.until, TIMERS[each.kind], each.by)
        for each in restraints
        if each.until is not None and each.kind in TIMERS
    ]
