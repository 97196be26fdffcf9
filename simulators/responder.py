"""A simulated worker: sees an order, accepts it, goes there, mends what is wrong, closes with a result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from processor.model.order import OrderResult, OrderState, OrderVerb
from processor.model.time import SECOND, EpochMs
from simulators.chance import generator


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """What the worker reads of an order."""

    id: str
    state: OrderState
    subject: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class OrderDeed:
    """What the worker does to an order. `request` makes a repeated deed one deed."""

    request: str
    order: str
    verb: OrderVerb
    person: str
    note: str = ""
    result: OrderResult | None = None


class Orders(Protocol):
    """The daemon's orders, however they are reached. None and False: not now, ask again."""

    def unfinished(self) -> Sequence[OrderSeen] | None:
        """Orders that are not closed."""

    def act(self, deed: OrderDeed) -> bool:
        """True when the daemon took it."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How long a worker takes for each step, seconds, (shortest, longest)."""

    accept_s: tuple[float, float] = (20.0, 120.0)
    travel_s: tuple[float, float] = (180.0, 900.0)
    work_s: tuple[float, float] = (120.0, 900.0)


HURRIED = Pacing((2.0, 4.0), (2.0, 4.0), (1.0, 2.0))  # for a demo of one minute

NEXT_VERB = {
    OrderState.OPEN: OrderVerb.ACCEPT,
    OrderState.ACCEPTED: OrderVerb.DONE,
    OrderState.DONE: OrderVerb.CLOSE,
}
NOTES = {
    OrderVerb.ACCEPT: "",
    OrderVerb.DONE: "已到现场处理 / on site, mended",
    OrderVerb.CLOSE: "现场确认已恢复 / seen to be well again",
}


class Responder:
    """`step` does what is due; `visit(device)` mends it in the simulated world and says whether anything was wrong."""

    def __init__(
        self,
        orders: Orders,
        visit: Callable[[str], bool],
        *,
        seed: int,
        person: str = "worker-1",
        pacing: Pacing = Pacing(),
    ) -> None:
        self.accepted = 0
        self.closed = 0
        self._orders = orders
        self._visit = visit
        self._seed = seed
        self._person = person
        self._pacing = pacing
        self._due: dict[tuple[str, OrderState], EpochMs] = {}
        self._found: dict[str, bool] = {}
        self._mended: set[str] = set()  # a second order about the same trouble is no false alarm

    def step(self, now: EpochMs) -> None:
        """Look at the orders and do what is due by `now`."""
        seen = self._orders.unfinished()
        if seen is None:
            return
        present = {(order.id, order.state) for order in seen}
        self._due = {key: due for key, due in self._due.items() if key in present}
        for order in seen:
            if order.state in NEXT_VERB:
                self._attend(order, now)

    def _attend(self, order: OrderSeen, now: EpochMs) -> None:
        due = self._due.setdefault((order.id, order.state), now + self._takes(order))
        if now < due:
            return
        verb = NEXT_VERB[order.state]
        if verb is OrderVerb.DONE and order.id not in self._found:
            if self._visit(order.subject):
                self._mended.add(order.subject)
            self._found[order.id] = order.subject in self._mended
        result = self._result(order) if verb is OrderVerb.CLOSE else None
        request = f"sim-{self._seed}-{order.id}-{verb}"[:64]
        if self._orders.act(OrderDeed(request, order.id, verb, self._person, NOTES[verb], result)):
            self.accepted += verb is OrderVerb.ACCEPT
            self.closed += verb is OrderVerb.CLOSE

    def _result(self, order: OrderSeen) -> OrderResult:
        return OrderResult.TRUE_ALARM if self._found.get(order.id) else OrderResult.FALSE_ALARM

    def _takes(self, order: OrderSeen) -> int:
        rng: Random = generator(self._seed, "worker", order.id, order.state)
        spans = {
            OrderState.OPEN: self._pacing.accept_s,
            OrderState.ACCEPTED: self._pacing.travel_s,
            OrderState.DONE: self._pacing.work_s,
        }
        return int(rng.uniform(*spans[order.state]) * SECOND)
