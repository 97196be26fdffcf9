"""What leaves the core. An effect's key is derived from its content, so that delivering it twice has one effect."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from processor.model.alert import Transition
from processor.model.disposition import Disposition
from processor.model.order import Order, OrderRefusal
from processor.model.rule import Level
from processor.model.text import Text
from processor.model.time import EpochMs


class DropReason(StrEnum):
    """Why a decoded reading is not kept: a stated policy each."""

    DUPLICATE = "duplicate"


class ReadingDropped(msgspec.Struct, frozen=True, tag="reading_dropped"):
    """The reading just handled is not to be journalled."""

    reason: DropReason


class AlertChanged(msgspec.Struct, frozen=True, tag="alert_changed"):
    """An alert made a step: publish it. Key: "{alert}/{number}"."""

    key: str
    transition: Transition
    rule_name: Text


class SendCommand(msgspec.Struct, frozen=True, tag="send_command"):
    """Publish `payload` to `topic` before `expires_at`, never retained. Key: the command id."""

    key: str
    scope: str
    device: str
    command: str
    topic: str
    payload: str
    expires_at: EpochMs


class DispositionChanged(msgspec.Struct, frozen=True, tag="disposition_changed"):
    """An automatic command made a step; for the ledger and the console. Key: "{command_id}/{state}",
    for a refused one with "/{interlock}/{decided_at}" behind it."""

    key: str
    disposition: Disposition


class OrderChanged(msgspec.Struct, frozen=True, tag="order_changed"):
    """A work order made a step. Key: "{order}/{number}"."""

    key: str
    order: Order


class OrderActionRefused(msgspec.Struct, frozen=True, tag="order_action_refused"):
    """A person's action on an order was not taken. Key: "{action id}/refused"."""

    key: str
    order: str
    reason: OrderRefusal


class RemindPeople(msgspec.Struct, frozen=True, tag="remind_people"):
    """Tell the people on duty who hold one of `roles` for this place. No personal data in it (DESIGN.md 5.12)."""

    key: str
    scope: str
    roles: tuple[str, ...]
    level: Level
    alert: str
    rule: str
    subject: str
    order: str
    grid: str
    title: Text
    body: Text
    decided_at: EpochMs
    late: bool = False


Effect: TypeAlias = (
    ReadingDropped | AlertChanged | SendCommand | DispositionChanged | OrderChanged | OrderActionRefused | RemindPeople
)
