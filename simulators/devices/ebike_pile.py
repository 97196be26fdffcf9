"""E-bike charging pile: sessions, three-stage charging, socket temperature, stop and lock."""

import math
from dataclasses import dataclass, field
from random import Random

from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs, EpochMs
from simulators.devices.battery import PACKS, Pack, PackKind
from simulators.devices.reporter import Reporter
from simulators.environment import Environment, local_hour, share_in_peaks
from simulators.message import Command, Event

IDLE, CHARGING, DISABLED = 1, 2, 3
END_FULL, END_REMOVED, END_USER, END_REMOTE_OFF = 4, 8, 10, 12
NO_END = 0
CHARGING_PERIOD = 15 * SECOND  # DOMAIN.md 1.2: 60 s idle, 15 s charging
ARRIVALS_PER_PORT_DAY = 0.9  # about one session per port and day [K]
PEAKS = ((17.0, 22.0),)  # DOMAIN.md 5.1 e-bike: peaks 17-22 h (70 %)
PEAK_SHARE = 0.7
LEAD_SHARE = 0.7  # DOMAIN.md 5.1: battery mix 70 % lead
MORNING_SHARE = 0.55  # DOMAIN.md 5.1: pull-out 55 % next morning 06:30-08:30
FULL_BELOW_W = 20.0  # DOMAIN.md 1.2: full < 20 W
SOCKET_TAU_S = 900.0  # DOMAIN.md 5.1: 25 K (I/5 A)^2 (1 - e^(-t/15 min))
VISIBLE_HEAT_K = 3.0


@dataclass(slots=True)
class HotContact:
    """A bad contact: heats the socket towards `celsius` at the current it was found at, with I^2."""

    cause: str
    celsius: float
    tau_s: float
    at_ampere: float


@dataclass(slots=True)
class Port:
    """One socket and the bike on it."""

    number: int
    temperature_c: float
    pack: Pack | None = None
    pulled_at: EpochMs = 0
    power_w: float = 0.0
    energy_wh: float = 0.0
    began_at: EpochMs = 0
    state: int = IDLE
    locked: bool = False
    end_reason: int = NO_END
    contact: HotContact | None = None
    extra_w: dict[str, float] = field(default_factory=dict)  # a load that is no bike; by cause

    def begin(self, now: EpochMs, pack: Pack, until: EpochMs) -> None:
        """A bike is plugged in and paid for."""
        self.pack, self.pulled_at, self.began_at = pack, until, now
        self.state, self.energy_wh, self.end_reason = CHARGING, 0.0, NO_END

    def finish(self, reason: int) -> None:
        """The session ends."""
        self.state, self.power_w, self.end_reason = IDLE, 0.0, reason
        self.pack = None


