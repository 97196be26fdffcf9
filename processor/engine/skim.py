"""Taking in whole runs of readings at once, where nothing in them can make any rule true.

For replays only, which know what comes: the readings of the devices that stay calm over a stretch are taken in bulk,
and only the others are handled one by one. What leaves the core is the same (tests/engine/test_skim.py); the state of
a calm device is the same too, but for the instants at which its silence is looked at in vain.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter, lt, sub
from typing import Final, TypeAlias

from processor.engine.blueprint import Blueprint, MessagePlan
from processor.engine.core import Core
from processor.engine.device_state import FRESH_MS, MARK, MARKS_BYTES, REMEMBERED, DeviceState
from processor.engine.envelope import Envelope, may_be_true
from processor.engine.groups import group_key, group_of
from processor.engine.runs import Memory, Run
from processor.engine.scope import Scope
from processor.engine.window import Window
from processor.engine.window_readings import Readings
from processor.model.inputs import Input
from processor.model.reading import Reading
from processor.model.time import EpochMs

FLAGS: Final = attrgetter("flags")
ARRIVED: Final = attrgetter("arrived")

Timed: TypeAlias = tuple[EpochMs | None, Sequence[Input]]

# To judge a run costs as much as to handle two or three readings.
SHORTEST: Final = 4


class Skimmer:
    """Sifts the stretches of one core's history. One for the whole history: it remembers what windows may hold."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._scopes: dict[str, Scope] = {}
        self._memories: dict[str, Memory] = {}
        self._envelopes: dict[tuple[int, tuple[str, ...]], Envelope] = {}
        for scope in core.scopes.values():
            seen = observed(scope)
            for device in scope.devices.values():
                blueprint = device.blueprint
                if device.device.id not in seen and not (blueprint.peers or blueprint.peer_hooks or blueprint.lapses):
                    self._scopes[device.device.id] = scope

    def sift(self, stretches: Sequence[Timed]) -> list[Sequence[Input]]:
        """The inputs of each stretch that are still to be handled; the readings of calm devices have been taken.

        A stretch has one core time, or (None) each of its readings its own arrival. No `Started` may be among them.
        """
        calm = {name for name, (readings, nows) in self._runs(stretches).items() if self._take(name, readings, nows)}
        return [_without(inputs, calm) for _, inputs in stretches]

    def watch(self, stretch: Timed) -> None:
        """Remember what is about to be handled without being sifted: windows may hold it."""
        for name, (readings, nows) in self._runs((stretch,)).items():
            memory, envelope, run = self._seen(name, readings, nows)
            if run is not None:
                memory.keep(run, envelope if envelope.holds(run) else None)

    def _runs(self, stretches: Iterable[Timed]) -> dict[str, tuple[list[Reading], list[EpochMs]]]:
        runs: dict[str, tuple[list[Reading], list[EpochMs]]] = {}
        scopes = self._scopes
        for now, inputs in stretches:
            for given in inputs:
                if given.__class__ is Reading and given.device in scopes:
                    run = runs.get(given.device)
                    if run is None:
                        run = runs[given.device] = ([], [])
                    run[0].append(given)
                    run[1].append(given.arrived if now is None else now)
        return runs

    def _seen(self, name: str, readings: list[Reading], nows: list[EpochMs]) -> tuple[Memory, Envelope, Run | None]:
        """What is known of the device before this run, and the run; None where it cannot be judged at once."""
        device = self._scopes[name].devices[name]
        memory = self._memories.get(name)
        if memory is None:
            memory = self._memories[name] = Memory(device, nows[0])
        memory.check(device)
        envelope = self._envelope(device.blueprint, tuple(readings[0].values))
        run = Run.of(device, envelope.plan.slots, readings, nows, memory)
        if run is None:
            memory.lost(max(nows[-1], *(reading.at for reading in readings)))
        return memory, envelope, run

    def _envelope(self, blueprint: Blueprint, names: tuple[str, ...]) -> Envelope:
        envelope = self._envelopes.get((id(blueprint), names))
        if envelope is None:
            plan = blueprint.plans.get(names) or blueprint.plan(names)
            envelope = self._envelopes[id(blueprint), names] = Envelope(blueprint, plan)
        return envelope

    def _take(self, name: str, readings: list[Reading], nows: list[EpochMs]) -> bool:
        """Take the run in, if it is calm."""
        memory, envelope, run = self._seen(name, readings, nows)
        if run is None:
            return False
        scope = self._scopes[name]
        device, plan = scope.devices[name], envelope.plan
        inside = envelope.holds(run)
        calm = len(readings) >= SHORTEST and _at_rest(device) and _plain(device, run)
        if calm and not (inside and memory.inside(envelope, run.begin) and envelope.outlasts(run)):
            calm = not _falls_silent(device, run) and not may_be_true(plan, run)
            inside = inside or (calm and envelope.grow(run))
        calm = calm and _groups_at_rest(scope, device, plan)
        if calm:
            _feed(device, plan, run)
        memory.keep(run, envelope if inside else None)
        return calm


