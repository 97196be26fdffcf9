"""Every type of cause by its name, and how an asset is chosen for one that names none."""

from collections.abc import Container
from random import Random

from processor.model.rule import Level
from simulators.community import DevicePlan, Kind
from simulators.faults import electric, silence, water
from simulators.faults.cause import FaultKind
from simulators.scenario import FaultSpec, ScenarioError
from simulators.site import Site
from simulators.truth import Label

SENSOR, VALVE, FLOW = (Kind.LEAK_SENSOR,), (Kind.WATER_VALVE,), (Kind.FLOW_METER,)
PORT, EV, DISPENSER = (Kind.EBIKE_PORT,), (Kind.EV_CHARGER,), (Kind.DISPENSER,)
MONITOR, METER = (Kind.RESIDUAL_CURRENT,), (Kind.ELECTRICAL_METER,)

# Level and action say what a wise operator would want (DOMAIN.md section 2), never what a rule's threshold makes of it.
KINDS = {
    "leak": FaultKind(SENSOR, Level.L2, "close", water.leak),
    "riser_burst": FaultKind(SENSOR, Level.L1, "close", water.riser_burst),
    "drip": FaultKind(SENSOR, Level.L3, "order", water.Drip),
    "toilet_leak": FaultKind(FLOW, Level.L3, "order", water.toilet_leak),
    "valve_stuck": FaultKind(VALVE, Level.L2, "order", water.valve_stuck),
    "hot_socket": FaultKind(PORT, Level.L2, "stop_and_lock", electric.HotSocket),
    "overload": FaultKind(PORT, Level.L3, "stop_port", electric.overload),
    "pile_smoke": FaultKind(PORT, Level.L1, "stop_all", electric.pile_smoke),
    "earth_fault": FaultKind(MONITOR, Level.L2, "order", electric.earth_fault, tags=(("role", "feeder"),)),
    "insulation_drift": FaultKind(MONITOR, Level.L3, "order", electric.insulation_drift),
    "loose_joint": FaultKind(MONITOR, Level.L3, "order", electric.loose_joint),
    "voltage_shift": FaultKind(METER, Level.L4, "order", electric.voltage_shift),
    "ev_ground_failure": FaultKind(EV, Level.L2, "order", electric.ev_ground_failure),
    "ev_hot_connector": FaultKind(EV, Level.L2, "stop_and_lock", electric.ev_hot_connector),
    "heater_stuck": FaultKind(DISPENSER, Level.L2, "heater_off", electric.heater_stuck),
    "dry_burn": FaultKind(DISPENSER, Level.L2, "heater_off", electric.dry_burn),
    "dispenser_leak": FaultKind(DISPENSER, Level.L2, "inlet_close", electric.dispenser_leak),
    "membrane_worn": FaultKind(DISPENSER, Level.L2, "lock_dispensing", electric.membrane_worn),
    "offline": FaultKind((*DISPENSER, *EV, *METER), Level.L4, "order", silence.offline),
    "building_outage": FaultKind(MONITOR, Level.L2, "remind", silence.building_outage),
    # Confounders: they look like trouble and are none.
    "cleaning_water": FaultKind(SENSOR, None, "none", water.CleaningWater, Label.NONE),
    "switching_spike": FaultKind(MONITOR, None, "none", electric.switching_spike, Label.NONE),
    "rain_week": FaultKind(MONITOR, None, "none", electric.rain_week, Label.NONE),
}


def kind_of(spec: FaultSpec) -> FaultKind:
    """The kind a scenario names."""
    kind = KINDS.get(spec.type)
    if kind is None:
        raise ScenarioError(f'unknown fault "{spec.type}"; there are: {", ".join(sorted(KINDS))}')
    return kind


def choose_asset(site: Site, spec: FaultSpec, rng: Random, taken: Container[str]) -> DevicePlan:
    """The device it befalls: the named one, or one the generator picks among those that fit and are not taken."""
    kind = kind_of(spec)
    if spec.asset:
        plan = site.plans.get(spec.asset)
        if plan is None or plan.kind not in kind.kinds:
            wanted = ", ".join(kind.kinds)
            raise ScenarioError(f'{spec.type}: asset "{spec.asset}" must be a device of profile {wanted}')
        return plan
    wanted_tags = {**dict(kind.tags), **spec.where}
    fitting = [
        plan
        for plan in site.plans.values()
        if plan.kind in kind.kinds
        and plan.id not in taken
        and all(plan.tags.get(name) == value for name, value in wanted_tags.items())
    ]
    if not fitting:
        wanted = f"{', '.join(kind.kinds)} with tags {wanted_tags}"
        raise ScenarioError(f"{spec.type}: no device of profile {wanted} is left; simulate more devices")
    return rng.choice(fitting)
