"""What an alert's step makes happen: reminders, a work order, automatic commands, and the fallback when they fail."""

from typing import Final

from processor.engine.alerts import AlertRecord
from processor.engine.commands import Commands
from processor.engine.orders import OrderRecord, Orders
from processor.engine.plan import ScopePlan
from processor.engine.subjects import Subject, subject_named
from processor.engine.telling import Telling
from processor.engine.wording import body, not_accepted, not_proved, title
from processor.model.alert import AlertState, Withheld
from processor.model.disposition import Disposition, DispositionState, Interlock
from processor.model.effect import Effect, RemindPeople
from processor.model.rule import Answer, Rule
from processor.model.text import Text
from processor.model.time import EpochMs

FALLBACK_KIND: Final = "command_failed"
# Who is told of a failed command when the rule itself reminds nobody: somebody must be.
FALLBACK_ROLES: Final = ("community_duty",)


class Response:
    """Answers to alerts in one scope."""

    def __init__(self, plan: ScopePlan, orders: Orders, telling: Telling) -> None:
        self._plan = plan
        self._telling = telling
        self._orders = orders
        self.commands: Commands | None = None
        self.standing: dict[str, tuple[AlertRecord, Subject]] = {}

    def rose(
        self,
        record: AlertRecord,
        rule: Rule,
        subject: Subject,
        *,
        evidence: str,
        interlock: Interlock | None,
        held: Interlock | None,
        now: EpochMs,
        effects: list[Effect],
    ) -> None:
        """The alert began to fire, or became graver: give the answer of its level.

        `interlock` is what the evidence forbids; `held` forbids commands whatever the evidence, and in shadow the rest.
        """
        record.answered = record.level
        answer = rule.answer_at(record.level)
        if held is Interlock.SHADOW:
            record.owed = record.level if interlock is not None and answer.commands else None
            self.command(record, rule, subject, answer=answer, interlock=interlock, held=held, now=now, effects=effects)
            return
        self.standing[record.id] = (record, subject)
        if record.order:
            effects.extend(self._orders.escalate(record.order, record.level, now))
        if answer.order and not record.order:
            self._open(record, rule, subject, kind=answer.order, reason=evidence, now=now, effects=effects)
        if answer.commands:
            record.owed = record.level if interlock is not None else None
            self.command(record, rule, subject, answer=answer, interlock=interlock, held=held, now=now, effects=effects)
        if answer.remind:
            self._remind(record, rule, subject, roles=answer.remind, evidence=evidence, now=now, effects=effects)

    def withheld(
        self, record: AlertRecord, rule: Rule, subject: Subject, *, now: EpochMs, effects: list[Effect]
    ) -> None:
        """Nobody is told, nothing is done; the ledger learns which commands were not sent."""
        self.standing[record.id] = (record, subject)
        held = Interlock.FLOOD if record.withheld is Withheld.LIMIT else Interlock.WITHHELD
        answer = rule.answer_at(record.level)
        self.command(record, rule, subject, answer=answer, interlock=None, held=held, now=now, effects=effects)

    def command(
        self,
        record: AlertRecord,
        rule: Rule,
        subject: Subject,
        *,
        answer: Answer,
        interlock: Interlock | None,
        held: Interlock | None = None,
        now: EpochMs,
        effects: list[Effect],
    ) -> None:
        """Decide every automatic command of the answer, once for each device it means."""
        assert self.commands is not None  # noqa: S101 - set by the scope that made both
        for wanted in answer.commands:
            seen: set[str] = set()
            for origin in subject.origins:
                device = self._plan.devices[origin]
                for target in self._plan.targets(device, wanted.target):
                    if target in seen:
                        continue
                    seen.add(target)
                    self.commands.decide(
                        alert=record.id,
                        rule=rule,
                        level=record.level,
                        answer=wanted,
                        target=target,
                        origin=origin,
                        evidence=interlock,
                        held=held,
                        now=now,
                        effects=effects,
                    )
            if not seen and subject.origins:
                self.commands.decide(
                    alert=record.id,
                    rule=rule,
                    level=record.level,
                    answer=wanted,
                    target="",
                    origin=subject.origins[0],
                    evidence=interlock,
                    held=held,
                    now=now,
                    effects=effects,
                )

    def failed(self, disposition: Disposition, now: EpochMs, effects: list[Effect]) -> None:
        """A command was refused or could not be proved: a person must go, whatever the rule says."""
        rule = self._plan.district.rules.get(disposition.rule)
        if rule is None:
            return
        record, subject = self._recall(disposition.alert, rule)
        reason = disposition.interlock or disposition.state
        evidence = f"{disposition.command} → {disposition.device or '-'}: {reason}"
        if not record.order:
            kind = rule.answer_at(record.level).order or FALLBACK_KIND
            self._open(record, rule, subject, kind=kind, reason=evidence, now=now, effects=effects)
        if disposition.state is DispositionState.FAILED:
            roles = rule.answer_at(record.level).remind or FALLBACK_ROLES
            key = f"{disposition.command_id}/{disposition.state}/reminder"
            why = not_proved(disposition)
            self._remind(
                record, rule, subject, roles=roles, evidence=why.en, now=now, effects=effects, key=key, why=why
            )

    def overdue(self, order: OrderRecord, now: EpochMs, effects: list[Effect]) -> None:
        """Nobody accepted the order in time: tell people again."""
        rule = self._plan.district.rules.get(order.order.rule)
        if rule is None:
            return
        record, subject = self._recall(order.order.alert, rule)
        roles = rule.answer_at(order.order.level).remind or FALLBACK_ROLES
        why = not_accepted(order.order.id)
        # Named by the order: it outlives its alert, and with it the alert's own count of reminders.
        key = f"{order.order.id}/{order.order.number}/reminder/{order.reminded}"
        self._remind(record, rule, subject, roles=roles, evidence=why.en, now=now, effects=effects, key=key, why=why)

    def _recall(self, alert: str, rule: Rule) -> tuple[AlertRecord, Subject]:
        """The alert and its subject; where the alert is over, what its name and its order still say of it."""
        found = self.standing.get(alert)
        if found is not None:
            return found
        subject = subject_named(alert.removeprefix(f"{rule.id}/").rpartition("/")[0], self._plan)
        orders = [each.order for each in self._orders.records.values() if each.order.alert == alert]
        level = orders[-1].level if orders else min(trigger.level for trigger in rule.triggers)
        record = AlertRecord(alert, rule.id, subject.key, opened_at=0, triggers=[], level=level)
        record.order = orders[-1].id if orders else ""
        return record, subject

    def _open(
        self,
        record: AlertRecord,
        rule: Rule,
        subject: Subject,
        *,
        kind: str,
        reason: str,
        now: EpochMs,
        effects: list[Effect],
    ) -> None:
        order, effect = self._orders.open(
            kind=kind, alert=record.id, rule=rule, subject=subject.key, level=record.level, reason=reason, now=now
        )
        record.order = order.id
        effects.append(effect)

    def _remind(
        self,
        record: AlertRecord,
        rule: Rule,
        subject: Subject,
        *,
        roles: tuple[str, ...],
        evidence: str,
        now: EpochMs,
        effects: list[Effect],
        key: str = "",
        why: Text | None = None,
    ) -> None:
        if not key:
            record.reminders += 1
            key = f"{record.id}/reminder/{record.reminders}"
        effects.append(
            RemindPeople(
                key=key,
                scope=self._plan.scope,
                roles=roles,
                level=record.level,
                alert=record.id,
                rule=rule.id,
                subject=subject.key,
                order=record.order,
                grid=subject.grid,
                title=title(record, rule, subject),
                body=body(
                    record,
                    subject,
                    why or Text(evidence, evidence),
                    self._telling.said(record, rule, subject, evidence, now),
                    rule.runbook,
                ),
                decided_at=now,
                late=record.late,
            )
        )


def stands(record: AlertRecord) -> bool:
    """Whether the alert still fires; a recovering one no longer asks for a second command."""
    return record.state is AlertState.FIRING
