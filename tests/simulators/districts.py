"""Small districts on virtual time for the tests of this folder."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from processor.model.time import SECOND, DurationMs, EpochMs
from simulators.chance import generator
from simulators.community import build_district
from simulators.delivery import DeliveryFaults
from simulators.devices.reporter import Address, Reporter
from simulators.district import District
from simulators.environment import Environment
from simulators.message import Command, Event
from simulators.scenario import FaultSpec, Scenario

START: EpochMs = 1_760_000_000_000  # 2025-10-09 16:53:20 in Shanghai


def district(
    *faults: FaultSpec,
    seed: int = 7,
    communities: int = 2,
    devices: int = 76,
    period_s: float | None = None,
    step_s: float = 5.0,
    delivery: DeliveryFaults | None = None,
) -> District:
    """A district of two communities with these faults."""
    plan = build_district(seed=seed, communities=communities, devices=devices)
    scenario = Scenario("test", faults, period_s=period_s, step_s=step_s)
    return District(plan, scenario, start=START, delivery=delivery)


def live(place: District, seconds: float, *, chunk_s: float = 30.0) -> list[Event]:
    """Everything it publishes in the next `seconds`."""
    events: list[Event] = []
    until = place.now + int(seconds * SECOND)
    while place.now < until:
        events += place.advance(min(until, place.now + int(chunk_s * SECOND)))
    return events


def body(event: Event) -> dict[str, Any]:
    """The payload as a tree."""
    tree = json.loads(event.payload)
    assert isinstance(tree, dict)
    return tree


def bodies(events: Iterable[Event], device: str, channel: str = "telemetry") -> list[dict[str, Any]]:
    """The payloads of one device's topic."""
    return [body(event) for event in events if event.device == device and event.topic.endswith(channel)]


def reporter(period_s: float = 60.0, device: str = "d1") -> Reporter:
    """A reporter of a device that stands alone."""
    return Reporter(Address(device, "c01", "test", device), period_ms=int(period_s * SECOND))


def steps(seconds: float, step_s: float, *, start: EpochMs = START) -> Iterator[tuple[EpochMs, DurationMs]]:
    """(now, dt) of every step over a length of time."""
    dt = int(step_s * SECOND)
    for number in range(1, int(seconds / step_s) + 1):
        yield start + number * dt, dt


def environment(seed: int = 1) -> Environment:
    return Environment(seed)


def command(cmd: str, identifier: str = "c-1", port: int | None = None) -> Command:
    return Command(id=identifier, cmd=cmd, port=port)


def rng(name: str = "test") -> Any:  # noqa: ANN401 - random.Random, whose seeding ruff would have explained again
    return generator(11, name)
