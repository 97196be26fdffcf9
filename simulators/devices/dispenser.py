"""Water dispenser: hot tank under a thermostat, dispenses over the day, a membrane that wears."""

import math
from random import Random

from processor.model.time import DAY, SECOND, DurationMs, EpochMs
from simulators.chance import OrnsteinUhlenbeck
from simulators.devices.reporter import Reporter
from simulators.environment import Environment, share_in_peaks
from simulators.message import Command, Event

# DOMAIN.md 5.1 tank: C dT/dt = P h - UA (T - Ta) - m c (T - Tin); 10 L, 2 kW, UA 1.6 W/K, band 85-92 degC
TANK_J_PER_K = 10.0 * 4_186.0
HEATER_W = 2_000.0
LOSS_W_PER_K = 1.6
BAND_LOW_C, BAND_HIGH_C = 85.0, 92.0
INLET_C = 18.0
BOILING_C = 100.0
# DOMAIN.md 5.1 dispense: 40-150 a day, peaks 07-09, 11-13, 17-20 h; lognormal, median 0.4 L, sigma 0.5; one at a time
DISPENSES_PER_DAY = (40.0, 150.0)
PEAKS = ((7.0, 9.0), (11.0, 13.0), (17.0, 20.0))
PEAK_SHARE = 0.65
FLOW_L_MIN = 1.8
HOT_SHARE = 0.5  # half of what is drawn is hot [K]
CREEP_TAU_S = 10.0
REJECTION_NEW, WEAR_PER_M3 = 0.95, 0.004  # DOMAIN.md 5.1 TDS: R(t) = R0 - a V
RO_LIFE_L = 9_000.0  # [K]
VISIBLE_TDS = 50.0
OVERHEATED_C = BAND_HIGH_C + 2.0


class Dispenser:
    """`stuck` relay, `dry` element, `leak` bit and `worn` membrane are set by faults, each by cause."""

    def __init__(self, rng: Random, reporter: Reporter, *, environment: Environment) -> None:
        self.reporter = reporter
        self.stuck: dict[str, float] = {}
        self.dry: dict[str, float] = {}
        self.leak: dict[str, float] = {}
        self.worn: dict[str, float] = {}
        self.tank_c = rng.uniform(BAND_LOW_C, BAND_HIGH_C)
        self.heating = False
        self._rng = rng
        self._environment = environment
        self._rate_per_day = rng.uniform(*DISPENSES_PER_DAY)
        self._season = rng.uniform(0.0, math.tau)
        self._tds_noise = OrnsteinUhlenbeck(rng, sigma=8.0, tau_s=3600.0)
        self._used_l = rng.uniform(200.0, 5_000.0)
        self._remaining_l = 0.0
        self._ran_s = 0.0
        self._ended = False
        self._heater_allowed = self._inlet_open = True
        self._locked = False
        self._alarms = (False, False)

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        seconds = dt / SECOND
        self._tds_noise.step(seconds)
        drawn = self._dispense(now, seconds, dt)
        self._heat(now, seconds, drawn)
        alarms = (bool(self.leak), bool(self.dry))
        changed, self._alarms = alarms != self._alarms, alarms
        if not (changed or self._ended or self.reporter.due(now)):
            return []
        event = self.reporter.report(now, self._body(now), self._shows(now))
        self._ended = False
        return event

    def perform(self, now: EpochMs, command: Command) -> str:  # noqa: ARG002 - obeys in the instant
        match command.cmd:
            case "heater_off" | "heater_on":
                self._heater_allowed = command.cmd == "heater_on"
                self.heating = self.heating and self._heater_allowed
            case "inlet_close" | "inlet_open":
                self._inlet_open = command.cmd == "inlet_open"
            case "lock_dispensing" | "unlock_dispensing":
                self._locked = command.cmd == "lock_dispensing"
            case _:
                return "unknown_command"
        self.reporter.hasten()
        return ""

    def _dispense(self, now: EpochMs, seconds: float, dt: DurationMs) -> float:
        """Litres drawn in this step; one dispense at a time."""
        idle = self._remaining_l <= 0.0
        rate = self._rate_per_day * share_in_peaks(now, peaks=PEAKS, share=PEAK_SHARE) * dt / DAY
        if idle and not self._locked and self._inlet_open and self._rng.random() < rate:
            self._remaining_l, self._ran_s = self._rng.lognormvariate(math.log(0.4), 0.5), 0.0
        drawn = min(self._remaining_l, FLOW_L_MIN * seconds / 60.0)
        if drawn > 0.0:
            self._remaining_l -= drawn
            self._ran_s += drawn / FLOW_L_MIN * 60.0
            self._used_l += drawn
            self._ended = self._remaining_l <= 0.0
        return drawn

    def _heat(self, now: EpochMs, seconds: float, drawn_l: float) -> None:
        if self.tank_c <= BAND_LOW_C:
            self.heating = True
        elif self.tank_c >= BAND_HIGH_C and not self.stuck:
            self.heating = False
        self.heating = (self.heating or bool(self.stuck) or bool(self.dry)) and self._heater_allowed
        power = HEATER_W if self.heating and not self.dry else 0.0
        loss = LOSS_W_PER_K * (self.tank_c - self._environment.ambient_c(now))
        cooled = drawn_l * HOT_SHARE * 4_186.0 * (self.tank_c - INLET_C)
        self.tank_c = min(BOILING_C, self.tank_c + ((power - loss) * seconds - cooled) / TANK_J_PER_K)

    def _tds(self, now: EpochMs) -> tuple[float, float]:
        season = 30.0 * math.sin(math.tau * now / (365 * DAY) + self._season)
        tds_in = 180.0 + season + self._tds_noise.value
        rejection = max(0.0, REJECTION_NEW - WEAR_PER_M3 * self._used_l / 1_000.0 - sum(self.worn.values()))
        creep = 1.0 + 2.0 * math.exp(-self._ran_s / CREEP_TAU_S) if self._remaining_l > 0.0 else 1.0
        return tds_in, (1.0 - rejection) * tds_in * creep

    def _noisy(self, tds: float) -> int:
        return round(max(0.0, min(999.0, tds * (1.0 + self._rng.gauss(0.0, 0.02)) + self._rng.gauss(0.0, 1.0))))

    def _body(self, now: EpochMs) -> dict[str, bool | int | float | str]:
        tds_in, tds_out = self._tds(now)
        running = self._remaining_l > 0.0
        body: dict[str, bool | int | float | str] = {
            "tank_temp": round(self.tank_c + self._rng.gauss(0.0, 0.1), 1),
            "heater": self.heating,
            "producing": running,
            "dispensing": running,
            "tds_in": self._noisy(tds_in),
            "tds_out": self._noisy(tds_out),
            "flow_x10": round(FLOW_L_MIN * 10) if running else 0,
            "total_l": round(self._used_l, 1),
            "leak": bool(self.leak),
            "dry_burn": bool(self.dry),
            "level_low": bool(self.dry),
            "filter_pct": round(max(0.0, 100.0 * (1.0 - self._used_l / RO_LIFE_L))),
            "inlet": "open" if self._inlet_open else "closed",
            "locked": self._locked,
        }
        if self._ended:
            body["tds_dispense"] = self._noisy(tds_out)
        return body

    def _shows(self, now: EpochMs) -> tuple[str, ...]:
        shows = dict.fromkeys((*self.leak, *self.dry))
        if self.tank_c > OVERHEATED_C:
            shows.update(dict.fromkeys(self.stuck))
        if self._tds(now)[1] > VISIBLE_TDS:
            shows.update(dict.fromkeys(self.worn))
        return tuple(shows)
