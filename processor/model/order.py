"""The names of a work order's life. The table is `processor.engine.order_life`, where the full life will grow."""

from enum import StrEnum

import msgspec

from processor.model.rule import Level
from processor.model.time import EpochMs


class OrderState(StrEnum):
    """Where a work order stands (派单 → 接单 → 处置完 → 办结)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DONE = "done"
    CLOSED = "closed"


class OrderVerb(StrEnum):
    """What a person can do to an order."""

    ACCEPT = "accept"
    DONE = "done"
    CLOSE = "close"
    REOPEN = "reopen"


class OrderResult(StrEnum):
    """What it turned out to be (DOMAIN.md 3.2)."""

    TRUE_ALARM = "true_alarm"  # 真警
    FALSE_ALARM = "false_alarm"  # 误报
    FAULT = "fault"  # 故障
    TEST = "test"  # 测试


class OrderRefusal(StrEnum):
    """Why a person's action on an order was not taken."""

    NO_SUCH_ORDER = "no_such_order"
    NOT_IN_THIS_STATE = "not_in_this_state"
    RESULT_MISSING = "result_missing"
    ALERT_STILL_FIRING = "alert_still_firing"  # close needs the alert cleared, or a note why not
    PERSON_MISSING = "person_missing"


class Order(msgspec.Struct, frozen=True):
    """A task for people. `number` counts its steps; `alert` is the episode that opened it."""

    id: str
    number: int
    kind: str
    alert: str
    rule: str
    subject: str
    community: str
    level: Level
    state: OrderState
    opened_at: EpochMs
    changed_at: EpochMs
    reason: str = ""
    person: str = ""
    note: str = ""
    result: OrderResult | None = None