class EbikePile:
    """One message for all ports; commands come to the pile and name a port."""

    def __init__(self, rng: Random, reporter: Reporter, *, ports: int, environment: Environment) -> None:
        self.reporter = reporter
        self.smoke_by: dict[str, float] = {}
        self._rng = rng
        self._environment = environment
        self._idle_period = reporter.period_ms
        self._started = False
        self.ports = [Port(number, 25.0) for number in range(1, ports + 1)]

    def step(self, now: EpochMs, dt: DurationMs) -> list[Event]:
        self._wake(now)
        before = [(port.state, port.locked) for port in self.ports]
        for port in self.ports:
            self._live(port, now, dt)
        changed = before != [(port.state, port.locked) for port in self.ports]
        if not (changed or self.reporter.due(now)):
            return []
        busy = any(port.state == CHARGING for port in self.ports)
        self.reporter.period_ms = min(self._idle_period, CHARGING_PERIOD) if busy else self._idle_period
        return self.reporter.report(now, self._body(now), self._shows(now))

    def plug(self, number: int, now: EpochMs, *, hours: float = 9.0) -> Port:
        """Put an ordinary lead bike on the port, as a fault that needs one does."""
        self._wake(now)
        port = self.ports[number - 1]
        if port.state != CHARGING:
            port.begin(now, Pack(PACKS[1], state_of_charge=0.3), now + int(hours * HOUR))
        return port

    def perform(self, now: EpochMs, command: Command) -> str:
        verbs = {"stop_port": False, "stop_and_lock": True}
        if command.cmd == "stop_all":
            for port in self.ports:
                self._stop(port, lock=True)
        elif command.cmd in verbs or command.cmd in {"start_port", "unlock_port"}:
            number = command.port_number()
            if number is None or not 1 <= number <= len(self.ports):
                return "bad_port"
            port = self.ports[number - 1]
            if command.cmd in verbs:
                self._stop(port, lock=verbs[command.cmd])
            elif command.cmd == "unlock_port":
                port.locked = False
            elif port.locked:
                return "locked"
            else:
                self.plug(number, now)
        else:
            return "unknown_command"
        self.reporter.hasten()
        return ""

    def _stop(self, port: Port, *, lock: bool) -> None:
        if port.state == CHARGING:
            port.finish(END_REMOTE_OFF)
        port.locked = port.locked or lock

    def _wake(self, now: EpochMs) -> None:
        if self._started:
            return
        self._started = True
        for port in self.ports:
            port.temperature_c = self._environment.ambient_c(now)
            # as many ports busy as the arrivals of the last hours leave behind
            if self._rng.random() < ARRIVALS_PER_PORT_DAY * share_in_peaks(now, peaks=PEAKS, share=PEAK_SHARE) / 6.0:
                self._arrive(port, now)
                port.began_at = now - int(self._rng.uniform(0, 3) * HOUR)

    def _live(self, port: Port, now: EpochMs, dt: DurationMs) -> None:
        seconds = dt / SECOND
        if port.state == CHARGING and port.pack is not None:
            port.power_w = port.pack.charge(seconds) + sum(port.extra_w.values())
            port.energy_wh += port.power_w * seconds / 3600.0
            if now >= port.pulled_at:
                port.finish(END_REMOVED)
            elif port.power_w < FULL_BELOW_W:
                port.finish(END_FULL)
        elif port.state == IDLE and not port.locked:
            rate = ARRIVALS_PER_PORT_DAY * share_in_peaks(now, peaks=PEAKS, share=PEAK_SHARE)
            if self._rng.random() < rate * dt / DAY:
                self._arrive(port, now)
        self._heat(port, now, seconds)

    def _arrive(self, port: Port, now: EpochMs) -> None:
        lead = self._rng.random() < LEAD_SHARE
        kinds = [pack for pack in PACKS if (pack.kind is PackKind.LEAD) == lead]
        charge = self._rng.betavariate(2, 3)  # start SOC ~ Beta(2,3)
        port.begin(now, Pack(self._rng.choice(kinds), state_of_charge=charge), self._pull_out(now))

    def _pull_out(self, now: EpochMs) -> EpochMs:
        if self._rng.random() < MORNING_SHARE:
            target = self._rng.uniform(6.5, 8.5)
            hours = (target - local_hour(now)) % 24.0
            return now + int(hours * HOUR)
        return now + int(self._rng.uniform(1.0, 10.0) * HOUR)

    def _heat(self, port: Port, now: EpochMs, seconds: float) -> None:
        ambient = self._environment.ambient_c(now)
        ampere = port.power_w / 220.0
        target, tau = ambient + 25.0 * (ampere / 5.0) ** 2, SOCKET_TAU_S
        if port.contact is not None and ampere > 0.0:
            share = (ampere / port.contact.at_ampere) ** 2
            target, tau = target + share * (port.contact.celsius - ambient), port.contact.tau_s
        port.temperature_c += (target - port.temperature_c) * (1.0 - math.exp(-seconds / tau))

    def _body(self, now: EpochMs) -> dict[str, bool | float | list[dict[str, bool | int | float | str]]]:
        return {
            "power_w": round(sum(port.power_w for port in self.ports), 1),
            "board_temp": round(self._environment.ambient_c(now) + 6.0 + self._rng.gauss(0.0, 0.2), 1),
            "smoke": bool(self.smoke_by),
            "supply_v": round(226.0 + self._rng.gauss(0.0, 1.0), 1),
            "ports": [self._port_body(port, now) for port in self.ports],
        }

    def _port_body(self, port: Port, now: EpochMs) -> dict[str, bool | int | float | str]:
        drawn = port.power_w
        if drawn > 0.0:  # noise 1 % + 1 W (DOMAIN.md 5.1)
            drawn = max(0.0, drawn * (1.0 + self._rng.gauss(0.0, 0.01)) + self._rng.gauss(0.0, 1.0))
        return {
            "port": port.number,
            "state": DISABLED if port.locked else port.state,
            "power_dw": round(drawn * 10),
            "current_ma": round(drawn / 0.22),
            "energy_wh": round(port.energy_wh),
            "minutes": (now - port.began_at) // MINUTE if port.state == CHARGING else 0,
            "socket_temp": round(port.temperature_c + self._rng.gauss(0.0, 0.2), 1),
            "locked": port.locked,
            "end_reason": port.end_reason,
        }

    def _shows(self, now: EpochMs) -> tuple[str, ...]:
        shows = dict.fromkeys(self.smoke_by)
        normal = self._environment.ambient_c(now) + VISIBLE_HEAT_K
        for port in self.ports:
            shows.update(dict.fromkeys(port.extra_w) if port.power_w > 0.0 else {})
            if port.contact is not None and port.temperature_c > normal + 25.0 * (port.power_w / 1_100.0) ** 2:
                shows[port.contact.cause] = None
        return tuple(shows)
