"""A load that costs the machine little: pre-encoded QoS 1 PUBLISH packets on a raw socket, PUBACKs counted.

As a module: `python -m bench.generator --port 1883 --topics 1000 --rate 5000 --seconds 10` prints one JSON object.
From a benchmark: `Load.build(messages)`, then `Generator(host, port).send(load, rate=5000, count=50_000)`.

A payload may hold STAMP; it is overwritten with the epoch milliseconds of the moment its chunk is sent, so that
repeated messages are not duplicates and the age of an alert can be measured.
"""

import argparse
import json
import select
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Self

STAMP: Final = b"@@@@@@@@@@@@@"  # as wide as epoch milliseconds are until the year 2286
_PUBLISH_QOS1: Final = 0x32
_PUBACK_SIZE: Final = 4
_LAST_MID: Final = 0xFFFF
_ANSWER_WITHIN_S: Final = 30.0
_RECV: Final = 256 * 1024


def encode(topic: str, payload: bytes, mid: int) -> bytes:
    """One PUBLISH of QoS 1 in MQTT 3.1.1."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + mid.to_bytes(2, "big") + payload
    return bytes((_PUBLISH_QOS1,)) + _length(len(body)) + body


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | (0x80 if size else 0))
        if not size:
            return bytes(out)


@dataclass(slots=True)
class Chunk:
    """Some packets in a row and where their stamps are."""

    data: bytearray
    stamps: list[int]
    count: int

    def stamped(self, now_ms: int) -> bytes:
        """The bytes to send now."""
        text = b"%013d" % now_ms
        data = self.data
        for at in self.stamps:
            data[at : at + len(STAMP)] = text
        return bytes(data)


@dataclass(slots=True)
class Load:
    """Messages, encoded once, sent round and round."""

    chunks: list[Chunk]

    @classmethod
    def build(cls, messages: Iterable[tuple[str, bytes]], chunk: int = 50) -> "Load":
        """Encode (topic, payload) pairs into chunks of `chunk` messages: a chunk is sent, and stamped, at once."""
        chunks: list[Chunk] = []
        for number, (topic, payload) in enumerate(messages):
            if number % chunk == 0:
                chunks.append(Chunk(bytearray(), [], 0))
            last = chunks[-1]
            packet = encode(topic, payload, number % _LAST_MID + 1)
            at = packet.find(STAMP)
            if at >= 0:
                last.stamps.append(len(last.data) + at)
            last.data += packet
            last.count += 1
        return cls(chunks)


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went. `late_s`: how far the run was behind its rate at the end (0 when flat out)."""

    sent: int
    acknowledged: int
    seconds: float
    late_s: float
    cpu_s: float

    @property
    def per_second(self) -> float:
        return self.acknowledged / self.seconds if self.seconds else 0.0


class Generator:
    """One raw connection to the broker. Use it as a context manager."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        client_id: str = "generator",
        credentials: tuple[str, str] | None = None,
        window: int = 20_000,
    ) -> None:
        self._window = window
        self._socket = socket.create_connection((host, port), timeout=_ANSWER_WITHIN_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(_connect(client_id, credentials))
        answer = self._socket.recv(4)
        if answer[3:4] != b"\0":
            raise ConnectionError(f"the broker refused the generator: {answer.hex()}")
        self._socket.setblocking(False)
        self._partial = 0  # bytes of a PUBACK that is not here as a whole

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, load: Load, *, count: int, rate: float | None = None) -> Report:
        """Send (about) `count` messages, at `rate` a second or flat out; wait for every PUBACK."""
        began, cpu = time.monotonic(), time.process_time()
        sent = acknowledged = turn = 0
        late = 0.0
        pending = memoryview(b"")
        while sent < count or pending or acknowledged < sent:
            if not pending and sent < count and sent - acknowledged < self._window:
                ahead = 0.0 if rate is None else sent / rate - (time.monotonic() - began)
                if ahead <= 0:
                    chunk = load.chunks[turn % len(load.chunks)]
                    turn, sent, late = turn + 1, sent + chunk.count, -ahead
                    pending = memoryview(chunk.stamped(time.time_ns() // 1_000_000))
            else:
                ahead = _ANSWER_WITHIN_S
            acked, pending = self._exchange(pending, max(ahead, 0.0))
            acknowledged += acked
        return Report(sent, acknowledged, time.monotonic() - began, late, time.process_time() - cpu)

    def _exchange(self, pending: memoryview, wait_s: float) -> tuple[int, memoryview]:
        """Write what the socket takes, read what is there: (PUBACKs, what is still to be written)."""
        writing = [self._socket] if pending else []
        readable, writable, _ = select.select([self._socket], writing, [], _ANSWER_WITHIN_S if pending else wait_s)
        if not readable and not writable and wait_s >= _ANSWER_WITHIN_S:
            raise TimeoutError("the broker no longer acknowledges")
        acked = 0
        if readable:
            data = self._socket.recv(_RECV)
            if not data:
                raise ConnectionError("the broker closed the generator's connection")
            acked, self._partial = divmod(self._partial + len(data), _PUBACK_SIZE)
        if writable:
            pending = pending[self._socket.send(pending) :]
        return acked, pending


def _connect(client_id: str, credentials: tuple[str, str] | None) -> bytes:
    def text(value: str) -> bytes:
        return len(value.encode()).to_bytes(2, "big") + value.encode()

    flags = 0x02 | (0xC0 if credentials else 0)
    body = text("MQTT") + bytes((4, flags, 0, 0)) + text(client_id)  # keepalive 0: a generator may pause
    if credentials:
        body += text(credentials[0]) + text(credentials[1])
    return bytes((0x10,)) + _length(len(body)) + body


def example_messages(topics: int) -> list[tuple[str, bytes]]:
    """A reading per device, such as the residual-current monitors of the simulators send."""
    return [
        (
            f"v1/c{n % 56}/electrical/e{n}/telemetry",
            b'{"ts":%s,"residual_ma":%d,"temp":[%d.5],"brk":"1"}' % (STAMP, 60 + n % 40, 20 + n % 20),
        )
        for n in range(topics)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--client-id", default="generator")
    parser.add_argument("--topics", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=None, help="messages a second; without it, flat out")
    parser.add_argument("--count", type=int, default=None, help="messages in all")
    parser.add_argument("--seconds", type=float, default=5.0, help="with --rate and without --count: how long")
    given = parser.parse_args(arguments)
    count = given.count or int((given.rate or 20_000) * given.seconds)
    chunk = 50 if given.rate is None else max(1, min(50, int(given.rate / 200)))
    load = Load.build(example_messages(given.topics), chunk)
    with Generator(given.host, given.port, client_id=given.client_id) as generator:
        report = generator.send(load, count=count, rate=given.rate)
    print(json.dumps({**asdict(report), "per_second": round(report.per_second)}))


if __name__ == "__main__":
    main()
