"""The whole story of one alert or order, read from the store: every step, every command, every person's action."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final, TypeVar

from processor.cli.ending import end, usable_store
from processor.cli.opening import Opened
from processor.cli.spoken import evidence_words, spoken
from processor.cli.tables import Cell, harmless, level_cell, moment, show_json, show_table, state_cell, stdout
from processor.cli.wire_store import open_records
from processor.model.alert import AlertCause, AlertState, Transition, Withheld
from processor.model.disposition import DispositionState, Interlock
from processor.model.order import Order, OrderResult, OrderState
from processor.model.text import Text
from processor.ports.records import AlertRecord, DispositionStep, Records

Found = TypeVar("Found")

STEPS: Final = Text(
    zh="步,时间,之前,之后,原因,级别,读数时间,依据", en="step,time,before,after,cause,level,reading at,evidence"
)
COMMANDS: Final = Text(zh="指令,设备,时间,状态,说明", en="command,device,time,state,detail")
ORDER_STEPS: Final = Text(zh="步,时间,状态,处理人,结果,备注", en="step,time,state,person,result,note")
NO_ALERT: Final = Text(zh="没有告警 {id}。", en="There is no alert {id}.")
NO_ORDER: Final = Text(zh="没有工单 {id}。", en="There is no work order {id}.")
ORDER: Final = Text(zh="工单 {id}", en="Work order {id}")


def reading_store(at: Opened, read: Callable[[Records], Found]) -> Found:
    """What `read` finds in the store; the verb ends with 4 where the store cannot be read."""
    with usable_store(), closing(open_records(at.settings)) as records:
        return read(records)


def show_alert(at: Opened, alert: str, *, as_json: bool) -> None:
    """Print everything about an alert; the verb ends with 1 where there is none."""
    record, steps, commands, orders = reading_store(at, lambda records: _alert(records, alert))
    if record is None:
        end(NO_ALERT.pick(at.language).format(id=alert))
    if as_json:
        show_json({"alert": record, "transitions": steps, "commands": commands, "orders": orders})
        return
    newest = record.transition
    title = f"{newest.alert}  {newest.rule} {record.rule_name.pick(at.language)}  {newest.subject}  {newest.community}"
    stdout().print(harmless(title), style="bold", markup=False)
    show_table(STEPS.pick(at.language).split(","), [_step(step, at) for step in steps])
    if commands:
        show_table(COMMANDS.pick(at.language).split(","), [_command(step, at) for step in commands])
    for order in orders:
        _print_order(at, order)


def show_order(at: Opened, order: str, *, as_json: bool) -> None:
    """Print every step of an order; the verb ends with 1 where there is none."""
    steps = reading_store(at, lambda records: records.order_steps(order))
    if not steps:
        end(NO_ORDER.pick(at.language).format(id=order))
    if as_json:
        show_json({"order": steps[-1], "steps": steps})
    else:
        _print_order(at, steps)


def _alert(
    records: Records, alert: str
) -> tuple[AlertRecord | None, Sequence[Transition], list[DispositionStep], list[Sequence[Order]]]:
    commands = [records.disposition_steps(each.command_id) for each in records.dispositions(alert=alert)]
    orders = [records.order_steps(each.id) for each in records.orders(alert=alert)]
    flat = sorted((step for steps in commands for step in steps), key=lambda step: step.at)
    return records.alert(alert), records.transitions(alert), flat, orders


def _step(step: Transition, at: Opened) -> list[Cell]:
    return [
        str(step.number),
        moment(step.decided_at, at.zone),
        state_cell(step.before, spoken(AlertState, step.before, at.language)),
        state_cell(step.after, spoken(AlertState, step.after, at.language)),
        _cause(step, at.language),
        level_cell(step.level),
        moment(step.reading_at, at.zone),
        evidence_words(step.evidence, at.language),
    ]


def _cause(step: Transition, language: str) -> str:
    cause = spoken(AlertCause, step.cause, language)
    return f"{cause} · {spoken(Withheld, step.withheld, language)}" if step.withheld else cause


def _command(step: DispositionStep, at: Opened) -> list[Cell]:
    done = step.disposition
    state = spoken(DispositionState, done.state, at.language)
    state += f" ({spoken(Interlock, done.interlock, at.language)})" if done.interlock else ""
    evidence = evidence_words(done.evidence, at.language)
    return [done.command, done.device, moment(step.at, at.zone), state, evidence]


def _print_order(at: Opened, steps: Sequence[Order]) -> None:
    newest = steps[-1]
    title = f"{ORDER.pick(at.language).format(id=newest.id)}  {newest.kind}  L{newest.level}  "
    title += evidence_words(newest.reason, at.language)
    stdout().print(harmless(title), style="bold", markup=False)
    rows: list[Sequence[Cell]] = [
        [
            str(each.number),
            moment(each.changed_at, at.zone),
            state_cell(each.state, spoken(OrderState, each.state, at.language)),
            each.person,
            spoken(OrderResult, each.result, at.language) if each.result else "",
            each.note,
        ]
        for each in steps
    ]
    show_table(ORDER_STEPS.pick(at.language).split(","), rows)
