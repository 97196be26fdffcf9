"""What the district asks of every simulated device."""

from typing import Protocol

from processor.model.time import DurationMs, EpochMs
from simulators.devices.reporter import Reporter
from simulators.message import Command, Event


class SimulatedDevice(Protocol):
    """A pure step model: same seed, same steps and same commands give the same events."""

    reporter: Reporter

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        """Live through the `dt` before `now`; the events it publishes at `now`."""

    def perform(self, now: EpochMs, command: Command) -> str:
        """Obey `command`: "" when done, else the error's name of docs/simulator-topics.md."""
