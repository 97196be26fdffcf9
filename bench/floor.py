"""The floor: what any program must spend. An MQTT client, ten hard-coded ifs, SQLite; acknowledged after the commit.

Nothing is configured, checked, deduplicated, remembered or recovered. Every figure of the daemon is shown as a ratio to
this one's, taken in the same run on the same broker. `python -m bench.floor PORT DATABASE`.
"""

import asyncio
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gmqtt
import msgspec
import uvloop
from gmqtt.mqtt.constants import MQTTv50

WINDOW_S = 0.02
MOST = 2_000


class Payload(msgspec.Struct):
    """What a message says."""

    ts: int
    flow: float
    pressure: float
    temperature: float
    current: float
    power: float


def alarms(p: Payload) -> list[str]:  # noqa: C901  # ten ifs are what it is
    """Ten hard-coded ifs."""
    found = []
    if p.flow >= 60:
        found.append("A0")
    if p.pressure >= 800:
        found.append("A1")
    if p.temperature >= 90:
        found.append("A2")
    if p.current >= 16:
        found.append("A3")
    if p.power >= 3500:
        found.append("A4")
    if p.temperature >= 70:
        found.append("H1")
    if p.current >= 10 and p.power >= 2000:
        found.append("H2")
    if p.pressure <= 50:
        found.append("H3")
    if p.flow >= 30:
        found.append("W1")
    if p.flow >= 10 and p.pressure <= 100:
        found.append("D1")
    return found


class Floor:
    """Collects for 20 ms, commits in a thread, then lets the client acknowledge."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self.rows: list[tuple[str, int, bytes]] = []
        self.waiting: list[asyncio.Future[int]] = []
        self.decoder = msgspec.json.Decoder(Payload)
        self.thread = ThreadPoolExecutor(1)
        self.path = path
        self.database: sqlite3.Connection | None = None
        self.client = gmqtt.Client(
            "floor",
            clean_session=False,
            optimistic_acknowledgement=False,
            session_expiry_interval=600,
            receive_maximum=10_000,
        )

    def open(self) -> None:
        self.database = sqlite3.connect(self.path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute("CREATE TABLE readings(topic TEXT, ts INTEGER, payload BLOB)")

    def commit(self, rows: list[tuple[str, int, bytes]]) -> None:
        assert self.database is not None
        self.database.execute("BEGIN")
        self.database.executemany("INSERT INTO readings VALUES (?, ?, ?)", rows)
        self.database.execute("COMMIT")

    async def on_message(self, _client: Any, topic: str, payload: bytes, _qos: int, _properties: Any) -> int:
        found = self.decoder.decode(payload)
        for name in alarms(found):
            self.client.publish(f"floor/alerts/{topic}/{name}", payload, qos=1)
        self.rows.append((topic, found.ts, payload))
        future = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        return int(await future)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.thread, self.open)
        self.client.on_message = self.on_message
        await self.client.connect("127.0.0.1", self.port, version=MQTTv50)
        self.client.subscribe("v1/+/station/+/telemetry", qos=1)
        while True:
            await asyncio.sleep(WINDOW_S)
            rows, waiting = self.rows[:MOST], self.waiting[:MOST]
            if not rows:
                continue
            del self.rows[:MOST]
            del self.waiting[:MOST]
            await loop.run_in_executor(self.thread, self.commit, rows)
            for future in waiting:
                future.set_result(0)


def main() -> None:
    """Run until killed."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(Floor(int(sys.argv[1]), sys.argv[2]).run())


if __name__ == "__main__":
    main()
