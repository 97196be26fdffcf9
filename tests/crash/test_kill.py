"""kill -9 of the real daemon before a real broker, again and again: nothing is lost and nothing happens twice."""

import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.audit import firing, require_whole, stored
from tests.crash.daemon import DaemonProcess
from tests.crash.district import SILENT, texts
from tests.crash.world import World
from tests.mosquitto import Mosquitto
from tests.waiting import eventually_sync

WHILE_STARTING = 0.3  # the share of kills that come before the daemon is ready
STARTING_S = 3.0
WORKING_S = 1.2
FOR_ONE_KILL_S = 10


@pytest.fixture
def daemon(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[DaemonProcess]:
    process = DaemonProcess(tmp_path / "daemon", texts(), mosquitto.port)
    yield process
    process.end(signal.SIGKILL)


@pytest.fixture
def world(mosquitto: Mosquitto) -> Iterator[World]:
    found = World(mosquitto.port)
    yield found
    found.close()


def pause(seconds: float) -> None:
    """Let the moment of the next kill come."""
    threading.Event().wait(seconds)


def waiting(daemon: DaemonProcess) -> float:
    """Effects that have not left yet, and readings not yet durable."""
    found = daemon.metrics()
    return found["readings_in_flight"] + sum(value for name, value in found.items() if name.startswith("outbox_wait"))


@pytest.mark.timeout(0)  # bounded by its own deadlines; the number of kills is the operator's
def test_kill_9_at_any_moment_loses_nothing_and_repeats_nothing(
    daemon: DaemonProcess, world: World, kills: int, seed: int
) -> None:
    print(f"--kill-seed {seed}")  # noqa: T201 - shown when it fails, to be run again
    moments = random.Random(seed)  # noqa: S311 - moments, not secrets
    daemon.start_and_wait()
    world.begin()
    for _ in range(kills):
        if moments.random() < WHILE_STARTING:
            pause(moments.uniform(0, STARTING_S))
        else:
            daemon.wait_ready()
            pause(moments.uniform(0, WORKING_S))
        daemon.end(signal.SIGKILL)
        daemon.start()
    daemon.wait_ready()
    world.hush()
    eventually_sync(
        lambda: firing(daemon.store, "M-03") == {SILENT}, "the alert whose clock ran through every kill", 60
    )
    eventually_sync(lambda: stored(daemon.store) >= len(world.acknowledged), "every reading in the journal", 60)
    eventually_sync(lambda: not waiting(daemon), "an empty outbox", 60)
    assert daemon.end(signal.SIGTERM) == 0, daemon.log()[-4000:]
    assert world.commands, "no leak was answered: the test tests nothing"
    require_whole(daemon.store, world)
