"""The pure core on virtual time: inputs in the order of their instants, wake-ups exactly when the core asks for them.

Nothing here waits or reads a clock, so a month passes as fast as the core turns. At one instant inputs come before the
wake-ups of that instant, and what a `respond` adds comes after the inputs that were there already.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from processor.engine.core import Core
from processor.engine.scope import DUPLICATE
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.inputs import Input, WakeUp
from processor.model.time import EpochMs


class Recorded(NamedTuple):
    """One effect, the instant it left the core and the scope it left."""

    at: EpochMs
    scope: str
    effect: Effect


Timed: TypeAlias = tuple[EpochMs, Input]
Respond: TypeAlias = Callable[[Recorded], Iterable[Timed]]
"""What the world does about an effect: inputs for the same instant or later ones (a valve's answer to a command)."""


class Replay:
    """A core on virtual time. `begin` first, or let the first input's instant be the begin."""

    def __init__(self, district: District, *, respond: Respond | None = None, core: Core | None = None) -> None:
        self.core = Core(district) if core is None else core
        self.now: EpochMs | None = None
        self._respond = respond
        self._added: list[tuple[EpochMs, int, Input]] = []
        self._count = 0
        self._asked: dict[str, EpochMs] = {}
        self._wakes: list[tuple[EpochMs, str]] = []
        for name in self.core.scopes:
            self._note_wake(name)

    def begin(self, at: EpochMs, down_since: EpochMs | None = None) -> list[Recorded]:
        """Tell every scope that the daemon came up at `at`; after a pause, `down_since` is when it went down."""
        self.now = at
        return [made for given in self.core.start(at, down_since) for made in self._give(at, given)]

    def give(self, at: EpochMs, given: Input) -> list[Recorded]:
        """One input at its instant, after everything that comes before that instant."""
        return list(self._take(at, given))

    def run(self, inputs: Iterable[Timed], until: EpochMs) -> list[Recorded]:
        """Every effect up to and including `until`."""
        return list(self.stream(inputs, until))

    def stream(self, inputs: Iterable[Timed], until: EpochMs) -> Iterator[Recorded]:
        """As `run`, one effect after the other: no more is held in memory than the core holds. Inputs later than
        `until` are left alone; wake-ups among them are passed over, since this core asks for its own.
        """
        for at, given in inputs:
            if at > until:
                break
            if given.__class__ is not WakeUp:
                yield from self._take(at, given)
        if self.now is None:
            yield from self.begin(until)
        yield from self._pass_to(until)

    def _take(self, at: EpochMs, given: Input) -> Iterator[Recorded]:
        if self.now is None:
            yield from self.begin(at)
        yield from self._pass_to(at - 1)
        yield from self._give(at, given)

    def _pass_to(self, until: EpochMs) -> Iterator[Recorded]:
        """Let time pass: wake-ups and added inputs up to and including `until`, the inputs of an instant first."""
        while True:
            added = self._added[0][0] if self._added else None
            wake = self._next_wake()
            if added is not None and added <= until and (wake is None or added <= wake[0]):
                at, _, given = heapq.heappop(self._added)
                yield from self._give(at, given)
            elif wake is not None and wake[0] <= until:
                at, name = heapq.heappop(self._wakes)
                del self._asked[name]
                at = at if self.now is None else max(at, self.now)
                yield from self._give(at, WakeUp(name, at))
            else:
                return

    def _give(self, at: EpochMs, given: Input) -> Iterator[Recorded]:
        self.now = at if self.now is None else max(at, self.now)
        scope = self.core.scope_of(given)
        if scope is None:
            return
        made = scope.handle(given, at)
        name = scope.plan.scope
        self._note_wake(name)
        if made is DUPLICATE:
            return
        for effect in made:
            recorded = Recorded(at, name, effect)
            if self._respond is not None:
                self._add(self._respond(recorded), at)
            yield recorded

    def _add(self, inputs: Iterable[Timed], now: EpochMs) -> None:
        for at, given in inputs:
            self._count += 1
            heapq.heappush(self._added, (max(at, now), self._count, given))

    def _note_wake(self, name: str) -> None:
        """Keep the scope's next instant; only the scope that was turned can have changed its mind."""
        at = self.core.scopes[name].next_wake()
        if at is None:
            self._asked.pop(name, None)
        elif self._asked.get(name) != at:
            self._asked[name] = at
            heapq.heappush(self._wakes, (at, name))

    def _next_wake(self) -> tuple[EpochMs, str] | None:
        while self._wakes and self._asked.get(self._wakes[0][1]) != self._wakes[0][0]:
            heapq.heappop(self._wakes)  # the scope has since asked for another instant
        return self._wakes[0] if self._wakes else None
