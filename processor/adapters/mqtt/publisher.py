"""The sending connection: alerts and commands, each resolved when the broker acknowledged it or clearly did not."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

from processor.adapters.mqtt.fault import Fault
from processor.adapters.mqtt.link import Link
from processor.adapters.mqtt.packets import Connack, Kind, read_mid, read_reason
from processor.adapters.mqtt.session import Session
from processor.adapters.mqtt.settings import BrokerSettings, Version
from processor.model.text import Text
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from processor.ports.clock import Clock

_FAILED: Final = 0x80  # reason codes from here on are failures; 0x10 (nobody subscribes) is not
_REFUSALS: Final = {
    0x83: "the broker will not take it",
    0x87: "not authorised to publish to this topic",
    0x90: "the broker does not allow this topic",
    0x95: "larger than the broker takes",
    0x99: "the broker does not take this payload format",
}
_LONGEST_TOPIC: Final = 0xFFFF
_UNLIMITED: Final = 0xFFFF
_LARGEST: Final = 268_435_455  # what MQTT's length field can say
_BUSY_RETRY_MS: Final = 200
_HEADER_ROOM: Final = 32  # first byte, length, packet identifier and the expiry property, generously


class MqttPublisher:
    """Publishes QoS 1, never retained. Keeps nothing across connections: the outbox does that."""

    def __init__(self, settings: BrokerSettings, clock: Clock) -> None:
        self.connected = False
        self._settings = settings
        self._v5 = settings.version is Version.V5
        self._session = Session(settings, self, clean_start=True, receive_maximum=None, now=clock.now)
        self._link: Link | None = None
        self._unanswered: dict[int, asyncio.Future[Outcome]] = {}
        self._window = settings.in_flight
        self._largest = _LARGEST
        self._queue: deque[asyncio.Future[None]] = deque()

    # ---- the port

    @property
    def last_error(self) -> Text | None:
        return self._session.last_error

    @property
    def fault(self) -> Fault | None:
        return self._session.fault

    async def start(self) -> None:
        self._session.start()

    async def publish(self, topic: str, payload: bytes, *, expiry_s: int | None = None, key: str = "") -> Outcome:  # noqa: ARG002 - the key is in the payload; a broker has no place for it
        refusal = self._refusal(topic, payload)
        if refusal is not None:
            return refusal
        if not self.connected:
            return Unreachable(self._down())
        if len(self._unanswered) + len(self._queue) >= self._settings.in_flight:
            return Unreachable("too many messages without an answer", retry_after_ms=_BUSY_RETRY_MS)
        try:
            async with asyncio.timeout(self._settings.answer_within_s):
                return await self._send(topic, payload, expiry_s)
        except TimeoutError:
            return Unreachable(f"the broker did not acknowledge within {self._settings.answer_within_s:g} s")

    async def stop(self) -> None:
        await self._session.stop()

    # ---- what the session and the link call

    def opening(self, link: Link) -> None:
        self._link = link

    def accepted(self, connack: Connack) -> None:
        self._window = min(self._settings.in_flight, connack.number("receive_maximum", _UNLIMITED))
        self._largest = connack.number("maximum_packet_size", _LARGEST)

    def went_up(self, _link: Link) -> None:
        self.connected = True

    def went_down(self, fault: Fault) -> None:
        self.connected = False
        self._link = None
        unanswered = list(self._unanswered.values())
        self._unanswered.clear()
        self._session.encoder.in_use.clear()
        for answer in unanswered:
            _resolve(answer, Unreachable(fault.text().en))
        while self._queue:
            _wake(self._queue.popleft())

    def published(self, first: int, data: bytes, start: int, end: int) -> None:
        """Nothing is subscribed here; a broker that publishes anyway is ignored."""

    def answered(self, kind: int, body: bytes) -> None:
        if kind != Kind.PUBACK:
            return
        mid = read_mid(body)
        answer = self._unanswered.pop(mid, None)
        self._session.encoder.in_use.discard(mid)
        if answer is not None:
            _resolve(answer, _outcome(read_reason(body)))
        self._wake_one()

    # ---- inside

    async def _send(self, topic: str, payload: bytes, expiry_s: int | None) -> Outcome:
        while len(self._unanswered) >= self._window:
            await self._room()
            if not self.connected:
                return Unreachable(self._down())
        link = self._link
        if link is None:
            return Unreachable(self._down())
        encoder = self._session.encoder
        mid, packet = encoder.publish(topic, payload, expiry_s=expiry_s if self._v5 else None)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        # kept after a timeout: its identifier may not be used again until the broker answers or the link ends
        self._unanswered[mid] = answer
        encoder.in_use.add(mid)
        link.send(packet)
        return await answer

    async def _room(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            with suppress(ValueError):
                self._queue.remove(waiter)
            if waiter.done() and not waiter.cancelled():
                self._wake_one()  # the turn was ours; it must not be lost
            raise

    def _wake_one(self) -> None:
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _down(self) -> str:
        error = self._session.last_error
        return "not connected yet" if error is None else error.en

    def _refusal(self, topic: str, payload: bytes) -> Refused | None:
        """What the broker would end the connection for must not be sent at all."""
        try:
            size = len(topic.encode())
        except UnicodeEncodeError:
            return Refused("the topic is not valid text")
        if not 0 < size <= _LONGEST_TOPIC:
            return Refused("the topic is empty or longer than 65,535 bytes")
        if any(sign in topic for sign in "+#\0"):
            return Refused("a topic to publish to may not hold +, # or NUL")
        if size + len(payload) + _HEADER_ROOM > self._largest:
            return Refused("larger than the broker takes")
        return None


def _outcome(reason: int) -> Outcome:
    if reason < _FAILED:
        return Sent()
    words = _REFUSALS.get(reason)
    code = f"code 0x{reason:02x}"
    return Unreachable(f"the broker failed ({code})") if words is None else Refused(f"{words} ({code})")


def _resolve(answer: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not answer.done():  # its publisher gave up waiting
        answer.set_result(outcome)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
