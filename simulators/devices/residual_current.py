"""Residual-current monitor of a feeder or an end load: leakage, four cable temperatures, a breaker."""

import math
from random import Random

from processor.model.time import DAY, MINUTE, SECOND, DurationMs, EpochMs
from simulators.chance import OrnsteinUhlenbeck, poisson
from simulators.devices.reporter import Reporter
from simulators.environment import Environment
from simulators.message import Body, Command, Event

# DOMAIN.md 5.1 residual: I = sqrt(Ic^2 + Ir^2); Ic 20-80 mA x (0.7 + 0.6 load);
# Ir = Ir0 exp(1.2 (RH - 0.65)) (1 + ageing); OU noise sigma 8 mA, tau 30 min;
# 3 one-sample switching spikes a day, exp(250 mA). Healthy: mean 68, p99 111 mA.
CAPACITIVE_MA = (20.0, 80.0)
RESISTIVE_MA = (30.0, 60.0)
SPIKES_PER_DAY = 3.0
SPIKE_MEAN_MA = 250.0
ALARM_MA = 300.0  # the monitor's own setting: reports at once on alarm (DOMAIN.md 1.5)
REPEAT_ON_ALARM = 15 * SECOND
VISIBLE_MA = 20.0
# DOMAIN.md 5.1 cable temperature: tau dT/dt = Ta + k I^2 - T, tau 15 min
CABLE_TAU_S = 900.0
FULL_LOAD_RISE_K = 22.0
FULL_LOAD_A = 63.0
PHASE_SHARES = (1.0, 0.95, 0.97)  # currents; their squares are about the shares of the rise
VISIBLE_HEAT_K = 3.0


class ResidualCurrentMonitor:
    """`fault_ma` and `joint_factor` are what faults change; each with the cause it belongs to."""

    def __init__(self, rng: Random, reporter: Reporter, *, environment: Environment, end_load: bool) -> None:
        self.reporter = reporter
        self.fault_ma: dict[str, float] = {}
        self.wet_factor: dict[str, float] = {}  # rain in the installation: multiplies, a confounder
        self.joint_factor: dict[str, float] = {}
        self.arcs: dict[str, float] = {}
        self._rng = rng
        self._environment = environment
        self._end_load = end_load
        self._capacitive = rng.uniform(*CAPACITIVE_MA)
        self._resistive = rng.uniform(*RESISTIVE_MA)
        self._noise = OrnsteinUhlenbeck(rng, sigma=8.0, tau_s=30 * MINUTE / SECOND)
        self._temperatures = [25.0, 25.0, 25.0, 25.0]
        self._started = False
        self._spike = 0.0
        self._spike_by: tuple[str, ...] = ()
        self._closed = True
        self._reported_at: EpochMs = 0
        self._arc_count = 0

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        seconds = dt / SECOND
        self._noise.step(seconds)
        self._heat(now, seconds)
        if poisson(self._rng, SPIKES_PER_DAY * dt / DAY):
            self._spike = self._rng.expovariate(1.0 / SPIKE_MEAN_MA)
        residual = self.residual_ma(now)
        alarm = residual >= ALARM_MA and now - self._reported_at >= REPEAT_ON_ALARM
        if not (alarm or self.reporter.due(now)):
            return []
        residual += self._spike  # a spike is one sample: whoever looks next does not see it again
        shows = self._spike_by + self._shows(now)
        self._spike, self._spike_by, self._reported_at = 0.0, (), now
        self._arc_count += round(sum(self.arcs.values()))
        body: Body = {
            "residual_ma": round(min(2_000.0, residual), 1),
            "temp": [round(value + self._rng.gauss(0.0, 0.1), 1) for value in self._temperatures],
            "brk": int(self._closed),
            "arc_count": self._arc_count,
            "arc_alarm": int(bool(self.arcs)),
            "amp": [round(FULL_LOAD_A * share * self._load(now), 1) for share in PHASE_SHARES],
            "ambient": round(self._environment.ambient_c(now), 1),
            "rh": round(100.0 * self._environment.humidity(now), 1),
        }
        return self.reporter.report(now, body, shows)

    def spike(self, cause: str, milliampere: float) -> None:
        """Add a switching spike to the next sample."""
        self._spike, self._spike_by = milliampere, (cause,)

    def residual_ma(self, now: EpochMs) -> float:
        """Leakage now, without a switching spike."""
        if not self._closed:
            return 0.0
        capacitive = self._capacitive * (0.7 + 0.6 * self._environment.load(now))
        resistive = self._resistive * math.exp(1.2 * (self._environment.humidity(now) - 0.65))
        resistive += sum(self.fault_ma.values())
        wet = math.prod(self.wet_factor.values())
        return max(0.0, math.hypot(capacitive, resistive) * wet + self._noise.value)

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - opens in the instant
        if command.cmd not in {"open", "close"}:
            return "unknown_command"
        if not self._end_load:  # a feeder's monitor has no breaker to drive (DOMAIN.md 0.3)
            return "not_allowed"
        self._closed = command.cmd == "close"
        self.reporter.hasten()
        return ""

    def _heat(self, now: EpochMs, seconds: float) -> None:
        ambient = self._environment.ambient_c(now)
        if not self._started:
            self._started = True
            self._temperatures = [ambient + 0.3 * FULL_LOAD_RISE_K * share for share in (1.0, 0.9, 0.95, 0.3)]
        load = self._load(now)
        factors = (math.prod(self.joint_factor.values()), 0.9, 0.95, 0.3)
        keep = math.exp(-seconds / CABLE_TAU_S)
        for index, factor in enumerate(factors):
            target = ambient + FULL_LOAD_RISE_K * load**2 * factor
            self._temperatures[index] = target + (self._temperatures[index] - target) * keep

    def _load(self, now: EpochMs) -> float:
        return self._environment.load(now) if self._closed else 0.0

    def _shows(self, now: EpochMs) -> tuple[str, ...]:
        shows: dict[str, None] = dict.fromkeys(self.arcs)
        if self._closed:
            shows.update(dict.fromkeys(cause for cause, extra in self.fault_ma.items() if extra >= VISIBLE_MA))
            shows.update(dict.fromkeys(self.wet_factor))
        healthy = self._environment.ambient_c(now) + FULL_LOAD_RISE_K * self._environment.load(now) ** 2
        if self._temperatures[0] > healthy + VISIBLE_HEAT_K:
            shows.update(dict.fromkeys(self.joint_factor))
        return tuple(shows)
