"""Looking at one rule on one subject: verdicts, the alert's step, and the effects of it."""

from collections.abc import Sequence

from processor.engine.alert_life import next_state
from processor.engine.alerts import (
    AlertRecord,
    Moment,
    TriggerState,
    decide,
    fresh,
    next_deadline,
)
from processor.engine.blueprint import BoundRule
from processor.engine.casework import Case, begins, level_after, words_of
from processor.engine.device_state import DeviceState
from processor.engine.groups import GroupState
from processor.engine.interlocks import evidence_interlock
from processor.engine.plan import ScopePlan
from processor.engine.response import Response
from processor.engine.subjects import device_subject, place_subject
from processor.engine.wakeups import ALERT, GROUP, WakeUps
from processor.model.alert import AlertCause, AlertState, Transition
from processor.model.disposition import Interlock
from processor.model.effect import AlertChanged, Effect
from processor.model.evidence import Verdict
from processor.model.rule import Level, Rule
from processor.model.time import EpochMs


class Steps:
    """The alerts of one scope."""

    def __init__(self, plan: ScopePlan, wakeups: WakeUps, response: Response) -> None:
        self._plan = plan
        self._wakeups = wakeups
        self._response = response
        self._last_episode: EpochMs = 0

    @property
    def last_episode(self) -> EpochMs:
        """The newest episode's instant, which names it; part of a snapshot."""
        return self._last_episode

    @last_episode.setter
    def last_episode(self, value: EpochMs) -> None:
        self._last_episode = value

    def device_rule(self, device: DeviceState, bound: BoundRule, moment: Moment, effects: list[Effect]) -> None:
        """Look at a rule on a device, now."""
        now = moment.now
        closed = bound.schedule is not None and not bound.schedule.is_open(now)
        verdicts: list[Verdict] = [False if closed else evaluate(device, now) for evaluate in bound.quick]
        alerts = device.alerts
        record = alerts.get(bound.rule.id) if alerts else None
        if record is None:
            if not begins(verdicts, bound.terms):
                return
            record = self._episode(bound.rule.id, device.device.id, len(verdicts), now)
        clear = bound.clear.evaluate(device, now) if bound.clear and record.active() else None
        self._level_clears(device, bound, verdicts, record, now)
        subject = device_subject(device.device, self._plan)

        def explain() -> str:
            pairs = list(zip(bound.triggers, record.triggers, strict=True))
            shown = [trigger.condition for trigger, state in pairs if state.verdict]
            shown = shown or [trigger.condition for trigger, state in pairs if state.verdict is None]
            # Nothing is true any more: what ended it, or else what no longer is.
            shown = shown or [bound.clear or bound.triggers[0].condition]
            return words_of([condition.explain(device, now) for condition in shown])

        def interlock(level: Level) -> Interlock | None:
            ok = any(
                state.on
                and trigger.hold.level == level
                and fresh(state, trigger.hold, now)
                and not (trigger.window_ms and device.doubt and now - device.doubt_at <= trigger.window_ms)
                for trigger, state in zip(bound.triggers, record.triggers, strict=True)
            )
            return evidence_interlock(fresh=ok, doubt=moment.doubt or device.doubt)

        self._step(Case(record, bound.terms, moment, subject, explain, interlock, effects), verdicts, clear)
        if record.state is AlertState.OK:
            if alerts is not None:
                alerts.pop(bound.rule.id, None)
                if not alerts:
                    device.alerts = None
            return
        if device.alerts is None:
            device.alerts = {}
        device.alerts[bound.rule.id] = record
        self._wake(record, next_deadline(record, bound.terms), now, ALERT, f"{bound.rule.id}@{device.device.id}")

    def _level_clears(
        self, device: DeviceState, bound: BoundRule, verdicts: list[Verdict], record: AlertRecord, now: EpochMs
    ) -> None:
        """A level with a clear condition of its own stays true until that is true (hysteresis of one level)."""
        for index, trigger in enumerate(bound.triggers):
            if trigger.clear is not None and record.triggers[index].on and verdicts[index] is False:
                cleared = trigger.clear.evaluate(device, now)
                verdicts[index] = None if cleared is None else not cleared

    def group_rule(self, group: GroupState, moment: Moment, effects: list[Effect]) -> None:
        """Look at a group rule on its place, now."""
        bound, now = group.bound, moment.now
        closed = bound.schedule is not None and not bound.schedule.is_open(now)
        verdicts: list[Verdict] = [False if closed else group.verdict(trigger, now) for trigger in bound.triggers]
        record = group.record
        if record is None:
            if not begins(verdicts, bound.terms):
                return
            record = self._episode(bound.rule.id, group.place, len(verdicts), now)
        clear = group.verdict(bound.clear, now) if bound.clear and record.active() else None

        def explain() -> str:
            return words_of([trigger.condition.explain(group.view(trigger), now) for trigger in bound.triggers])

        def interlock(level: Level) -> Interlock | None:
            ok = any(
                state.on and trigger.hold.level == level and group.is_fresh(trigger, now)
                for trigger, state in zip(bound.triggers, record.triggers, strict=True)
            )
            return evidence_interlock(fresh=ok, doubt=moment.doubt)

        subject = place_subject(group.place, group.members(), self._plan)
        self._step(Case(record, bound.terms, moment, subject, explain, interlock, effects), verdicts, clear)
        group.record = None if record.state is AlertState.OK else record
        if group.record is not None:
            instants = [at for at in (next_deadline(record, bound.terms), group.next_expiry(now)) if at is not None]
            self._wake(record, min(instants, default=None), now, GROUP, group.key)

    def _episode(self, rule: str, subject: str, triggers: int, now: EpochMs) -> AlertRecord:
        # The instant names the episode; two in one millisecond get two instants, the same ones in every replay.
        self._last_episode = max(now, self._last_episode + 1)
        return AlertRecord(
            id=f"{rule}/{subject}/{self._last_episode}",
            rule=rule,
            subject=subject,
            opened_at=now,
            triggers=[TriggerState() for _ in range(triggers)],
        )

    def _step(self, case: Case, verdicts: Sequence[Verdict], clear: Verdict) -> None:
        record, terms, moment = case.record, case.terms, case.moment
        cause = decide(record, terms, verdicts, clear, moment)
        after = next_state(record.state, cause) if cause else None
        if cause is None or after is None:
            self._pay(case)
            return
        was_active = record.active()
        record.level = level_after(record, terms, after)
        record.late = moment.late
        record.number += 1
        before, record.state = record.state, after
        words = case.explain()
        case.effects.append(self._changed(record, terms.rule, before, cause, now=moment.now, words=words))
        if after is AlertState.FIRING and (record.answered is None or record.level < record.answered):
            interlock = case.interlock(record.level)
            self._response.rose(
                record,
                terms.rule,
                case.subject,
                evidence=words,
                interlock=interlock,
                now=moment.now,
                effects=case.effects,
            )
        elif was_active and after is AlertState.OK:
            self._response.standing.pop(record.id, None)

    def _pay(self, case: Case) -> None:
        """Commands refused for want of fresh evidence are decided again once there is some."""
        record, rule = case.record, case.terms.rule
        if record.owed is None or record.state is not AlertState.FIRING or case.interlock(record.owed) is not None:
            return
        level, record.owed = record.owed, None
        self._response.command(
            record,
            rule,
            case.subject,
            answer=rule.answer_at(level),
            interlock=None,
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

    def _wake(self, record: AlertRecord, at: EpochMs | None, now: EpochMs, kind: int, ref: str) -> None:
        # What is due by now has just been looked at: time alone will not change it, so asking again would never end.
        if at is None or at <= now or (record.wake_at is not None and now < record.wake_at <= at):
            return
        record.wake_at = at
        self._wakeups.add(at, kind, ref)