def observed(scope: Scope) -> set[str]:
    """Devices whose values a command of another device's alert may look at: they must be seen in their own time."""
    found: set[str] = set()
    for rule in scope.plan.district.rules.values():
        answers = [rule.answer, *rule.level_answers.values()]
        targets = {target for answer in answers for target in _targets(answer.commands)}
        if not targets:
            continue
        for device in scope.plan.devices.values():
            for target in targets:
                found.update(scope.plan.targets(device, target))
    return found


def _targets(commands: Iterable[object]) -> Iterator[str]:
    for command in commands:
        target = getattr(command, "target", "self")
        verify = getattr(command, "verify", None)
        yield from {target, verify.target if verify else "self"} - {"self"}


def _without(inputs: Sequence[Input], calm: set[str]) -> Sequence[Input]:
    return [given for given in inputs if given.__class__ is not Reading or given.device not in calm]


def _at_rest(device: DeviceState) -> bool:
    return bool(device.armed) and not (device.quiet or device.alerts or device.watchers or device.doubted)


def _groups_at_rest(scope: Scope, device: DeviceState, plan: MessagePlan) -> bool:
    """Whether each group that counts the device has it counted as false already."""
    for hook in plan.hooks:
        group = scope.groups.get(group_key(hook.rule, group_of(device.device, hook.by)))
        if group is None:
            continue
        member = group.tallies[hook.test].members[device.device.id]
        if member.verdict is not False or not member.fresh:
            return False
    return True


def _plain(device: DeviceState, run: Run) -> bool:
    """Whether every reading is new, in order, and free of doubt."""
    ats, nows = run.ats, run.nows
    if ats[0] <= device.newest_at or any(map(FLAGS, run.readings)) or not all(map(lt, ats, ats[1:])):
        return False
    ages: list[int] = list(map(sub, nows, ats))
    longest_wait: int = max(map(sub, nows, map(ARRIVED, run.readings)))
    return max(ages) <= FRESH_MS and min(ages) >= -FRESH_MS and longest_wait <= FRESH_MS


def _falls_silent(device: DeviceState, run: Run) -> bool:
    """Whether some silence would be noticed between two readings of the run."""
    return any(run.silence(silence.slot) >= silence.after_ms for silence in device.blueprint.silences)


def _feed_window(window: Window, ats: Sequence[EpochMs], values: Sequence[float]) -> None:
    if isinstance(window, Readings):
        window.extend(ats, values)
        return
    for at, value in zip(ats, values, strict=True):
        window.add(at, value)


def _feed(device: DeviceState, plan: MessagePlan, run: Run) -> None:
    """The state after the run, as if each of its readings had been handled."""
    specs, readings, ats, nows = device.blueprint.windows, run.readings, run.ats, run.nows
    points = [(device.windows[index], specs[index].point) for index, _ in plan.feeds]
    if all(point is not None for _, point in points):
        for window, point in points:
            _feed_window(window, ats, run.numbers_of(point or 0))
    else:
        for reading, now in zip(readings, nows, strict=True):
            device.take(reading, plan, now)
            for index, sample in plan.feeds:
                device.windows[index].add(reading.at, sample(device, now))
    device.take(readings[-1], plan, nows[-1])
    marks = [MARK.pack(reading.at, reading.fingerprint) for reading in readings[-REMEMBERED:]]
    device.seen = b"".join((device.seen, *marks))[-MARKS_BYTES:]
