"""Looking at one rule on one subject: verdicts, the alert's step, and the effects of it."""

from processor.engine.alerts import (
    AlertRecord,
    Moment,
    fresh,
    next_deadline,
    proof_deadline,
)
from processor.engine.blueprint import BoundRule
from processor.engine.casework import Case, begins, words_of
from processor.engine.device_state import DeviceState
from processor.engine.evidence import proofs
from processor.engine.groups import GroupState
from processor.engine.interlocks import evidence_interlock
from processor.engine.plan import ScopePlan
from processor.engine.stepping import Stepping
from processor.engine.subjects import device_subject, place_subject
from processor.engine.wakeups import ALERT, GROUP, WakeUps
from processor.model.alert import AlertState
from processor.model.disposition import Interlock
from processor.model.effect import Effect
from processor.model.evidence import Verdict
from processor.model.rule import Level
from processor.model.time import EpochMs


class Steps:
    """The alerts of one scope."""

    def __init__(self, plan: ScopePlan, wakeups: WakeUps, stepping: Stepping) -> None:
        self._plan = plan
        self._wakeups = wakeups
        self._stepping = stepping

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
            record = self._stepping.episode(bound.rule.id, device.device.id, len(verdicts), now)
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

        proved = proofs(device, bound, verdicts, moment)
        case = Case(record, bound.terms, moment, subject, explain, interlock, effects, proved)
        self._stepping.step(case, verdicts, clear)
        if record.state is AlertState.OK:
            if alerts is not None:
                alerts.pop(bound.rule.id, None)
                if not alerts:
                    device.alerts = None
            return
        if device.alerts is None:
            device.alerts = {}
        device.alerts[bound.rule.id] = record
        due = [at for at in (next_deadline(record, bound.terms), proof_deadline(record, bound.terms, now)) if at]
        self._wake(record, min(due, default=None), now, ALERT, f"{bound.rule.id}@{device.device.id}")

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
            record = self._stepping.episode(bound.rule.id, group.place, len(verdicts), now)
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
        self._stepping.step(Case(record, bound.terms, moment, subject, explain, interlock, effects), verdicts, clear)
        group.record = None if record.state is AlertState.OK else record
        if group.record is not None:
            instants = [at for at in (next_deadline(record, bound.terms), group.next_expiry(now)) if at is not None]
            self._wake(record, min(instants, default=None), now, GROUP, group.key)

    def _wake(self, record: AlertRecord, at: EpochMs | None, now: EpochMs, kind: int, ref: str) -> None:
        # What is due by now has just been looked at: time alone will not change it, so asking again would never end.
        if at is None or at <= now or (record.wake_at is not None and now < record.wake_at <= at):
            return
        record.wake_at = at
        self._wakeups.add(at, kind, ref)
