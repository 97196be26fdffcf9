"""A channel that remembers what it was told and answers as scripted."""

import asyncio
from collections.abc import Iterable

from processor.model.effect import RemindPeople
from processor.model.person import Person
from processor.ports.broker import Outcome, Sent


class FakeChannel:
    """Answers `outcomes` in order, then Sent for ever. While `gate` is not set, `tell` hangs."""

    def __init__(self, name: str = "fake", outcomes: Iterable[Outcome] = ()) -> None:
        self.name = name
        self.told: list[tuple[RemindPeople, tuple[Person, ...]]] = []
        self.closed = False
        self.gate = asyncio.Event()
        self.gate.set()
        self._outcomes = iter(outcomes)

    @property
    def keys(self) -> list[str]:
        return [reminder.key for reminder, _ in self.told]

    async def tell(self, reminder: RemindPeople, people: tuple[Person, ...]) -> Outcome:
        self.told.append((reminder, people))
        await self.gate.wait()
        return next(self._outcomes, Sent())

    async def close(self) -> None:
        self.closed = True
