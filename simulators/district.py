"""The whole district on virtual time: devices, faults, truth. The same seed gives the same messages, byte for byte."""

import heapq
from dataclasses import dataclass

from processor.model.time import SECOND, DurationMs, EpochMs
from simulators.chance import generator
from simulators.community import DevicePlan, DistrictPlan, Kind
from simulators.delivery import Delivery, DeliveryFaults
from simulators.devices.leak_sensor import DELAY_S
from simulators.devices.reporter import CommandDesk
from simulators.faults.cause import Onset, Running
from simulators.faults.register import choose_asset, kind_of
from simulators.message import Channel, Event, decode_command
from simulators.scenario import FaultSpec, Scenario
from simulators.site import Pace, build_site
from simulators.truth import Action, Episode, TruthBook

WATER = frozenset({Kind.LEAK_SENSOR, Kind.FLOW_METER, Kind.WATER_VALVE})


@dataclass(slots=True)
class _Active:
    cause: str
    running: Running
    end_at: EpochMs | None
    grown_at: EpochMs


class District:
    """Drive it with `advance`, give it commands with `command`; `truth` knows what was really wrong."""

    def __init__(
        self,
        plan: DistrictPlan,
        scenario: Scenario,
        *,
        start: EpochMs,
        seed: int | None = None,
        delivery: DeliveryFaults | None = None,
    ) -> None:
        self.now = start
        self.truth = TruthBook()
        self.actions: list[Action] = []
        self._seed = plan.seed if seed is None else seed
        self._start = start
        self._step_ms: DurationMs = int(scenario.step_s * SECOND)
        self.site = build_site(plan, seed=self._seed, start=start, pace=_pace(scenario))
        self._desks = {name: CommandDesk(device.reporter.address) for name, device in self.site.devices.items()}
        self._by_topic = {
            device.reporter.address.topic(Channel.COMMAND): name for name, device in self.site.devices.items()
        }
        self._names = list(self.site.devices)
        self._stepped = dict.fromkeys(self._names, start)
        self._ticks = [(start + self._first_tick(name), index) for index, name in enumerate(self._names)]
        heapq.heapify(self._ticks)
        self._delivery = Delivery(delivery or DeliveryFaults(), self._seed)
        self._delivery.prepare(device.reporter for device in self.site.devices.values())
        self._taken: set[str] = set()
        self._waiting = self._choose(scenario)
        self._active: list[_Active] = []

    def advance(self, until: EpochMs) -> list[Event]:
        """Everything published up to and including `until`, in order; withheld events are not among it."""
        sent: list[Event] = []
        while self._ticks[0][0] <= until:
            at, index = self._ticks[0]
            self._faults(at)
            heapq.heapreplace(self._ticks, (at + self._step_ms, index))
            sent += self._hand_over(self._step(self._names[index], at))
        self.now = until
        sent += self._delivery.release(until)
        return self._seen(sorted(sent, key=lambda event: event.at))

    def next_due(self) -> EpochMs:
        """The next instant at which something may happen."""
        return self._ticks[0][0]

    def command(self, topic: str, payload: bytes) -> list[Event]:
        """A command came for a device now: its reply and, when it obeyed, its telemetry."""
        name = self._by_topic.get(topic)
        if name is None:
            return []
        device, desk = self.site.devices[name], self._desks[name]
        if device.reporter.silenced_by:  # it is not there to hear
            return []
        before = self._step(name, self.now)
        obeyed = desk.obeyed
        reply = desk.receive(self.now, payload, device.perform)
        if desk.obeyed > obeyed:
            self._note_action(name, payload)
        return self._seen(self._hand_over([*before, *reply, *self._step(name, self.now)]))

    def _note_action(self, name: str, payload: bytes) -> None:
        command = decode_command(payload)
        if command is not None:
            port = command.port_number()
            device = name if port is None or command.cmd == "stop_all" else f"{name}-p{port}"
            self.actions.append(Action(device, command.cmd, self.now))

    def obeyed(self) -> int:
        """Commands that changed something or were already in effect, each id once."""
        return sum(desk.obeyed for desk in self._desks.values())

    def ailing(self, subject: str) -> bool:
        """True when a cause sits on this device, or in this place, now. May be asked from another thread."""
        return any(self._concerns(active, subject) for active in tuple(self._active))

    def visit(self, subject: str) -> bool:
        """A worker mends what is wrong with a device or in a place; False when nothing was."""
        ailing = [active for active in self._active if self._concerns(active, subject)]
        for active in ailing:
            self._finish(active, self.now)
        return bool(ailing)

    def _concerns(self, active: _Active, subject: str) -> bool:
        assets = active.running.assets
        return subject in assets or any(f"{self.site.plans[name].place}/".startswith(f"{subject}/") for name in assets)

    def _choose(self, scenario: Scenario) -> list[tuple[EpochMs, int, FaultSpec]]:
        for spec in scenario.faults:  # every fault's name is checked before the first message
            kind_of(spec)
        waiting = [(self._start + spec.at_ms(), number, spec) for number, spec in enumerate(scenario.faults)]
        return sorted(waiting, key=lambda entry: entry[:2])

    def _first_tick(self, name: str) -> DurationMs:
        return generator(self._seed, "tick", name).randrange(self._step_ms) + 1

    def _step(self, name: str, at: EpochMs) -> list[Event]:
        dt = at - self._stepped[name]
        self._stepped[name] = at
        return self.site.devices[name].step(at, dt)

    def _hand_over(self, events: list[Event]) -> list[Event]:
        return [passed for event in events for passed in self._delivery.take(event)]

    def _seen(self, events: list[Event]) -> list[Event]:
        for event in events:
            self.truth.published(event)
        return [event for event in events if not event.withheld]

    def _faults(self, now: EpochMs) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            at, number, spec = self._waiting.pop(0)
            self._begin(at, number, spec)
        for active in list(self._active):
            if active.end_at is not None and now >= active.end_at:
                self._finish(active, active.end_at)
                continue
            active.running.grow(now, (now - active.grown_at) / SECOND)
            active.grown_at = now
            if active.running.over(now):
                self.truth.end(active.cause, now)

    def _begin(self, at: EpochMs, number: int, spec: FaultSpec) -> None:
        kind = kind_of(spec)
        rng = generator(self._seed, "fault", str(number))
        asset = choose_asset(self.site, spec, rng, self._taken)
        cause = f"{spec.type}-{number + 1}"
        running = kind.start(Onset(self.site, spec, cause, asset, rng, at))
        self._taken.update(running.assets, self._same_water(asset))
        end = spec.end_ms()
        self._active.append(_Active(cause, running, None if end is None else self._start + end, at))
        self.truth.begin(
            Episode(
                cause_id=cause,
                type=spec.type,
                asset=asset.id,
                assets=running.assets,
                related=self._related(running.assets),
                places=tuple(sorted({self.site.plans[name].place for name in running.assets})),
                community=asset.community,
                t_onset=at,
                t_observable=None,
                t_end=None,
                severity=spec.severity,
                correct_action=kind.action,
                action_targets=self._targets(kind.action, asset),
                expected_level=kind.level,
                label=kind.label,
            )
        )

    def _related(self, assets: tuple[str, ...]) -> tuple[str, ...]:
        plans = [self.site.plans[name] for name in assets]
        linked = {link for plan in plans for link in plan.links.values() if link in self.site.plans}
        piles = {plan.gateway for plan in plans if plan.kind is Kind.EBIKE_PORT}
        return tuple(sorted({*assets, *linked, *piles}))

    def _targets(self, action: str, asset: DevicePlan) -> tuple[str, ...]:
        """The devices an automatic action may touch; feeders and confounders have none."""
        if action in {"none", "order", "remind"}:
            return ()
        if action == "close":
            return tuple(valve for link, valve in asset.links.items() if link == "valve")
        return (asset.gateway, asset.id) if asset.kind is Kind.EBIKE_PORT else (asset.id,)

    def _same_water(self, asset: DevicePlan) -> list[str]:
        """All devices of the branch, so that the seed never mixes two causes in one water."""
        if asset.kind not in WATER:
            return []
        return [plan.id for plan in self.site.plans.values() if plan.kind in WATER and plan.branch == asset.branch]

    def _finish(self, active: _Active, at: EpochMs) -> None:
        active.running.end(at)
        self.truth.end(active.cause, at)
        self._active.remove(active)


def _pace(scenario: Scenario) -> Pace:
    period = None if scenario.period_s is None else int(scenario.period_s * SECOND)
    delay = DELAY_S if scenario.sensor_delay_s is None else (scenario.sensor_delay_s, scenario.sensor_delay_s)
    return Pace(period, delay, int(scenario.step_s * SECOND))
