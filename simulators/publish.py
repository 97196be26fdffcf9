"""The fleet's connection to the broker: one paho client speaks for all devices and hears their commands."""

import queue
import threading
from dataclasses import dataclass, field
from typing import Protocol

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from simulators.message import COMMAND_FILTER, Event

ALERT_FILTER = "wardwatch/alerts/#"
MOST_IN_FLIGHT = 2_000
MOST_QUEUED = 100_000  # then new messages are refused and counted, as a device with a full memory would
MOST_COMMANDS = 10_000


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who the fleet is to it."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    client_id: str = ""
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One message that came from the broker."""

    topic: str
    payload: bytes


class Fleet(Protocol):
    """What a running simulation needs of a broker."""

    published: int
    acknowledged: int
    refused: int

    def start(self) -> None: ...

    def ready(self, timeout_s: float) -> bool:
        """True once it may publish and will hear every command."""

    def publish(self, event: Event) -> None: ...

    def heard(self) -> list[Heard]:
        """Commands (and, when asked for, alerts) that came since the last call."""

    def settle(self, timeout_s: float) -> bool:
        """Wait until the broker acknowledged everything; False when it did not in time."""

    def stop(self) -> None: ...


class MqttFleet:
    """MQTT 3.1.1, which every broker speaks; QoS 1, never retained; reconnects by itself."""

    def __init__(self, address: BrokerAddress, *, with_alerts: bool = False) -> None:
        self.published = 0
        self.acknowledged = 0
        self.refused = 0
        self._address = address
        self._filters = [(COMMAND_FILTER, 1), *([(ALERT_FILTER, 1)] if with_alerts else [])]
        self._heard: queue.Queue[Heard] = queue.Queue(MOST_COMMANDS)
        self._subscribed = threading.Event()
        self._settled = threading.Condition()
        self._client = self._make()

    def start(self) -> None:
        self._client.connect_async(self._address.host, self._address.port, keepalive=30)
        self._client.loop_start()

    def ready(self, timeout_s: float) -> bool:
        return self._subscribed.wait(timeout_s)

    def publish(self, event: Event) -> None:
        info = self._client.publish(event.topic, event.payload, qos=1)
        if info.rc in {MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN}:  # NO_CONN: queued
            self.published += 1
        else:
            self.refused += 1

    def heard(self) -> list[Heard]:
        found: list[Heard] = []
        while True:
            try:
                found.append(self._heard.get_nowait())
            except queue.Empty:
                return found

    def settle(self, timeout_s: float) -> bool:
        with self._settled:
            return self._settled.wait_for(lambda: self.acknowledged >= self.published, timeout_s)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _make(self) -> mqtt.Client:
        address = self._address
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=address.client_id, protocol=MQTTProtocolVersion.MQTTv311
        )
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        if address.ca_file is not None:
            client.tls_set(ca_certs=address.ca_file)
        client.max_inflight_messages_set(MOST_IN_FLIGHT)
        client.max_queued_messages_set(MOST_QUEUED)
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        return client

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(self._filters)

    def _on_subscribe(self, *_: object) -> None:
        self._subscribed.set()

    def _on_publish(self, *_: object) -> None:
        with self._settled:
            self.acknowledged += 1
            self._settled.notify_all()

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.retain:  # a command that lay about is no command (docs/simulator-topics.md: never retained)
            return
        try:
            self._heard.put_nowait(Heard(message.topic, bytes(message.payload)))
        except queue.Full:  # the simulation stands still; QoS 1 has been answered, so say it
            self.refused += 1
