"""The receiving connection: every message in order to one plain callback, acknowledged only when we are told to."""

import asyncio
import logging
import struct
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final, cast

from processor.adapters.mqtt.fault import Fault, FaultKind
from processor.adapters.mqtt.link import Link
from processor.adapters.mqtt.packets import Connack, Kind, MalformedPacket, read_mid, read_suback
from processor.adapters.mqtt.session import Session
from processor.adapters.mqtt.settings import BrokerSettings, Version
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.broker import Message
from processor.ports.clock import Clock

LOG = logging.getLogger(__name__)

_PUBACK: Final = 0x4002_0000  # PUBACK of two more bytes: a packet is one 32-bit number (legal on MQTT 5, too)
_PUBREC: Final = 0x5002_0000
_PUBCOMP: Final = 0x7002_0000
_RETAIN: Final = 0x01
_DUP: Final = 0x08
_QOS: Final = 0x06
_QOS_2: Final = 0x04
_REFUSED: Final = 0x80
_FILTERS_PER_PACKET: Final = 200

# `Message(...)` runs a Python-level __new__: 0.16 µs of a budget in which the whole parser has 1 µs
_new_message = cast("Callable[[type[Message], tuple[object, ...]], Message]", tuple.__new__)


def _ignore(_message: Message) -> None:
    """Stands in until `start`."""


