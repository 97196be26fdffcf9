"""What every injected cause has: where it sits, how it grows, when it is over by itself, how it is taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

from processor.model.rule import Level
from processor.model.time import EpochMs
from simulators.community import DevicePlan, Kind
from simulators.scenario import FaultSpec
from simulators.site import Site
from simulators.truth import Label

Model = TypeVar("Model")


class Running(Protocol):
    """A cause at work. `assets` are the devices it touches."""

    assets: tuple[str, ...]

    def grow(self, now: EpochMs, seconds: float) -> None:
        """Live through the `seconds` before `now`."""

    def over(self, now: EpochMs) -> bool:
        """True when nothing of it is left (a valve stopped the leak); it may come back."""

    def end(self, now: EpochMs) -> None:
        """Take it away: its time is up or people mended it."""


@dataclass(frozen=True, slots=True)
class Onset:
    """What a cause has to work with when it sets in."""

    site: Site
    spec: FaultSpec
    cause: str
    asset: DevicePlan
    rng: Random
    now: EpochMs

    def parameter(self, name: str, default: float) -> float:
        """A number of the scenario, or the model's own."""
        return self.spec.parameters.get(name, default)

    def model(self, kind: type[Model]) -> Model:
        """The asset's living model."""
        speaker = self.site.speaker(self.asset.id)
        if not isinstance(speaker, kind):
            raise TypeError(f"{self.spec.type}: {self.asset.id} is no {kind.__name__}")
        return speaker


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A type of cause: what it can befall, what it deserves, and how to start it. `level` None: no alert is right."""

    kinds: tuple[Kind, ...]
    level: Level | None
    action: str
    start: Callable[[Onset], Running]
    label: Label = Label.FAULT
    tags: tuple[tuple[str, str], ...] = ()


class Marked:
    """A cause that is an entry in one of a model's dictionaries, of fixed or growing strength."""

    def __init__(self, onset: Onset, place: dict[str, float], strength: float, growth_per_s: float = 0.0) -> None:
        self.assets: tuple[str, ...] = (onset.asset.id,)
        self._place = place
        self._cause = onset.cause
        self._growth = growth_per_s
        place[onset.cause] = strength

    def grow(self, now: EpochMs, seconds: float) -> None:  # noqa: ARG002 - grows with its age only
        if self._growth and self._cause in self._place:
            self._place[self._cause] += self._growth * seconds

    def over(self, now: EpochMs) -> bool:  # noqa: ARG002 - lasts until taken away
        return False

    def end(self, now: EpochMs) -> None:  # noqa: ARG002 - at once
        self._place.pop(self._cause, None)
