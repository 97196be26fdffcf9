"""Turns a core through a history: whole stretches of readings at a time, wake-ups when the core asks for them.

As `processor.replay.driver`, for a tenth of its cost: no generator, and no heap while nobody wants to be woken.
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
from processor.replay.backtest_wakes import Wakes

Take: TypeAlias = Callable[[EpochMs, Scope, Sequence[Effect]], Iterable[Input]]
"""Told of what left a scope at an instant; answers with what the world is assumed to say to it at once."""

Admit: TypeAlias = Callable[[Input], Input | None]
"""A recorded input that is no reading, as this core takes it; None: it does not concern it."""

# The daemon takes a wake-up with the first batch after its instant. A batch that is later than this was late for
# another reason, such as a journal in which these rules asked for nothing.
LATEST_WAKE_MS: Final[DurationMs] = 10 * SECOND


class Turning:
    """One core on its way through a history. `unknown`: readings of devices that it does not have."""

    def __init__(self, core: Core, take: Take, admit: Admit = lambda given: given) -> None:
        self.core = core
        self.now: EpochMs | None = None
        self.readings_taken = 0
        self.unknown = 0
        self._take = take
        self._admit = admit
        self._wakes = Wakes(core.scopes)
        # By device: one look instead of two for each reading.
        devices = core.district.devices.values()
        self._of = {device.id: core.scopes[device.community] for device in devices}

    def block(self, inputs: Sequence[Input], now: EpochMs) -> None:
        """A block of a journal."""
        now = now if self.now is None else max(now, self.now)
        if inputs and inputs[0].__class__ is Started:
            self.now = now  # whatever was due while the daemon was down waits until it is up
        else:
            self._begin(now)
            self._wake_before(now, inputs)
        self._give_all(inputs, now)
        self._wake_due(now)

    def readings(self, inputs: Sequence[Input]) -> None:
        """Readings of files, each at its own arrival, which never falls."""
        if not inputs:
            return
        wakes, of = self._wakes, self._of
        now = self._begin(_arrived(inputs[0]))
        due, heads = wakes.first(), wakes.heads
        for given in inputs:
            at = given.arrived  # type: ignore[union-attr]  # files hold nothing but readings
            if at > now:
                now = at
                if due < now:
                    self._wake_until(now - 1)
                    due = wakes.first()
            scope = of.get(given.device)  # type: ignore[union-attr]  # as above
            if scope is None:
                self.unknown += 1
                continue
            made = scope.handle(given, now)
            if made and made is not DUPLICATE:
                self._tell(now, scope, made)
            if scope.wakeups.first() != heads[scope]:
                wakes.note(scope)
                due = wakes.first()
        self.now = now
        self.readings_taken += len(inputs)

    def pass_to(self, until: EpochMs) -> None:
        """Let time pass, up to and including `until`."""
        self._begin(until)
        self._wake_until(until)
        self.now = max(until, self.now or until)

    # ---- parts --------------------------------------------------------------------------------------------------

    def _begin(self, at: EpochMs) -> EpochMs:
        """The present; at first, every scope is told that the daemon came up."""
        if self.now is None:
            self.now = at
            for given in self.core.start(at, None):
                self._give(given, at)
        return self.now

    def _give_all(self, inputs: Sequence[Input], now: EpochMs) -> None:
        of, tell, touched, others = self._of, self._tell, set(), 0
        for given in inputs:
            if given.__class__ is not Reading:
                others += 1
                if given.__class__ is not WakeUp and (admitted := self._admit(given)) is not None:
                    self._give(admitted, now)
                continue
            scope = of.get(given.device)
            if scope is None:
                self.unknown += 1
                continue
            touched.add(scope)
            made = scope.handle(given, now)
            if made and made is not DUPLICATE:
                tell(now, scope, made)
        self.readings_taken += len(inputs) - others
        self.now = now
        for scope in touched:
            self._wakes.note(scope)

    def _give(self, given: Input, now: EpochMs) -> None:
        scope = self.core.scope_of(given)
        if scope is not None:
            made = scope.handle(given, now)
            if made:
                self._tell(now, scope, made)
            self._wakes.note(scope)

    def _tell(self, now: EpochMs, scope: Scope, made: Sequence[Effect]) -> None:
        for given in self._take(now, scope, made):
            self._give(given, now)

    def _wake_before(self, now: EpochMs, inputs: Sequence[Input]) -> None:
        """Everything that is due before this block, but for what the daemon took a little late, with this block."""
        first = self._wakes.first()
        if first >= now:
            return
        late: frozenset[str] = frozenset()
        if inputs and inputs[-1].__class__ is WakeUp:  # they come last in a block
            late = frozenset(given.scope for given in inputs if given.__class__ is WakeUp)
        waiting = []
        while (at := self._wakes.first()) < now:
            name = self._wakes.take()
            if name in late and now - at <= LATEST_WAKE_MS:
                waiting.append(name)
            else:
                self._wake(name, at)
        for name in waiting:
            self._wakes.note(self.core.scopes[name])

    def _wake_due(self, now: EpochMs) -> None:
        """One wake-up for every scope that asked for one by now: more of one instant come with the next block."""
        due = []
        while self._wakes.first() <= now:
            due.append(self._wakes.take())
        order = self.core.scopes
        for name in sorted(due) if len(due) > 1 else due:
            if name in order:
                self._wake(name, now)

    def _wake_until(self, until: EpochMs) -> None:
        while (at := self._wakes.first()) <= until:
            self._wake(self._wakes.take(), at)

    def _wake(self, name: str, at: EpochMs) -> None:
        at = at if self.now is None else max(at, self.now)
        self.now = at
        self._give(WakeUp(name, at), at)


def _arrived(given: Input) -> EpochMs:
    return given.arrived if isinstance(given, Reading) else 0
