"""Sending to a real Mosquitto: what the broker said becomes the outcome, and nothing queues up without it."""

import asyncio
from collections.abc import Callable
from typing import Self

import pytest

from processor.adapters.clock import SystemClock
from processor.adapters.mqtt import MqttPublisher, Version
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from tests.adapters.mqtt.receiving import Receiving, Sending, settings
from tests.conftest import MosquittoFactory
from tests.mosquitto import Mosquitto
from tests.waiting import eventually

CONNACK = b"\x20\x03\x00\x00\x00"


@pytest.mark.parametrize("version", list(Version))
async def test_a_published_message_arrives_and_is_not_retained(mosquitto: Mosquitto, version: Version) -> None:
    async with Receiving(settings(mosquitto.port)) as receiving:
        await receiving.ready()
        async with Sending(settings(mosquitto.port, "out", version=version)) as sending:
            await sending.send("v1/电表", b"x")
        await receiving.count(1)
    assert receiving.got[0].topic == "v1/电表"
    async with Receiving(settings(mosquitto.port, "later")) as later:
        await later.ready()
    assert later.got == []


async def test_five_hundred_at_once_are_all_sent_in_order(mosquitto_factory: MosquittoFactory) -> None:
    broker = mosquitto_factory("max_inflight_messages 20")  # the window the broker announces by default
    async with (
        Receiving(settings(broker.port)) as receiving,
        Sending(settings(broker.port, "out")) as sending,
    ):
        await receiving.ready()
        outcomes = await asyncio.gather(*(sending.publisher.publish("v1/d", b"%d" % n) for n in range(500)))
        assert set(outcomes) == {Sent()}
        for at in range(0, 500, 20):
            await receiving.count(min(at + 20, 500))
            receiving.ingest.acknowledge([m.receipt for m in receiving.got[at : at + 20]])
        assert receiving.payloads() == [b"%d" % n for n in range(500)]


async def test_a_command_dies_in_the_broker_when_its_life_is_over(mosquitto: Mosquitto) -> None:
    async with Receiving(settings(mosquitto.port)) as first:
        await first.ready()
    async with Sending(settings(mosquitto.port, "out")) as sending:
        assert await sending.publisher.publish("v1/d", b"old", expiry_s=1) == Sent()
        assert await sending.publisher.publish("v1/d", b"young", expiry_s=600) == Sent()
        began = asyncio.get_running_loop().time()
        await eventually(lambda: asyncio.get_running_loop().time() - began > 2.1, "the command's life is over")
    async with Receiving(settings(mosquitto.port)) as second:
        await second.count(1)
        await second.ready()
    assert second.payloads() == [b"young"]


