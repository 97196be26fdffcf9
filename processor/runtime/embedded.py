"""The embedded runtime: one process, one loop, one thread that commits while the next batch is decoded."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from processor.engine.core import SETTLE_MS
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.time import DurationMs, EpochMs
from processor.ports.broker import Ingest, Message
from processor.ports.clock import Clock
from processor.ports.journal import Batch, Block, Checkpoint, Counts, Journal, JournalBroken, JournalFull
from processor.runtime.checkpoints import Checkpoints
from processor.runtime.counters import Counters
from processor.runtime.health import Health
from processor.runtime.step import Control, Decode, Step, Work

log = structlog.get_logger(__name__)

RETRY_FULL_S: Final = 1.0
QUEUE_FULL: Final = "queue_full"


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """When a batch is closed, and how many messages may wait for one. Beyond `queue`, QoS 0 messages are dropped;
    QoS 1 messages never are: the broker holds back what is over the receive maximum."""

    messages: int = 2_000
    window_ms: DurationMs = 20
    queue: int = 20_000


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
    ) -> None:
        self._step = step
        self._ingest = ingest
        self._journal = journal
        self._committer = committer
        self._outlet = outlet
        self._counters = counters
        self._health = health
        self._clock = clock
        self._monotonic_ms = monotonic_ms
        self._limits = limits
        self._checkpoints = Checkpoints(step.core)
        self._messages: list[Message] = []
        self._controls: list[Control] = []
        self._stir = asyncio.Event()
        self._full = asyncio.Event()
        self._stopping = False
        self._offset = journal.last_offset()
        self._commit: asyncio.Task[None] | None = None
        self._change: tuple[District, Decode, asyncio.Future[None]] | None = None
        self.last_message_at: EpochMs | None = None
        self.wake_lag_ms: DurationMs = 0

    @property
    def offset(self) -> int:
        """The newest committed offset, or the one being committed."""
        return self._offset

    def receive(self, message: Message) -> None:
        """The ingest's callback: take one message, or drop it by policy. Never blocks, never fails."""
        if message.receipt is None and len(self._messages) >= self._limits.queue:
            self._counters.dropped_by(QUEUE_FULL)
            return
        self._counters.message()
        messages = self._messages
        messages.append(message)
        size = len(messages)
        if size == 1:
            self._stir.set()
        elif size >= self._limits.messages:
            self._full.set()

    def submit(self, given: Input) -> asyncio.Future[Sequence[Effect]]:
        """Put an input into the next batch; the future gives its effects once they are durable."""
        future: asyncio.Future[Sequence[Effect]] = asyncio.get_running_loop().create_future()

        def answer(effects: Sequence[Effect]) -> None:
            if not future.done():
                future.set_result(effects)

        self._controls.append(Control(given, answer))
        self._stir.set()
        return future

    async def run(self) -> None:
        """Turn until `stop`; returns when all that was taken is committed and acknowledged, and the state is saved."""
        while not self._stopping or self._messages or self._controls:
            await self._wait()
            if self._change is not None:
                await self._change_rules(*self._change)
            if not self._anything():
                continue
            work = self._close_batch()
            await self._committed()
            self._offset += 1
            saves = self._checkpoints.due(work.batch, self._offset)
            self._commit = asyncio.create_task(self._finish(work, saves))
        await self._committed()
        await self._save(self._checkpoints.everything(self._offset, self._clock.now()))

    async def _committed(self) -> None:
        if self._commit is not None:
            await self._commit
            self._commit = None

    def stop(self) -> None:
        """Finish what was taken and return from `run`."""
        self._stopping = True
        self._stir.set()
        self._full.set()

    def _anything(self) -> bool:
        wake = self._step.core.next_wake()
        return bool(self._messages or self._controls) or (wake is not None and wake <= self._clock.now())

    async def _wait(self) -> None:
        """Until there is a first message, a control or a wake-up; then until the window is over or the batch full."""
        if not self._messages and not self._controls:
            self._stir.clear()
            wake = self._step.core.next_wake()
            pause = None if wake is None else max(0, wake - self._clock.now()) / 1000
            await _until(self._stir, pause if not self._stopping else 0)
        if self._stopping or self._controls or self._change:
            return
        if len(self._messages) < self._limits.messages:
            self._full.clear()
            await _until(self._full, self._limits.window_ms / 1000)

    def _close_batch(self) -> Work:
        most = self._limits.messages
        messages, self._messages = self._messages[:most], self._messages[most:]
        controls, self._controls = self._controls, []
        now = self._clock.now()
        wake = self._step.core.next_wake()
        self.wake_lag_ms = max(0, now - wake) if wake is not None else 0
        if messages:
            self.last_message_at = now
        backlog = now - self._ingest.connected_at < SETTLE_MS
        return self._step.turn(messages, controls, now, backlog=backlog, arrived=self._counters.arrived)

    async def _finish(self, work: Work, saves: list[Checkpoint]) -> None:
        began = self._monotonic_ms()
        self._health.commit_began(began)
        await self._commit_until_taken(work.batch)
        self._health.commit_ended()
        self._counters.commit_s.observe((self._monotonic_ms() - began) / 1000)
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

    async def _commit_until_taken(self, batch: Batch) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._committer, self._journal.commit, batch)
            except JournalFull as full:
                self._health.journal_full()
                log.error("journal_full", reason=str(full))  # noqa: TRY400  # a full disk is a state, not a stack
            except JournalBroken as broken:
                self._health.journal_broken(str(broken))
                log.critical("journal_broken", reason=str(broken))
            else:
                self._health.journal_takes()
                return
            # Nothing is acknowledged meanwhile; the receive maximum bounds what can pile up.
            await asyncio.sleep(RETRY_FULL_S)

    async def _save(self, saves: list[Checkpoint]) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._committer, self._journal.save_checkpoints, saves)
        except (JournalFull, JournalBroken) as error:
            # The journal still holds everything; the next save will do.
            log.warning("checkpoint_not_saved", reason=str(error))

    async def begin(self, inputs: Sequence[Input], effects: Sequence[tuple[str, Effect]], now: EpochMs) -> None:
        """Commit what a start causes, before any message is taken."""
        turned = self._step.core.turn(inputs, now)
        batch = Batch(Block(now, self._step.core.district.hash, turned.kept), [*effects, *turned.effects], (), Counts())
        self._offset += 1
        await self._finish(Work(batch), self._checkpoints.everything(self._offset, now))

    async def reconfigure(self, district: District, decoder: Decode) -> None:
        """Go on under other rules from the next batch on; returns when that is durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._change = (district, decoder, done)
        self._stir.set()
        self._full.set()
        await done

    async def _change_rules(self, district: District, decoder: Decode, done: asyncio.Future[None]) -> None:
        """Between two batches: one commit ends the old rules, state and timers go along."""
        self._change = None
        await self._committed()
        now = self._clock.now()
        effects = self._step.core.reconfigure(district, now)
        self._step.decoder = decoder
        batch = Batch(Block(now, district.hash, ()), effects, (), Counts())
        self._offset += 1
        await self._finish(Work(batch), self._checkpoints.everything(self._offset, now))
        done.set_result(None)


async def _until(event: asyncio.Event, timeout_s: float | None) -> None:
    if event.is_set() or (timeout_s is not None and timeout_s <= 0):
        await asyncio.sleep(0)
        return
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
