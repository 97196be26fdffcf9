"""What every Ingest promises: the fake in memory and the real client on a real Mosquitto, 3.1.1 and 5."""

from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from processor.adapters.clock import SystemClock
from processor.adapters.mqtt import BrokerSettings, Fault, FaultKind, MqttIngest, MqttPublisher, Retry, Version
from processor.ports.broker import Ingest, Message, Sent
from tests.fakes.broker import FakeIngest
from tests.waiting import eventually

FAST = Retry(first_s=0.01, longest_s=0.05, refused_s=0.05)


class World(Protocol):
    """One ingest and the world around it."""

    ingest: Ingest

    async def publish(self, topic: str, payload: bytes) -> None: ...

    async def cut(self) -> None:
        """Lose the connection and come back."""

    async def close(self) -> None: ...


class FakeWorld:
    def __init__(self) -> None:
        self.fake = FakeIngest(("v1/#",))
        self.ingest: Ingest = self.fake

    async def publish(self, topic: str, payload: bytes) -> None:
        self.fake.deliver(topic, payload)

    async def cut(self) -> None:
        self.fake.cut()
        self.fake.restore()

    async def close(self) -> None:
        await self.fake.stop()


class RealWorld:
    def __init__(self, port: int, version: Version) -> None:
        settings = BrokerSettings(host="127.0.0.1", port=port, client_id="daemon", version=version, retry=FAST)
        self.real = MqttIngest(settings, ("v1/#",), SystemClock())
        self.ingest: Ingest = self.real
        self.publisher = MqttPublisher(
            BrokerSettings(host="127.0.0.1", port=port, client_id="device", version=version, retry=FAST), SystemClock()
        )

    async def publish(self, topic: str, payload: bytes) -> None:
        await self.publisher.start()
        await eventually(lambda: self.publisher.connected and self.real.subscribed, "connected")
        assert await self.publisher.publish(topic, payload) == Sent()

    async def cut(self) -> None:
        connections = self.real._session.connections
        assert self.real._link is not None
        self.real._link.abort(Fault(FaultKind.LOST, "cut by the test"))
        await eventually(lambda: self.real._session.connections > connections and self.real.subscribed, "back")

    async def close(self) -> None:
        await self.real.stop()
        await self.publisher.stop()


@pytest.fixture(params=["fake", "mosquitto, MQTT 5", "mosquitto, MQTT 3.1.1"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    made: World
    if request.param == "fake":
        made = FakeWorld()
    else:
        broker = request.getfixturevalue("mosquitto")
        made = RealWorld(broker.port, Version.V311 if request.param.endswith("3.1.1") else Version.V5)
    yield made
    await made.close()


async def test_messages_come_in_order_with_topic_payload_and_receipt(world: World) -> None:
    got: list[Message] = []
    await world.ingest.start(got.append)
    for number in range(50):
        await world.publish(f"v1/sunrise/d{number}", b"%d" % number)
    await eventually(lambda: len(got) == 50)
    assert [(m.topic, m.payload) for m in got] == [(f"v1/sunrise/d{n}", b"%d" % n) for n in range(50)]
    assert all(m.receipt is not None and not m.retained and not m.redelivered and m.arrived > 0 for m in got)


async def test_what_was_not_acknowledged_comes_again_marked(world: World) -> None:
    got: list[Message] = []
    await world.ingest.start(got.append)
    for number in range(3):
        await world.publish("v1/d", b"%d" % number)
    await eventually(lambda: len(got) == 3)
    await world.cut()
    await eventually(lambda: len(got) == 6)
    assert [(m.payload, m.redelivered) for m in got[3:]] == [(b"0", True), (b"1", True), (b"2", True)]


async def test_what_was_acknowledged_never_comes_again(world: World) -> None:
    got: list[Message] = []
    await world.ingest.start(got.append)
    for number in range(4):
        await world.publish("v1/d", b"%d" % number)
    await eventually(lambda: len(got) == 4)
    world.ingest.acknowledge([m.receipt for m in got[:3]])
    # two more round trips through the broker's one loop: it has read our acknowledgements by then
    await world.publish("v1/d", b"4")
    await world.publish("v1/d", b"5")
    await eventually(lambda: len(got) == 6)
    await world.cut()
    await eventually(lambda: len(got) == 9)
    assert [m.payload for m in got[6:]] == [b"3", b"4", b"5"]


async def test_a_receipt_of_a_lost_connection_acknowledges_nothing(world: World) -> None:
    got: list[Message] = []
    await world.ingest.start(got.append)
    await world.publish("v1/d", b"x")
    await eventually(lambda: len(got) == 1)
    await world.cut()
    await eventually(lambda: len(got) == 2)
    world.ingest.acknowledge([got[0].receipt])
    await world.cut()
    await eventually(lambda: len(got) == 3)
    assert got[2].payload == b"x"


async def test_subscribe_replaces_the_filters(world: World) -> None:
    got: list[Message] = []
    await world.ingest.start(got.append)
    await world.publish("v1/old", b"1")
    await world.ingest.subscribe(["v2/+"])
    await world.publish("v1/old", b"2")
    await world.publish("v2/new", b"3")
    await eventually(lambda: len(got) == 2)
    assert [m.payload for m in got] == [b"1", b"3"]
