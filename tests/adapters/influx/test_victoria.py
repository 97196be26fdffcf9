"""The feed against a real time-series database: down for a while, then all is there, once."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from processor.adapters.influx.sink import InfluxSettings, InfluxSink
from processor.adapters.sqlite.store import SqliteStore
from processor.model.device import Device
from processor.runtime.series import SeriesFeed
from tests.ports.batches import batch, reading
from tests.waiting import eventually_sync


class Victoria:
    """A VictoriaMetrics of our own on a free loopback port; it can go down and come back with its data."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [
            f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={self._folder}",
            "-memory.allowedPercent=5",
        ]
        with Path(f"{self._folder}.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, *options], stdout=log, stderr=log)
        eventually_sync(self._answers, "VictoriaMetrics to answer")

    def stop(self) -> None:
        """End it; what it took stays on its disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def get(self, path: str, **query: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}?{urlencode(query)}", timeout=10) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())

    def samples(self) -> dict[tuple[str, str, int], float]:
        """Every stored sample by (device, series, time)."""
        self.get("/internal/force_flush")
        found = {}
        for line in self.get("/api/v1/export", **{"match[]": '{community="sunrise"}'}).splitlines():
            series = json.loads(line)
            name, device = series["metric"]["__name__"], series["metric"]["device"]
            for at, value in zip(series["timestamps"], series["values"], strict=True):
                found[device, name, at] = value
        return found

    def _answers(self) -> bool:
        with suppress(OSError):
            return self.get("/health") == "OK"
        return False


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[Victoria]:
    program = shutil.which("victoria-metrics")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("victoria-metrics is missing; CI must run this test (apt-get install victoria-metrics)")
        pytest.skip("victoria-metrics is not installed (apt-get install victoria-metrics)")
    database = Victoria(program, tmp_path / "victoria")
    yield database
    database.stop()


def test_a_database_that_was_down_catches_up_with_no_loss(victoria: Victoria, tmp_path: Path) -> None:
    now = int(time.time() * 1000) // 1000 * 1000
    devices = ["leak-1", "漏水 2", "a=b,c"]
    settings = InfluxSettings(url=victoria.url, org="o", bucket="b", token="t", timeout_ms=2_000)
    sink = InfluxSink(settings, lambda device: Device(device, "leak_sensor", "sunrise", "三号 楼"))
    expected: dict[tuple[str, str, int], float] = {}
    with SqliteStore(tmp_path / "store.db") as store:
        feed = SeriesFeed(store.journal, store.cursors, sink, store.dead_letters)

        def commit(start: int, count: int) -> None:
            for number in range(start, start + count):
                moment = now - number * 1_000
                store.journal.commit(batch([reading(device, moment, flow=float(number)) for device in devices]))
                expected.update({(device, "leak_sensor_flow", moment): float(number) for device in devices})

        commit(0, 100)
        assert feed.step() > 0
        assert (feed.status.failures, feed.status.position) == (1, 0)  # it is down from the start
        victoria.start()
        feed.step()
        assert feed.status.position == 100
        thread = threading.Thread(target=feed.run)
        thread.start()
        try:
            victoria.stop()
            commit(100, 400)
            eventually_sync(lambda: feed.status.failures > 0, "the feed to notice")
            victoria.start()
            commit(500, 100)
            eventually_sync(lambda: store.cursors.position("influx") == 600, "the feed to catch up", 60)
        finally:
            feed.stop()
            thread.join(timeout=30)
            sink.close()
        assert store.dead_letters.find() == []
        eventually_sync(lambda: victoria.samples() == expected, "every sample to be there")
    assert len(expected) == 1_800
