"""EV charger, AC: constant current, a taper at the end, a connector that warms with I^2."""

import math
from dataclasses import dataclass
from random import Random

from processor.model.time import DAY, HOUR, SECOND, DurationMs, EpochMs
from simulators.devices.reporter import Reporter
from simulators.environment import Environment, share_in_peaks
from simulators.message import Command, Event

CHARGING_PERIOD = 15 * SECOND
SESSIONS_PER_DAY = 0.8  # [K]
PEAKS = ((18.0, 22.0),)  # DOMAIN.md 5.1 EV: plug-in peaks 18-22 h
PEAK_SHARE = 0.6
ENERGY_MEAN_KWH, ENERGY_SIGMA = 20.0, 0.6  # lognormal, mean 20 kWh
SEVEN_KW_SHARE = 0.8  # 7 kW (80 %) / 3.5 kW
TAPER_SHARE = 0.065  # taper over the last 5-8 % of SOC
CONTACT_TAU_S = 900.0  # DOMAIN.md 1.3: contact heat ~ I^2 R, tau 10-20 min
CONTACT_RISE_K = 22.0  # at 32 A [K]
VISIBLE_HEAT_K = 5.0
FULL_AMPERE = 32.0


@dataclass(slots=True)
class Session:
    """One car: how much it still wants, at how many ampere, and how long it stays when full."""

    wanted_kwh: float
    ampere: float
    stays_ms: DurationMs
    taken_kwh: float = 0.0
    full_at: EpochMs | None = None


class EvCharger:
    """`hot` makes the contact hotter (a factor on its rise), `ground` trips the charger; each by cause."""

    def __init__(self, rng: Random, reporter: Reporter, *, environment: Environment) -> None:
        self.reporter = reporter
        self.hot: dict[str, float] = {}
        self.ground: dict[str, float] = {}
        self._rng = rng
        self._environment = environment
        self._idle_period = reporter.period_ms
        self._temperature: float | None = None
        self._session: Session | None = None
        self._limit = FULL_AMPERE
        self._locked = False
        self._ampere = 0.0

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        before = (self._status(), self._error())
        self._arrive(dt, now)
        self._charge(now, dt / SECOND)
        self._heat(now, dt / SECOND)
        if before == (self._status(), self._error()) and not self.reporter.due(now):
            return []
        busy = self._ampere > 0.0
        self.reporter.period_ms = min(self._idle_period, CHARGING_PERIOD) if busy else self._idle_period
        return self.reporter.report(now, self._body(), self._shows(now))

    def plug(self, *, kwh: float = 30.0) -> None:
        """Put a car on it, as a fault that needs one does."""
        if self._session is None or self._session.full_at is not None:
            self._session = Session(kwh, FULL_AMPERE, 2 * HOUR)

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - obeys in the instant
        match command.cmd:
            case "derate":
                self._limit = FULL_AMPERE * (50.0 if command.percent is None else command.percent) / 100.0
            case "stop" | "stop_and_lock":
                self._session, self._ampere = None, 0.0
                self._locked = self._locked or command.cmd == "stop_and_lock"
            case "unlock":
                self._locked = False
            case "reset":
                self._limit = FULL_AMPERE
            case "start":
                if self._locked or self.ground:
                    return "locked"
                self.plug()
            case _:
                return "unknown_command"
        self.reporter.hasten()
        return ""

    def _arrive(self, dt: DurationMs, now: EpochMs) -> None:
        rate = SESSIONS_PER_DAY * share_in_peaks(now, peaks=PEAKS, share=PEAK_SHARE) * dt / DAY
        if self._session is not None or self._locked or self._rng.random() >= rate:
            return
        wanted = self._rng.lognormvariate(math.log(ENERGY_MEAN_KWH) - ENERGY_SIGMA**2 / 2, ENERGY_SIGMA)
        ampere = FULL_AMPERE if self._rng.random() < SEVEN_KW_SHARE else FULL_AMPERE / 2
        self._session = Session(wanted, ampere, int(self._rng.uniform(1, 8) * HOUR))  # idle after full 1-8 h

    def _charge(self, now: EpochMs, seconds: float) -> None:
        session = self._session
        self._ampere = 0.0
        if session is None or self._locked or self.ground:
            return
        if session.full_at is not None:
            if now - session.full_at >= session.stays_ms:
                self._session = None
            return
        left = 1.0 - session.taken_kwh / session.wanted_kwh
        taper = max(0.12, min(1.0, left / TAPER_SHARE))
        self._ampere = min(session.ampere, self._limit) * taper
        session.taken_kwh += self._ampere * 0.226 * seconds / 3600.0
        if session.taken_kwh >= session.wanted_kwh:
            session.full_at, self._ampere = now, 0.0

    def _heat(self, now: EpochMs, seconds: float) -> None:
        ambient = self._environment.ambient_c(now)
        before = ambient if self._temperature is None else self._temperature
        rise = CONTACT_RISE_K * (self._ampere / FULL_AMPERE) ** 2 * math.prod(self.hot.values())
        self._temperature = before + (ambient + rise - before) * (1.0 - math.exp(-seconds / CONTACT_TAU_S))

    def _status(self) -> str:
        if self.ground:
            return "Faulted"
        if self._locked:
            return "Unavailable"
        if self._session is None:
            return "Available"
        return "Charging" if self._session.full_at is None else "SuspendedEV"

    def _error(self) -> str:
        return "GroundFailure" if self.ground else "NoError"

    def _body(self) -> dict[str, bool | int | float | str]:
        volts = 226.0 + self._rng.gauss(0.0, 1.0)
        ampere = max(0.0, self._ampere + self._rng.gauss(0.0, 0.1)) if self._ampere > 0.0 else 0.0
        taken = self._session.taken_kwh if self._session is not None else 0.0
        standing = sum(self.ground.values()) + abs(self._rng.gauss(0.4, 0.2))
        return {
            "status": self._status(),
            "error": self._error(),
            "voltage": round(volts, 1),
            "current": round(ampere, 1),
            "power_w": round(volts * ampere),
            "energy_kwh": round(taken, 2),
            "connector_temp": round((self._temperature or 0.0) + self._rng.gauss(0.0, 0.3), 1),
            "residual_dc_ma": round(standing, 1),
            "leakage": bool(self.ground),
            "limit_a": round(self._limit),
            "plugged": self._session is not None,
            "locked": self._locked,
        }

    def _shows(self, now: EpochMs) -> tuple[str, ...]:
        shows = dict.fromkeys(self.ground)
        normal = self._environment.ambient_c(now) + CONTACT_RISE_K
        if self._temperature is not None and self._temperature > normal + VISIBLE_HEAT_K:
            shows.update(dict.fromkeys(self.hot))
        return tuple(shows)
