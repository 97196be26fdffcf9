"""The load and the probe, each beside the process that is measured and never in it."""

import json
import multiprocessing
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.district import device_id, messages, payload, topic
from bench.generator import STAMP, Generator, Load, Report

ALARM: Final = "A2"  # its rule fires at once on one hot reading
HELD: Final = "H1"  # the same reading starts this rule's hold, and the next one ends it
HOT: Final = 95.0
PROBE_DEVICES: Final = 40


@dataclass(frozen=True)
class Plan:
    """One stretch of load: `rate` None is flat out."""

    port: int
    devices: int
    count: int
    rate: float | None = None


def _send(plan: Plan, results: "multiprocessing.Queue[Report]") -> None:
    load = Load.build(messages(plan.devices))
    with Generator("127.0.0.1", plan.port, client_id="bench-load") as generator:
        results.put(generator.send(load, count=plan.count, rate=plan.rate))


def send(plan: Plan) -> Report:
    """Send from a process of its own and wait for its end."""
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Report] = context.Queue()
    process = context.Process(target=_send, args=(plan, results))
    process.start()
    report = results.get(timeout=600)
    process.join()
    return report


@dataclass
class Probe:
    """Sends alarms at known moments on devices of its own and hears what is published of them.

    Construct it with the number of the first probe device; those devices must be configured and in no load.
    """

    port: int
    first: int
    rate: float
    latencies_ms: list[float] = field(default_factory=list)
    heard: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    expected: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    sent: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench-probe")
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", self.port)
        self._client.subscribe("wardwatch/alerts/#", 1)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._publish)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def finish(self, within_s: float = 15.0) -> None:
        """End after a whole round, and wait until everything expected was heard."""
        self._stop.set()
        self._thread.join()
        deadline = time.monotonic() + within_s
        while self.heard != self.expected and time.monotonic() < deadline:
            time.sleep(0.05)
        self._client.loop_stop()
        self._client.disconnect()

    def _publish(self) -> None:
        began = time.monotonic()
        while not self._stop.is_set():
            for hot in (True, False):
                for number in range(self.first, self.first + PROBE_DEVICES):
                    self._pace(began)
                    self._say(number, hot=hot)

    def _pace(self, began: float) -> None:
        ahead = self.sent / self.rate - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)

    def _say(self, number: int, *, hot: bool) -> None:
        body = payload(number, temperature=HOT if hot else 40.0)
        body = body.replace(STAMP, b"%013d" % (time.time_ns() // 1_000_000))
        name = device_id(number)
        self.expected[name, ALARM, "firing" if hot else "ok"] += 1
        self.expected[name, HELD, "pending" if hot else "ok"] += 1
        self._client.publish(topic(number), body, qos=1)
        self.sent += 1

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        now = time.time_ns() / 1e6
        found = json.loads(message.payload)
        rule = str(found["rule"]).partition("-")[0]
        self.heard[str(found["subject"]), rule, str(found["state"])] += 1
        if rule == ALARM and found["state"] == "firing":
            self.latencies_ms.append(now - found["reading_at"])


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
