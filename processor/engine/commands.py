"""Automatic commands: decided under interlocks, sent, proved by reading back, tried once more, or given to people."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec

from processor.decode.compose import compose
from processor.engine.device_state import DeviceState
from processor.engine.disposition_life import FINAL, next_state
from processor.engine.dispositions import (
    NOBODY_TOLD,
    DispositionRecord,
    changed,
    command_id,
    decided,
    is_composable,
    needs_people,
)
from processor.engine.interlocks import (
    Budgets,
    budget_interlock,
    first_interlock,
    probation_interlock,
    target_interlock,
)
from processor.engine.plan import ScopePlan
from processor.engine.wakeups import DEADLINE, WakeUps
from processor.model.disposition import Disposition, DispositionCause, DispositionState, Interlock
from processor.model.effect import Effect, SendCommand
from processor.model.inputs import CommandDelivered, CommandReply, DeliveryResult
from processor.model.profile import CommandSpec
from processor.model.rule import CommandAnswer, Level, Rule, Verification
from processor.model.source import SourceText
from processor.model.time import MINUTE, EpochMs

# A command older than this must not reach a device (DESIGN.md 5.6): "off" a minute late may hit the next customer.
LONGEST_LIFETIME_MS: Final = MINUTE
ATTEMPTS: Final = 2


class Commands:
    """The automatic commands of one scope."""

    def __init__(
        self,
        plan: ScopePlan,
        devices: Mapping[str, DeviceState],
        wakeups: WakeUps,
        on_failure: Callable[[Disposition, EpochMs, list[Effect]], None],
    ) -> None:
        self._plan = plan
        self._devices = devices
        self._wakeups = wakeups
        self._on_failure = on_failure
        self.running: dict[str, DispositionRecord] = {}
        self.budgets = Budgets()

    def decide(
        self,
        *,
        alert: str,
        rule: Rule,
        level: Level,
        answer: CommandAnswer,
        target: str,
        origin: str,
        evidence: Interlock | None,
        held: Interlock | None,
        now: EpochMs,
        effects: list[Effect],
    ) -> Interlock | None:
        """Send this command or say which interlock forbids it. `held` comes last: nothing else stopped it."""
        device = self._devices.get(target)
        spec = self._spec(device, answer.command)
        interlock = first_interlock(
            (
                evidence,
                target_interlock(device, spec),
                budget_interlock(self.budgets, device=target, rule=rule.id, alert=alert, level=level, now=now),
                self._target_state(device, spec, answer, now),
                held,
                probation_interlock(self._plan.district, rule.id, now),
            )
        )
        first = decided(alert, rule.id, target, answer.command, scope=self._plan.scope, now=now, interlock=interlock)
        if interlock is not None or device is None or spec is None:
            self._conclude(first, DispositionCause.INTERLOCKED, now, effects, quietly=held in NOBODY_TOLD)
            return interlock
        self.budgets.spend(target, rule.id, alert, level, now)
        verifier, proof, within = self._proof(answer.verify, device, origin, spec)
        record = DispositionRecord(first, verifier, proof, within, now)
        self._send(first, device, spec, record=record, now=now, effects=effects)
        return None

    def _spec(self, device: DeviceState | None, command: str) -> CommandSpec | None:
        return device.blueprint.profile.commands.get(command) if device else None

    def _target_state(
        self, device: DeviceState | None, spec: CommandSpec | None, answer: CommandAnswer, now: EpochMs
    ) -> Interlock | None:
        if device is None or spec is None:
            return Interlock.NO_TARGET
        if not device.heard:
            return Interlock.TARGET_SILENT
        if answer.precheck:
            verdict = self._plan.condition(answer.precheck, device.device.id).evaluate(device, now)
            if verdict is not True:
                return Interlock.PRECHECK_UNKNOWN if verdict is None else Interlock.PRECHECK_FALSE
        if spec.effect and self._plan.condition(spec.effect, device.device.id).evaluate(device, now):
            return Interlock.ALREADY_IN_EFFECT
        return None if is_composable(device, spec) else Interlock.NO_TARGET

    def _proof(
        self, verify: Verification | None, device: DeviceState, origin: str, spec: CommandSpec
    ) -> tuple[str, SourceText | None, int]:
        if verify is None:
            return device.device.id, spec.effect, spec.within_ms
        # The proof is named from where the rule looks (the leak's flow meter), else from the target (the valve's).
        for start in (self._plan.devices.get(origin), device.device):
            found = self._plan.targets(start, verify.target) if start else []
            if found:
                return found[0], verify.when, verify.within_ms
        return device.device.id, spec.effect, spec.within_ms

    def _send(
        self,
        disposition: Disposition,
        device: DeviceState,
        spec: CommandSpec,
        *,
        record: DispositionRecord,
        now: EpochMs,
        effects: list[Effect],
    ) -> None:
        expires_at = now + min(spec.lifetime_ms, LONGEST_LIFETIME_MS)
        topic, payload = compose(
            spec, device.device, device.blueprint.profile, disposition.command_id, expires_at=expires_at
        )
        deadline = now + record.within_ms
        sent = msgspec.structs.replace(disposition, state=DispositionState.SENT, decided_at=now, deadline=deadline)
        record.disposition, record.sent_at = sent, now
        self.running[sent.command_id] = record
        self._watch(record.verifier, sent.command_id)
        self._wakeups.add(deadline, DEADLINE, sent.command_id)
        effects.append(
            SendCommand(
                key=sent.command_id,
                scope=self._plan.scope,
                device=sent.device,
                command=sent.command,
                topic=topic,
                payload=payload,
                expires_at=expires_at,
            )
        )
        effects.append(changed(sent))

    def _watch(self, verifier: str, command: str) -> None:
        watched = self._devices.get(verifier)
        if watched:
            watched.watchers = (*watched.watchers, command)

    def read_back(self, device: DeviceState, carried: Collection[int], now: EpochMs, effects: list[Effect]) -> None:
        """A reading free of doubt, with these slots, came from a device that is watched: does it prove a command?"""
        for command in device.watchers:
            record = self.running.get(command)
            if record is None or record.proof is None or now <= record.sent_at:
                continue
            condition = self._plan.condition(record.proof, device.device.id)
            # Only values that arrived after the command can prove it.
            if any(device.arrivals[slot] <= record.sent_at for slot in condition.slots):
                continue
            # Nor can a value that a doubtful reading brought meanwhile: then this one must say all of it itself.
            doubted = device.doubt is not None and device.doubt_at >= record.sent_at
            if doubted and not condition.slots.issubset(carried):
                continue
            if condition.evaluate(device, now):
                evidence = condition.explain(device, now).text
                proved = msgspec.structs.replace(record.disposition, evidence=f"{device.device.id}: {evidence}")
                self._conclude(proved, DispositionCause.EFFECT_SEEN, now, effects)

    def replied(self, reply: CommandReply, now: EpochMs, effects: list[Effect]) -> None:
        """A device answered: noted, but no proof."""
        record = self.running.get(reply.command_id)
        if record is None or record.disposition.device != reply.device:
            return
        cause = DispositionCause.DEVICE_ACKNOWLEDGED if reply.accepted else DispositionCause.DEVICE_DECLINED
        self._conclude(record.disposition, cause, now, effects)

    def delivered(self, outcome: CommandDelivered, now: EpochMs, effects: list[Effect]) -> None:
        """The broker took the command, or never will."""
        record = self.running.get(outcome.command_id)
        if record is not None and outcome.result is not DeliveryResult.SENT:
            self._conclude(record.disposition, DispositionCause.DELIVERY_REFUSED, now, effects)

    def deadline(self, command: str, now: EpochMs, effects: list[Effect], *, alert_stands: bool) -> None:
        """The time for the proof is over: once more, or give it to people."""
        record = self.running.get(command)
        if record is None or record.disposition.deadline is None or now < record.disposition.deadline:
            return
        old = record.disposition
        device = self._devices.get(old.device)
        spec = self._spec(device, old.command)
        again = old.attempt < ATTEMPTS and alert_stands and not self.budgets.stopped
        if not again or device is None or spec is None or target_interlock(device, spec) is not None:
            self._conclude(old, DispositionCause.DEADLINE_LAST, now, effects)
            return
        self._forget(command, record)
        number = old.attempt + 1
        retry = msgspec.structs.replace(
            old, attempt=number, command_id=command_id(old.alert, old.device, old.command, number)
        )
        self._send(retry, device, spec, record=record, now=now, effects=effects)

    def _conclude(
        self,
        disposition: Disposition,
        cause: DispositionCause,
        now: EpochMs,
        effects: list[Effect],
        *,
        quietly: bool = False,
    ) -> None:
        after = next_state(disposition.state, cause)
        if after is None:
            return
        stepped = msgspec.structs.replace(disposition, state=after)
        effects.append(changed(stepped))
        record = self.running.get(stepped.command_id)
        if record is not None:
            record.disposition = stepped
        if after in FINAL:
            if record is not None:
                self._forget(stepped.command_id, record)
            if needs_people(stepped) and not quietly:
                self._on_failure(stepped, now, effects)

    def _forget(self, command: str, record: DispositionRecord) -> None:
        self.running.pop(command, None)
        watched = self._devices.get(record.verifier)
        if watched:
            watched.watchers = tuple(other for other in watched.watchers if other != command)

    def rewatch(self) -> None:
        """After a restore: the watched devices learn again who watches them."""
        for command, record in self.running.items():
            self._watch(record.verifier, command)
