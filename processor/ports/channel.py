"""A way to tell people."""

from typing import Protocol

from processor.model.effect import RemindPeople
from processor.model.person import Person
from processor.ports.broker import Outcome


class Channel(Protocol):
    """One configured channel. `tell` is called again with the same `reminder.key` until it is Sent or Refused."""

    name: str

    async def tell(self, reminder: RemindPeople, people: tuple[Person, ...]) -> Outcome: ...

    async def close(self) -> None: ...
