"""The only way the runtime learns the time."""

from typing import Protocol

from processor.model.time import EpochMs


class Clock(Protocol):
    """Wall time in core units."""

    def now(self) -> EpochMs: ...
