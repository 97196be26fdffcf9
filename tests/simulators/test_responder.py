"""The simulated worker: when it does what, once each."""

import json
from collections.abc import Callable

import httpx
import pytest

from processor.model.order import OrderResult, OrderState, OrderVerb
from processor.model.time import SECOND
from simulators.orders_http import HttpOrders
from simulators.responder import HURRIED, OrderDeed, OrderSeen, Responder
from tests.simulators.districts import START

AFTER = {
    OrderVerb.ACCEPT: OrderState.ACCEPTED,
    OrderVerb.DONE: OrderState.DONE,
    OrderVerb.CLOSE: OrderState.CLOSED,
}


class Desk:
    """The daemon's orders in memory."""

    def __init__(self) -> None:
        self.states = {"o-1": OrderState.OPEN}
        self.deeds: list[OrderDeed] = []
        self.there = True
        self.takes = True

    def unfinished(self) -> list[OrderSeen] | None:
        if not self.there:
            return None
        return [OrderSeen(order, state, "d1") for order, state in self.states.items() if state is not OrderState.CLOSED]

    def act(self, deed: OrderDeed) -> bool:
        self.deeds.append(deed)
        if self.takes:
            self.states[deed.order] = AFTER[deed.verb]
        return self.takes


def work(worker: Responder, seconds: int, start_s: int = 0) -> None:
    for second in range(start_s, start_s + seconds):
        worker.step(START + second * SECOND)


@pytest.mark.parametrize(("wrong", "result"), [(True, OrderResult.TRUE_ALARM), (False, OrderResult.FALSE_ALARM)])
def test_an_order_is_accepted_done_and_closed_with_what_was_found(*, wrong: bool, result: OrderResult) -> None:
    desk, visits = Desk(), list[str]()

    def visit(device: str) -> bool:
        visits.append(device)
        return wrong

    worker = Responder(desk, visit, seed=1, pacing=HURRIED)
    worker.step(START)
    assert desk.deeds == []  # nobody accepts in the same second
    work(worker, 15)
    assert [deed.verb for deed in desk.deeds] == [OrderVerb.ACCEPT, OrderVerb.DONE, OrderVerb.CLOSE]
    assert desk.deeds[-1].result is result
    assert visits == ["d1"]
    assert (worker.accepted, worker.closed) == (1, 1)


def test_a_second_order_about_the_same_trouble_is_no_false_alarm() -> None:
    desk, wrong = Desk(), [True]
    desk.states["o-2"] = OrderState.OPEN
    worker = Responder(desk, lambda _: bool(wrong and wrong.pop()), seed=1, pacing=HURRIED)
    work(worker, 20)
    assert [deed.result for deed in desk.deeds if deed.result] == [OrderResult.TRUE_ALARM] * 2


def test_a_deed_that_was_not_taken_is_the_same_deed_again() -> None:
    desk = Desk()
    desk.takes = False
    worker = Responder(desk, lambda _: True, seed=1, pacing=HURRIED)
    work(worker, 10)
    assert len(desk.deeds) > 1
    assert len({deed.request for deed in desk.deeds}) == 1
    desk.takes = True
    work(worker, 20, start_s=10)
    assert desk.states == {"o-1": OrderState.CLOSED}


def test_a_worker_waits_while_the_daemon_is_away() -> None:
    desk = Desk()
    desk.there = False
    worker = Responder(desk, lambda _: True, seed=1, pacing=HURRIED)
    work(worker, 20)
    assert desk.deeds == []


ORDER = {
    "id": "c01/LK-01/1", "number": 1, "kind": "leak", "alert": "a", "rule": "LK-01", "subject": "d1",
    "community": "c01", "level": 2, "state": "open", "opened_at": START, "changed_at": START,
}  # fmt: skip


def spoken(answer: Callable[[httpx.Request], httpx.Response]) -> HttpOrders:
    return HttpOrders("http://daemon", "secret", transport=httpx.MockTransport(answer))


def test_orders_are_read_under_the_token() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        assert request.url.path == "/api/orders"
        return httpx.Response(200, json={"items": [ORDER], "more": False})

    orders = spoken(answer)
    assert orders.unfinished() == [OrderSeen("c01/LK-01/1", OrderState.OPEN, "d1", "LK-01")]
    orders.close()


def test_a_deed_is_posted_with_a_request_id_the_daemon_takes() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    orders = spoken(answer)
    deed = OrderDeed("sim-1-c01/LK-01/1-close", "c01/LK-01/1", OrderVerb.CLOSE, "w", "好", OrderResult.TEST)
    assert orders.act(deed)
    orders.close()
    assert seen[0].url.path == "/api/orders/c01/LK-01/1/close"
    assert json.loads(seen[0].content) == {
        "person": "w",
        "note": "好",
        "result": "test",
        "request_id": "sim-1-c01_LK-01_1-close",
    }


def refuse(_: httpx.Request) -> httpx.Response:
    return httpx.Response(409, json={"reason": "not_in_this_state"})


def garble(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=b"<html>")


def hang_up(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize("answer", [refuse, garble, hang_up])
def test_a_daemon_in_trouble_means_later(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    orders = spoken(answer)
    assert orders.unfinished() is None
    if answer is not garble:
        assert not orders.act(OrderDeed("r-1234567", "o", OrderVerb.ACCEPT, "w"))
    orders.close()
