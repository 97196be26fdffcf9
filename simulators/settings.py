"""How to simulate, and where a simulation stands."""

from pathlib import Path

import msgspec

from processor.model.time import EpochMs
from simulators.delivery import DeliveryFaults
from simulators.publish import BrokerAddress
from simulators.responder import Pacing
from simulators.scenario import SCENARIOS, Scenario, ScenarioError, load_scenario


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to simulate. `scenario` is a built-in name or a YAML file; `duration_s` None: until stopped.

    At a `speed` other than 1 the devices' time runs away from the daemon's, which then uses its own arrival time.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    seed: int = 1
    communities: int = 2
    devices: int = 60
    scenario: str = "healthy"
    duration_s: float | None = None
    speed: float = 1.0
    truth: Path | None = None
    alerts: Path | None = None
    actions: Path | None = None
    delivery: DeliveryFaults = DeliveryFaults()
    connect_within_s: float = 15.0
    progress_every_s: float = 1.0
    pacing: Pacing = Pacing()


class Progress(msgspec.Struct, frozen=True):
    """Where a simulation stands. `failure` "" when all is well."""

    at: EpochMs = 0
    elapsed_s: float = 0.0
    devices: int = 0
    published: int = 0
    acknowledged: int = 0
    refused: int = 0
    commands_received: int = 0
    commands_obeyed: int = 0
    causes: int = 0
    orders_accepted: int = 0
    orders_closed: int = 0
    finished: bool = False
    failure: str = ""


def scenario_named(name: str) -> Scenario:
    """The built-in scenario of this name, or the one in this file."""
    known = SCENARIOS.get(name)
    if known is not None:
        return known
    if name.endswith((".yaml", ".yml")):
        return load_scenario(Path(name))
    raise ScenarioError(f'no scenario "{name}"; there are {", ".join(sorted(SCENARIOS))}, or name a .yaml file')


def address_of(settings: Settings) -> BrokerAddress:
    """The broker of these settings."""
    return BrokerAddress(
        host=settings.host,
        port=settings.port,
        username=settings.username,
        password=settings.password,
        ca_file=settings.ca_file,
        client_id=f"wardwatch-simulator-{settings.seed}",
    )
