"""What waits for the next batch: messages of the broker and inputs that somebody waits for; and when to close it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.time import DurationMs
from processor.ports.broker import Message
from processor.runtime.counters import Counters
from processor.runtime.step import Control

QUEUE_FULL: Final = "queue_full"
STOPPING: Final = "stopping"
LONGEST_PAUSE_MS: Final[DurationMs] = 1_000  # a wall clock that is set forward is noticed within this


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """When a batch is closed, and how many messages may wait for one. Beyond `queue`, QoS 0 messages are dropped;
    QoS 1 messages never are: the broker holds back what is over the receive maximum."""

    messages: int = 2_000
    window_ms: DurationMs = 20
    queue: int = 20_000


class Intake:
    """A bounded queue of messages, and the controls. One task waits on it."""

    def __init__(self, counters: Counters, limits: BatchLimits) -> None:
        self._counters = counters
        self._limits = limits
        self._messages: list[Message] = []
        self._controls: list[Control] = []
        self._asked: set[asyncio.Future[Sequence[Effect]]] = set()
        self._stir = asyncio.Event()
        self._full = asyncio.Event()
        self._hurry = False
        self._closed = False
        self._ended = False

    def __bool__(self) -> bool:
        return bool(self._messages or self._controls)

    def receive(self, message: Message) -> None:
        """The ingest's callback: take one message, or drop it by policy. Never blocks, never fails."""
        if message.receipt is None and (self._closed or len(self._messages) >= self._limits.queue):
            self._counters.dropped_by(STOPPING if self._closed else QUEUE_FULL)
            return
        if self._closed:
            return  # not acknowledged: the broker gives it to the next daemon
        self._counters.message()
        messages = self._messages
        messages.append(message)
        size = len(messages)
        if size == 1:
            self._stir.set()
        elif size >= self._limits.messages:
            self._full.set()

    def submit(self, given: Sequence[Input], settles: Sequence[int]) -> asyncio.Future[Sequence[Effect]]:
        """Put inputs into the next batch; the future gives their effects once they are durable."""
        future: asyncio.Future[Sequence[Effect]] = asyncio.get_running_loop().create_future()
        if self._ended:
            future.cancel()
            return future

        def answer(effects: Sequence[Effect]) -> None:
            if not future.done():
                future.set_result(effects)

        self._asked.add(future)
        future.add_done_callback(self._asked.discard)
        self._controls.append(Control(given, answer, settles))
        self._stir.set()
        return future

    def take(self) -> tuple[list[Message], list[Control]]:
        """What the next batch is made of."""
        most = self._limits.messages
        messages, self._messages = self._messages[:most], self._messages[most:]
        controls, self._controls = self._controls, []
        return messages, controls

    def hurry(self) -> None:
        """Something is there that does not wait for more messages."""
        self._hurry = True
        self._stir.set()
        self._full.set()

    def close(self) -> None:
        """Take no more messages."""
        self._closed = True

    def end(self) -> None:
        """Nobody waits on it any more: nothing that is still here will be answered."""
        self._ended = True
        for future in list(self._asked):
            future.cancel()

    async def wait(self, pause_ms: DurationMs | None) -> None:
        """Until something is there or the pause is over; then until the batch's window is over or it is full."""
        if not self and not self._hurry:
            self._stir.clear()
            await _until(self._stir, LONGEST_PAUSE_MS if pause_ms is None else min(LONGEST_PAUSE_MS, pause_ms))
        if self._messages and not (self._controls or self._hurry) and len(self._messages) < self._limits.messages:
            self._full.clear()
            await _until(self._full, self._limits.window_ms)
        self._hurry = False


async def _until(event: asyncio.Event, timeout_ms: DurationMs) -> None:
    if event.is_set() or timeout_ms <= 0:
        await asyncio.sleep(0)
        return
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            await event.wait()
    except TimeoutError:
        return
