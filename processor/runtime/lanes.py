"""Publishing in many lanes at once: what concerns one subject goes out one after the other, the rest side by side."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Final

from processor.model.effect import AlertChanged, Effect, OrderChanged, SendCommand
from processor.ports.journal import OutboxRow

LOG = logging.getLogger(__name__)

_WORKERS: Final = 200

Lane = tuple[str, ...]


def lane_of(effect: Effect) -> Lane | None:
    """The lane whose order must be kept; None for what is not published."""
    if isinstance(effect, AlertChanged):
        return ("alert", effect.transition.community, effect.transition.subject)
    if isinstance(effect, SendCommand):
        return ("command", effect.device)
    if isinstance(effect, OrderChanged):
        return ("order", effect.order.id)
    return None


class Lanes:
    """Rows in lanes, taken by a fixed number of workers.

    Where `deliver` says that a row could not go, the rows behind it in its lane are given back at once.
    """

    def __init__(self, deliver: Callable[[OutboxRow], Awaitable[bool]], give_back: Callable[[OutboxRow], None]) -> None:
        self._deliver = deliver
        self._give_back = give_back
        self._lanes: dict[Lane, deque[OutboxRow]] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._work(), name=f"lane {number}") for number in range(_WORKERS)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def idle(self) -> bool:
        return not self._lanes

    def put(self, lane: Lane, row: OutboxRow) -> None:
        rows = self._lanes.get(lane)
        if rows is None:
            self._lanes[lane] = deque((row,))
            self._ready.put_nowait(lane)
        else:
            rows.append(row)

    async def _work(self) -> None:
        while True:
            lane = await self._ready.get()
            rows = self._lanes[lane]
            if not await self._delivered(rows[0]):
                for row in islice(self._lanes.pop(lane), 1, None):
                    self._give_back(row)
                continue
            rows.popleft()
            if rows:
                self._ready.put_nowait(lane)  # at the end: one busy subject does not keep a worker from the others
            else:
                del self._lanes[lane]

    async def _delivered(self, row: OutboxRow) -> bool:
        try:
            return await self._deliver(row)
        except Exception:  # a fault of our own must not end the worker; the row is read again later
            LOG.exception("delivery: %s", row.key)
            self._give_back(row)
            return False
