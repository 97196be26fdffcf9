"""Group tests inside device rules: who is asked at each place, and which devices ask.

A member's new answer is taken before any rule is looked at, so that no rule sees half of a reading; then every device
of that place whose rule asks is looked at, at once. To such a device the answer is no reading of its own: its samples
do not count on, and its holds run on core time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from processor.engine.alerts import Moment
from processor.engine.blueprint import BoundRule, PeerHook
from processor.engine.device_state import DeviceState
from processor.engine.evidence import is_clean
from processor.engine.feeding import feed_device
from processor.engine.groups import group_of, unit_of
from processor.engine.plan import ScopePlan
from processor.engine.steps import Steps
from processor.engine.tally import OthersTally, Tally
from processor.engine.wakeups import PEERS, WakeUps
from processor.model.effect import Effect
from processor.model.time import EpochMs


@dataclass(slots=True)
class PeerState:
    """One group test of one device rule at one place, and the devices whose rule asks it."""

    key: str
    rule: str
    tally: Tally
    askers: list[tuple[DeviceState, BoundRule]] = field(default_factory=list)
    feeds: list[tuple[DeviceState, list[int]]] = field(default_factory=list)
    """The windows over it, by device."""
    wake_at: EpochMs | None = None


Told = dict[str, PeerState]


class Peers:
    """The group tests inside the device rules of one scope."""

    def __init__(self, plan: ScopePlan, devices: Mapping[str, DeviceState], wakeups: WakeUps, steps: Steps) -> None:
        self._devices = devices
        self._wakeups = wakeups
        self._steps = steps
        self._found: dict[tuple[str, str, str], PeerState] = {}
        self.states: dict[str, PeerState] = {}
        self.arm: Callable[[DeviceState, EpochMs], None] = lambda _device, _now: None
        units: dict[str, str] = {}
        for device in devices.values():
            if device.blueprint.peers:
                self._ask(plan, device, units)
        for device in devices.values() if self.states else ():
            for hook in device.blueprint.peer_hooks:
                state = self.state(device, hook)
                if state is not None:
                    state.tally.add(device.device.id, unit_of(device.device, units[state.key]))

    def _ask(self, plan: ScopePlan, device: DeviceState, units: dict[str, str]) -> None:
        """Give the device the tallies that its rules read."""
        views: list[Tally | OthersTally | None] = []
        bound = {each.rule.id: each for each in device.blueprint.rules}
        for index, spec in enumerate(device.blueprint.peers):
            place = group_of(device.device, spec.by)
            if not place:
                views.append(None)
                continue
            state = self._found.get((spec.rule, spec.key, place))
            if state is None:
                test = plan.peer(spec.rule, spec.key, place)
                state = PeerState(f"{spec.rule}@{place}@{spec.key}", spec.rule, Tally(test.within_ms))
                self._found[spec.rule, spec.key, place] = self.states[state.key] = state
                units[state.key] = test.of
            if (device, bound[spec.rule]) not in state.askers[-1:]:
                state.askers.append((device, bound[spec.rule]))
            windows = [number for number, each in enumerate(device.blueprint.windows) if index in each.peers]
            if windows:
                state.feeds.append((device, windows))
            views.append(OthersTally(state.tally, device.device.id) if spec.others else state.tally)
        device.peers = tuple(views)

    def state(self, device: DeviceState, hook: PeerHook) -> PeerState | None:
        """The group test that the device's answer belongs to; None where nobody asks."""
        return self._found.get((hook.rule, hook.key, group_of(device.device, hook.by)))

    def take(self, device: DeviceState, hooks: Sequence[PeerHook], moment: Moment, told: Told | None = None) -> Told:
        """Take what the device answers now; the group tests to which that is new."""
        told = {} if told is None else told
        for hook in hooks:
            state = self.state(device, hook)
            if state is None:
                continue
            verdict = hook.condition.evaluate(device, moment.now)
            fresh = None if moment.at is None else moment.doubt is None and is_clean(device, hook, moment.now)
            if state.tally.update(device.device.id, verdict, moment.now, fresh=fresh):
                told[state.key] = state
                self._wake(state, moment.now)
        return told

    def take_reading(self, device: DeviceState, hooks: Sequence[PeerHook], moment: Moment) -> Told:
        """The same for a reading with the points of `hooks`; to the others, if silence had fallen, time passed."""
        told = self.take(device, hooks, moment)
        if device.quiet:
            passed = Moment(moment.now, None, moment.doubt, late=moment.late)
            others = [hook for hook in device.blueprint.peer_hooks if not any(hook is carried for carried in hooks)]
            self.take(device, others, passed, told)
        return told

    def feed(
        self,
        told: Iterable[PeerState],
        now: EpochMs,
        own: DeviceState | None = None,
        said: Sequence[int] = (),
        *,
        past: bool = False,
    ) -> None:
        """Let the windows over these take what they sample now; of `own`, whose reading it is, those in `said` as well.

        What is told by a reading (not a `past` one) is taken even if it is the same as before.
        """
        due: dict[str, tuple[DeviceState, set[int]]] = {}
        if own is not None and said:
            due[own.device.id] = (own, set(said))
        for state in told:
            for device, windows in state.feeds:
                due.setdefault(device.device.id, (device, set()))[1].update(windows)
        for device, indices in due.values():
            feed_device(device, indices, now, () if past or device is not own else said)
            self.arm(device, now)

    def look(
        self,
        told: Iterable[PeerState],
        moment: Moment,
        effects: list[Effect],
        *,
        seen: DeviceState | None = None,
        seen_rules: Collection[BoundRule] = (),
    ) -> None:
        """Look at every device whose rule asks one of these, but at `seen_rules` of `seen`: they were looked at."""
        asked = Moment(moment.now, None, moment.doubt, late=moment.late, told=moment.at is not None)
        looked = {(seen.device.id, bound.rule.id) for bound in seen_rules} if seen is not None else set()
        for state in told:
            for device, bound in state.askers:
                if not device.alerts and _is_calm(device, bound, moment.now):
                    continue
                name = (device.device.id, bound.rule.id)
                if name not in looked:
                    looked.add(name)
                    self._steps.device_rule(device, bound, asked, effects)

    def answer_all(self, now: EpochMs, effects: list[Effect], rule: str = "") -> None:
        """Ask every member again (of `rule`, where told), and look once at every device to whom that is news."""
        told: Told = {}
        for device in self._devices.values() if self.states else ():
            hooks = [hook for hook in device.blueprint.peer_hooks if not rule or hook.rule == rule]
            self.take(device, hooks, Moment(now), told)
        self.feed(told.values(), now)
        self.look(told.values(), Moment(now), effects)

    def due(self, key: str, now: EpochMs, effects: list[Effect]) -> None:
        """A window has passed for some member: look at every device that asks."""
        state = self.states.get(key)
        if state is not None:
            state.wake_at = None
            self.feed([state], now)
            self.look([state], Moment(now), effects)
            self._wake(state, now)

    def _wake(self, state: PeerState, now: EpochMs) -> None:
        expiry = state.tally.next_expiry(now) if state.tally.within_ms else None
        if expiry is not None and (state.wake_at is None or expiry < state.wake_at):
            state.wake_at = expiry
            self._wakeups.add(expiry, PEERS, state.key)


def _is_calm(device: DeviceState, bound: BoundRule, now: EpochMs) -> bool:
    """Whether all is false for a device without any alert: then there is nothing to look at, as for most who ask."""
    for evaluate in bound.quick:  # noqa: SIM110  # all(…) would cost twice as much, at every change of a member
        if evaluate(device, now) is not False:
            return False
    return True
