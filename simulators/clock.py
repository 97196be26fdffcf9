"""Time for a simulation: virtual for tests and replays, real (or faster than real) against a living daemon."""

import threading
import time
from typing import Protocol

from processor.model.time import SECOND, DurationMs, EpochMs


class SimulationClock(Protocol):
    """What drives a simulation. `wait_until` returns False when the wait was broken off by `stop`."""

    def now(self) -> EpochMs: ...

    def wait_until(self, at: EpochMs) -> bool: ...

    def stop(self) -> None: ...


class VirtualClock:
    """Jumps to wherever it is asked to wait for: a day passes in no time, the same way each run."""

    def __init__(self, start: EpochMs) -> None:
        self._now = start
        self._stopped = False

    def now(self) -> EpochMs:
        return self._now

    def advance(self, duration: DurationMs) -> None:
        """Move on by `duration`."""
        self._now += duration

    def wait_until(self, at: EpochMs) -> bool:
        self._now = max(self._now, at)
        return not self._stopped

    def stop(self) -> None:
        self._stopped = True


class RealClock:
    """Runs `speed` times as fast as the wall clock, from `start` on (default: the present moment)."""

    def __init__(self, speed: float = 1.0, start: EpochMs | None = None) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed:g}")
        self._speed = speed
        self._start = time.time_ns() // 1_000_000 if start is None else start
        self._begun = time.monotonic()
        self._stop = threading.Event()

    def now(self) -> EpochMs:
        return self._start + int((time.monotonic() - self._begun) * self._speed * SECOND)

    def wait_until(self, at: EpochMs) -> bool:
        seconds = (at - self.now()) / SECOND / self._speed
        return not self._stop.wait(max(0.0, seconds))

    def stop(self) -> None:
        self._stop.set()
