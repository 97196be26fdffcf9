"""The running daemon as its console sees it: numbers, conditions, lists from the store, and people's actions."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from processor import __version__
from processor.engine.core import Core
from processor.model.alert import AlertState
from processor.model.effect import OrderActionRefused, OrderChanged
from processor.model.inputs import AlertReset, KillSwitch, OrderAction
from processor.model.order import Order, OrderRefusal, OrderResult, OrderState, OrderVerb
from processor.model.reading import Reading, RejectionReason
from processor.model.rule import Level
from processor.model.time import EpochMs
from processor.ports.console import (
    AlertView,
    Committed,
    Condition,
    DeadLetterView,
    Declined,
    Done,
    Figures,
    OrderOutcome,
    OrderTaken,
    Refusal,
    Reloaded,
    Retried,
)
from processor.ports.dead_letters import DeadLetter, DeadLetters
from processor.ports.mutes import MuteAsked, MuteView
from processor.ports.records import AlertRecord, Records
from processor.ports.rule_sets import RuleSet, SetRequest
from processor.runtime.delivery import Delivery
from processor.runtime.embedded import Embedded
from processor.runtime.explaining import Explaining
from processor.runtime.health import Health
from processor.runtime.ledger import Ledger
from processor.runtime.muting import mute_input, mutes
from processor.runtime.views import alert_view, dead_letter_view

NOT_OK: Final = frozenset(AlertState) - {AlertState.OK}
NOT_CLOSED: Final = frozenset(OrderState) - {OrderState.CLOSED}


@dataclass(slots=True)
class Running:
    """The parts that exist once the state is back."""

    core: Core
    embedded: Embedded
    delivery: Delivery
    retry: Callable[[Sequence[DeadLetter]], Coroutine[Any, Any, Retried]]


class Service:
    """`ports.console.ConsoleService` for the embedded runtime. Before the state is back it declines every action."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        health: Health,
        records: Records,
        dead_letters: DeadLetters,
        monotonic_ms: Callable[[], int],
        now: Callable[[], EpochMs],
        reload: Callable[[SetRequest], Coroutine[Any, Any, Reloaded]],
        announce: Callable[[SetRequest], None] = lambda _request: None,
        explaining: Explaining | None = None,
        history: Callable[[int], Sequence[RuleSet]] = lambda _limit: (),
    ) -> None:
        self._ledger = ledger
        self._health = health
        self._records = records
        self._dead_letters = dead_letters
        self._monotonic_ms = monotonic_ms
        self._now = now
        self._reload = reload
        self._announce = announce
        self._history = history
        self._explaining = explaining
        self.running: Running | None = None

    # ---- what machines ask

    def figures(self) -> Figures:
        """Every number at this moment."""
        return self._ledger.figures(self.running.core if self.running else None, version=__version__)

    def liveness(self) -> Sequence[Condition]:
        return self._health.liveness(self._monotonic_ms())

    def readiness(self) -> Sequence[Condition]:
        return self._health.readiness(self._monotonic_ms())

    # ---- what people look at

    async def alerts(
        self,
        *,
        states: frozenset[AlertState],
        community: str,
        subject: str,
        rule: str,
        level: Level | None,
        shadow: bool,
        limit: int,
    ) -> Sequence[AlertView]:
        found = await asyncio.to_thread(
            lambda: self._records.alerts(
                states=states or NOT_OK,
                community=community,
                subject=subject,
                rule=rule,
                level=level,
                shadow=shadow,
                limit=limit,
            )
        )
        return [self._view(each) for each in found]

    def _view(self, found: AlertRecord) -> AlertView:
        rules = self.running.core.district.rules if self.running else {}
        rule = rules.get(found.transition.rule)
        return alert_view(found, latched=rule is not None and rule.latched)

    async def orders(
        self, *, states: frozenset[OrderState], community: str, subject: str, limit: int
    ) -> Sequence[Order]:
        return await asyncio.to_thread(
            lambda: self._records.orders(states=states or NOT_CLOSED, community=community, subject=subject, limit=limit)
        )

    async def readings(
        self, *, device: str, since: EpochMs | None, until: EpochMs | None, limit: int
    ) -> Sequence[Reading]:
        return await asyncio.to_thread(
            lambda: self._records.readings(device=device, since=since, until=until, limit=limit)
        )

    async def explain(self, *, device: str, rule: str, at: EpochMs | None) -> object | Declined:
        if self._explaining is None or self.running is None:
            return Declined(Refusal.NOT_NOW)
        return await self._explaining.explain(self.running.core, device, rule, at)

    async def rule_sets(self, *, limit: int) -> Sequence[RuleSet]:
        return await asyncio.to_thread(self._history, limit)

    async def dead_letters(self, *, reason: RejectionReason | None, limit: int) -> Sequence[DeadLetterView]:
        found = await asyncio.to_thread(lambda: self._dead_letters.find(reason=reason, limit=limit, newest_first=True))
        return [dead_letter_view(each) for each in found]

    # ---- what people do

    def _can_act(self) -> Running | None:
        """An action is answered when it is durable; while nothing can become so, it is declined rather than kept."""
        return self.running if self._health.takes_commits else None

    async def act_on_order(
        self, *, request: str, order: str, verb: OrderVerb, person: str, note: str, result: OrderResult | None
    ) -> OrderOutcome:
        running = self._can_act()
        if running is None:
            return Declined(Refusal.NOT_NOW)
        known = await asyncio.to_thread(lambda: self._records.order(order))
        scope = known.community if known else order.rpartition("-")[0]
        effects = await running.embedded.submit(OrderAction(scope, request, order, verb, person, note, result))
        for effect in effects:
            if isinstance(effect, OrderActionRefused):
                return Declined(effect.reason)
            if isinstance(effect, OrderChanged):
                return OrderTaken(effect.order)
        now_known = await asyncio.to_thread(lambda: self._records.order(order))
        return OrderTaken(now_known) if now_known else Declined(OrderRefusal.NO_SUCH_ORDER)

    async def reset_alert(self, *, alert: str, person: str, reason: str) -> Done:
        running = self._can_act()
        if running is None:
            return Declined(Refusal.NOT_NOW)
        known = await asyncio.to_thread(lambda: self._records.alert(alert))
        if known is None:
            return Declined(Refusal.NO_SUCH_ALERT)
        effects = await running.embedded.submit(AlertReset(known.transition.community, alert, person, reason))
        return Committed() if effects else Declined(Refusal.NOTHING_TO_RESET)

    async def retry_dead_letters(self, *, reason: RejectionReason | None, limit: int) -> Retried | Declined:
        running = self._can_act()
        if running is None:
            return Declined(Refusal.NOT_NOW)
        found = await asyncio.to_thread(lambda: self._dead_letters.find(reason=reason, limit=limit))
        return await running.retry(found)

    async def reload(self, request: SetRequest) -> Reloaded | Declined:
        if self._can_act() is None:
            return Declined(Refusal.NOT_NOW)
        return await self._reload(request)

    async def announce(self, request: SetRequest) -> Done:
        if self._can_act() is None:
            return Declined(Refusal.NOT_NOW)
        self._announce(request)
        return Committed()

    async def mute(self, asked: MuteAsked) -> Done:
        running = self._can_act()
        if running is None:
            return Declined(Refusal.NOT_NOW)
        given = mute_input(running.core, asked, self._now())
        if isinstance(given, Refusal):
            return Declined(given)
        await running.embedded.submit(given)
        return Committed()

    def mutes(self) -> Sequence[MuteView]:
        return mutes(self.running.core, self._now()) if self.running else ()

    async def set_automation(self, *, stopped: bool, community: str, person: str, reason: str) -> Done:
        running = self._can_act()
        if running is None:
            return Declined(Refusal.NOT_NOW)
        scopes = running.core.scopes
        if community and community not in scopes:
            return Declined(Refusal.NO_SUCH_COMMUNITY)
        chosen = [community] if community else list(scopes)
        await running.embedded.submit(*(KillSwitch(scope, stopped, person, reason) for scope in chosen))
        return Committed()
