"""What the world says to a core that runs in shadow of a daemon: what it said to the daemon, and what is assumed else.

Under the same rules alerts, commands and orders have the names they have in the daemon, and what people and devices
answered is in the journal. Of what the daemon does not have it is assumed that it went well: the command had its
effect, the order was accepted at once and closed when its alert was over. Nothing is kept here: what was assumed once
follows from the core and the daemon's store alone, so that a shadow killed at any instant goes on the same.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from processor.engine.scope import Scope
from processor.model.alert import AlertState, Transition
from processor.model.district import District
from processor.model.effect import AlertChanged, Effect, OrderChanged, SendCommand
from processor.model.inputs import AlertReset, Input, OrderAction
from processor.model.order import Order, OrderResult, OrderVerb
from processor.model.time import EpochMs
from processor.ports.records import Records
from processor.replay.backtest_world import ASSUMED, believe

_OF_ONE_ALERT: Final = 5


class ShadowWorld:
    """The answers to one core. `records` are the daemon's, read at the instant that is replayed."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.scopes: dict[str, Scope] = {}
        self.district = District()

    def admit(self, given: Input) -> Input | None:
        """A recorded input as this core takes it; None where it speaks of an order that this core does not have."""
        if not isinstance(given, OrderAction):
            return given
        known = self._records.order(given.order)
        own = self._own_order(given.scope, known.alert) if known is not None else None
        return None if own is None else msgspec.structs.replace(given, order=own)

    def answers(self, at: EpochMs, scope: Scope, effects: Sequence[Effect]) -> Iterator[Input]:
        """What is said at once to what left the core."""
        for effect in effects:
            if isinstance(effect, AlertChanged):
                yield from self._to_step(scope, effect.transition, at)
            elif isinstance(effect, OrderChanged):
                yield from self._to_order(effect.order, at)
            elif isinstance(effect, SendCommand) and not self._was_sent(effect.key, at):
                believe(scope, effect.key)

    def _to_step(self, scope: Scope, step: Transition, at: EpochMs) -> Iterator[Input]:
        if step.after is AlertState.OK:
            order = None if self._had_order(step.alert, at) else self._own_order(step.community, step.alert)
            if order is not None:
                yield _action(step.community, order, OrderVerb.DONE)
                yield _action(step.community, order, OrderVerb.CLOSE, OrderResult.TRUE_ALARM)
        elif step.after is AlertState.RECOVERING:
            rule = self.district.rules.get(step.rule)
            if rule is not None and rule.latched and not self._was_alert(step.alert, at):
                yield AlertReset(scope.plan.scope, step.alert, ASSUMED, ASSUMED)

    def _to_order(self, order: Order, at: EpochMs) -> Iterator[Input]:
        if order.number == 1 and not self._had_order(order.alert, at):
            yield _action(order.community, order.id, OrderVerb.ACCEPT)

    # ---- what the daemon had by then ----------------------------------------------------------------------------

    def _was_sent(self, command: str, at: EpochMs) -> bool:
        steps = self._records.disposition_steps(command)
        return bool(steps) and steps[0].at <= at

    def _was_alert(self, alert: str, at: EpochMs) -> bool:
        found = self._records.alert(alert)
        return found is not None and found.first_at <= at

    def _had_order(self, alert: str, at: EpochMs) -> bool:
        return any(order.opened_at <= at for order in self._records.orders(alert=alert, limit=_OF_ONE_ALERT))

    def _own_order(self, community: str, alert: str) -> str | None:
        scope = self.scopes.get(community)
        orders = [each.order for each in scope.orders.records.values()] if scope is not None else []
        return next((order.id for order in orders if order.alert == alert), None)


def _action(scope: str, order: str, verb: OrderVerb, result: OrderResult | None = None) -> OrderAction:
    return OrderAction(scope, f"{ASSUMED}/{order}/{verb}", order, verb, ASSUMED, ASSUMED, result)
