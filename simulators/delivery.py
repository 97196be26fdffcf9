"""What a network does to messages: loses, repeats, reorders; and clocks that are wrong. Off unless asked for."""

import heapq
from collections.abc import Iterable
from random import Random

import msgspec

from processor.model.time import DAY, HOUR, MINUTE, SECOND, EpochMs
from simulators.chance import generator
from simulators.devices.reporter import Reporter
from simulators.message import Event


class DeliveryFaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How bad the network is; all zero: perfect. `typical()` has the figures of DOMAIN.md 5.4."""

    loss: float = 0.0
    outages_per_day: float = 0.0
    outage_mean_s: float = 240.0
    duplicate: float = 0.0
    duplicate_delay_s: float = 30.0
    reorder: float = 0.0
    reorder_delay_s: float = 10.0
    clock_sigma_s: float = 0.0
    clock_eight_hours: float = 0.0

    @classmethod
    def typical(cls) -> "DeliveryFaults":
        """Gilbert-Elliott loss, two outages a day of 4 min, QoS 1 repeats after 30 s, reordering, clock errors."""
        return cls(
            loss=0.0075,
            outages_per_day=2.0,
            duplicate=0.01,
            reorder=0.02,
            clock_sigma_s=20.0,
            clock_eight_hours=0.01,
        )


class Delivery:
    """Takes events from the devices and gives those that arrive, when they arrive."""

    def __init__(self, faults: DeliveryFaults, seed: int) -> None:
        self._faults = faults
        self._seed = seed
        self._rngs: dict[str, Random] = {}
        self._out_until: dict[str, EpochMs] = {}
        self._checked_at: dict[str, EpochMs] = {}
        self._late: list[tuple[EpochMs, int, Event]] = []
        self._count = 0
        self._perfect = faults == DeliveryFaults()

    def prepare(self, reporters: Iterable[Reporter]) -> None:
        """Set every device's clock wrong, as wrong as clocks are."""
        for reporter in reporters:
            rng = generator(self._seed, "clock", reporter.address.device)
            offset = rng.gauss(0.0, self._faults.clock_sigma_s) * SECOND if self._faults.clock_sigma_s else 0.0
            if rng.random() < self._faults.clock_eight_hours:  # the UTC mix-up
                offset += rng.choice((8, -8)) * HOUR
            reporter.clock_offset_ms = int(offset)

    def take(self, event: Event) -> list[Event]:
        """What of `event` arrives now; the rest comes out of `release` later or never."""
        if self._perfect or event.withheld:
            return [event]
        rng = self._rngs.get(event.device)
        if rng is None:
            rng = self._rngs[event.device] = generator(self._seed, "delivery", event.device)
        if self._in_outage(event, rng) or rng.random() < self._faults.loss:
            return []
        if rng.random() < self._faults.duplicate:
            self._later(event, self._faults.duplicate_delay_s)
        if rng.random() < self._faults.reorder:
            self._later(event, rng.uniform(0.0, self._faults.reorder_delay_s))
            return []
        return [event]

    def release(self, until: EpochMs) -> list[Event]:
        """The delayed events that arrive up to `until`; their `at` is the arrival."""
        released = []
        while self._late and self._late[0][0] <= until:
            at, _, event = heapq.heappop(self._late)
            released.append(msgspec.structs.replace(event, at=at))
        return released

    def _later(self, event: Event, delay_s: float) -> None:
        self._count += 1
        heapq.heappush(self._late, (event.at + int(delay_s * SECOND), self._count, event))

    def _in_outage(self, event: Event, rng: Random) -> bool:
        device, now = event.device, event.at
        passed = now - self._checked_at.get(device, now - MINUTE)
        self._checked_at[device] = now
        if now < self._out_until.get(device, 0):
            return True
        if rng.random() >= self._faults.outages_per_day * passed / DAY:
            return False
        self._out_until[device] = now + int(rng.expovariate(1.0 / self._faults.outage_mean_s) * SECOND)
        return True
