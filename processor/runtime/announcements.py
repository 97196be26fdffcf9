"""What wardwatch publishes for other programs: alert and order messages and their topics (docs/alert-message.md)."""

from typing import Annotated, Final, Literal

import msgspec

from processor.model.alert import AlertCause, AlertState, Withheld
from processor.model.effect import AlertChanged, Effect, OrderChanged
from processor.model.order import OrderResult, OrderState
from processor.model.text import Text
from processor.model.time import EpochMs

LevelName = Literal["L1", "L2", "L3", "L4"]
_LEVELS: Final[tuple[LevelName, ...]] = ("L1", "L2", "L3", "L4")

# A name may hold what a topic may not: separators and wildcards, a leading $ (the broker's own topics), controls.
_ESCAPED: Final = {
    ord(sign): f"%{ord(sign):02X}" for sign in [*"%/+#$", *(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)))]
}


class AlertMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of an alert. `key` is unique for ever: a message that comes twice has the same key.

    Instants are milliseconds since 1970 UTC. `reading_at` is null when no reading caused the step (a device was silent,
    the clock ran out). Steps of one alert carry growing numbers: ignore a lower one that comes later. `withheld` says
    why nobody was told and nothing was done, null where somebody was; alerts of rules in shadow are never published.
    """

    version: Literal[1] = 1
    key: str
    alert: str
    number: Annotated[int, msgspec.Meta(ge=1)]
    rule: str
    name: Text
    subject: str
    community: str
    before: AlertState
    state: AlertState
    cause: AlertCause
    level: LevelName
    opened_at: EpochMs
    reading_at: EpochMs | None
    decided_at: EpochMs
    published_at: EpochMs
    evidence: str
    late: bool
    rules_hash: str
    withheld: Withheld | None = None


class OrderMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a work order. It names no person and carries no note: those stay with the people (DESIGN.md 5.12)."""

    version: Literal[1] = 1
    key: str
    order: str
    number: Annotated[int, msgspec.Meta(ge=1)]
    kind: str
    state: OrderState
    level: LevelName
    alert: str
    rule: str
    subject: str
    community: str
    opened_at: EpochMs
    changed_at: EpochMs
    published_at: EpochMs
    reason: str
    result: OrderResult | None


_encode = msgspec.json.Encoder().encode


def announcement(effect: Effect, published_at: EpochMs) -> tuple[str, bytes]:
    """(topic, payload) of a step of an alert or of an order."""
    if isinstance(effect, AlertChanged):
        return alert_announcement(effect, published_at)
    if isinstance(effect, OrderChanged):
        return order_announcement(effect, published_at)
    raise TypeError(f"nothing to publish in {type(effect).__name__}")


def alert_announcement(effect: AlertChanged, published_at: EpochMs) -> tuple[str, bytes]:
    """(topic, payload) of an alert's step."""
    step = effect.transition
    message = AlertMessage(
        key=effect.key,
        alert=step.alert,
        number=step.number,
        rule=step.rule,
        name=effect.rule_name,
        subject=step.subject,
        community=step.community,
        before=step.before,
        state=step.after,
        cause=step.cause,
        level=_LEVELS[step.level - 1],
        opened_at=step.opened_at,
        reading_at=step.reading_at,
        decided_at=step.decided_at,
        published_at=published_at,
        evidence=step.evidence,
        late=step.late,
        rules_hash=step.rules_hash,
        withheld=step.withheld,
    )
    topic = f"wardwatch/alerts/{topic_segment(step.community)}/{topic_segment(step.subject)}/{topic_segment(step.rule)}"
    return topic, _encode(message)


def order_announcement(effect: OrderChanged, published_at: EpochMs) -> tuple[str, bytes]:
    """(topic, payload) of a work order's step."""
    order = effect.order
    message = OrderMessage(
        key=effect.key,
        order=order.id,
        number=order.number,
        kind=order.kind,
        state=order.state,
        level=_LEVELS[order.level - 1],
        alert=order.alert,
        rule=order.rule,
        subject=order.subject,
        community=order.community,
        opened_at=order.opened_at,
        changed_at=order.changed_at,
        published_at=published_at,
        reason=order.reason,
        result=order.result,
    )
    return f"wardwatch/orders/{topic_segment(order.community)}/{topic_segment(order.id)}", _encode(message)


def topic_segment(name: str) -> str:
    """`name` as one level of a topic; what a topic may not hold is percent-encoded, an empty name is "-"."""
    return name.translate(_ESCAPED) or "-"
