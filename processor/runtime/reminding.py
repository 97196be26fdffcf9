"""Reminders: each channel has its own workers, so that one that hangs delays nobody but itself."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from processor.model.effect import RemindPeople
from processor.model.person import Person
from processor.model.time import SECOND, DurationMs, EpochMs
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from processor.ports.channel import Channel
from processor.ports.clock import Clock
from processor.runtime.duty import by_channel, people_on_duty

LOG = logging.getLogger(__name__)

_REST_FIRST: Final[DurationMs] = 1 * SECOND
_REST_LONGEST: Final[DurationMs] = 60 * SECOND
_SLOTS: Final = 4  # tellings at one time to one channel
_REMEMBERED: Final = 100_000

Report = Callable[[str, Outcome], None]
"""(channel, how it ended)"""


class ChannelDesk:
    """One channel with a bounded queue. After an Unreachable it rests: what waits is answered at once, not tried."""

    def __init__(self, channel: Channel, clock: Clock, *, queue: int, within_s: float) -> None:
        self._channel = channel
        self._clock = clock
        self._queue: asyncio.Queue[tuple[RemindPeople, tuple[Person, ...], Report]] = asyncio.Queue(queue)
        self._within_s = within_s
        self._rest: DurationMs = _REST_FIRST
        self._resting_until: EpochMs = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        name = f"channel {self._channel.name}"
        self._tasks = [asyncio.create_task(self._work(), name=name) for _ in range(_SLOTS)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._channel.close()

    def hand_over(self, reminder: RemindPeople, people: tuple[Person, ...], report: Report) -> None:
        """Tell, and `report` once; never blocks."""
        resting = self._resting()
        if resting is not None:
            report(self._channel.name, resting)
            return
        try:
            self._queue.put_nowait((reminder, people, report))
        except asyncio.QueueFull:
            report(self._channel.name, Unreachable("too many reminders wait for this channel"))

    async def _work(self) -> None:
        while True:
            reminder, people, report = await self._queue.get()
            outcome = self._resting() or await self._tell(reminder, people)
            report(self._channel.name, outcome)

    async def _tell(self, reminder: RemindPeople, people: tuple[Person, ...]) -> Outcome:
        try:
            async with asyncio.timeout(self._within_s):
                outcome = await self._channel.tell(reminder, people)
        except TimeoutError:
            outcome = Unreachable(f"no answer within {self._within_s:g} s")
        except Exception as error:  # an edge answers with values; one that does not must not end its worker
            LOG.exception("channel %s failed", self._channel.name)
            outcome = Unreachable(type(error).__name__)
        self._note(outcome)
        return outcome

    def _note(self, outcome: Outcome) -> None:
        if not isinstance(outcome, Unreachable):
            self._rest = _REST_FIRST
            return
        if self._resting() is not None:
            return  # the other slots fail together with the first; that is one failure
        rest = self._rest if outcome.retry_after_ms is None else outcome.retry_after_ms
        self._resting_until = self._clock.now() + rest
        self._rest = min(self._rest * 2, _REST_LONGEST)
        LOG.warning("channel %s: %s; rests %g s", self._channel.name, outcome.reason, rest / SECOND)

    def _resting(self) -> Unreachable | None:
        left = self._resting_until - self._clock.now()
        return Unreachable("the channel rests after a failure", retry_after_ms=left) if left > 0 else None


class Reminding:
    """Tells everybody on duty over each of their channels, each (reminder, channel) once as long as the daemon runs.

    After a restart a reminder that one channel still owes is told on all its channels again, under the same key.
    """

    def __init__(
        self,
        channels: Iterable[Channel],
        people: Callable[[], Mapping[str, Person]],
        clock: Clock,
        *,
        fallback: Sequence[str] = (),
        queue: int = 1_000,
        within_s: float = 30.0,
    ) -> None:
        self.outcomes: dict[str, int] = {"sent": 0, "refused": 0, "unreachable": 0}
        self.unaddressed = 0
        self._desks = {one.name: ChannelDesk(one, clock, queue=queue, within_s=within_s) for one in channels}
        self._people = people
        self._fallback = tuple(fallback)
        self._settled: dict[str, dict[str, Outcome]] = {}  # reminder key -> channels that are done with it

    def start(self) -> None:
        for desk in self._desks.values():
            desk.start()

    async def stop(self) -> None:
        await asyncio.gather(*(desk.stop() for desk in self._desks.values()))

    def remind(self, reminder: RemindPeople, done: Callable[[Outcome], None]) -> None:
        """Tell on every channel that has not been told yet; `done` is called once all of them answered this time.

        Sent: at least one was told and none is owed. Refused: all said never. Unreachable: some are owed.
        """
        addressed = self._addressed(reminder)
        settled = self._settled.setdefault(reminder.key, {})
        owed = {name: people for name, people in addressed.items() if name not in settled}
        answers: dict[str, Outcome] = {}

        def report(channel: str, outcome: Outcome) -> None:
            answers[channel] = outcome
            self.outcomes[_NAMES[type(outcome)]] += 1
            if not isinstance(outcome, Unreachable):
                settled[channel] = outcome
            if len(answers) == len(owed):
                done(self._sum_up(reminder.key, settled, answers.values()))

        if not owed:
            done(self._sum_up(reminder.key, settled, ()))
        for name, people in owed.items():
            self._desks[name].hand_over(reminder, people, report)

    def _addressed(self, reminder: RemindPeople) -> Mapping[str, tuple[Person, ...]]:
        wanted = by_channel(people_on_duty(self._people().values(), reminder))
        unknown = wanted.keys() - self._desks.keys()
        if unknown:
            LOG.warning("reminder %s: no such channel: %s", reminder.key, ", ".join(sorted(unknown)))
        known = {name: people for name, people in wanted.items() if name in self._desks}
        if known:
            return known
        # nobody can be reached for these roles and this place: say so where the operator looks, rather than nowhere
        self.unaddressed += 1
        LOG.warning("reminder %s: nobody on duty for %s has a channel", reminder.key, ", ".join(reminder.roles))
        return {name: () for name in self._fallback if name in self._desks}

    def _sum_up(self, key: str, settled: Mapping[str, Outcome], answers: Iterable[Outcome]) -> Outcome:
        owed = [one for one in answers if isinstance(one, Unreachable)]
        if owed:
            while len(self._settled) > _REMEMBERED:  # the oldest may be told twice, under its key
                del self._settled[next(iter(self._settled))]
            waits = [one.retry_after_ms for one in owed if one.retry_after_ms is not None]
            return Unreachable("; ".join(sorted({one.reason for one in owed})), min(waits) if waits else None)
        self._settled.pop(key, None)
        refusals = [one for one in settled.values() if isinstance(one, Refused)]
        if refusals and len(refusals) == len(settled):
            return Refused("; ".join(sorted({one.reason for one in refusals})))
        return Sent() if settled else Refused("nobody on duty can be reached, and no fallback channel is configured")


_NAMES: Final[dict[type[Outcome], str]] = {Sent: "sent", Refused: "refused", Unreachable: "unreachable"}
