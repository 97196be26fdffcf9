"""What people ask of the store: alerts, orders, dispositions and readings, as they were decided, without the core."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from processor.model.alert import AlertState, Transition
from processor.model.disposition import Disposition, DispositionState
from processor.model.order import Order, OrderState
from processor.model.reading import Reading
from processor.model.rule import Level
from processor.model.text import Text
from processor.model.time import EpochMs


class AlertRecord(msgspec.Struct, frozen=True):
    """One alert episode: its newest transition, when the first and the newest were decided, its order if any."""

    transition: Transition
    rule_name: Text
    first_at: EpochMs
    last_at: EpochMs
    order: str = ""


class DispositionStep(msgspec.Struct, frozen=True):
    """One step of an automatic command and the core time of it."""

    at: EpochMs
    disposition: Disposition


class Records(Protocol):
    """Reads only; blocking. Lists are newest first and at most `limit` long; an empty set or text asks nothing."""

    def alerts(
        self,
        *,
        states: frozenset[AlertState] = frozenset(),
        community: str = "",
        subject: str = "",
        rule: str = "",
        level: Level | None = None,
        shadow: bool = True,
        limit: int = 100,
    ) -> Sequence[AlertRecord]:
        """`shadow` False: without those that are told to nobody because their rule only shows what it would do."""

    def alert(self, alert: str) -> AlertRecord | None: ...

    def transitions(self, alert: str) -> Sequence[Transition]:
        """Every step of one alert, oldest first."""

    def orders(
        self,
        *,
        states: frozenset[OrderState] = frozenset(),
        community: str = "",
        subject: str = "",
        alert: str = "",
        limit: int = 100,
    ) -> Sequence[Order]: ...

    def order(self, order: str) -> Order | None: ...

    def order_steps(self, order: str) -> Sequence[Order]:
        """Every step of one order, oldest first."""

    def dispositions(
        self,
        *,
        states: frozenset[DispositionState] = frozenset(),
        community: str = "",
        device: str = "",
        alert: str = "",
        limit: int = 100,
    ) -> Sequence[Disposition]: ...

    def disposition_steps(self, command_id: str) -> Sequence[DispositionStep]:
        """Every step of one automatic command, oldest first."""

    def readings(
        self, *, device: str = "", since: EpochMs | None = None, until: EpochMs | None = None, limit: int = 100
    ) -> Sequence[Reading]:
        """The readings that came last among those with since <= at < until, newest `at` first.

        Looks through the journal from its end until it has `limit`: name `since` for a device that may be silent.
        """

    def close(self) -> None: ...
