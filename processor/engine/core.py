"""All scopes of one process: which scope an input belongs to, and one batch of inputs turned in order."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from processor.engine.plan import Plans
from processor.engine.reconfigure import carry_over, unchanged
from processor.engine.scope import DUPLICATE, Scope
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.inputs import Input, Started, WakeUp
from processor.model.reading import Reading
from processor.model.time import SECOND, DurationMs, EpochMs

# After a start the broker first sends what it kept for us; until that is in, no waiting hold may run out.
SETTLE_MS: Final[DurationMs] = 10 * SECOND


class Turned(NamedTuple):
    """What a batch came to: the inputs to journal, the effects in order with their scope, and duplicates left out."""

    kept: list[Input]
    effects: list[tuple[str, Effect]]
    duplicates: int


class Core:
    """The running cores of a district, one for each community."""

    def __init__(self, district: District) -> None:
        self.district = district
        self._plans = Plans(district)
        self.scopes = {name: Scope(self._plans.plan(name)) for name in self._plans.scopes()}

    def scope_of(self, given: Input) -> Scope | None:
        """The scope an input belongs to; None when its device or community is no longer configured."""
        if given.__class__ is Reading:
            device = self.district.devices.get(given.device)
            return None if device is None else self.scopes.get(device.community)
        return self.scopes.get(given.scope)  # type: ignore[union-attr]  # every input but a reading names its scope

    def turn(self, inputs: Iterable[Input], now: EpochMs) -> Turned:
        """Handle the inputs in order at core time `now`. What was seen before is left out of `kept`."""
        kept: list[Input] = []
        effects: list[tuple[str, Effect]] = []
        duplicates = 0
        for given in inputs:
            scope = self.scope_of(given)
            if scope is None:
                kept.append(given)
                continue
            made = scope.handle(given, now)
            if made is DUPLICATE:
                duplicates += 1
                continue
            kept.append(given)
            if made:
                name = scope.plan.scope
                effects.extend((name, effect) for effect in made)
        return Turned(kept, effects, duplicates)

    def wakes(self, now: EpochMs) -> list[WakeUp]:
        """A wake-up for every scope that asked for one by now."""
        return [
            WakeUp(name, now)
            for name, scope in self.scopes.items()
            if (at := scope.next_wake()) is not None and at <= now
        ]

    def next_wake(self) -> EpochMs | None:
        """The next instant any scope wants to be woken at."""
        return min((at for scope in self.scopes.values() if (at := scope.next_wake()) is not None), default=None)

    def start(self, now: EpochMs, down_since: EpochMs | None) -> list[Input]:
        """The inputs that tell every scope that the daemon came up."""
        settle = now + SETTLE_MS if down_since is not None else now
        return [Started(name, now, down_since, settle) for name in self.scopes]

    def reconfigure(self, district: District, now: EpochMs) -> list[tuple[str, Effect]]:
        """Go on under other rules; what has to be told about alerts that end with the old ones."""
        plans = Plans(district)
        # Rules that cannot be compiled fail here, before the first scope has changed.
        drawn = {name: plans.plan(name) for name in sorted({*plans.scopes(), *self.scopes})}
        same = unchanged(self.district, district)
        effects: list[tuple[str, Effect]] = []
        scopes: dict[str, Scope] = {}
        for name, plan in drawn.items():
            old = self.scopes.get(name) or Scope(plan)
            scope, ended = carry_over(old, plan, same, now)
            effects.extend((name, effect) for effect in ended)
            if scope.devices:
                scopes[name] = scope
        self.district, self._plans, self.scopes = district, plans, scopes
        return effects
