"""A district to call verbs on; one running daemon with a leak for the tests that only need one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.calling import District, daemon_of, publish_leak
from tests.mosquitto import Mosquitto, require_mosquitto
from tests.waiting import eventually_sync


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WARDWATCH_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path / "district")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(require_mosquitto(), tmp_path_factory.mktemp("mosquitto")).start()
    yield mosquitto
    mosquitto.stop()


@pytest.fixture(scope="module")
def leaking(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """A district whose daemon runs and in which one sensor is wet, so that an order stands open."""
    district = District(tmp_path_factory.mktemp("leaking") / "district")
    district.environment["WARDWATCH_BROKER__PORT"] = str(broker.port)
    with daemon_of(district):
        publish_leak(broker)
        publish_leak(broker, "lakeside-b1-unknown")
        eventually_sync(lambda: district.said("orders")["items"], "an order")
        eventually_sync(lambda: district.said("deadletters")["items"], "a dead letter")
        yield district
