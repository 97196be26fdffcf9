"""What every Publisher promises: the fake in memory and the real client on a real Mosquitto, 3.1.1 and 5."""

from collections.abc import AsyncIterator

import pytest

from processor.adapters.clock import SystemClock
from processor.adapters.mqtt import BrokerSettings, MqttPublisher, Version
from processor.ports.broker import Publisher, Refused, Sent, Unreachable
from tests.fakes.broker import FakePublisher
from tests.waiting import eventually


@pytest.fixture(params=["fake", "mosquitto, MQTT 5", "mosquitto, MQTT 3.1.1"])
async def publisher(request: pytest.FixtureRequest) -> AsyncIterator[Publisher]:
    made: Publisher
    if request.param == "fake":
        made = FakePublisher()
    else:
        broker = request.getfixturevalue("mosquitto")
        version = Version.V311 if request.param.endswith("3.1.1") else Version.V5
        made = MqttPublisher(
            BrokerSettings(host="127.0.0.1", port=broker.port, client_id="out", version=version), SystemClock()
        )
    yield made
    await made.stop()


async def test_before_it_is_connected_everything_is_unreachable_at_once(publisher: Publisher) -> None:
    assert isinstance(await publisher.publish("a/b", b"x"), Unreachable)


async def test_sent_means_the_broker_has_it(publisher: Publisher) -> None:
    await publisher.start()
    await eventually(lambda: publisher.connected)
    assert await publisher.publish("a/b", b"x", expiry_s=5, key="k") == Sent()


@pytest.mark.parametrize("topic", ["", "a/+", "#", "a\0b"])
async def test_a_topic_nobody_may_publish_to_is_refused(publisher: Publisher, topic: str) -> None:
    await publisher.start()
    await eventually(lambda: publisher.connected)
    assert isinstance(await publisher.publish(topic, b"x"), Refused)
    assert publisher.connected


async def test_after_stop_everything_is_unreachable(publisher: Publisher) -> None:
    await publisher.start()
    await eventually(lambda: publisher.connected)
    await publisher.stop()
    assert isinstance(await publisher.publish("a/b", b"x"), Unreachable)
