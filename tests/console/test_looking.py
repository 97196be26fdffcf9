"""Lists are bounded, typed, and say whether there is more."""

import httpx
import pytest

from processor.model.alert import AlertState
from processor.model.order import OrderState
from processor.model.reading import Flag, Reading, RejectionReason
from processor.model.rule import Level
from processor.model.text import Text
from processor.ports.console import AlertView, DeadLetterView, Refusal
from processor.ports.rule_sets import RuleSet, SetCause
from tests.fakes.console import ORDER, FakeConsoleService

ALERT = AlertView(
    alert="LK-01/s1",
    number=3,
    rule="LK-01",
    rule_name=Text(zh="漏水", en="Leak"),
    subject="s1",
    community="sunrise",
    state=AlertState.FIRING,
    level=Level.L2,
    opened_at=1_000,
    changed_at=2_000,
)


async def test_alerts_are_asked_for_as_the_query_says(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    service.found_alerts = [ALERT]
    answer = await client.get("/api/alerts?state=firing&state=pending&community=sunrise&rule=LK-01&level=2&limit=7")
    assert answer.status_code == 200
    assert answer.json()["items"][0]["rule_name"] == {"zh": "漏水", "en": "Leak"}
    assert answer.json()["items"][0]["state"] == "firing"
    assert service.asked == [
        (
            "alerts",
            {
                "states": frozenset({AlertState.FIRING, AlertState.PENDING}),
                "community": "sunrise",
                "subject": "",
                "rule": "LK-01",
                "level": Level.L2,
                "shadow": False,
                "limit": 8,
            },
        )
    ]


async def test_orders_come_as_the_model_has_them(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    answer = await client.get("/api/orders?state=open")
    assert answer.json() == {
        "items": [
            {
                "id": "WD-01/d1/1",
                "number": 2,
                "kind": "leak",
                "alert": "WD-01/d1",
                "rule": "WD-01",
                "subject": "d1",
                "community": "sunrise",
                "level": 2,
                "state": "open",
                "opened_at": 1_000,
                "changed_at": 1_000,
                "reason": "",
                "person": "",
                "note": "",
                "result": None,
            }
        ],
        "more": False,
    }
    assert service.asked[0][1]["states"] == frozenset({OrderState.OPEN})


@pytest.mark.parametrize(("held", "limit", "shown", "more"), [(0, 2, 0, False), (2, 2, 2, False), (3, 2, 2, True)])
async def test_a_list_says_whether_there_is_more(
    client: httpx.AsyncClient, service: FakeConsoleService, *, held: int, limit: int, shown: int, more: bool
) -> None:
    service.found_orders = [ORDER] * held
    answer = (await client.get(f"/api/orders?limit={limit}")).json()
    assert (len(answer["items"]), answer["more"]) == (shown, more)


async def test_readings_have_named_fields_and_flags(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    service.found_readings = [
        Reading("d1", 5, 6, {"t": 1.5, "wet": True}, flags=Flag.RETAINED | Flag.LATE, fingerprint=9)
    ]
    answer = await client.get("/api/readings?device=d1&since=1&until=9")
    assert answer.json()["items"] == [
        {
            "device": "d1",
            "at": 5,
            "arrived": 6,
            "values": {"t": 1.5, "wet": True},
            "flags": ["retained", "late"],
            "fingerprint": 9,
        }
    ]
    assert service.asked == [("readings", {"device": "d1", "since": 1, "until": 9, "limit": 101})]


async def test_dead_letters_are_listed_by_reason(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    service.found_dead_letters = [
        DeadLetterView(
            sequence=4, reason=RejectionReason.TOO_DEEP, topic="a/b", payload="[[", size=900, arrived=1, detail="depth"
        )
    ]
    answer = await client.get("/api/dead-letters?reason=too_deep")
    assert answer.json()["items"][0]["reason"] == "too_deep"
    assert service.asked == [("dead_letters", {"reason": RejectionReason.TOO_DEEP, "limit": 101})]


@pytest.mark.parametrize(
    "query",
    [
        "alerts?limit=0",
        "alerts?limit=1001",
        "alerts?limit=9e9",
        "alerts?state=burning",
        "alerts?level=5",
        "alerts?community=" + "x" * 257,
        "alerts?rule=%00",
        "orders?state=lost",
        "readings?since=-1",
        "readings?until=99999999999999999999",
        "dead-letters?reason=because",
    ],
)
async def test_a_query_out_of_bounds_is_refused_with_its_place(
    client: httpx.AsyncClient, service: FakeConsoleService, query: str
) -> None:
    answer = await client.get(f"/api/{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"][0]["place"].startswith("query.")
    assert service.asked == []


async def test_explain_gives_the_document_or_the_reason_why_not(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    answer = await client.get("/api/explain?device=d1&rule=R-1&at=1790000000000")
    assert answer.json() == service.explains
    assert service.asked == [("explain", {"device": "d1", "rule": "R-1", "at": 1_790_000_000_000})]
    service.declines = Refusal.TOO_FAR
    refused = await client.get("/api/explain?device=d1&rule=R-1&at=1")
    assert (refused.status_code, refused.json()["code"]) == (422, "too_far")
    for bad in ("device=d1", "rule=R-1", "device=&rule=R-1", "device=d1&rule=R-1&at=soon"):
        assert (await client.get(f"/api/explain?{bad}")).status_code == 422


async def test_the_history_of_rules_is_listed_newest_first(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    service.found_rule_sets = [RuleSet(name, name, 1, "li", SetCause.RELOAD, "why") for name in ("b", "a")]
    answer = await client.get("/api/rules/history?limit=1")
    body = answer.json()
    assert ([each["rules_hash"] for each in body["items"]], body["more"]) == (["b"], True)
    assert (body["items"][0]["author"], body["items"][0]["reason"]) == ("li", "why")
