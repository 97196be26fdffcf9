"""Heat, leakage current and voltage: what goes wrong where there is electricity."""

from processor.model.time import DAY, SECOND, EpochMs
from simulators.devices.dispenser import Dispenser
from simulators.devices.ebike_pile import EbikePile, HotContact
from simulators.devices.electrical_meter import ElectricalMeter
from simulators.devices.ev_charger import EvCharger
from simulators.devices.residual_current import ResidualCurrentMonitor
from simulators.faults.cause import Marked, Onset, Running

EARTH_FAULT_MA = (300.0, 800.0)  # DOMAIN.md 5.2
DRIFT_MA_PER_DAY = 5.0  # DOMAIN.md 5.2: insulation drift
LOOSE_JOINT = (1.5, 4.0)  # DOMAIN.md 5.1: k x (1.5-4), growing over days
RAIN = (1.4, 1.8)  # DOMAIN.md 5.2: residual +40-80 %
LEAST_AMPERE = 0.2
DAY_S = DAY / SECOND


class HotSocket:
    """A bad contact under a charging bike; over when no current flows."""

    def __init__(self, onset: Onset) -> None:
        self.assets: tuple[str, ...] = (onset.asset.id,)
        self._port = onset.model(EbikePile).plug(int(onset.asset.tags["port"]), onset.now)
        draw = self._port.pack.charge(0.0) if self._port.pack is not None else 0.0
        self._port.contact = HotContact(
            onset.cause,
            onset.parameter("celsius", 60.0 + 20.0 * onset.spec.severity),
            onset.parameter("tau_s", 600.0),
            max(LEAST_AMPERE, draw / 220.0),
        )
        self._port.power_w = draw
        if "from_celsius" in onset.spec.parameters:  # it has been warming for a while already
            self._port.temperature_c = onset.spec.parameters["from_celsius"]

    def grow(self, now: EpochMs, seconds: float) -> None: ...

    def over(self, now: EpochMs) -> bool:  # noqa: ARG002 - the current decides
        return self._port.power_w == 0.0

    def end(self, now: EpochMs) -> None:  # noqa: ARG002 - at once
        self._port.contact = None


def overload(onset: Onset) -> Running:
    """Something that is no bike hangs on the port."""
    port = onset.model(EbikePile).plug(int(onset.asset.tags["port"]), onset.now)
    return Marked(onset, port.extra_w, onset.parameter("w", 1_000.0) * onset.spec.severity)


def pile_smoke(onset: Onset) -> Running:
    """The pile's smoke bit."""
    return Marked(onset, onset.model(EbikePile).smoke_by, 1.0)


def earth_fault(onset: Onset) -> Running:
    """A sudden fault to earth."""
    strength = onset.parameter("ma", onset.rng.uniform(*EARTH_FAULT_MA)) * onset.spec.severity
    return Marked(onset, onset.model(ResidualCurrentMonitor).fault_ma, strength)


def insulation_drift(onset: Onset) -> Running:
    """Insulation ages, a few mA a day."""
    growth = onset.parameter("ma_per_day", DRIFT_MA_PER_DAY) * onset.spec.severity / DAY_S
    return Marked(onset, onset.model(ResidualCurrentMonitor).fault_ma, 0.0, growth)


def loose_joint(onset: Onset) -> Running:
    """A joint that heats with the square of the current, more each day."""
    most = onset.parameter("factor", onset.rng.uniform(*LOOSE_JOINT)) * onset.spec.severity
    growth = (most - 1.0) / onset.parameter("days", 5.0) / DAY_S
    return Marked(onset, onset.model(ResidualCurrentMonitor).joint_factor, 1.0, growth)


def rain_week(onset: Onset) -> Running:
    """Rain: everything leaks a little more, nothing is broken."""
    factor = onset.parameter("factor", onset.rng.uniform(*RAIN))
    return Marked(onset, onset.model(ResidualCurrentMonitor).wet_factor, factor)


def switching_spike(onset: Onset) -> Running:
    """One sample far above the rest, as when a motor starts."""
    onset.model(ResidualCurrentMonitor).spike(onset.cause, onset.parameter("ma", 450.0))
    return Marked(onset, {}, 0.0)


def voltage_shift(onset: Onset) -> Running:
    """The supply leaves 198-235.4 V."""
    return Marked(onset, onset.model(ElectricalMeter).shift_v, onset.parameter("volts", 20.0 * onset.spec.severity))


def ev_ground_failure(onset: Onset) -> Running:
    """The charger's own protection trips."""
    charger = onset.model(EvCharger)
    charger.plug()
    return Marked(onset, charger.ground, onset.parameter("ma", 8.0) * onset.spec.severity)


def ev_hot_connector(onset: Onset) -> Running:
    """A worn gun contact."""
    charger = onset.model(EvCharger)
    charger.plug()
    return Marked(onset, charger.hot, onset.parameter("factor", 3.2) * onset.spec.severity)


def heater_stuck(onset: Onset) -> Running:
    """The thermostat's relay is welded: the tank boils."""
    return Marked(onset, onset.model(Dispenser).stuck, 1.0)


def dry_burn(onset: Onset) -> Running:
    """The element burns without water."""
    return Marked(onset, onset.model(Dispenser).dry, 1.0)


def dispenser_leak(onset: Onset) -> Running:
    """The dispenser's own leak bit."""
    return Marked(onset, onset.model(Dispenser).leak, 1.0)


def membrane_worn(onset: Onset) -> Running:
    """The membrane lets salt through, more each day."""
    start = onset.parameter("rejection_lost", 0.0)
    return Marked(onset, onset.model(Dispenser).worn, start, onset.parameter("per_day", 0.02) / DAY_S)
