"""The district outside the daemon: sensors that never stop talking, valves that obey, and somebody who reads alerts."""

import itertools
import json
import threading
import time
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.crash.district import COMMUNITIES, SILENT, leaks, meters
from tests.waiting import eventually_sync

TICK_S = 0.02
METERS_A_TICK = 8  # 400 messages a second
LEAK_EVERY_TICKS = 40


class Said(NamedTuple):
    """What identifies a reading in the journal, and what it must hold there."""

    device: str
    at: int
    values: tuple[tuple[str, object], ...]


class World:
    """Publishes with QoS 1 until `hush`; `acknowledged` is what the broker then answers for."""

    def __init__(self, port: int) -> None:
        self.acknowledged: list[Said] = []
        self.commands: list[tuple[str, str]] = []  # (valve, command id) as they came
        self.alerts: list[dict[str, Any]] = []
        self._sent: list[tuple[Said, mqtt.MQTTMessageInfo]] = []
        self._last_at: dict[str, int] = {}
        self._positions = {leak: "open" for community in COMMUNITIES for leak in leaks(community)}
        self._quiet = threading.Event()
        self._failed: list[BaseException] = []
        self._lock = threading.Lock()
        self._subscribed = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="world", clean_session=False)
        self._client.max_inflight_messages_set(2_000)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([("v1/+/valve/+/command", 1), ("wardwatch/alerts/#", 1)])
        self._client.loop_start()
        assert self._subscribed.wait(20)
        self._thread = threading.Thread(target=self._talk, name="world")

    def begin(self) -> None:
        """Every valve says where it stands, the silent meter says its one word, then all talk."""
        self._say(SILENT, "meter", current=1.0)
        for leak in self._positions:
            self._say(valve_of(leak), "valve", position="open")
        self._thread.start()

    def hush(self) -> None:
        """Stop talking; returns when the broker has acknowledged every word."""
        self._quiet.set()
        self._thread.join(20)
        assert not self._failed, self._failed
        eventually_sync(self._all_acknowledged, "the broker's acknowledgements")

    def close(self) -> None:
        self._quiet.set()
        if self._thread.ident is not None:
            self._thread.join(20)
        self._client.disconnect()
        self._client.loop_stop()

    def _all_acknowledged(self) -> bool:
        self._note_acknowledged()
        return not self._sent

    def _note_acknowledged(self) -> None:
        with self._lock:
            waiting = []
            for said, info in self._sent:
                if info.is_published():
                    self.acknowledged.append(said)
                else:
                    waiting.append((said, info))
            self._sent = waiting

    def _talk(self) -> None:
        try:
            self._talk_until_hushed()
        except BaseException as error:  # noqa: BLE001 - shown by `hush`
            self._failed.append(error)

    def _talk_until_hushed(self) -> None:
        names = [name for community in COMMUNITIES for name in meters(community)]
        rounds = itertools.count()
        for tick in itertools.count():
            if self._quiet.wait(TICK_S):
                return
            for _ in range(METERS_A_TICK):
                number = next(rounds)
                turn = number // len(names)
                # Every tenth reading of a meter is too high, the next one is not: an alert that begins and ends.
                value = (1500 if turn % 10 == 0 else 100) + number % 97
                self._say(names[number % len(names)], "meter", current=float(value))
            if tick % LEAK_EVERY_TICKS == 0:
                self._leak()
                self._note_acknowledged()

    def _leak(self) -> None:
        """A leak stands while its valve is open; a person opens the valve again a while later."""
        for leak, position in list(self._positions.items()):
            self._say(leak, "leak", wet=int(position == "open"))
            if position != "open":
                count = int(position.removeprefix("closed"))
                self._positions[leak] = f"closed{count + 1}" if count < 3 else "open"
                if count >= 3:
                    self._say(valve_of(leak), "valve", position="open")

    def _say(self, device: str, kind: str, **values: object) -> None:
        with self._lock:
            at = max(time.time_ns() // 1_000_000, self._last_at.get(device, 0) + 1)
            self._last_at[device] = at
            topic = f"v1/{device.partition('-')[0]}/{kind}/{device}/telemetry"
            info = self._client.publish(topic, json.dumps({"ts": at, **values}), qos=1)
            said = tuple((name, bool(value) if name == "wet" else value) for name, value in values.items())
            self._sent.append((Said(device, at, said), info))

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        payload = json.loads(message.payload)
        if message.topic.startswith("wardwatch/"):
            self.alerts.append(payload)
            return
        valve = message.topic.split("/")[3]
        again = (valve, payload["id"]) in self.commands
        self.commands.append((valve, payload["id"]))
        if not again:
            self._positions[valve.replace("-v", "-l")] = "closed0"
            self._client.publish(
                message.topic.replace("command", "reply"), json.dumps({"id": payload["id"], "ok": True}), qos=1
            )
            self._say(valve, "valve", position="closed")


def valve_of(leak: str) -> str:
    return leak.replace("-l", "-v")
