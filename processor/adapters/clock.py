"""The wall clock of the machine, in core units."""

import time

from processor.model.time import EpochMs

_NS_PER_MS = 1_000_000


class SystemClock:
    """Tells the time of the machine. Steps of the machine's clock are passed on: the core decides what they mean."""

    def now(self) -> EpochMs:
        return time.time_ns() // _NS_PER_MS
