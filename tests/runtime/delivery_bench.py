"""A delivery with everything around it faked, for the claims about what leaves the daemon."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.person import Person
from processor.ports.broker import Outcome
from processor.runtime.delivery import Delivery, DeliveryLimits
from processor.runtime.reminding import Reminding
from tests.fakes.broker import FakePublisher
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tests.fakes.journal import MemoryOutbox
from tests.runtime.effects import NOW
from tests.waiting import eventually

T = TypeVar("T")
Build = Callable[..., "Bench"]

PEOPLE = {
    "p1": Person(id="p1", name="李伟", roles=("grid_worker",), covers=("g1",), channels=("app", "sms")),
    "p2": Person(id="p2", name="王芳", roles=("grid_worker",), covers=("g2",), channels=("app",)),
    "p3": Person(id="p3", name="张敏", roles=("community_duty",), covers=("sunrise",), channels=("sms",)),
    "p4": Person(id="p4", name="陈静", roles=("nobody_reaches",), covers=("*",), channels=()),
}


async def inline(call: Callable[..., T], /, *args: object) -> T:
    """Blocking calls on the loop, with the chance for others to run that a thread would give."""
    await asyncio.sleep(0)
    return call(*args)


class Bench:
    """A delivery with everything around it faked."""

    def __init__(
        self, outcomes: Iterable[Outcome] = (), channels: Iterable[FakeChannel] = (), *, queue: int = 100
    ) -> None:
        self.queue_size = queue
        self.clock = FakeClock(NOW)
        self.outbox = MemoryOutbox()
        self.publisher = FakePublisher(outcomes)
        self.channels = {channel.name: channel for channel in channels}
        self.inputs: list[Input] = []
        self.delivery = self._delivery()
        self.people = dict(PEOPLE)

    def _delivery(self) -> Delivery:
        self.reminding = Reminding(
            self.channels.values(),
            lambda: self.people,
            self.clock,
            fallback=("console",),
            queue=self.queue_size,
            within_s=30.0,
        )
        return Delivery(
            outbox=self.outbox,
            publisher=self.publisher,
            reminding=self.reminding,
            clock=self.clock,
            on_input=self.inputs.append,
            run_blocking=inline,
            limits=DeliveryLimits(in_hand=200, poll_s=0.005),
        )

    async def start(self) -> None:
        await self.publisher.start()
        self.delivery.start()

    async def restart(self) -> None:
        await self.delivery.stop(within_s=0.05)
        self.delivery = self._delivery()
        self.delivery.start()

    def queue(self, *effects: Effect) -> None:
        for effect in effects:
            self.outbox.queue("sunrise", effect, self.clock.now(), 1)
        self.delivery.notify()

    async def empty(self) -> None:
        await eventually(lambda: not self.outbox.rows, "an empty outbox")
