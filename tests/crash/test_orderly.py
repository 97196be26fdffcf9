"""The real daemon under signals: an orderly stop leaves nothing to do again, and bad rules never replace good ones."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.adapters.sqlite.check import check
from processor.cli.exit_codes import ExitCode
from tests.crash.audit import require_whole, stored
from tests.crash.daemon import DaemonProcess
from tests.crash.district import HIGH, LEAK, LONG, texts
from tests.crash.world import World
from tests.mosquitto import Mosquitto
from tests.waiting import eventually_sync


@pytest.fixture
def daemon(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[DaemonProcess]:
    process = DaemonProcess(tmp_path / "daemon", texts(), mosquitto.port)
    process.start_and_wait()
    yield process
    process.end(signal.SIGKILL)


@pytest.fixture
def world(mosquitto: Mosquitto) -> Iterator[World]:
    found = World(mosquitto.port)
    yield found
    found.close()


def rules_hash(daemon: DaemonProcess) -> str:
    found = next(name for name in daemon.metrics() if "rules_hash=" in name)
    return found.partition('rules_hash="')[2].partition('"')[0]


def test_sigterm_under_load_acknowledges_all_it_took_and_the_next_start_reads_nothing_again(
    daemon: DaemonProcess, world: World
) -> None:
    world.begin()
    for _ in range(2):
        eventually_sync(lambda: daemon.metrics()["readings_stored_total"] > 200, "some load")
        assert daemon.end(signal.SIGTERM) == ExitCode.OK, daemon.log()[-4000:]
        assert check(daemon.store) == []
        daemon.start_and_wait()
        assert daemon.metrics()["readings_duplicate_total"] == 0, "everything taken was acknowledged before the end"
    assert daemon.log().count("blocks=0") == 3
    world.hush()
    eventually_sync(lambda: _drained(daemon, world), "every reading")
    assert daemon.end(signal.SIGTERM) == ExitCode.OK
    require_whole(daemon.store, world)


def _drained(daemon: DaemonProcess, world: World) -> bool:
    found = daemon.metrics()
    waiting = sum(value for name, value in found.items() if name.startswith("outbox_waiting"))
    return not waiting and not found["readings_in_flight"] and stored(daemon.store) >= len(world.acknowledged)


@pytest.mark.parametrize("asked_by", ["SIGHUP", "the saved file alone"])
def test_rules_are_taken_while_running_and_bad_ones_are_not(daemon: DaemonProcess, world: World, asked_by: str) -> None:
    def save(rules: str) -> None:
        daemon.write({"rules/town.yaml": rules})
        if asked_by == "SIGHUP":
            daemon.signal(signal.SIGHUP)

    first, problems = rules_hash(daemon), daemon.metrics()["configuration_problems"]
    world.begin()
    save(HIGH + "M-02:\n  levels: {L2: {when: nonsense >= 3}}\n")
    eventually_sync(lambda: daemon.metrics()["configuration_problems"] > problems, "the problem in the metrics")
    assert "nonsense" in daemon.log()
    assert rules_hash(daemon) == first
    transitions = alerts_so_far(daemon)
    eventually_sync(lambda: alerts_so_far(daemon) > transitions, "the last good rules going on")
    save(HIGH + LEAK + LONG.replace("8 s", "9 s"))
    eventually_sync(lambda: rules_hash(daemon) != first, "the mended rules")
    eventually_sync(lambda: ("(SIGHUP)" in daemon.log()) == (asked_by == "SIGHUP"), "who asked")
    world.hush()
    eventually_sync(lambda: _drained(daemon, world), "every reading")
    assert daemon.end(signal.SIGTERM) == ExitCode.OK
    require_whole(daemon.store, world)


def alerts_so_far(daemon: DaemonProcess) -> float:
    return sum(value for name, value in daemon.metrics().items() if name.startswith("transitions_total"))


def test_a_second_daemon_on_the_same_store_is_refused_with_the_cure(daemon: DaemonProcess) -> None:
    other = DaemonProcess(daemon.folder, {}, 1)
    other.start()
    assert other._process is not None
    assert other._process.wait(60) == ExitCode.STORE
    assert "stop that one first" in daemon.log()
