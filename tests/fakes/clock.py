"""A clock that stands still until told."""

from processor.model.time import EpochMs


class FakeClock:
    def __init__(self, now: EpochMs = 1_700_000_000_000) -> None:
        self._now = now

    def now(self) -> EpochMs:
        return self._now

    def advance(self, by_ms: int) -> None:
        self._now += by_ms

    def set(self, now: EpochMs) -> None:
        self._now = now
