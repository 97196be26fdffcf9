"""Fixtures that several folders share: a real broker."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.mosquitto import Mosquitto, require_mosquitto

# At home every run looks for new examples; in CI a run must mean the same for the same commit.
settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

MosquittoFactory = Callable[..., Mosquitto]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Here and not beside the tests, so that the options are known however pytest is called."""
    parser.addoption("--kills", type=int, default=10, help="how often the real daemon is killed with kill -9")
    parser.addoption("--programs", type=int, default=150, help="how many random programs engine and interpreter run")
    parser.addoption("--kill-seed", type=int, default=None, help="the seed of a run that failed, to see it again")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Whatever uses the broker carries its marker, so that `-m "not mosquitto"` can be trusted."""
    for item in items:
        if {"mosquitto", "mosquitto_factory"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("mosquitto")


@pytest.fixture
def mosquitto_factory(tmp_path: Path) -> Iterator[MosquittoFactory]:
    """Start brokers with options of their own: factory("allow_anonymous false", ..., listener=("cafile ...",))."""
    program = require_mosquitto()
    running: list[Mosquitto] = []

    def start(*options: str, listener: Iterable[str] = ()) -> Mosquitto:
        folder = tmp_path / f"mosquitto-{len(running)}"
        folder.mkdir()
        running.append(Mosquitto(program, folder, options, listener=listener))
        return running[-1].start()

    yield start
    for broker in running:
        broker.stop()


@pytest.fixture
def mosquitto(mosquitto_factory: MosquittoFactory) -> Mosquitto:
    """A running Mosquitto that lets everybody in and drops nothing."""
    return mosquitto_factory()
