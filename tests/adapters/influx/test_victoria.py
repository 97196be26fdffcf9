"""The feed against a real time-series database: down for a while, then all is there, once."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.adapters.influx.sink import InfluxSettings, InfluxSink
from processor.adapters.sqlite.store import SqliteStore
from processor.model.device import Device
from processor.runtime.series import SeriesFeed
from tests.ports.batches import batch, reading
from tests.victoria import Victoria, require_victoria
from tests.waiting import eventually_sync


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[Victoria]:
    database = Victoria(require_victoria(), tmp_path / "victoria")
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
