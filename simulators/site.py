"""The built district: living device models from a plan, and what faults may lay hands on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from processor.model.time import MINUTE, SECOND, DurationMs, EpochMs
from simulators.chance import generator
from simulators.community import FAMILIES, DevicePlan, DistrictPlan, Kind
from simulators.devices.dispenser import Dispenser
from simulators.devices.ebike_pile import EbikePile
from simulators.devices.electrical_meter import ElectricalMeter
from simulators.devices.ev_charger import EvCharger
from simulators.devices.flow_meter import FlowMeter
from simulators.devices.kind import SimulatedDevice
from simulators.devices.leak_sensor import DELAY_S, LeakSensor
from simulators.devices.reporter import Address, Reporter
from simulators.devices.residual_current import ResidualCurrentMonitor
from simulators.devices.smart_breaker import SmartBreaker
from simulators.devices.water_valve import WaterValve
from simulators.environment import Environment
from simulators.plumbing import Branch

ON_CHANGE = frozenset({Kind.LEAK_SENSOR, Kind.WATER_VALVE})
ON_CHANGE_STRETCH = 5  # a demo's short period, for the kinds that mostly speak on change
PERIODS: dict[Kind, DurationMs] = {kind: 5 * MINUTE if kind in ON_CHANGE else MINUTE for kind in Kind}


@dataclass(slots=True)
class Site:
    """`devices` by the id they speak under (a pile, not its ports); `plans` by configured id (ports, not the pile)."""

    plan: DistrictPlan
    environment: Environment
    seed: int
    start: EpochMs
    branches: dict[str, Branch] = field(default_factory=dict)
    devices: dict[str, SimulatedDevice] = field(default_factory=dict)
    plans: dict[str, DevicePlan] = field(default_factory=dict)

    def speaker(self, device: str) -> SimulatedDevice:
        """The model that speaks for a configured device."""
        return self.devices[self.plans[device].speaker]

    def branch_of(self, device: str) -> Branch:
        """The water branch of a configured device."""
        return self.branches[self.plans[device].branch]


@dataclass(frozen=True, slots=True)
class Pace:
    """What a scenario changes about everybody: periods and how fast leak sensors notice."""

    period_ms: DurationMs | None = None
    sensor_delay_s: tuple[float, float] = DELAY_S
    step_ms: DurationMs = SECOND

    def of(self, kind: Kind) -> DurationMs:
        """The reporting period of a kind."""
        if self.period_ms is None:
            return PERIODS[kind]
        return self.period_ms * (ON_CHANGE_STRETCH if kind in ON_CHANGE else 1)


@dataclass(frozen=True, slots=True)
class _Making:
    site: Site
    pace: Pace
    plan: DevicePlan
    rng: Random
    reporter: Reporter
    ports: int


def build_site(plan: DistrictPlan, *, seed: int, start: EpochMs, pace: Pace) -> Site:
    """Every device of the plan as a living model."""
    site = Site(plan, Environment(seed), seed, start)
    ports: dict[str, int] = {}
    for device in plan.devices:
        site.plans[device.id] = device
        if device.kind is Kind.EBIKE_PORT:
            ports[device.gateway] = max(ports.get(device.gateway, 0), int(device.tags["port"]))
    for device in plan.devices:
        if device.speaker not in site.devices:
            site.devices[device.speaker] = _make(site, pace, device, ports.get(device.speaker, 0))
    return site


def _make(site: Site, pace: Pace, plan: DevicePlan, ports: int) -> SimulatedDevice:
    speaker = plan.speaker
    rng = generator(site.seed, "device", speaker)
    period = pace.of(plan.kind)
    address = Address(speaker, plan.community, FAMILIES[plan.kind], plan.wire or speaker)
    reporter = Reporter(address, period_ms=period, phase_ms=rng.randrange(min(period, pace.period_ms or MINUTE)))
    return MAKERS[plan.kind](_Making(site, pace, plan, rng, reporter, ports))


def _branch(making: _Making) -> Branch:
    name = making.plan.branch
    branch = making.site.branches.get(name)
    if branch is None:
        rng = generator(making.site.seed, "branch", name)
        branch = Branch(rng, persons=2.6 * rng.randint(8, 14), start=making.site.start, step_ms=making.pace.step_ms)
        making.site.branches[name] = branch
    return branch


def _leak_sensor(making: _Making) -> SimulatedDevice:
    return LeakSensor(
        making.rng,
        making.reporter,
        branch=_branch(making),
        environment=making.site.environment,
        delay_s=making.pace.sensor_delay_s,
    )


def _residual_current(making: _Making) -> SimulatedDevice:
    end_load = making.plan.tags.get("role") == "end_load"
    return ResidualCurrentMonitor(making.rng, making.reporter, environment=making.site.environment, end_load=end_load)


MAKERS: dict[Kind, Callable[[_Making], SimulatedDevice]] = {
    Kind.LEAK_SENSOR: _leak_sensor,
    Kind.FLOW_METER: lambda making: FlowMeter(making.rng, making.reporter, branch=_branch(making)),
    Kind.WATER_VALVE: lambda making: WaterValve(making.rng, making.reporter, branch=_branch(making)),
    Kind.RESIDUAL_CURRENT: _residual_current,
    Kind.ELECTRICAL_METER: lambda making: ElectricalMeter(
        making.rng, making.reporter, environment=making.site.environment
    ),
    Kind.SMART_BREAKER: lambda making: SmartBreaker(making.rng, making.reporter, environment=making.site.environment),
    Kind.EBIKE_PORT: lambda making: EbikePile(
        making.rng, making.reporter, ports=making.ports, environment=making.site.environment
    ),
    Kind.EV_CHARGER: lambda making: EvCharger(making.rng, making.reporter, environment=making.site.environment),
    Kind.DISPENSER: lambda making: Dispenser(making.rng, making.reporter, environment=making.site.environment),
}
