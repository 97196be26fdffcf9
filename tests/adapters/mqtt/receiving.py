"""An ingest on a real broker and what it received."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from processor.adapters.clock import SystemClock
from processor.adapters.mqtt import BrokerSettings, MqttIngest, MqttPublisher, Retry
from processor.ports.broker import Message, Sent
from tests.waiting import eventually

FAST = Retry(first_s=0.01, longest_s=0.05, refused_s=0.05)


def settings(port: int, client_id: str = "daemon", **more: Any) -> BrokerSettings:  # noqa: ANN401 - any setting
    return BrokerSettings(**{"host": "127.0.0.1", "port": port, "client_id": client_id, "retry": FAST, **more})


class Receiving:
    """Starts an ingest, keeps what comes, stops it at the end."""

    def __init__(self, wanted: BrokerSettings, *filters: str) -> None:
        self.got: list[Message] = []
        self.ingest = MqttIngest(wanted, filters or ("v1/#",), SystemClock())

    async def __aenter__(self) -> Self:
        await self.ingest.start(self.got.append)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.ingest.stop()

    async def ready(self) -> Self:
        await eventually(lambda: self.ingest.subscribed, "subscribed")
        return self

    async def count(self, number: int, which: Callable[[Message], bool] = lambda _: True) -> None:
        await eventually(lambda: sum(map(which, self.got)) >= number, f"{number} messages")

    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.got]


class Sending:
    """A publisher that must succeed."""

    def __init__(self, wanted: BrokerSettings) -> None:
        self.publisher = MqttPublisher(wanted, SystemClock())

    async def __aenter__(self) -> Self:
        await self.publisher.start()
        await eventually(lambda: self.publisher.connected, "the publisher is connected")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.publisher.stop()

    async def send(self, topic: str, payload: bytes) -> None:
        assert await self.publisher.publish(topic, payload) == Sent()
