"""What the world says to a core that acts on recorded readings: what it said then, and what is assumed of the rest.

Under the rules of then, alerts, commands and orders have the names they had, and what people and devices answered is in
the journal. Under other rules there are others, to which nobody ever answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from processor.engine.scope import Scope
from processor.model.alert import AlertState, Transition
from processor.model.effect import AlertChanged, Effect, OrderChanged, SendCommand
from processor.model.inputs import AlertReset, Input, OrderAction
from processor.model.order import Order, OrderResult, OrderVerb
from processor.model.rule import Rule
from processor.ports.history import Answered

ASSUMED: Final = "assumed"
"""The person who does what nobody was there to do."""


class Assume(StrEnum):
    """What became of the commands and orders that there were not."""

    WORKS = "works"  # the command had its effect; the order was accepted at once, and closed when the alert was over
    FAILS = "fails"  # nothing and nobody answered


class World:
    """The answers to one core. `rules` say which alerts wait for a person."""

    def __init__(self, rules: Mapping[str, Rule], assume: Assume, answered: Answered) -> None:
        self._rules = rules
        self._works = assume is Assume.WORKS
        self._answered = answered
        self._had_order = frozenset(answered.orders.values())
        self._orders: dict[str, str] = {}  # by alert: the order of this run

    def admit(self, given: Input) -> Input | None:
        """A recorded input as this core takes it; None where it speaks of an order that this run does not have."""
        if given.__class__ is not OrderAction:
            return given
        assert isinstance(given, OrderAction)  # noqa: S101 - for the type checker only
        alert = self._answered.orders.get(given.order)
        order = given.order if alert is None else self._orders.get(alert)
        if order is None:
            return None
        return given if order == given.order else msgspec.structs.replace(given, order=order)

    def answers(self, scope: Scope, effects: Sequence[Effect]) -> Iterator[Input]:
        """What is said at once to what left the core."""
        for effect in effects:
            if effect.__class__ is AlertChanged:
                yield from self._to_step(scope, effect.transition)
            elif effect.__class__ is OrderChanged:
                yield from self._to_order(effect.order)
            elif effect.__class__ is SendCommand and self._works and effect.key not in self._answered.commands:
                believe(scope, effect.key)

    def _to_step(self, scope: Scope, step: Transition) -> Iterator[Input]:
        if step.after is AlertState.OK:
            # An order outlives its alert: whoever had it then may act on it long after.
            order = None if step.alert in self._had_order else self._orders.pop(step.alert, None)
            if order is not None and self._works:
                yield _action(scope.plan.scope, order, OrderVerb.DONE)
                yield _action(scope.plan.scope, order, OrderVerb.CLOSE, OrderResult.TRUE_ALARM)
        elif step.after is AlertState.RECOVERING and self._works and step.alert not in self._answered.alerts:
            rule = self._rules.get(step.rule)
            if rule is not None and rule.latched:
                yield AlertReset(scope.plan.scope, step.alert, ASSUMED, ASSUMED)

    def _to_order(self, order: Order) -> Iterator[Input]:
        if order.number != 1:
            return
        self._orders[order.alert] = order.id
        if self._works and order.alert not in self._had_order:
            yield _action(order.community, order.id, OrderVerb.ACCEPT)


def believe(scope: Scope, command: str) -> None:
    """The command had its effect: nobody waits for a proof that no recorded reading can give."""
    record = scope.commands.running.pop(command, None)
    verifier = scope.devices.get(record.verifier) if record is not None else None
    if verifier is not None:
        verifier.watchers = tuple(other for other in verifier.watchers if other != command)


def _action(scope: str, order: str, verb: OrderVerb, result: OrderResult | None = None) -> OrderAction:
    return OrderAction(scope, f"{ASSUMED}/{order}/{verb}", order, verb, ASSUMED, ASSUMED, result)
