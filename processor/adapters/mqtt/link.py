"""One network connection: cuts the byte stream into packets, keeps the connection alive, says why it ended.

A PUBLISH is handed over as a span of the receive buffer, without an object per packet: at 20,000 messages a second
this loop is what the daemon does most (docs/decisions/0002-mqtt-ingest.md).
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast

from processor.adapters.mqtt.fault import Fault, FaultKind, fault_of_code, fault_of_error
from processor.adapters.mqtt.packets import PINGREQ, Connack, Kind, MalformedPacket, read_connack
from processor.adapters.mqtt.settings import Version
from processor.model.time import EpochMs

# A larger packet is cut to this length (the rest is skipped as it comes), so that memory is bounded and the message
# still becomes a dead letter, four times over the limit of `decode`. Announcing `maximum_packet_size` instead would
# make Mosquitto drop such messages without a word.
LARGEST_PACKET: Final = 1024 * 1024

_MORE: Final = 0x80  # another byte of the variable-length integer follows
_LAST_LENGTH_BYTE: Final = 5  # first byte + at most four length bytes
_SILENT_TICKS: Final = 3
_WINDOW_MS: Final = 20
_BUSY_BYTES_PER_MS: Final = 700  # about 5,000 messages a second


class Receiver(Protocol):
    """What a link hands its packets to."""

    def accepted(self, connack: Connack) -> None:
        """The broker let us in; called before anything that came together with its CONNACK is handed over."""

    def published(self, first: int, data: bytes, start: int, end: int) -> None:
        """A PUBLISH whose variable header and payload are data[start:end]."""

    def answered(self, kind: int, body: bytes) -> None:
        """Any other packet that is not the link's own business."""


class Link(asyncio.Protocol):
    """A connection from the socket to its end; never used twice. `ended` resolves to the reason of its end."""

    def __init__(
        self, receiver: Receiver, *, version: Version, now: Callable[[], EpochMs], gather_s: float = 0.0
    ) -> None:
        loop = asyncio.get_running_loop()
        self.connack: asyncio.Future[Connack] = loop.create_future()
        self.ended: asyncio.Future[Fault] = loop.create_future()
        self.gone = asyncio.Event()  # the socket is closed, too
        self.arrived: EpochMs = 0
        self._loop = loop
        self._receiver = receiver
        self._version = version
        self._now = now
        self._gather_s = gather_s
        self._gathering = False
        self._bytes = 0
        self._held = False
        self._paused = False
        self._counted_from: EpochMs = 0
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._skip = 0
        self._silent_ticks = 0
        self._tick: asyncio.TimerHandle | None = None

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._silent_ticks = 0
        self.arrived = self._now()  # once per read: messages of one read arrived together
        if self._skip:
            data = self._skipped(data)
        try:
            self._rest = self._cut(self._rest + data if self._rest else data)
        except (MalformedPacket, IndexError) as error:
            self.close(Fault(FaultKind.PROTOCOL, str(error)))
            return
        if self._gather_s:
            self._pace(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(fault_of_error(exc) if exc else Fault(FaultKind.LOST))
        self.gone.set()

    # ---- what the session calls

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def open_once(self) -> bool:
        """Whether there ever was a socket; only then is there an end of it to wait for."""
        return self._transport is not None

    def send(self, packet: bytes) -> None:
        """Write a packet; a link that has ended swallows it, for its sender learns of the end anyway."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packet)

    def hold(self) -> None:
        """Read nothing more until `let_go`: the broker has to wait."""
        self._held = True
        self._pause()

    def let_go(self) -> None:
        if self._held:
            self._held = False
            self._read_again()

    def keep_alive(self, seconds: int) -> None:
        """Ping from now on, and give the link up when the broker is silent for one and a half periods."""
        if seconds > 0 and self.open:
            self._tick = self._loop.call_later(seconds / 2, self._beat, seconds)

    def close(self, fault: Fault, farewell: bytes = b"") -> None:
        """End the link for this reason, after a farewell where there is one."""
        if farewell:
            self.send(farewell)
        self._end(fault)
        if self._transport is not None:
            self._transport.close()

    def abort(self, fault: Fault) -> None:
        """End the link at once, without waiting for what is still to be written."""
        self._end(fault)
        if self._transport is not None:
            self._transport.abort()

    # ---- inside

    def _pace(self, size: int) -> None:
        """Under load, let packets gather in the socket: a broker writes them one by one, and a read costs ten parses.

        In quiet times a pause (a timer and two changes of the poll set) would cost more than it saves.
        """
        self._bytes += size
        elapsed = self.arrived - self._counted_from
        if elapsed >= _WINDOW_MS:
            self._gathering = self._bytes >= elapsed * _BUSY_BYTES_PER_MS
            self._bytes, self._counted_from = 0, self.arrived
        if self._gathering and not self._held:
            self._pause()
            self._loop.call_later(self._gather_s, self._read_again)

    def _pause(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _read_again(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and self._paused and not self._held:
            self._paused = False
            self._transport.resume_reading()

    def _cut(self, data: bytes) -> bytes:
        """Hand over every whole packet of `data`; what is left belongs to the next one."""
        at, size = 0, len(data)
        published = self._receiver.published
        while size - at > 1:
            length = data[at + 1]
            start = at + 2
            if length & _MORE:
                length, start = _long_length(data, at, size)
                if length < 0:
                    break
            end = start + length
            if end > size:
                if length > LARGEST_PACKET and size - start >= LARGEST_PACKET:
                    self._skip, end = end - size, size
                else:
                    break
            first = data[at]
            if first & 0xF0 == Kind.PUBLISH:
                published(first, data, start, end)
            else:
                self._control(first & 0xF0, data[start:end])
            at = end
        return data[at:]

    def _skipped(self, data: bytes) -> bytes:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        return data[skipped:]

    def _control(self, kind: int, body: bytes) -> None:
        if kind == Kind.PINGRESP:
            return
        if kind == Kind.CONNACK:
            if not self.connack.done():
                connack = read_connack(body, self._version)
                if not connack.code:
                    self._receiver.accepted(connack)
                self.connack.set_result(connack)
        elif kind == Kind.DISCONNECT:
            self.close(fault_of_code(body[0] if body else 0, self._version))
        else:
            self._receiver.answered(kind, body)

    def _beat(self, seconds: int) -> None:
        if not self._held:  # held, we would not hear the broker
            self._silent_ticks += 1
        if self._silent_ticks > _SILENT_TICKS:
            self.abort(Fault(FaultKind.NO_ANSWER, f"silent for {_SILENT_TICKS * seconds / 2:g} s"))
            return
        self.send(PINGREQ)
        self._tick = self._loop.call_later(seconds / 2, self._beat, seconds)

    def _end(self, fault: Fault) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if not self.ended.done():
            self.ended.set_result(fault)


def _long_length(data: bytes, at: int, size: int) -> tuple[int, int]:
    """(remaining length, where the body starts) of a length of two to four bytes; length -1: not all here yet."""
    length, shift, start = 0, 0, at + 1
    while start < size:
        if start - at == _LAST_LENGTH_BYTE:
            raise MalformedPacket("a packet's length has more than four bytes")
        byte = data[start]
        length |= (byte & 0x7F) << shift
        start += 1
        if not byte & _MORE:
            return length, start
        shift += 7
    return -1, start
