"""The daemon's orders over its HTTP API (GET /api/orders, POST /api/orders/{id}/{verb})."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

import httpx
import msgspec

from processor.model.order import Order
from simulators.responder import OrderDeed, OrderSeen

TIMEOUT_S = 5.0


class _OrderPage(msgspec.Struct):
    items: list[Order]


class HttpOrders:
    """Speaks with a daemon at `base_url` under the console's bearer token. Never raises: None and False mean later."""

    def __init__(self, base_url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
            transport=transport,
        )
        self._decoder = msgspec.json.Decoder(_OrderPage)

    def unfinished(self) -> Sequence[OrderSeen] | None:
        try:
            answer = self._client.get("/api/orders", params={"limit": 1000})
            if answer.status_code != HTTPStatus.OK:
                return None
            page = self._decoder.decode(answer.content)
        except (httpx.HTTPError, msgspec.DecodeError):
            return None
        return [OrderSeen(order.id, order.state, order.subject, order.rule) for order in page.items]

    def act(self, deed: OrderDeed) -> bool:
        body = {
            "person": deed.person,
            "note": deed.note,
            "result": deed.result,
            "request_id": deed.request.translate(_REQUEST_ALPHABET),
        }
        try:
            answer = self._client.post(f"/api/orders/{quote(deed.order, safe='/')}/{deed.verb}", json=body)
        except httpx.HTTPError:
            return False
        return answer.status_code == HTTPStatus.OK

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


_REQUEST_ALPHABET = {code: "_" for code in range(128) if not (chr(code).isalnum() or chr(code) in "._:-")}
