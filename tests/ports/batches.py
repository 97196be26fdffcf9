"""Batches to commit, small and readable."""

from collections.abc import Sequence

from processor.model.alert import AlertCause, AlertState, Transition
from processor.model.disposition import Disposition, DispositionState
from processor.model.effect import (
    AlertChanged,
    DispositionChanged,
    DropReason,
    Effect,
    OrderActionRefused,
    OrderChanged,
    ReadingDropped,
    SendCommand,
)
from processor.model.inputs import Input
from processor.model.order import Order, OrderRefusal, OrderState
from processor.model.reading import Reading, Rejection, RejectionReason
from processor.model.rule import Level
from processor.model.text import Text
from processor.ports.journal import Batch, Block, Counts

T0 = 1_764_000_000_000
RULES = "rules-1"


def reading(device: str = "leak-1", at: int = T0, **values: float | bool | str) -> Reading:
    return Reading(device, at, at + 40, dict(values) or {"leak": True}, 0, 7)


def batch(
    inputs: Sequence[Input] | None = None,
    *,
    now: int = T0,
    effects: Sequence[Effect] = (),
    rejections: Sequence[Rejection] = (),
    settled: Sequence[int] = (),
) -> Batch:
    handled = [reading()] if inputs is None else list(inputs)
    stored = sum(isinstance(each, Reading) for each in handled)
    return Batch(
        block=Block(now, RULES, handled),
        effects=[("sunrise", effect) for effect in effects],
        rejections=list(rejections),
        counts=Counts(received=stored + len(rejections), stored=stored, dead_letters=len(rejections)),
        settled_dead_letters=list(settled),
    )


def alert(number: int = 1, *, name: str = "LK-01:leak-1:1", after: AlertState = AlertState.FIRING) -> AlertChanged:
    step = Transition(
        alert=name,
        number=number,
        rule="LK-01",
        subject="leak-1",
        community="sunrise",
        before=AlertState.PENDING,
        after=after,
        cause=AlertCause.REACHED,
        level=Level.L1,
        opened_at=T0,
        reading_at=T0,
        decided_at=T0 + number,
        evidence="leak",
        rules_hash=RULES,
    )
    return AlertChanged(f"{name}/{number}", step, Text("漏水", "Leak"))


def order(number: int = 1, *, name: str = "order-1", state: OrderState = OrderState.OPEN) -> OrderChanged:
    return OrderChanged(
        f"{name}/{number}",
        Order(
            id=name,
            number=number,
            kind="leak_inspection",
            alert="LK-01:leak-1:1",
            rule="LK-01",
            subject="leak-1",
            community="sunrise",
            level=Level.L1,
            state=state,
            opened_at=T0,
            changed_at=T0 + number,
        ),
    )


def disposition(state: DispositionState, attempt: int = 1, *, name: str = "command-1") -> DispositionChanged:
    return DispositionChanged(
        f"{name}/{state}/{attempt}",
        Disposition(
            command_id=name,
            alert="LK-01:leak-1:1",
            rule="LK-01",
            device="valve-1",
            command="close",
            community="sunrise",
            state=state,
            attempt=attempt,
            decided_at=T0,
        ),
    )


def command(name: str = "command-1") -> SendCommand:
    return SendCommand(name, "sunrise", "valve-1", "close", "v1/sunrise/valve/valve-1/command", "{}", T0 + 30_000)


def refusal(name: str = "action-1") -> OrderActionRefused:
    return OrderActionRefused(f"{name}/refused", "order-9", OrderRefusal.NO_SUCH_ORDER)


def dropped() -> ReadingDropped:
    return ReadingDropped(DropReason.DUPLICATE)


def rejection(detail: str = "not JSON", payload: bytes = b"{") -> Rejection:
    return Rejection(RejectionReason.UNDECODABLE, "v1/x/leak/y/telemetry", payload, len(payload), T0, detail)