async def test_no_permission_is_a_refusal(
    mosquitto_factory: MosquittoFactory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    acl = tmp_path_factory.mktemp("acl") / "acl"
    acl.write_text("topic read #\ntopic write allowed/#\n")
    broker = mosquitto_factory(f"acl_file {acl}")
    async with Sending(settings(broker.port, "out")) as sending:
        assert await sending.publisher.publish("allowed/x", b"") == Sent()
        outcome = await sending.publisher.publish("forbidden/x", b"")
        assert isinstance(outcome, Refused)
        assert "not authorised" in outcome.reason
        assert sending.publisher.connected


async def test_what_is_larger_than_the_broker_takes_is_refused_without_losing_the_connection(
    mosquitto_factory: MosquittoFactory,
) -> None:
    broker = mosquitto_factory("max_packet_size 2000")
    async with Sending(settings(broker.port, "out")) as sending:
        assert isinstance(await sending.publisher.publish("a", b"x" * 3_000), Refused)
        assert await sending.publisher.publish("a", b"x" * 1_000) == Sent()
        assert sending.publisher._session.connections == 1


async def test_a_lost_connection_ends_what_is_in_flight_and_it_comes_back(mosquitto: Mosquitto) -> None:
    async with Sending(settings(mosquitto.port, "out")) as sending:
        await asyncio.to_thread(mosquitto.stop)
        await eventually(lambda: not sending.publisher.connected)
        outcome = await sending.publisher.publish("a", b"x")
        assert isinstance(outcome, Unreachable)
        await asyncio.to_thread(mosquitto.start)
        await eventually(lambda: sending.publisher.connected, "back")
        assert await sending.publisher.publish("a", b"x") == Sent()


class Script:
    """A broker that lets us in and then answers each PUBLISH with the next of `answers` (None: not at all)."""

    def __init__(self, *answers: bytes | None, connack: bytes = CONNACK) -> None:
        self._answers = list(answers)
        self._connack = connack
        self.received = 0
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in self.writers:
            writer.close()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                first, length = await reader.readexactly(2)
                body = await reader.readexactly(length)
                if first == 0x10:
                    writer.write(self._connack)
                elif first & 0xF0 == 0x30:
                    self._answer(body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        self.received += 1
        top = 2 + int.from_bytes(body[:2], "big")
        answer = self._answers.pop(0) if self._answers else None
        if answer is not None:
            packet = body[top : top + 2] + answer
            writer.write(bytes((0x40, len(packet))) + packet)


async def publish_to(script: Script, times: int = 1, **more: object) -> list[Outcome]:
    publisher = MqttPublisher(settings(script.port, "out", **more), SystemClock())
    await publisher.start()
    await eventually(lambda: publisher.connected)
    outcomes = await asyncio.gather(*(publisher.publish("a", b"x") for _ in range(times)))
    await publisher.stop()
    return list(outcomes)


async def publish_and_stop(script: Script, *, times: int, when: Callable[[], bool], **more: object) -> list[Outcome]:
    publisher = MqttPublisher(settings(script.port, "out", **more), SystemClock())
    await publisher.start()
    await eventually(lambda: publisher.connected)
    publishing = [asyncio.create_task(publisher.publish("a", b"x")) for _ in range(times)]
    await eventually(when)
    await publisher.stop()
    return list(await asyncio.gather(*publishing))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", Sent),
        (b"\x00", Sent),
        (b"\x10\x00", Sent),  # nobody subscribes to it
        (b"\x80", Unreachable),
        (b"\x83", Refused),
        (b"\x87\x00", Refused),
        (b"\x90", Refused),
        (b"\x91", Unreachable),
        (b"\x97", Unreachable),
        (b"\x99", Refused),
    ],
)
async def test_reason_codes_become_outcomes(answer: bytes, kind: type[Outcome]) -> None:
    async with Script(answer) as script:
        (outcome,) = await publish_to(script)
    assert isinstance(outcome, kind)


async def test_a_broker_that_does_not_acknowledge_is_not_waited_for_for_ever() -> None:
    async with Script() as script:
        (outcome,) = await publish_to(script, answer_within_s=0.05)
    assert isinstance(outcome, Unreachable)


async def test_the_window_the_broker_announces_is_kept() -> None:
    connack = b"\x20\x06\x00\x00\x03\x21\x00\x05"
    async with Script(connack=connack) as script:
        outcomes = await publish_and_stop(script, times=9, when=lambda: script.received == 5)
    assert script.received == 5
    assert all(isinstance(outcome, Unreachable) for outcome in outcomes)


async def test_more_than_the_bound_is_unreachable_at_once() -> None:
    async with Script() as script:
        outcomes = await publish_and_stop(script, times=15, when=lambda: script.received == 10, in_flight=10)
    assert script.received == 10
    assert sum(isinstance(o, Unreachable) and o.retry_after_ms is not None for o in outcomes) == 5


async def test_a_topic_that_is_not_text_is_refused() -> None:
    async with Script() as script:
        publisher = MqttPublisher(settings(script.port, "out"), SystemClock())
        assert isinstance(await publisher.publish("a\ud800", b"x"), Refused)
        assert isinstance(await publisher.publish("a" * 65_536, b"x"), Refused)


def test_the_password_is_not_in_the_repr_of_the_settings() -> None:
    assert "hunter2" not in repr(settings(1883, password="hunter2"))
