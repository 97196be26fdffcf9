"""The embedded runtime: one process, one loop, one thread that commits while the next batch is decoded."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Protocol

from processor.engine.core import SETTLE_MS
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.time import DurationMs, EpochMs
from processor.ports.broker import Ingest
from processor.ports.clock import Clock
from processor.ports.journal import Batch, Block, Checkpoint, Counts, Journal
from processor.ports.rule_sets import RuleSet
from processor.runtime.checkpoints import Checkpoints
from processor.runtime.counters import Counters
from processor.runtime.durable import RETRY_S, Durable
from processor.runtime.health import Health
from processor.runtime.intake import BatchLimits, Intake
from processor.runtime.step import Decode, Step, Work


class Outlet(Protocol):
    """What wants to know that effects were committed."""

    def notify(self) -> None: ...


class Embedded:
    """Receives, decodes, decides, commits, acknowledges; in that order, always."""

    def __init__(
        self,
        *,
        step: Step,
        ingest: Ingest,
        journal: Journal,
        committer: Executor,
        outlet: Outlet,
        counters: Counters,
        health: Health,
        clock: Clock,
        monotonic_ms: Callable[[], int],
        limits: BatchLimits,
        retry_s: float = RETRY_S,
    ) -> None:
        self._step = step
        self._ingest = ingest
        self._durable = Durable(journal, committer, health, monotonic_ms, retry_s)
        self._outlet = outlet
        self._counters = counters
        self._clock = clock
        self._intake = Intake(counters, limits)
        self.receive = self._intake.receive
        self._checkpoints = Checkpoints(step.core)
        self._stopping = False
        self._offset = journal.last_offset()
        self._commit: asyncio.Task[None] | None = None
        self._change: tuple[District, Decode, RuleSet | None, asyncio.Future[None]] | None = None
        self.last_message_at: EpochMs | None = None
        self.wake_lag_ms: DurationMs = 0

    @property
    def offset(self) -> int:
        """The newest committed offset, or the one being committed."""
        return self._offset

    @property
    def decoder(self) -> Decode:
        """The decoder of the rules in force."""
        return self._step.decoder

    def submit(self, *given: Input, settles: Sequence[int] = ()) -> asyncio.Future[Sequence[Effect]]:
        """Put inputs into the next batch; the future gives their effects once they are durable.

        `settles` names the dead letters that they were. The future is cancelled where the daemon ends without them.
        """
        return self._intake.submit(given, settles)

    async def run(self) -> None:
        """Turn until `stop`; returns when all that was taken is committed and acknowledged, and the state is saved."""
        try:
            await self._turn_until_stopped()
        finally:
            self._intake.end()
            if self._change is not None:
                self._change[-1].cancel()

    async def _turn_until_stopped(self) -> None:
        while not self._durable.gave_up() and (not self._stopping or self._intake):
            await self._intake.wait(self._pause())
            if self._change is not None:
                await self._change_rules(*self._change)
            if not self._anything():
                continue
            work = self._close_batch()
            await self._committed()
            if self._durable.gave_up():
                return  # the state is ahead of the journal: nothing of it may be saved
            self._offset += 1
            saves = self._checkpoints.due(work.batch, self._offset)
            self._commit = asyncio.create_task(self._finish(work, saves))
        await self._committed()
        if not self._durable.gave_up():
            await self._save(self._checkpoints.everything(self._offset, self._clock.now()))

    async def _committed(self) -> None:
        if self._commit is not None:
            await self._commit
            self._commit = None

    def close(self) -> None:
        """Take no more messages; what the journal refuses from now on is given up, for the broker to send again."""
        self._intake.close()
        self._durable.give_up()

    def stop(self) -> None:
        """Finish what was taken and return from `run`."""
        self.close()
        self._stopping = True
        self._intake.hurry()

    def _anything(self) -> bool:
        wake = self._step.core.next_wake()
        return bool(self._intake) or (wake is not None and wake <= self._clock.now())

    def _pause(self) -> DurationMs | None:
        """How long nothing needs to be done if nothing comes."""
        wake = self._step.core.next_wake()
        return None if wake is None else max(0, wake - self._clock.now())

    def _close_batch(self) -> Work:
        messages, controls = self._intake.take()
        now = self._clock.now()
        wake = self._step.core.next_wake()
        self.wake_lag_ms = max(0, now - wake) if wake is not None else 0
        if messages:
            self.last_message_at = now
        backlog = now - self._ingest.connected_at < SETTLE_MS
        return self._step.turn(messages, controls, now, backlog=backlog, arrived=self._counters.arrived)

    async def _finish(self, work: Work, saves: list[Checkpoint]) -> None:
        seconds = await self._durable.commit(work.batch)
        if seconds is None:
            return
        self._counters.commit_s.observe(seconds)
        self._counters.batch_readings.observe(work.batch.counts.received)
        self._counters.committed(work.batch)
        # Only now: everything the messages caused is durable.
        self._ingest.acknowledge(work.receipts)
        if work.batch.effects:
            self._outlet.notify()
        for answer, effects in work.answers:
            answer(effects)
        if saves:
            await self._save(saves)

    async def _save(self, saves: list[Checkpoint]) -> None:
        if await self._durable.save(saves, everything=self._checkpoints.owed):
            self._checkpoints.saved()

    async def begin(
        self,
        inputs: Sequence[Input],
        effects: Sequence[tuple[str, Effect]],
        now: EpochMs,
        *,
        save: bool,
        rule_set: RuleSet | None = None,
    ) -> None:
        """Commit what a start causes, before any message is taken; `save`: and a checkpoint of every scope."""
        turned = self._step.core.turn(inputs, now)
        block = Block(now, self._step.core.district.hash, turned.kept)
        batch = Batch(block, [*effects, *turned.effects], (), Counts(), rule_set=rule_set)
        self._offset += 1
        await self._finish(Work(batch), self._checkpoints.everything(self._offset, now) if save else [])

    async def reconfigure(self, district: District, decoder: Decode, rule_set: RuleSet | None = None) -> None:
        """Go on under other rules from the next batch on; returns when that is durable, its history entry too.

        Raises what kept the core from taking them; the old ones then go on.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._stopping:
            done.cancel()
        self._change = (district, decoder, rule_set, done)
        self._intake.hurry()
        await done

    async def _change_rules(
        self, district: District, decoder: Decode, rule_set: RuleSet | None, done: asyncio.Future[None]
    ) -> None:
        """Between two batches: one commit ends the old rules, state and timers go along."""
        self._change = None
        await self._committed()
        if self._durable.gave_up() or done.done():
            done.cancel()
            return
        now = self._clock.now()
        try:
            effects = self._step.core.reconfigure(district, now)
        except Exception as error:  # noqa: BLE001  # whoever asked is told; the old rules must go on
            done.set_exception(error)
            return
        self._step.decoder = decoder
        batch = Batch(Block(now, district.hash, ()), effects, (), Counts(), rule_set=rule_set)
        self._offset += 1
        await self._finish(Work(batch), self._checkpoints.everything(self._offset, now))
        if self._durable.gave_up():
            done.cancel()
        elif not done.done():
            done.set_result(None)
