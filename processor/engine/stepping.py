"""One alert's step: what its table says, what people and topics learn of it, and what is done about it."""

from collections.abc import Callable, Sequence

from processor.engine.alert_life import next_state
from processor.engine.alerts import AlertRecord, Moment, TriggerState, decide
from processor.engine.casework import Case, level_after
from processor.engine.plan import ScopePlan
from processor.engine.response import Response
from processor.engine.restraint import Restraint
from processor.model.alert import AlertCause, AlertState, Transition, Withheld
from processor.model.disposition import Interlock
from processor.model.effect import AlertChanged, Effect
from processor.model.evidence import Verdict
from processor.model.rule import Rule
from processor.model.time import EpochMs


class Stepping:
    """Takes the alerts of one scope through their lives."""

    def __init__(self, plan: ScopePlan, response: Response, restraint: Restraint) -> None:
        self._plan = plan
        self._response = response
        self._restraint = restraint
        self.on_begin: Callable[[Moment, list[Effect]], None] = lambda _moment, _effects: None
        self.last_episode: EpochMs = 0
        """The newest episode's instant, which names it; part of a snapshot."""

    def episode(self, rule: str, subject: str, triggers: int, now: EpochMs) -> AlertRecord:
        """A new episode, not yet begun."""
        # The instant names the episode; two in one millisecond get two instants, the same ones in every replay.
        self.last_episode = max(now, self.last_episode + 1)
        return AlertRecord(
            id=f"{rule}/{subject}/{self.last_episode}",
            rule=rule,
            subject=subject,
            opened_at=now,
            triggers=[TriggerState() for _ in range(triggers)],
        )

    def step(self, case: Case, verdicts: Sequence[Verdict], clear: Verdict) -> None:
        """Take the alert to this moment."""
        record, terms, moment = case.record, case.terms, case.moment
        cause = decide(record, terms, verdicts, clear, moment, case.proofs)
        after = next_state(record.state, cause) if cause else None
        if cause is None or after is None:
            self._pay(case)
            return
        was_active = record.active()
        record.level = level_after(record, terms, after)
        record.late = moment.late
        before, record.state = record.state, after
        if after is AlertState.FIRING and not was_active:
            self._begin(case)
        rising = after is AlertState.FIRING and (record.answered is None or record.level < record.answered)
        told_before = (record.withheld, record.withheld_by)
        if rising:
            self._withhold(case)
        words = self._say(case, before, cause)
        telling = record.withheld in {None, Withheld.SHADOW}
        if rising and (telling or told_before != (record.withheld, record.withheld_by)):
            self._answer(case, words)
        elif was_active and after is AlertState.OK:
            self._response.standing.pop(record.id, None)
            self._restraint.ended(record, terms.rule, moment.now)

    def _begin(self, case: Case) -> None:
        record, terms = case.record, case.terms
        self._restraint.began(record, terms.rule, case.subject, case.moment.now)
        record.clear_for_ms = self._restraint.clear_hold(record, terms.rule, terms.clear_for_ms)
        # A roll-up begins before the alert that made it one too many is told.
        self.on_begin(case.moment, case.effects)

    def _withhold(self, case: Case) -> bool:
        """Note why the answer may not be given, if so; whether that is the case."""
        record = case.record
        found = self._restraint.withholds(record, case.terms.rule, case.subject, case.moment.now)
        record.withheld, record.withheld_by = found or (None, "")
        return found is not None

    def _say(self, case: Case, before: AlertState, cause: AlertCause) -> str:
        case.record.number += 1
        words = case.explain()
        case.effects.append(
            self._changed(case.record, case.terms.rule, before, cause, now=case.moment.now, words=words)
        )
        return words

    def _answer(self, case: Case, words: str) -> None:
        record, rule = case.record, case.terms.rule
        if record.withheld is None or record.withheld is Withheld.SHADOW:
            held = Interlock.SHADOW if record.withheld else None
            refusal = self._restraint.interlock(record, rule)
            self._response.rose(
                record,
                rule,
                case.subject,
                evidence=words,
                interlock=case.interlock(record.level),
                held=held or refusal,
                now=case.moment.now,
                effects=case.effects,
            )
            return
        self._response.withheld(record, rule, case.subject, now=case.moment.now, effects=case.effects)

    def _pay(self, case: Case) -> None:
        """What was withheld or refused for want of fresh evidence is decided again: it may be due by now."""
        record, rule = case.record, case.terms.rule
        if record.state is not AlertState.FIRING:
            return
        if record.withheld is not None and record.withheld is not Withheld.SHADOW:
            if not self._withhold(case):
                self._answer(case, self._say(case, record.state, AlertCause.RELEASED))
            return
        if record.owed is None or case.interlock(record.owed) is not None:
            return
        level, record.owed = record.owed, None
        self._response.command(
            record,
            rule,
            case.subject,
            answer=rule.answer_at(level),
            interlock=None,
            held=Interlock.SHADOW if record.withheld else self._restraint.interlock(record, rule),
            now=case.moment.now,
            effects=case.effects,
        )

    def _changed(
        self, record: AlertRecord, rule: Rule, before: AlertState, cause: AlertCause, *, now: EpochMs, words: str
    ) -> AlertChanged:
        transition = Transition(
            alert=record.id,
            number=record.number,
            rule=record.rule,
            subject=record.subject,
            community=self._plan.scope,
            before=before,
            after=record.state,
            cause=cause,
            level=record.level,
            opened_at=record.opened_at,
            reading_at=record.reading_at,
            decided_at=now,
            evidence=words,
            rules_hash=self._plan.district.hash,
            late=record.late,
            withheld=Withheld.SHADOW if rule.shadow else record.withheld,
            withheld_by=record.withheld_by,
        )
        return AlertChanged(key=f"{record.id}/{record.number}", transition=transition, rule_name=rule.name)

    def end(self, record: AlertRecord, rule: Rule, cause: AlertCause, now: EpochMs) -> list[Effect]:
        """Close an alert whose rule or subject is no more."""
        after = next_state(record.state, cause)
        if after is None:
            return []
        record.number += 1
        before, record.state = record.state, after
        self._response.standing.pop(record.id, None)
        return [self._changed(record, rule, before, cause, now=now, words=str(cause))]
