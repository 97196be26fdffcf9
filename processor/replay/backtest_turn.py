"""Turns a core through a history: whole stretches of readings at a time, wake-ups when the core asks for them.

As `processor.replay.driver`, for a tenth of its cost. Communities know nothing of each other, so each is turned through
the whole stretch by itself, and its clock is looked at only when it is its turn: no queue of instants, no generator.

A journal's block is handled as the daemon handled it: everything in it at one core time, then the wake-ups that are
due. So under the rules of then exactly the same is decided; under other rules the core is woken when it asks.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from processor.engine.core import Core
from processor.engine.scope import DUPLICATE, Scope
from processor.model.effect import Effect
from processor.model.inputs import Input, Started, WakeUp
from processor.model.reading import Reading
from processor.model.time import SECOND, DurationMs, EpochMs
from processor.ports.history import Stretch

Take: TypeAlias = Callable[[EpochMs, Scope, Sequence[Effect]], Iterable[Input]]
"""Told of what left a scope at an instant; answers with what the world is assumed to say to it at once."""

Admit: TypeAlias = Callable[[Input], Input | None]
"""A recorded input that is no reading, as this core takes it; None: it does not concern it."""

# The daemon takes a wake-up with the first batch after its instant. A batch that is later than this was late for
# another reason, such as a journal in which these rules asked for nothing.
LATEST_WAKE_MS: Final[DurationMs] = 10 * SECOND
NEVER: Final[EpochMs] = 1 << 62


class Turning:
    """One core on its way through a history. `unknown`: readings of devices that it does not have.

    Effects come in order of time for each scope, not across scopes.
    """

    def __init__(self, core: Core, take: Take, admit: Admit = lambda given: given) -> None:
        self.core = core
        self.now: EpochMs | None = None
        self.readings_taken = 0
        self.unknown = 0
        self._take = take
        self._admit = admit
        # By device: one look instead of two for each reading.
        devices = core.district.devices.values()
        self._of = {device.id: core.scopes[device.community] for device in devices}

    def begin(self, at: EpochMs) -> None:
        """At first, every scope is told that the daemon came up; a journal that begins with just that need not."""
        if self.now is None:
            self.now = at
            for given in self.core.start(at, None):
                self._give(self.core.scopes[given.scope], given, at)  # type: ignore[union-attr]  # a start names its scope

    def block(self, inputs: Sequence[Input], now: EpochMs) -> None:
        """A block of a journal. `begin` first."""
        self.now = now = max(now, self.now or 0)
        readings = [given for given in inputs if given.__class__ is Reading]
        lanes: dict[Scope, Sequence[Input]] = {**self._lanes(readings)}
        woken: set[Scope] = set()
        started: set[Scope] = set()
        if len(readings) < len(inputs):
            self._sort_out(inputs, lanes, woken, started)
        for scope, lane in lanes.items():
            if scope in started:  # what was due while the daemon was down waits until it is up
                for given in lane:
                    self._give(scope, given, now)
            else:
                self._block(scope, lane, now, woken=scope in woken)

    def readings(self, readings: Sequence[Reading]) -> None:
        """Readings of files, each at its own arrival, which never falls. `begin` first."""
        if not readings:
            return
        for scope, own in self._lanes(readings).items():
            self._own_instants(scope, own)
        self.now = max(readings[-1].arrived, self.now or 0)

    def pass_to(self, until: EpochMs) -> None:
        """Let time pass, up to and including `until`."""
        self.begin(until)
        for scope in self.core.scopes.values():
            self._wake_until(scope, until)
        self.now = max(until, self.now or until)

    # ---- parts --------------------------------------------------------------------------------------------------

    def _lanes(self, readings: Sequence[Reading]) -> dict[Scope, list[Reading]]:
        """The readings by scope; those of devices that are not configured are counted."""
        lanes: dict[Scope, list[Reading]] = {}
        of = self._of
        self.readings_taken += len(readings)
        for reading in readings:
            scope = of.get(reading.device)
            if scope is None:
                self.unknown += 1
                continue
            lane = lanes.get(scope)
            if lane is None:
                lanes[scope] = [reading]
            else:
                lane.append(reading)
        return lanes

    def _own_instants(self, scope: Scope, readings: Sequence[Reading]) -> None:
        handle, first = scope.handle, scope.wakeups.first
        for reading in readings:
            at = reading.arrived
            due = first()
            if due is not None and due < at:
                self._wake_until(scope, at - 1)
            made = handle(reading, at)
            if made and made is not DUPLICATE:
                self._tell(at, scope, made)

    def _block(self, scope: Scope, inputs: Sequence[Input], now: EpochMs, *, woken: bool = False) -> None:
        """One scope's part of a block. `woken`: the daemon woke it in this block, perhaps a little late."""
        while (due := _due(scope)) < now and not (woken and now - due <= LATEST_WAKE_MS):
            self._wake(scope, due)
        handle = scope.handle
        for given in inputs:
            made = handle(given, now)
            if made and made is not DUPLICATE:
                self._tell(now, scope, made)
        if _due(scope) <= now:
            self._wake(scope, now)

    def _sort_out(
        self, inputs: Sequence[Input], lanes: dict[Scope, Sequence[Input]], woken: set[Scope], started: set[Scope]
    ) -> None:
        """What is no reading: who was woken, who was started, and lanes in which more than readings stand, in order."""
        mixed: set[Scope] = set()
        for given in inputs:
            scope = None if given.__class__ is Reading else self.core.scope_of(given)
            if scope is None:
                continue
            if given.__class__ is WakeUp:
                woken.add(scope)
                lanes.setdefault(scope, ())
                continue
            mixed.add(scope)
            if given.__class__ is Started:
                started.add(scope)
        for scope in mixed:
            own = [given for given in inputs if given.__class__ is not WakeUp and self.core.scope_of(given) is scope]
            lanes[scope] = [admitted for given in own if (admitted := self._admit(given)) is not None]

    def _give(self, scope: Scope, given: Input, now: EpochMs) -> None:
        made = scope.handle(given, now)
        if made and made is not DUPLICATE:
            self._tell(now, scope, made)

    def _tell(self, now: EpochMs, scope: Scope, made: Sequence[Effect]) -> None:
        for given in self._take(now, scope, made):
            self._give(scope, given, now)

    def _wake_until(self, scope: Scope, until: EpochMs) -> None:
        while (due := _due(scope)) <= until:
            self._wake(scope, due)

    def _wake(self, scope: Scope, at: EpochMs) -> None:
        at = max(at, scope.now)
        self._give(scope, WakeUp(scope.plan.scope, at), at)


def first_of(stretch: Stretch) -> EpochMs:
    """The core time of its first input; one of readings with their own instants is never empty."""
    if stretch.now is not None:
        return stretch.now
    first = stretch.inputs[0]
    return first.arrived if isinstance(first, Reading) else 0


def _due(scope: Scope) -> EpochMs:
    at = scope.next_wake()
    return NEVER if at is None else at
