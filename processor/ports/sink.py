"""A place that only receives: a time-series database."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from processor.model.reading import Reading
from processor.ports.broker import Outcome


class RefusedReading(msgspec.Struct, frozen=True):
    """A reading the database will never take, and its words."""

    reading: Reading
    reason: str


class Written(msgspec.Struct, frozen=True):
    """How a write ended: `outcome` for the whole, `refused` for what was split out (a 400 of one line)."""

    outcome: Outcome
    refused: tuple[RefusedReading, ...] = ()


class Sink(Protocol):
    """One configured sink. Blocking; called from its own thread. Writing the same readings twice is one write."""

    name: str

    def write(self, readings: Sequence[Reading]) -> Written: ...

    def close(self) -> None: ...
