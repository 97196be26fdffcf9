"""A broker in memory: the two connections of the daemon, with a session that keeps what was not acknowledged."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from processor.model.time import EpochMs
from processor.ports.broker import Message, Outcome, Refused, Sent, Unreachable
from processor.ports.clock import Clock
from tests.fakes.clock import FakeClock


class Published(NamedTuple):
    """What a publisher sent."""

    topic: str
    payload: bytes
    expiry_s: int | None
    key: str


class _Queued(NamedTuple):
    topic: str
    payload: bytes
    retained: bool
    redelivered: bool


class FakeIngest:
    """The receiving connection. Tests play the broker: `deliver`, `cut`, `restore`."""

    def __init__(self, filters: Sequence[str] = ("#",), clock: Clock | None = None) -> None:
        self.connected = False
        self.connected_at: EpochMs = 0
        self.filters = tuple(filters)
        self.acknowledged: list[Message] = []
        self.delivered: list[Message] = []
        self._clock = clock or FakeClock()
        self._on_message: Callable[[Message], None] | None = None
        self._connection = 0
        self._number = 0
        self._unacknowledged: dict[int, Message] = {}
        self._waiting: list[_Queued] = []

    # ---- the port

    @property
    def subscribed(self) -> bool:
        return self.connected

    async def start(self, on_message: Callable[[Message], None]) -> None:
        self._on_message = on_message
        self.restore()

    def acknowledge(self, receipts: Sequence[object]) -> None:
        for receipt in receipts:
            assert isinstance(receipt, tuple), f"not a receipt of this connection: {receipt!r}"
            connection, number = receipt
            message = self._unacknowledged.pop(number, None) if connection == self._connection else None
            if message is not None:
                self.acknowledged.append(message)

    async def subscribe(self, filters: Sequence[str]) -> None:
        self.filters = tuple(filters)

    async def stop(self) -> None:
        self.cut()

    # ---- what a test does

    @property
    def unacknowledged(self) -> list[Message]:
        return list(self._unacknowledged.values())

    def deliver(self, topic: str, payload: bytes, *, qos: int = 1, retained: bool = False) -> None:
        """A publisher's message that matches a filter; it waits in the session while the connection is cut."""
        if not any(matches(one, topic) for one in self.filters):
            return
        queued = _Queued(topic, payload, retained, redelivered=False)
        if self.connected:
            self._hand_over(queued, qos)
        elif qos:
            self._waiting.append(queued)

    def cut(self) -> None:
        """Lose the connection: what was not acknowledged will come again, marked."""
        again = [_Queued(m.topic, m.payload, m.retained, redelivered=True) for m in self._unacknowledged.values()]
        self._waiting = again + self._waiting
        self._unacknowledged.clear()
        self.connected = False

    def restore(self) -> None:
        """The next connection of the same session."""
        self.connected = True
        self.connected_at = self._clock.now()
        self._connection += 1
        waiting, self._waiting = self._waiting, []
        for queued in waiting:
            self._hand_over(queued, qos=1)

    def _hand_over(self, queued: _Queued, qos: int) -> None:
        self._number += 1
        receipt = (self._connection, self._number) if qos else None
        message = Message(queued.topic, queued.payload, queued.retained, queued.redelivered, receipt, self._clock.now())
        self.delivered.append(message)
        if receipt is not None:
            self._unacknowledged[self._number] = message
        if self._on_message is not None:
            self._on_message(message)


class FakePublisher:
    """The sending connection: remembers what was published and answers `outcomes` in order, then Sent for ever.

    While `gate` is not set, `publish` hangs as if the broker did not acknowledge.
    """

    def __init__(
        self, outcomes: Iterable[Outcome] = (), on_published: Callable[[Published], None] | None = None
    ) -> None:
        self.connected = False
        self.published: list[Published] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.in_flight = 0
        self.most_in_flight = 0
        self._outcomes = iter(outcomes)
        self._on_published = on_published

    async def start(self) -> None:
        self.connected = True

    async def publish(self, topic: str, payload: bytes, *, expiry_s: int | None = None, key: str = "") -> Outcome:
        if not topic or any(sign in topic for sign in "+#\0"):
            return Refused("a topic to publish to may not hold +, # or NUL")
        if not self.connected:
            return Unreachable("not connected")
        published = Published(topic, payload, expiry_s, key)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.gate.wait()
        finally:
            self.in_flight -= 1
        outcome = next(self._outcomes, Sent())
        if isinstance(outcome, Sent):
            self.published.append(published)
            if self._on_published is not None:
                self._on_published(published)
        return outcome

    async def stop(self) -> None:
        self.connected = False

    def sent(self, prefix: str = "") -> list[Published]:
        """What reached the broker under topics that begin so."""
        return [one for one in self.published if one.topic.startswith(prefix)]


def matches(topic_filter: str, topic: str) -> bool:
    """Whether an MQTT topic filter covers a topic."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for at, part in enumerate(wanted):
        if part == "#":
            return True
        if at >= len(given) or part not in ("+", given[at]):
            return False
    return len(wanted) == len(given)
