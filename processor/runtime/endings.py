"""How the delivery of an effect ended: counted, told to the core when it was a command, and handed to be settled."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from processor.model.effect import SendCommand
from processor.model.inputs import CommandDelivered, DeliveryResult, Input
from processor.model.time import MINUTE, SECOND, DurationMs, EpochMs
from processor.ports.broker import Refused, Sent, Unreachable
from processor.ports.clock import Clock
from processor.ports.journal import OutboxRow
from processor.runtime.settling import Settling

LOG = logging.getLogger("processor.runtime.delivery")

_RETRY_FIRST: Final[DurationMs] = 1 * SECOND
_RETRY_LONGEST: Final[DurationMs] = 1 * MINUTE
_EXPIRED: Final = "expired before the broker took it"


@dataclass(slots=True)
class DeliveryCounters:
    """By effect tag, from the start of the daemon."""

    delivered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    store_errors: int = 0


class Endings:
    """The three endings of a row: delivered, given up, or to be tried again later."""

    def __init__(
        self, settling: Settling, counters: DeliveryCounters, clock: Clock, on_input: Callable[[Input], None]
    ) -> None:
        self._settling = settling
        self._counters = counters
        self._clock = clock
        self._on_input = on_input

    def handed_over(self, row: OutboxRow, outcome: Sent | Refused) -> None:
        """The broker answered; the core learns it when the row is a command."""
        if isinstance(row.effect, SendCommand):
            result = DeliveryResult.SENT if isinstance(outcome, Sent) else DeliveryResult.REFUSED
            self._on_input(CommandDelivered(row.scope, row.effect.key, result))
        self.final(row, outcome)

    def expired(self, row: OutboxRow, effect: SendCommand) -> None:
        """The command's lifetime was over before the broker took it."""
        self._on_input(CommandDelivered(row.scope, effect.key, DeliveryResult.EXPIRED))
        self.final(row, Refused(_EXPIRED))

    def final(self, row: OutboxRow, outcome: Sent | Refused) -> None:
        """It will not be tried again."""
        if isinstance(outcome, Sent):
            self._counters.delivered[tag_of(row)] += 1
            self._settling.delivered(row.sequence)
        else:
            self._counters.failed[tag_of(row)] += 1
            LOG.warning("delivery: %s %s: %s", tag_of(row), row.key, outcome.reason)
            self._settling.give_up(row.sequence, outcome.reason)

    def postponed(self, row: OutboxRow, outcome: Unreachable) -> EpochMs:
        """It is tried again; when."""
        self._counters.retried[tag_of(row)] += 1
        pause = min(_RETRY_FIRST << min(row.attempts, 10), _RETRY_LONGEST)
        due_at = self._clock.now() + max(pause, outcome.retry_after_ms or 0)
        self._settling.postpone(row.sequence, due_at, outcome.reason)
        return due_at


def tag_of(row: OutboxRow) -> str:
    """The kind of effect, as the counters name it."""
    return str(row.effect.__struct_config__.tag)
