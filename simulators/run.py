"""A simulation against a real broker: start it, watch its progress, stop it."""

import queue
import threading
from collections.abc import Callable

from processor.model.time import SECOND, EpochMs
from simulators.clock import RealClock, SimulationClock
from simulators.community import DistrictPlan, build_district
from simulators.district import District
from simulators.publish import Fleet, MqttFleet
from simulators.responder import Orders, Responder
from simulators.scenario import ScenarioError
from simulators.settings import Progress, Settings, address_of, scenario_named
from simulators.truth import write_actions, write_truth

LONGEST_WAIT_MS = 50  # a command waits at most this long for its device
SETTLE_S = 10.0
WORKER_LOOKS_EVERY_S = 0.5


class Simulation:
    """A district that lives in a thread of its own. `start`, look at `progress()`, `stop` (or `wait` for its end).

    `plan` is the district (default: built from the settings; write the daemon's configuration from the same plan);
    `orders` gives a simulated worker access to the daemon's orders.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        plan: DistrictPlan | None = None,
        orders: Orders | None = None,
        fleet: Fleet | None = None,
        clock: SimulationClock | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._settings = settings
        self._scenario = scenario_named(settings.scenario)
        self._plan = plan or build_district(
            seed=settings.seed, communities=settings.communities, devices=settings.devices
        )
        self._fleet = fleet or MqttFleet(address_of(settings), with_alerts=settings.alerts is not None)
        self._clock = clock or RealClock(settings.speed)
        self._on_progress = on_progress
        self._stopping = threading.Event()
        self._visits: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._responder = orders and Responder(orders, self._visit, seed=settings.seed, pacing=settings.pacing)
        self._threads = [threading.Thread(target=self._live, name="simulated-district", daemon=True)]
        if self._responder:
            self._threads.append(threading.Thread(target=self._work, name="simulated-worker", daemon=True))
        self._district: District | None = None
        self._commands = 0
        self._failure = ""
        self._finished = False
        self._began: EpochMs = 0

    def start(self) -> None:
        """Connect and begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> Progress:
        """End it, wait for the broker's acknowledgements and the truth file, and say how it went."""
        self.request_stop()
        self.wait()
        return self.progress()

    def request_stop(self) -> None:
        """Ask it to end; returns at once (also fit for a signal handler)."""
        self._stopping.set()
        self._clock.stop()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for its end; False when it still runs."""
        self._threads[0].join(timeout_s)
        if self._threads[0].is_alive():
            return False
        for thread in self._threads[1:]:
            thread.join()
        return True

    def progress(self) -> Progress:
        """The counters now."""
        district, fleet, responder = self._district, self._fleet, self._responder
        return Progress(
            at=district.now if district else 0,
            elapsed_s=(district.now - self._began) / SECOND if district else 0.0,
            devices=len(self._plan.devices),
            published=fleet.published,
            acknowledged=fleet.acknowledged,
            refused=fleet.refused,
            commands_received=self._commands,
            commands_obeyed=district.obeyed() if district else 0,
            causes=len(district.truth.episodes()) if district else 0,
            orders_accepted=responder.accepted if responder else 0,
            orders_closed=responder.closed if responder else 0,
            finished=self._finished,
            failure=self._failure,
        )

    def _live(self) -> None:
        try:
            self._fleet.start()
            if self._fleet.ready(self._settings.connect_within_s):
                self._turn()
            else:
                self._failure = (
                    f"no broker at {self._settings.host}:{self._settings.port} within "
                    f"{self._settings.connect_within_s:g} s; is it running, are user and password right?"
                )
        except ScenarioError as error:
            self._failure = str(error)
        finally:
            if not self._failure and not self._fleet.settle(SETTLE_S):
                self._failure = "the broker did not acknowledge everything that was published"
            self._fleet.stop()
            self._write_files()
            self._finished = True
            self._stopping.set()
            self._report()

    def _turn(self) -> None:
        start = self._clock.now()
        self._began = start
        district = District(self._plan, self._scenario, start=start, delivery=self._settings.delivery)
        self._district = district
        length = self._settings.duration_s
        end = None if length is None else start + int(length * SECOND)
        report_at = start
        while not self._stopping.is_set():
            now = self._clock.now() if end is None else min(self._clock.now(), end)
            self._publish_all(district, now)
            if now >= report_at:
                report_at = now + int(self._settings.progress_every_s * self._settings.speed * SECOND)
                self._report()
            if end is not None and now >= end:
                return
            wait = int(LONGEST_WAIT_MS * self._settings.speed)
            self._clock.wait_until(max(now + 1, min(district.next_due(), now + wait)))

    def _publish_all(self, district: District, now: EpochMs) -> None:
        events = district.advance(now)
        while not self._visits.empty():
            district.visit(self._visits.get())
        for heard in self._fleet.heard():
            if heard.topic.startswith("v1/"):
                self._commands += 1
                events += district.command(heard.topic, heard.payload)
            else:
                self._keep_alert(heard.payload)
        for event in events:
            self._fleet.publish(event)

    def _work(self) -> None:
        while self._responder and not self._stopping.wait(WORKER_LOOKS_EVERY_S):
            self._responder.step(self._clock.now())

    def _visit(self, device: str) -> bool:
        district = self._district
        if district is None:
            return False
        self._visits.put(device)  # mended by the district's own thread
        return district.ailing(device)

    def _keep_alert(self, payload: bytes) -> None:
        if self._settings.alerts is not None:
            with self._settings.alerts.open("ab") as file:
                file.write(payload.replace(b"\n", b" ") + b"\n")

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self.progress())

    def _write_files(self) -> None:
        if self._settings.truth is not None and self._district is not None:
            write_truth(self._settings.truth, self._district.truth.episodes())
        if self._settings.actions is not None and self._district is not None:
            write_actions(self._settings.actions, self._district.actions)


def run(settings: Settings, *, on_progress: Callable[[Progress], None] | None = None) -> Progress:
    """Simulate for `settings.duration_s` and say how it went."""
    simulation = Simulation(settings, on_progress=on_progress)
    simulation.start()
    try:
        simulation.wait()
    except KeyboardInterrupt:
        return simulation.stop()
    return simulation.progress()
