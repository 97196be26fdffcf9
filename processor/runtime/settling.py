"""What the outbox has yet to be told, written in batches: what ends while one batch is written makes the next."""

import heapq
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from processor.model.time import EpochMs
from processor.ports.journal import Outbox

T = TypeVar("T")


class RunBlocking(Protocol):
    """Runs a blocking call away from the loop, such as `asyncio.to_thread`."""

    def __call__(self, call: Callable[..., T], /, *args: object) -> Awaitable[T]: ...


class Settling:
    """The rows in hand and their endings. A row stays in hand until its ending is written."""

    def __init__(self, outbox: Outbox, run_blocking: RunBlocking, woken: Callable[[], None]) -> None:
        self.in_hand: set[int] = set()
        self._outbox = outbox
        self._run_blocking = run_blocking
        self._woken = woken
        self._delivered: list[int] = []
        self._postponed: list[tuple[int, EpochMs, str]] = []
        self._given_up: list[tuple[int, str]] = []
        self._due: list[EpochMs] = []  # heap: when something that waits wants to be looked at again

    def delivered(self, sequence: int) -> None:
        self._delivered.append(sequence)
        self._woken()

    def postpone(self, sequence: int, due_at: EpochMs, error: str) -> None:
        self._postponed.append((sequence, due_at, error))
        self._woken()

    def give_up(self, sequence: int, error: str) -> None:
        self._given_up.append((sequence, error))
        self._woken()

    def look_again(self, at: EpochMs) -> None:
        heapq.heappush(self._due, at)

    def something_due(self, now: EpochMs) -> bool:
        """Whether a row that was postponed, or wants to be looked at again, is due since the last call."""
        found = False
        while self._due and self._due[0] <= now:
            heapq.heappop(self._due)
            found = True
        return found

    async def settle(self, now: EpochMs) -> bool:
        """Write every ending so far; whether more came meanwhile. What cannot be written is kept for the next time."""
        await self._settle_delivered(now)
        while self._postponed:
            sequence, due_at, error = self._postponed[0]
            await self._run_blocking(self._outbox.postpone, sequence, due_at, error)
            del self._postponed[0]
            self.look_again(due_at)
            self.in_hand.discard(sequence)
        while self._given_up:
            sequence, error = self._given_up[0]
            await self._run_blocking(self._outbox.give_up, sequence, now, error)
            del self._given_up[0]
            self.in_hand.discard(sequence)
        return bool(self._delivered)

    async def _settle_delivered(self, now: EpochMs) -> None:
        if not self._delivered:
            return
        batch, self._delivered = self._delivered, []
        try:
            await self._run_blocking(self._outbox.delivered, batch, now)
        except BaseException:
            self._delivered += batch
            raise
        self.in_hand.difference_update(batch)
