"""Smart breaker of an end branch: current, leakage, its terminal's warmth, and what it last did."""

import math
from random import Random

from processor.model.time import SECOND, DurationMs, EpochMs
from simulators.chance import OrnsteinUhlenbeck
from simulators.devices.reporter import Reporter
from simulators.environment import Environment
from simulators.message import Body, Command, Event

BRANCH_A = 16.0  # what the branch draws at full load [K]
VOLT = 226.0
LEAKAGE_MA = (3.0, 12.0)  # an end branch leaks far less than a feeder
TERMINAL_TAU_S = 900.0
TERMINAL_RISE_K = 12.0


class SmartBreaker:
    """Obeys `open`, `close`, `block_close` and `auto_reclose_off`; blocked, it refuses to be closed from afar."""

    def __init__(self, rng: Random, reporter: Reporter, *, environment: Environment) -> None:
        self.reporter = reporter
        self._environment = environment
        self._leakage = OrnsteinUhlenbeck(rng, sigma=1.0, tau_s=1800.0)
        self._mean_ma = rng.uniform(*LEAKAGE_MA)
        self._energy_kwh = rng.uniform(100.0, 5_000.0)
        self._temperature: float | None = None
        self._closed = True
        self._blocked = False
        self._recloses = True
        self._event = "normal"

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        seconds = dt / SECOND
        self._leakage.step(seconds)
        ampere = BRANCH_A * self._environment.load(now) if self._closed else 0.0
        self._energy_kwh += ampere * VOLT * seconds / 3.6e6
        target = self._environment.ambient_c(now) + TERMINAL_RISE_K * (ampere / BRANCH_A) ** 2
        before = target if self._temperature is None else self._temperature
        self._temperature = target + (before - target) * math.exp(-seconds / TERMINAL_TAU_S)
        if not self.reporter.due(now):
            return []
        leakage = max(0.1, self._mean_ma + self._leakage.value) if self._closed else 0.0
        body: Body = {
            "brk": int(self._closed),
            "event": self._event,
            "close_blocked": int(self._blocked),
            "auto_reclose": int(self._recloses),
            "u_dv": round(VOLT * 10),
            "i_ma": round(ampere * 1_000),
            "p_w": round(ampere * VOLT),
            "residual_ma": round(leakage, 1),
            "temp": round(self._temperature, 1),
            "energy_kwh": round(self._energy_kwh, 1),
        }
        return self.reporter.report(now, body)

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - switches in the instant
        match command.cmd:
            case "open":
                self._closed, self._event = False, "remote_off"
            case "close" if self._blocked:
                return "blocked"
            case "close":
                self._closed, self._event = True, "remote_on"
            case "block_close":
                self._blocked = True
            case "auto_reclose_off":
                self._recloses = False
            case _:
                return "unknown_command"
        self.reporter.hasten()
        return ""