class MqttIngest:
    """Receives on a session that the broker keeps; what was not acknowledged comes again on the next connection.

    A receipt is one number: (connection << 32) | the acknowledging packet itself. `clean_start` is for a passing
    visitor: the broker keeps nothing for it.
    """

    def __init__(
        self, settings: BrokerSettings, filters: Sequence[str], clock: Clock, *, clean_start: bool = False
    ) -> None:
        self.connected = False
        self.connected_at: EpochMs = 0
        self.received = 0
        self.callback_errors = 0
        self.session_present = False
        self.refused_filters: dict[str, str] = {}
        self._on_message: Callable[[Message], None] = _ignore
        self._filters = tuple(dict.fromkeys(filters))
        self._v5 = settings.version is Version.V5
        self._settings = settings
        self._session = Session(
            settings,
            self,
            clean_start=clean_start,
            receive_maximum=settings.receive_maximum,
            now=clock.now,
            gather_s=settings.gather_s,
        )
        self._link: Link | None = None
        self._connection = 0
        self._unacknowledged = 0
        self._subscribing: dict[int, tuple[str, ...]] = {}
        self._settled = asyncio.Event()

    # ---- the port

    @property
    def subscribed(self) -> bool:
        """Whether the broker has answered every subscription of this connection."""
        return self.connected and self._settled.is_set()

    @property
    def last_error(self) -> Text | None:
        """In plain words: a subscription the broker refused, else why the connection is (or was last) gone."""
        if self.connected and self.refused_filters:
            return Fault(FaultKind.FILTER_REFUSED, ", ".join(islice(self.refused_filters, 3))).text(self._session.where)
        return self._session.last_error

    @property
    def fault(self) -> Fault | None:
        return self._session.fault

    async def start(self, on_message: Callable[[Message], None]) -> None:
        self._on_message = on_message
        self._session.start()

    def acknowledge(self, receipts: Sequence[object]) -> None:
        base = self._connection << 32
        packets = [receipt - base for receipt in cast("Sequence[int]", receipts) if receipt >= base]
        if packets and self._link is not None:
            self._link.send(struct.pack(f">{len(packets)}I", *packets))
            self._unacknowledged -= len(packets)
            if self._unacknowledged < self._settings.receive_maximum:
                self._link.let_go()

    async def subscribe(self, filters: Sequence[str]) -> None:
        wanted = tuple(dict.fromkeys(filters))
        gone = [one for one in self._filters if one not in set(wanted)]
        self._filters = wanted
        for one in gone:
            self.refused_filters.pop(one, None)
        if self._link is None or not self.connected:
            return  # done when the connection is up
        for chunk in _chunks(gone):
            self._link.send(self._session.encoder.unsubscribe(chunk)[1])
        self._subscribe_all(self._link)
        try:
            async with asyncio.timeout(self._settings.answer_within_s):
                await self._settled.wait()
        except TimeoutError:  # the connection will be found dead, or the answer comes late; both mend themselves
            LOG.warning("mqtt %s: no answer to a subscription yet", self._settings.client_id)

    async def stop(self) -> None:
        await self._session.stop()

    # ---- what the session and the link call

    def opening(self, link: Link) -> None:
        self._link = link
        self._connection += 1
        self._unacknowledged = 0

    def accepted(self, connack: Connack) -> None:
        self.connected_at = self._arrived()
        self.session_present = connack.session_present

    def went_up(self, link: Link) -> None:
        self.connected = True
        if not self.session_present and self._session.connections > 1:
            LOG.warning("mqtt %s: the broker forgot our session; what it had queued is lost", self._settings.client_id)
        self._subscribe_all(link)

    def went_down(self, _fault: Fault) -> None:
        self.connected = False
        self._link = None
        self._subscribing.clear()
        self._settled.clear()

    def published(self, first: int, data: bytes, start: int, end: int) -> None:
        """One PUBLISH. No object but the message, its texts and its receipt; the properties are stepped over."""
        top = start + 2 + (data[start] << 8 | data[start + 1])
        body = top
        receipt: int | None = None
        if first & _QOS:
            body += 2
            self._unacknowledged += 1
            receipt = self._connection << 32 | _PUBACK | data[top] << 8 | data[top + 1]
            if first & _QOS_2:  # queued for us before we subscribed with QoS 1
                receipt += _PUBREC - _PUBACK
        if self._v5:
            length = data[body]
            body += 1
            if length:
                body = _after_properties(data, body, length)
        if body > end:
            raise MalformedPacket("a PUBLISH is shorter than its own header")
        self.received += 1
        if self._unacknowledged >= self._settings.receive_maximum and self._link is not None:
            # 3.1.1 has no receive maximum, and Mosquitto 2.0.11 forgets ours after the first acknowledgement
            self._link.hold()
        try:
            # bad UTF-8 is still delivered: no profile will know the topic, so it becomes a dead letter
            topic = data[start + 2 : top].decode("utf-8", "replace")
            message = (topic, data[body:end], first & _RETAIN != 0, first & _DUP != 0, receipt, self._arrived())
            self._on_message(_new_message(Message, message))
        except Exception:  # one message must not end the connection; it is not acknowledged and comes again
            self.callback_errors += 1
            self._unacknowledged -= receipt is not None  # nobody will acknowledge it: it must not use up the bound
            LOG.exception("mqtt %s: the message callback failed", self._settings.client_id)

    def answered(self, kind: int, body: bytes) -> None:
        if kind == Kind.SUBACK:
            self._granted(body)
        elif kind == Kind.PUBREL and self._link is not None:
            self._link.send(struct.pack(">I", _PUBCOMP | read_mid(body)))

    # ---- inside

    def _arrived(self) -> int:
        return self._link.arrived if self._link is not None else 0

    def _subscribe_all(self, link: Link) -> None:
        self._settled.clear()
        self._subscribing.clear()
        for chunk in _chunks(self._filters):
            mid, packet = self._session.encoder.subscribe(chunk)
            self._subscribing[mid] = tuple(chunk)
            link.send(packet)
        if not self._subscribing:
            self._settled.set()

    def _granted(self, body: bytes) -> None:
        mid, answers = read_suback(body, self._settings.version)
        for one, answer in zip(self._subscribing.pop(mid, ()), answers, strict=False):
            if answer >= _REFUSED:
                self.refused_filters[one] = f"code 0x{answer:02x}"
                LOG.warning("mqtt %s: the broker refused the filter %r", self._settings.client_id, one)
            else:
                self.refused_filters.pop(one, None)
        if not self._subscribing:
            self._settled.set()


def _after_properties(data: bytes, at: int, length: int) -> int:
    """Where the payload starts, after the properties whose length begins with the byte `length` before `at`."""
    shift = 7
    size = length & 0x7F
    while length & 0x80:
        length = data[at]
        size |= (length & 0x7F) << shift
        shift += 7
        at += 1
    return at + size


def _chunks(filters: Sequence[str]) -> list[Sequence[str]]:
    return [filters[at : at + _FILTERS_PER_PACKET] for at in range(0, len(filters), _FILTERS_PER_PACKET)]
