"""What enters the core. Each is one row element of the journal; `scope` is the community it belongs to."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from processor.model.order import OrderResult, OrderVerb
from processor.model.reading import Reading
from processor.model.time import EpochMs


class WakeUp(msgspec.Struct, frozen=True, array_like=True, tag="w"):
    """The instant the core asked to be woken at has come. Journalled, so that a replay wakes at the same instants."""

    scope: str
    at: EpochMs


class Started(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """The daemon came up at `at`; `down_since` is the last instant the journal knows of (None: first start)."""

    scope: str
    at: EpochMs
    down_since: EpochMs | None
    settle_until: EpochMs


class DeliveryResult(StrEnum):
    """How handing a command to the broker ended."""

    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"


class CommandDelivered(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """The outbox delivered a command to the broker, or never will."""

    scope: str
    command_id: str
    result: DeliveryResult


class CommandReply(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """A device answered a command. An answer is not a proof: only a reading is."""

    scope: str
    device: str
    command_id: str
    accepted: bool
    arrived: EpochMs


class OrderAction(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """A person did something to an order. `id` makes a repeated request one action."""

    scope: str
    id: str
    order: str
    verb: OrderVerb
    person: str
    note: str = ""
    result: OrderResult | None = None


class AlertReset(msgspec.Struct, frozen=True, array_like=True, tag="x"):
    """A named person resets a latched alert, with a reason."""

    scope: str
    alert: str
    person: str
    reason: str


class KillSwitch(msgspec.Struct, frozen=True, array_like=True, tag="k"):
    """A named person stops (or allows again) every automatic command of a community."""

    scope: str
    stopped: bool
    person: str
    reason: str


class Mute(msgspec.Struct, frozen=True, array_like=True, tag="m"):
    """A named person silences the answers of a rule ("": of every rule) on a subject ("": the whole community).

    `until` at or before now ends it. Evaluation and recovery go on; what still fires at `until` is answered then.
    """

    scope: str
    rule: str
    subject: str
    until: EpochMs
    person: str
    reason: str


Input: TypeAlias = (
    Reading | WakeUp | Started | CommandDelivered | CommandReply | OrderAction | AlertReset | KillSwitch | Mute
)
