"""The byte stream: packets are cut wherever the network cuts them, and what is no MQTT ends the connection."""

import asyncio
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.adapters.mqtt.fault import Fault, FaultKind
from processor.adapters.mqtt.link import LARGEST_PACKET, Link
from processor.adapters.mqtt.packets import PINGREQ, Connack
from processor.adapters.mqtt.settings import Version
from tests.waiting import eventually

FAULT = Fault(FaultKind.LOST)


class Transport:
    """What a link needs of a transport; remembers what was asked of it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.reading = True
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True


class Receiver:
    """Keeps what a link hands over."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.publishes: list[tuple[int, bytes]] = []
        self.answers: list[tuple[int, bytes]] = []

    def accepted(self, connack: Connack) -> None:
        self.events.append(f"accepted, session present: {connack.session_present}")

    def published(self, first: int, data: bytes, start: int, end: int) -> None:
        self.events.append("published")
        self.publishes.append((first, data[start:end]))

    def answered(self, kind: int, body: bytes) -> None:
        self.answers.append((kind, body))


class Ticking:
    """Milliseconds that a test moves."""

    def __init__(self) -> None:
        self.ms = 1_000

    def __call__(self) -> int:
        return self.ms


def connect(*, gather_s: float = 0.0, now: Ticking | None = None) -> tuple[Link, Receiver, Transport]:
    receiver, transport = Receiver(), Transport()
    link = Link(receiver, version=Version.V5, now=now or Ticking(), gather_s=gather_s)
    link.connection_made(cast("asyncio.Transport", transport))
    return link, receiver, transport


def packet(first: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, low = divmod(size, 128)
        length.append(low | (0x80 if size else 0))
        if not size:
            return bytes((first,)) + bytes(length) + body


BODIES = st.lists(st.tuples(st.sampled_from([0x30, 0x32, 0x3B, 0x40, 0x90]), st.binary(max_size=300)), max_size=8)


@given(packets=BODIES, cuts=st.lists(st.integers(0, 2_500), max_size=12))
def test_packets_come_whole_wherever_the_stream_is_cut(packets: list[tuple[int, bytes]], cuts: list[int]) -> None:
    async def run() -> None:
        link, receiver, _ = connect()
        stream = b"".join(packet(first, body) for first, body in packets)
        edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
        for begin, end in pairwise(edges):
            link.data_received(stream[begin:end])
        assert receiver.publishes == [(first, body) for first, body in packets if first & 0xF0 == 0x30]
        assert receiver.answers == [(first & 0xF0, body) for first, body in packets if first & 0xF0 != 0x30]

    asyncio.run(run())


@pytest.mark.parametrize("read", [1_000, 65_536, 3_000_000])
async def test_a_packet_that_is_too_large_is_cut_and_memory_stays_bounded(read: int) -> None:
    link, receiver, _ = connect()
    stream = packet(0x32, b"x" * 4_000_000) + packet(0x32, b"next") if read > 1_000 else packet(0x32, b"next") * 300
    for at in range(0, len(stream), read):
        link.data_received(stream[at : at + read])
        assert len(link._rest) <= LARGEST_PACKET + read
    assert receiver.publishes[-1] == (0x32, b"next")
    if read > 1_000:
        assert LARGEST_PACKET <= len(receiver.publishes[0][1]) <= LARGEST_PACKET + read


async def test_a_length_of_more_than_four_bytes_is_not_mqtt() -> None:
    link, _, transport = connect()
    link.data_received(b"\x30\xff\xff\xff\xff\x01abc")
    assert link.ended.result().kind is FaultKind.PROTOCOL
    assert transport.closed


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x8e\x00", FaultKind.TAKEN_OVER),
        (b"\x8b", FaultKind.BROKER_BUSY),  # shutting down
        (b"", FaultKind.LOST),
    ],
)
async def test_a_disconnect_of_the_broker_says_why(body: bytes, kind: FaultKind) -> None:
    link, _, transport = connect()
    link.data_received(packet(0xE0, body))
    assert link.ended.result().kind is kind
    assert transport.closed


@pytest.mark.parametrize("body", [b"", b"\x00", b"\x00\x00\x02\xfe\x00", b"\x00\x00\x05\x21\x00"])
async def test_a_broken_connack_ends_the_connection(body: bytes) -> None:
    link, _, _ = connect()
    link.data_received(packet(0x20, body))
    assert link.ended.result().kind is FaultKind.PROTOCOL


async def test_what_comes_with_the_connack_is_handed_over_after_it() -> None:
    link, receiver, _ = connect()
    link.data_received(packet(0x20, b"\x01\x00\x00") + packet(0x32, b"queued while we were away"))
    assert receiver.events == ["accepted, session present: True", "published"]


async def test_a_connack_that_refuses_is_no_acceptance() -> None:
    link, receiver, _ = connect()
    link.data_received(packet(0x20, b"\x00\x87\x00"))
    assert receiver.events == []
    assert link.connack.result().code == 0x87


async def test_a_silent_broker_is_given_up() -> None:
    link, _, transport = connect()
    link.keep_alive(1)
    link._silent_ticks = 2
    await eventually(lambda: transport.written == [PINGREQ], "a ping")
    await eventually(link.ended.done, "the end")
    assert link.ended.result().kind is FaultKind.NO_ANSWER


async def test_while_we_hold_the_connection_its_silence_is_our_own_doing() -> None:
    link, _, transport = connect()
    link.hold()
    link.keep_alive(1)
    link._silent_ticks = 3
    await eventually(lambda: len(transport.written) >= 2, "pings go on")
    assert not link.ended.done()
    link.close(FAULT)


async def test_under_load_reads_wait_a_moment_and_in_quiet_times_they_do_not() -> None:
    now = Ticking()
    link, _, transport = connect(gather_s=0.001, now=now)
    for _ in range(5):  # 100 bytes in 20 ms: quiet
        link.data_received(packet(0x30, b"x" * 98))
        now.ms += 20
        assert transport.reading
    link.data_received(packet(0x30, b"x" * 100_000))
    now.ms += 20
    link.data_received(packet(0x30, b"x"))
    assert not transport.reading
    await eventually(lambda: transport.reading, "reading again")


async def test_held_reads_wait_until_let_go() -> None:
    link, _, transport = connect(gather_s=0.001)
    link.hold()
    link.hold()
    assert not transport.reading
    link.let_go()
    link.let_go()
    assert transport.reading


async def test_what_is_sent_after_the_end_is_swallowed() -> None:
    link, _, transport = connect()
    link.abort(FAULT)
    link.send(b"late")
    assert transport.written == []
