"""Three-phase meter: voltage that sags with the feeder's load, currents, energy."""

import math
from random import Random

from processor.model.time import SECOND, DurationMs, EpochMs
from simulators.chance import OrnsteinUhlenbeck
from simulators.devices.reporter import Reporter
from simulators.environment import Environment
from simulators.message import Body, Command, Event

# DOMAIN.md 5.1 voltage: 226 + 4 N(0,1) slow AR - 0.8 V per kW feeder load. The model's 0.8 V/kW belongs to a small
# feeder: a phase carries up to 5 kW here.
MEAN_V = 226.0
SLOW_SIGMA_V = 4.0
SLOW_TAU_S = 3 * 3600.0
VOLT_PER_KW = 0.8
PHASE_KW = (5.0, 4.4, 4.7)
POWER_FACTOR = 0.96
VISIBLE_V = 3.0


class ElectricalMeter:
    """`shift_v` moves the supply's voltage; by cause."""

    def __init__(self, rng: Random, reporter: Reporter, *, environment: Environment) -> None:
        self.reporter = reporter
        self.shift_v: dict[str, float] = {}
        self._rng = rng
        self._environment = environment
        self._slow = OrnsteinUhlenbeck(rng, sigma=SLOW_SIGMA_V, tau_s=SLOW_TAU_S)
        self._energy_kwh = rng.uniform(1_000.0, 60_000.0)

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        seconds = dt / SECOND
        self._slow.step(seconds)
        load = self._environment.load(now)
        kilowatts = [share * load for share in PHASE_KW]
        self._energy_kwh += sum(kilowatts) * seconds / 3600.0
        if not self.reporter.due(now):
            return []
        volts = [self._volts(kilowatt) for kilowatt in kilowatts]
        amperes = [1e3 * kilowatt / volt / POWER_FACTOR for kilowatt, volt in zip(kilowatts, volts, strict=True)]
        body: Body = {
            "u_dv": [round(volt * 10) for volt in volts],
            "i_ma": [round(ampere * 1_000) for ampere in amperes],
            "p_w": round(sum(kilowatts) * 1_000),
            "pf": POWER_FACTOR,
            "freq": round(50.0 + self._rng.gauss(0.0, 0.01), 2),
            "energy_kwh": round(self._energy_kwh, 1),
        }
        shows = tuple(cause for cause, shift in self.shift_v.items() if math.fabs(shift) >= VISIBLE_V)
        return self.reporter.report(now, body, shows)

    def _volts(self, kilowatt: float) -> float:
        healthy = MEAN_V + self._slow.value - VOLT_PER_KW * kilowatt
        return healthy + sum(self.shift_v.values()) + self._rng.gauss(0.0, 0.4)

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - a meter takes no commands
        return "unknown_command"
