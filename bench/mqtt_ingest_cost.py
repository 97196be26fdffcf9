"""CPU per received message: wardwatch's ingest beside gmqtt's own ways, each in a process of its own, acked in batches.

`python -m bench.mqtt_ingest_cost [--count 100000]` prints the table of docs/decisions/0002-mqtt-ingest.md.
"""

import argparse
import asyncio
import gc
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import gmqtt
import uvloop
from gmqtt.mqtt.constants import MQTTv50

from bench.generator import Generator, Load, example_messages
from processor.adapters.clock import SystemClock
from processor.adapters.mqtt import BrokerSettings, MqttIngest, Version
from processor.ports.broker import Message
from tests.mosquitto import Mosquitto, find_mosquitto

_BATCH_S: Final = 0.01
_WINDOW: Final = 10_000


class Meter:
    """CPU of this process from the first message of the run to the last."""

    def __init__(self, count: int) -> None:
        self.seen = 0
        self.done = asyncio.Event()
        self._count = count
        self._began = (0.0, 0.0)
        self.cpu_us = self.seconds = 0.0

    def one(self) -> None:
        if self.seen == 0:
            self._began = (time.process_time(), time.perf_counter())
        self.seen += 1
        if self.seen == self._count:
            self.cpu_us = (time.process_time() - self._began[0]) / self._count * 1e6
            self.seconds = time.perf_counter() - self._began[1]
            self.done.set()


async def ours(port: int, meter: Meter, version: Version) -> Callable[[], Awaitable[None]]:
    receipts: list[object] = []

    def on_message(message: Message) -> None:
        receipts.append(message.receipt)
        meter.one()

    settings = BrokerSettings("127.0.0.1", "bench", port=port, version=version, receive_maximum=_WINDOW)
    ingest = MqttIngest(settings, ("v1/#",), SystemClock())
    await ingest.start(on_message)

    async def commit() -> None:
        while True:
            await asyncio.sleep(_BATCH_S)
            ingest.acknowledge(receipts)
            receipts.clear()

    committing = asyncio.create_task(commit())
    while not ingest.subscribed:  # noqa: ASYNC110 - a state of the adapter, polled once at the start
        await asyncio.sleep(_BATCH_S)

    async def stop() -> None:
        committing.cancel()
        await ingest.stop()

    return stop


async def plain(port: int, meter: Meter, *, deferred: bool) -> Callable[[], Awaitable[None]]:
    """Plain gmqtt. Deferred: the handler's coroutine ends when its batch is committed, then gmqtt acks."""
    client = gmqtt.Client("bench", receive_maximum=_WINDOW, optimistic_acknowledgement=not deferred)
    batch = asyncio.get_running_loop().create_future()
    subscribed = asyncio.Event()

    async def on_message_deferred(*_: Any) -> int:
        meter.one()
        await batch
        return 0

    def on_message(*_: Any) -> int:
        meter.one()
        return 0

    async def commit() -> None:
        nonlocal batch
        while True:
            await asyncio.sleep(_BATCH_S)
            old, batch = batch, asyncio.get_running_loop().create_future()
            old.set_result(None)

    client.on_message = on_message_deferred if deferred else on_message
    client.on_subscribe = lambda *_: subscribed.set()
    await client.connect("127.0.0.1", port, version=MQTTv50)
    client.subscribe("v1/#", qos=1)
    await subscribed.wait()
    committing = asyncio.create_task(commit())

    async def stop() -> None:
        await asyncio.sleep(10 * _BATCH_S)  # the last batch
        committing.cancel()
        await client.disconnect()

    return stop


Variant = Callable[[int, Meter], Awaitable[Callable[[], Awaitable[None]]]]
VARIANTS: dict[str, Variant] = {
    "gmqtt, acks before we decide": lambda port, meter: plain(port, meter, deferred=False),
    "gmqtt, deferred ack (a task per message)": lambda port, meter: plain(port, meter, deferred=True),
    "wardwatch, MQTT 5": lambda port, meter: ours(port, meter, Version.V5),
    "wardwatch, MQTT 3.1.1": lambda port, meter: ours(port, meter, Version.V311),
}


async def measure(name: str, port: int, count: int) -> None:
    meter = Meter(count)
    stop = await VARIANTS[name](port, meter)
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    await meter.done.wait()
    await stop()
    print(json.dumps({"cpu_us": meter.cpu_us, "per_second": count / meter.seconds}), flush=True)


def run(name: str, count: int) -> dict[str, float]:
    """One variant in its own process, with its own broker."""
    program = find_mosquitto()
    if program is None:
        raise SystemExit("mosquitto is not installed")
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(program, Path(folder), ("persistence false",)).start()
        command = [sys.executable, "-m", "bench.mqtt_ingest_cost", "--variant", name]
        command += ["--port", str(broker.port), "--count", str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            output = child.stdout or io.StringIO()
            output.readline()
            with Generator("127.0.0.1", broker.port) as generator:
                generator.send(Load.build(example_messages(5_000)), count=count)
            result: dict[str, float] = json.loads(output.readline())
        broker.stop()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--variant", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.variant:
        uvloop.run(measure(given.variant, given.port, given.count))
        return
    print(f"{'client':44} {'CPU µs/message':>15} {'messages/s':>12}")
    for name in VARIANTS:
        best = min((run(name, given.count) for _ in range(given.repeat)), key=lambda result: result["cpu_us"])
        print(f"{name:44} {best['cpu_us']:15.2f} {best['per_second']:12,.0f}")


if __name__ == "__main__":
    main()
