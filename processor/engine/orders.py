"""Work orders: opened by answers and by commands that failed, moved on by people. The table is `order_life`."""

from typing import Final

import msgspec

from processor.engine.order_life import ACCEPT_WITHIN, next_state
from processor.engine.wakeups import ORDER, WakeUps
from processor.model.effect import Effect, OrderActionRefused, OrderChanged
from processor.model.inputs import OrderAction
from processor.model.order import Order, OrderRefusal, OrderResult, OrderState, OrderVerb
from processor.model.rule import Level, Rule
from processor.model.time import DAY, EpochMs

# A closed order can be reopened for this long (DOMAIN.md 3.2: recurrence within 24 h reopens); then the core forgets
# it. The journal never does.
CLOSED_KEPT_MS: Final = DAY
ACTIONS_REMEMBERED: Final = 16


class OrderRecord(msgspec.Struct, array_like=True):
    """An order and what only the core needs of it."""

    order: Order
    actions: list[str]
    reminded: int = 0


class Orders:
    """The orders of one scope."""

    def __init__(self, scope: str, wakeups: WakeUps) -> None:
        self._scope = scope
        self._wakeups = wakeups
        self.records: dict[str, OrderRecord] = {}
        self.sequence = 0

    def open(
        self, *, kind: str, alert: str, rule: Rule, subject: str, level: Level, reason: str, now: EpochMs
    ) -> tuple[Order, Effect]:
        """A new order for this alert, and the effect that tells of it."""
        self.sequence += 1
        order = Order(
            id=f"{self._scope}-{self.sequence:06d}",
            number=1,
            kind=kind,
            alert=alert,
            rule=rule.id,
            subject=subject,
            community=self._scope,
            level=level,
            state=OrderState.OPEN,
            opened_at=now,
            changed_at=now,
            reason=reason,
        )
        self.records[order.id] = OrderRecord(order, [])
        self._wakeups.add(now + ACCEPT_WITHIN[level], ORDER, order.id)
        return order, _changed(order)

    def act(self, action: OrderAction, now: EpochMs, *, alert_active: bool) -> list[Effect]:
        """What a person's action does. The same action id again does nothing again."""
        record = self.records.get(action.order)
        if record is None:
            return [_refused(action, OrderRefusal.NO_SUCH_ORDER)]
        if action.id in record.actions:
            return []
        after = next_state(record.order.state, action.verb)
        known = None if action.verb is OrderVerb.REOPEN else record.order.result  # what it was that time is over
        result = action.result or known
        refusal = _refusal(action, after, result, alert_active=alert_active)
        if refusal is not None or after is None:
            return [_refused(action, refusal or OrderRefusal.NOT_IN_THIS_STATE)]
        record.actions = [*record.actions, action.id][-ACTIONS_REMEMBERED:]
        order = msgspec.structs.replace(
            record.order,
            number=record.order.number + 1,
            state=after,
            changed_at=now,
            person=action.person,
            note=action.note or record.order.note,
            result=result,
        )
        record.order = order
        self._after_step(order, now)
        return [_changed(order)]

    def _after_step(self, order: Order, now: EpochMs) -> None:
        if order.state is OrderState.CLOSED:
            self._wakeups.add(now + CLOSED_KEPT_MS, ORDER, order.id)
        elif order.state is OrderState.OPEN:
            self._wakeups.add(now + ACCEPT_WITHIN[order.level], ORDER, order.id)

    def escalate(self, order_id: str, level: Level, now: EpochMs) -> list[Effect]:
        """The order's alert became graver: the order follows, and its acceptance clock with it."""
        record = self.records.get(order_id)
        if record is None or record.order.state is OrderState.CLOSED or level >= record.order.level:
            return []
        record.order = msgspec.structs.replace(
            record.order, number=record.order.number + 1, level=level, changed_at=now
        )
        record.reminded = 0
        if record.order.state is OrderState.OPEN:
            self._wakeups.add(now + ACCEPT_WITHIN[level], ORDER, order_id)
        return [_changed(record.order)]

    def overdue(self, order_id: str, now: EpochMs) -> OrderRecord | None:
        """Called when an order's clock rings: the record if people must be told again that nobody accepted it."""
        record = self.records.get(order_id)
        if record is None:
            return None
        order = record.order
        if order.state is OrderState.CLOSED:
            if now - order.changed_at >= CLOSED_KEPT_MS:
                del self.records[order_id]
            return None
        within = ACCEPT_WITHIN[order.level]
        if order.state is not OrderState.OPEN or now - order.changed_at < within * (record.reminded + 1):
            return None
        record.reminded += 1
        self._wakeups.add(now + within, ORDER, order_id)
        return record


def _refusal(
    action: OrderAction, after: OrderState | None, result: OrderResult | None, *, alert_active: bool
) -> OrderRefusal | None:
    if not action.person.strip():
        return OrderRefusal.PERSON_MISSING
    if after is None:
        return OrderRefusal.NOT_IN_THIS_STATE
    if action.verb is OrderVerb.CLOSE:
        if result is None:
            return OrderRefusal.RESULT_MISSING
        if alert_active and not action.note.strip():
            return OrderRefusal.ALERT_STILL_FIRING
    return None


def _changed(order: Order) -> OrderChanged:
    return OrderChanged(key=f"{order.id}/{order.number}", order=order)


def _refused(action: OrderAction, reason: OrderRefusal) -> OrderActionRefused:
    return OrderActionRefused(key=f"{action.id}/refused", order=action.order, reason=reason)
