"""What people ask for, kept ready in the transaction that decided it: alerts, orders, dispositions; and the outbox."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import msgspec

from processor.model.alert import Withheld
from processor.model.effect import (
    AlertChanged,
    DispositionChanged,
    Effect,
    OrderActionRefused,
    OrderChanged,
    ReadingDropped,
    RemindPeople,
    SendCommand,
)
from processor.model.time import EpochMs

_QUEUE: Final = "INSERT OR IGNORE INTO outbox(key, scope, tag, effect, due_at, offset) VALUES (?, ?, ?, ?, ?, ?)"
_TRANSITION: Final = "INSERT OR IGNORE INTO transitions VALUES (?, ?, ?, ?, ?)"
_ALERT: Final = """
INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(alert) DO UPDATE SET number = excluded.number, rule = excluded.rule, subject = excluded.subject,
  community = excluded.community, state = excluded.state, level = excluded.level, last_at = excluded.last_at,
  body = excluded.body, withheld = excluded.withheld WHERE excluded.number > alerts.number"""
_ORDER_STEP: Final = "INSERT OR IGNORE INTO order_steps VALUES (?, ?, ?, ?, ?)"
_ORDER: Final = """
INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE SET number = excluded.number, state = excluded.state, alert = excluded.alert,
  subject = excluded.subject, community = excluded.community, level = excluded.level,
  changed_at = excluded.changed_at, body = excluded.body
  WHERE excluded.number > orders.number"""
_ORDER_REFUSAL: Final = "INSERT OR IGNORE INTO order_refusals VALUES (?, ?, ?, ?, ?)"
_DISPOSITION_STEP: Final = (
    "INSERT OR IGNORE INTO disposition_steps(key, command_id, at, offset, body) VALUES (?, ?, ?, ?, ?)"
)
_DISPOSITION: Final = """
INSERT INTO dispositions VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(command_id) DO UPDATE SET state = excluded.state, alert = excluded.alert, device = excluded.device,
  community = excluded.community, last_at = excluded.last_at, body = excluded.body"""

DELIVERED: Final = frozenset({AlertChanged, SendCommand, OrderChanged, RemindPeople})
"""Effects that wait in the outbox; the others are only recorded."""


class Moment(NamedTuple):
    """The batch an effect belongs to."""

    offset: int
    now: EpochMs


def tag_of(effect: Effect) -> str:
    """The name of the kind of effect, as the outbox keeps it."""
    return str(effect.__struct_config__.tag)


def of_shadow(effect: Effect) -> bool:
    """Whether it is a step of an alert that is told to nobody because its rule only shows what it would do."""
    return isinstance(effect, AlertChanged) and effect.transition.withheld is Withheld.SHADOW


class Recorder:
    """Writes effects into an open transaction. One thread at a time."""

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()

    def record(self, connection: sqlite3.Connection, effects: Iterable[tuple[str, Effect]], moment: Moment) -> None:
        """Keep what each effect tells; queue those that need delivery. An effect whose key is known changes nothing."""
        for scope, effect in effects:
            if isinstance(effect, ReadingDropped):
                continue
            body = self._encoder.encode(effect).decode()
            project = PROJECTIONS.get(type(effect))
            if project is not None:
                project(connection, effect, body, moment)
            if type(effect) in DELIVERED and not of_shadow(effect):
                connection.execute(_QUEUE, (effect.key, scope, tag_of(effect), body, moment.now, moment.offset))


def _alert(connection: sqlite3.Connection, effect: AlertChanged, body: str, moment: Moment) -> None:
    step = effect.transition
    at = step.decided_at
    if connection.execute(_TRANSITION, (step.alert, step.number, at, moment.offset, body)).rowcount == 1:
        where = (step.rule, step.subject, step.community)
        row = (step.alert, step.number, *where, step.after, int(step.level), at, at, body, step.withheld or "")
        connection.execute(_ALERT, row)


def _order(connection: sqlite3.Connection, effect: OrderChanged, body: str, moment: Moment) -> None:
    order = effect.order
    at = order.changed_at
    if connection.execute(_ORDER_STEP, (order.id, order.number, at, moment.offset, body)).rowcount == 1:
        where = (order.alert, order.subject, order.community)
        row = (order.id, order.number, order.state, *where, int(order.level), at, body)
        connection.execute(_ORDER, row)


def _refusal(connection: sqlite3.Connection, effect: OrderActionRefused, _body: str, moment: Moment) -> None:
    connection.execute(_ORDER_REFUSAL, (effect.key, effect.order, effect.reason, moment.now, moment.offset))


def _disposition(connection: sqlite3.Connection, effect: DispositionChanged, body: str, moment: Moment) -> None:
    answer = effect.disposition
    step = (effect.key, answer.command_id, moment.now, moment.offset, body)
    if connection.execute(_DISPOSITION_STEP, step).rowcount == 1:
        where = (answer.alert, answer.device, answer.community)
        row = (answer.command_id, answer.state, *where, answer.decided_at, moment.now, body)
        connection.execute(_DISPOSITION, row)


# The value's first parameter is narrower than Effect; the key guarantees it.
PROJECTIONS: Final[dict[type, Callable[..., None]]] = {
    AlertChanged: _alert,
    OrderChanged: _order,
    OrderActionRefused: _refusal,
    DispositionChanged: _disposition,
}
