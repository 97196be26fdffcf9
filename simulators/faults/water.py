"""Leaks: a hole in a branch, the film it leaves, and water that is no leak at all."""

from processor.model.time import SECOND, EpochMs
from simulators.community import Kind
from simulators.devices.leak_sensor import LeakSensor
from simulators.devices.water_valve import WaterValve
from simulators.faults.cause import Marked, Onset, Running
from simulators.plumbing import METER_FLOOR_L_MIN, Branch, Leak, Spot

LEAK_L_MIN = 7.9  # DOMAIN.md 1.4: a 3.2 mm hole at 40 psi
BURST_L_MIN = 45.0  # a flow step x3-10 (DOMAIN.md 1.4)
TOILET_L_MIN = 0.35  # DOMAIN.md 1.4: toilet valve leak
STOREY_DELAY_S = (30.0, 120.0)  # DOMAIN.md 5.1: floor order, 30-120 s per storey
DRIP_ON_S, DRIP_OFF_S = (20.0, 60.0), (60.0, 600.0)  # DOMAIN.md 5.1: drip flaps
DRIP_FILM_L = 0.4
CLEANING_L = 4.0


class PipeLeak:
    """A leak into one branch: over while the valve keeps the water from it."""

    def __init__(self, branch: Branch, leak: Leak, assets: tuple[str, ...]) -> None:
        self.assets = assets
        self._branch = branch
        self._leak = leak
        branch.leaks.append(leak)

    def grow(self, now: EpochMs, seconds: float) -> None:  # noqa: ARG002 - the branch spills by itself
        self._branch.advance(now)

    def over(self, now: EpochMs) -> bool:  # noqa: ARG002 - the valve decides
        return self._leak.flow(self._branch.kpa) * self._branch.open_fraction < METER_FLOOR_L_MIN / 100.0

    def end(self, now: EpochMs) -> None:
        self._branch.advance(now)
        self._branch.leaks.remove(self._leak)
        for spot, _ in self._leak.paths:  # whoever mends the pipe mops the floor
            spot.wipe()


def _spot(onset: Onset, sensor: str) -> Spot:
    model = onset.site.devices[sensor]
    if not isinstance(model, LeakSensor):
        raise TypeError(f"{onset.spec.type}: {sensor} is no leak sensor")
    return model.spot


def leak(onset: Onset) -> Running:
    """A pipe beside one sensor."""
    sensor = onset.asset.id
    litres = onset.parameter("l_min", LEAK_L_MIN) * onset.spec.severity
    hole = Leak(onset.cause, litres, paths=[(_spot(onset, sensor), onset.now)])
    return PipeLeak(onset.site.branch_of(sensor), hole, (sensor,))


def riser_burst(onset: Onset) -> Running:
    """A riser bursts at the asset's floor: water runs down, storey by storey."""
    below = [
        plan
        for plan in onset.site.plans.values()
        if plan.kind is Kind.LEAK_SENSOR and plan.branch == onset.asset.branch and plan.floor <= onset.asset.floor
    ]
    reach, paths = onset.now, []
    for number, plan in enumerate(sorted(below, key=lambda plan: (-plan.floor, plan.id))):
        if number:
            reach += int(onset.rng.uniform(*STOREY_DELAY_S) * SECOND)
        paths.append((_spot(onset, plan.id), reach))
    hole = Leak(onset.cause, onset.parameter("l_min", BURST_L_MIN) * onset.spec.severity, paths=paths)
    return PipeLeak(onset.site.branch_of(onset.asset.id), hole, tuple(plan.id for plan in below))


def toilet_leak(onset: Onset) -> Running:
    """A toilet runs: the meter sees it, no sensor does."""
    litres = onset.parameter("l_min", TOILET_L_MIN) * onset.spec.severity
    return PipeLeak(onset.site.branch_of(onset.asset.id), Leak(onset.cause, litres, 1.5), (onset.asset.id,))


class Drip:
    """Drops on one sensor: its flag flaps, the meter sees nothing."""

    def __init__(self, onset: Onset) -> None:
        self.assets: tuple[str, ...] = (onset.asset.id,)
        self._spot = _spot(onset, onset.asset.id)
        self._rng = onset.rng
        self._cause = onset.cause
        self._turn: EpochMs = onset.now
        self._wet = False

    def grow(self, now: EpochMs, seconds: float) -> None:  # noqa: ARG002 - turns at its own instants
        while now >= self._turn:
            self._wet = not self._wet
            self._turn += int(self._rng.uniform(*(DRIP_ON_S if self._wet else DRIP_OFF_S)) * SECOND)
            if self._wet:
                self._spot.wet_by(DRIP_FILM_L, self._cause)
            else:
                self._spot.wipe()

    def over(self, now: EpochMs) -> bool:  # noqa: ARG002 - until the pipe is mended
        return False

    def end(self, now: EpochMs) -> None:  # noqa: ARG002 - at once
        self._spot.wipe()


class CleaningWater:
    """A cleaner's bucket: one sensor is wet for two to five minutes, then mopped. No alert is right."""

    def __init__(self, onset: Onset) -> None:
        self.assets: tuple[str, ...] = (onset.asset.id,)
        self._spot = _spot(onset, onset.asset.id)
        self._spot.wet_by(CLEANING_L, onset.cause)
        self._until = onset.now + int(onset.rng.uniform(120.0, 300.0) * SECOND)

    def grow(self, now: EpochMs, seconds: float) -> None: ...

    def over(self, now: EpochMs) -> bool:
        if now < self._until:
            return False
        self._spot.wipe()
        return True

    def end(self, now: EpochMs) -> None:  # noqa: ARG002 - at once
        self._spot.wipe()


def valve_stuck(onset: Onset) -> Running:
    """The valve says yes and does not move."""
    return Marked(onset, onset.model(WaterValve).jammed_by, 1.0)
