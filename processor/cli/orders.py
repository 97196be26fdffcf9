"""`wardwatch orders`: what has to be done, and a person's word on it."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from processor.cli.daemon_client import DaemonClient, in_path
from processor.cli.lists import look, settled
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Community, Config, Json, Lang, Limit, Note, Person, Result, Subject
from processor.cli.spoken import evidence_words, spoken
from processor.cli.story import show_order
from processor.cli.tables import Cell, level_cell, moment, show_json, show_table, state_cell, stdout
from processor.cli.wire_store import open_records
from processor.model.order import OrderResult, OrderState, OrderVerb
from processor.model.text import Text
from processor.runtime.service import NOT_CLOSED

app = typer.Typer(add_completion=False, invoke_without_command=True)

HEADINGS: Final = Text(
    zh="工单,级别,状态,类型,规则,对象,开始,处理人,原因", en="order,level,state,kind,rule,subject,opened,person,reason"
)
NOTHING: Final = Text(zh="没有待办工单。", en="No work orders.")
TAKEN: Final = Text(zh="工单 {order}：{state}", en="Work order {order}: {state}")

States = Annotated[
    list[OrderState] | None, typer.Option("--state", help="In this state; may be given again. / 状态，可多次。")
]
Order = Annotated[str, typer.Argument(help="The order's id. / 工单号。")]
RequestId = Annotated[
    str, typer.Option("--request-id", help="The same id again is the same action. / 同一请求号只生效一次。")
]


@app.callback()
def orders(
    context: typer.Context,
    *,
    state: States = None,
    community: Community = "",
    subject: Subject = "",
    limit: Limit = 100,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """List orders that are not closed, newest first; accept, done, close, reopen. / 工单：列表与办理。"""
    if context.invoked_subcommand is not None:
        return
    at = opened(config, lang)
    asked = {"community": community, "subject": subject}

    def from_store(most: int) -> Sequence[object]:
        return open_records(at.settings).orders(states=frozenset(state or NOT_CLOSED), limit=most, **asked)

    listed = look(at, "/api/orders", {**asked, "state": state or None}, limit, from_store)
    if as_json:
        show_json(listed)
    elif not listed.items:
        stdout().print(NOTHING.pick(at.language))
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(item, at) for item in listed.items])


def _row(item: dict[str, Any], at: Opened) -> list[Cell]:
    return [
        item["id"],
        level_cell(item["level"]),
        state_cell(item["state"], spoken(OrderState, item["state"], at.language)),
        item["kind"],
        item["rule"],
        item["subject"],
        moment(item["opened_at"], at.zone),
        item["person"],
        evidence_words(item["reason"], at.language),
    ]


@app.command("show")
def show(order: Order, config: Config = HERE, *, as_json: Json = False, lang: Lang = None) -> None:
    """Every step of one order. / 一张工单的全过程。"""
    show_order(opened(config, lang), order, as_json=as_json)


@app.command("accept")
def accept(
    order: Order,
    *,
    person: Person,
    note: Note = "",
    request_id: RequestId = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """I take it. / 接单。"""
    _act(opened(config, lang), OrderVerb.ACCEPT, order, _body(person, note, None, request_id), as_json=as_json)


@app.command("done")
def done(
    order: Order,
    *,
    person: Person,
    result: Result = None,
    note: Note = "",
    request_id: RequestId = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """I have done it, and this is what it was. / 处置完成，填写结果。"""
    _act(opened(config, lang), OrderVerb.DONE, order, _body(person, note, result, request_id), as_json=as_json)


@app.command("close")
def close(
    order: Order,
    *,
    person: Person,
    result: Result = None,
    note: Note = "",
    request_id: RequestId = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """It is finished. / 办结。"""
    _act(opened(config, lang), OrderVerb.CLOSE, order, _body(person, note, result, request_id), as_json=as_json)


@app.command("reopen")
def reopen(
    order: Order,
    *,
    person: Person,
    note: Note = "",
    request_id: RequestId = "",
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """It came back. / 重新打开。"""
    _act(opened(config, lang), OrderVerb.REOPEN, order, _body(person, note, None, request_id), as_json=as_json)


def _body(person: str, note: str, result: OrderResult | None, request: str) -> dict[str, object]:
    # The id makes a request whose answer was lost the same action when it is sent again.
    return {"person": person, "note": note, "result": result, "request_id": request or uuid4().hex}


def _act(at: Opened, verb: OrderVerb, order: str, body: dict[str, object], *, as_json: bool) -> None:
    with DaemonClient(at.settings) as daemon:
        taken = settled(at, daemon.post(f"/api/orders/{in_path(order)}/{verb}", body, again=True))
    if as_json:
        show_json(taken)
    else:
        state = spoken(OrderState, taken["state"], at.language)
        stdout().print(TAKEN.pick(at.language).format(order=order, state=state), markup=False)
