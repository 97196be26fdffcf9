"""After the commit: effects leave the outbox for the broker and for people, and are settled in batches.

One task talks to the outbox (through `run_blocking`, so that the loop never waits for the disk): it settles what ended,
then takes what is due, in the order of the outbox. Publishing and telling happen in lanes and at channel desks.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from processor.model.effect import RemindPeople, SendCommand
from processor.model.inputs import Input
from processor.model.time import HOUR, SECOND, DurationMs, EpochMs
from processor.ports.broker import Outcome, Publisher, Refused, Unreachable
from processor.ports.clock import Clock
from processor.ports.journal import Outbox, OutboxRow
from processor.runtime.announcements import announcement
from processor.runtime.endings import DeliveryCounters, Endings, tag_of
from processor.runtime.lanes import Lane, Lanes, lane_of
from processor.runtime.reminding import Reminding
from processor.runtime.settling import RunBlocking, Settling

LOG = logging.getLogger(__name__)

_PAGE: Final = 500
_LOOK_AGAIN: Final[DurationMs] = 30 * SECOND
_STORE_PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """`in_hand` bounds the rows held in memory; a reminder older than `reminder_lifetime_ms` is given up."""

    in_hand: int = 5_000
    poll_s: float = 0.5
    reminder_lifetime_ms: DurationMs = 24 * HOUR


class Delivery:
    """Delivers effects at least once under their key, those of one subject in their order, and tells the core how
    handing over a command ended."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        publisher: Publisher,
        reminding: Reminding,
        clock: Clock,
        on_input: Callable[[Input], None],
        run_blocking: RunBlocking,
        limits: DeliveryLimits | None = None,
    ) -> None:
        self.counters = DeliveryCounters()
        self._outbox = outbox
        self._publisher = publisher
        self._reminding = reminding
        self._clock = clock
        self._run_blocking = run_blocking
        self._limits = limits or DeliveryLimits()
        self._lanes = Lanes(self._publish_row, self._give_back)
        self._blocked: dict[Lane, EpochMs] = {}  # a message of this lane waits for its next attempt
        self._after = 0
        self._look_again_at: EpochMs = 0
        self._broker_down = False
        self._reminders = 0  # of those in hand
        self._woken = asyncio.Event()
        self._settling = Settling(outbox, run_blocking, self._woken.set)
        self._endings = Endings(self._settling, self.counters, clock, on_input)
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._lanes.start()
        self._reminding.start()
        self._task = asyncio.create_task(self._run(), name="delivery")

    async def stop(self, within_s: float = 5.0) -> None:
        """Take nothing more, wait a little for what is under way, settle it, end."""
        self._stopping = True
        self._woken.set()
        if self._task is not None:
            try:
                async with asyncio.timeout(within_s):
                    await self._task
            except TimeoutError:  # what is left stays in the outbox
                LOG.warning("delivery: %d effects were still under way", len(self._settling.in_hand))
        await self._lanes.stop()
        await self._reminding.stop()

    def notify(self) -> None:
        """Something was committed. Call it on the loop's thread."""
        self._woken.set()

    @property
    def in_hand(self) -> int:
        """Rows taken from the outbox and not settled yet."""
        return len(self._settling.in_hand)

    # ---- the one task that talks to the outbox

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                more = await self._settling.settle(self._clock.now())
                taken = False if self._stopping else await self._take()
            except Exception:  # a full disk, a locked file: effects wait, the daemon goes on
                self.counters.store_errors += 1
                LOG.exception("delivery: the outbox cannot be used now")
                await asyncio.sleep(_STORE_PAUSE_S)
                continue
            if self._stopping and not self._settling.in_hand:
                return
            if not more and not taken:
                await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._limits.poll_s):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _take(self) -> bool:
        """Take the next page of what is due; whether there may be more."""
        now = self._clock.now()
        self._rewind(now)
        room = self._limits.in_hand - len(self._settling.in_hand)
        if room <= 0:
            return False  # a settled row will wake us
        rows = await self._run_blocking(self._outbox.due, now, _PAGE, self._after)
        for row in rows:
            if room <= 0:
                return True
            self._after = row.sequence
            if row.sequence not in self._settling.in_hand:
                room -= self._start_row(row, now)
        return len(rows) == _PAGE

    def _rewind(self, now: EpochMs) -> None:
        """Begin again at the oldest row when one that was passed over may go now."""
        again = self._settling.something_due(now) or now >= self._look_again_at
        if self._broker_down and self._publisher.connected:
            self._broker_down = False
            again = True
        if again:
            self._blocked = {lane: until for lane, until in self._blocked.items() if until > now}
            self._look_again_at = now + _LOOK_AGAIN
            self._after = 0

    def _start_row(self, row: OutboxRow, now: EpochMs) -> int:
        """Begin to deliver it: 1 when it is in hand now, 0 when it must wait in the outbox."""
        effect = row.effect
        lane = lane_of(effect)
        if lane is not None and (self._broker_down or lane in self._blocked):
            return self._wait_in_outbox(row, now)
        if isinstance(effect, RemindPeople) and self._reminders >= self._limits.in_hand // 2:
            self._settling.look_again(now + SECOND)  # channels that hang must leave room for what is published
            return 0
        self._settling.in_hand.add(row.sequence)
        if lane is not None:
            self._lanes.put(lane, row)
        elif isinstance(effect, RemindPeople):
            self._remind(row, effect, now)
        else:
            self._settling.delivered(row.sequence)  # nothing that leaves the daemon
        return 1

    def _wait_in_outbox(self, row: OutboxRow, now: EpochMs) -> int:
        """It cannot go now; but a command whose time is over need not wait to be told so."""
        if not isinstance(row.effect, SendCommand):
            return 0
        if now < row.effect.expires_at:
            self._settling.look_again(row.effect.expires_at)
            return 0
        self._settling.in_hand.add(row.sequence)
        self._endings.expired(row, row.effect)
        return 1

    # ---- publishing

    async def _publish_row(self, row: OutboxRow) -> bool:
        """Publish it; False when its lane cannot go on for now."""
        effect = row.effect
        if self._broker_down:
            self._give_back(row)
            return False
        try:
            if isinstance(effect, SendCommand):
                left = effect.expires_at - self._clock.now()
                if left <= 0:
                    self._endings.expired(row, effect)
                    return True
                # whole seconds, rounded down: a command may not outlive its lifetime in the broker's queue
                outcome = await self._publisher.publish(
                    effect.topic, effect.payload.encode(), expiry_s=max(1, left // SECOND), key=row.key
                )
            else:
                topic, payload = announcement(effect, self._clock.now())
                outcome = await self._publisher.publish(topic, payload, key=row.key)
        except Exception as error:  # one effect that cannot be written down must not end its worker
            LOG.exception("delivery: %s", row.key)
            outcome = Refused(type(error).__name__)
        return self._published(row, outcome)

    def _published(self, row: OutboxRow, outcome: Outcome) -> bool:
        if isinstance(outcome, Unreachable):
            if self._publisher.connected:
                lane = lane_of(row.effect)
                due_at = self._endings.postponed(row, outcome)
                if lane is not None:
                    self._blocked[lane] = due_at
            else:
                self._broker_down = True  # everything waits in the outbox, in its order, until the connection is back
                self.counters.retried[tag_of(row)] += 1
                self._give_back(row)
            return False
        self._endings.handed_over(row, outcome)
        return True

    def _give_back(self, row: OutboxRow) -> None:
        """It stays in the outbox, where it will be read again in its order; a command at its end at the latest."""
        if isinstance(row.effect, SendCommand):
            self._settling.look_again(row.effect.expires_at)
        self._settling.in_hand.discard(row.sequence)

    # ---- reminding

    def _remind(self, row: OutboxRow, reminder: RemindPeople, now: EpochMs) -> None:
        if now - reminder.decided_at > self._limits.reminder_lifetime_ms:
            self._endings.final(row, Refused("too old to be told"))
            return

        def done(outcome: Outcome) -> None:
            self._reminders -= 1
            if isinstance(outcome, Unreachable):
                self._endings.postponed(row, outcome)
            else:
                self._endings.final(row, outcome)

        self._reminders += 1
        self._reminding.remind(reminder, done)
