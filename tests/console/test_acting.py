"""What people do reaches the daemon once and whole, or is refused with words that help."""

import httpx
import pytest

from processor.console.problems import REFUSALS, prefers
from processor.model.order import OrderRefusal, OrderResult, OrderVerb
from processor.model.problem import Problem, Severity
from processor.model.reading import RejectionReason
from processor.model.source import SourcePlace
from processor.model.text import Text
from processor.model.time import MINUTE
from processor.ports.console import Figures, Refusal, Reloaded
from processor.ports.rule_sets import SetCause, SetRequest
from tests.fakes.console import FakeConsoleService


@pytest.mark.parametrize("verb", list(OrderVerb))
async def test_every_verb_of_an_order_can_be_said(
    client: httpx.AsyncClient, service: FakeConsoleService, verb: OrderVerb
) -> None:
    body = {"person": "li", "note": "阀门已关", "result": "true_alarm", "request_id": "req-00000001"}
    answer = await client.post(f"/api/orders/WD-01/d1/1/{verb}", json=body)
    assert answer.status_code == 200
    assert answer.json()["id"] == "WD-01/d1/1"
    assert service.asked == [
        (
            "order",
            {
                "request": "req-00000001",
                "order": "WD-01/d1/1",
                "verb": verb,
                "person": "li",
                "note": "阀门已关",
                "result": OrderResult.TRUE_ALARM,
            },
        )
    ]


async def test_a_request_without_an_id_gets_one_of_its_own(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    for _ in range(2):
        await client.post("/api/orders/o1/accept", json={"person": "li"})
    first, second = (str(arguments["request"]) for _, arguments in service.asked)
    assert first != second
    assert len(first) >= 8


@pytest.mark.parametrize("reason", [*OrderRefusal, *Refusal])
@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en"])
async def test_every_refusal_has_its_status_and_words_in_both_languages(
    client: httpx.AsyncClient, service: FakeConsoleService, reason: OrderRefusal | Refusal, language: str
) -> None:
    service.declines = reason
    answer = await client.post("/api/orders/o1/done", json={"person": "li"}, headers={"Accept-Language": language})
    body = answer.json()
    assert answer.status_code == body["status"] == REFUSALS[reason][0]
    assert body["code"] == reason
    assert body["title"] == body["text"][prefers(language)]
    assert body["text"]["zh"] != body["text"]["en"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("alerts/LK-01/s1/reset", {"person": "li", "reason": "on site, dry"}),
        ("dead-letters/retry", {}),
        ("reload", {"person": "li"}),
        ("automation", {"stopped": True, "person": "li", "reason": "works on the mains"}),
        ("mutes", {"subject": "e-m1", "minutes": 120, "person": "li", "reason": "works on it"}),
    ],
)
async def test_every_action_can_be_declined(
    client: httpx.AsyncClient, service: FakeConsoleService, path: str, body: dict[str, object]
) -> None:
    assert (await client.post(f"/api/{path}", json=body)).status_code == 200
    service.declines = Refusal.NOT_NOW
    answer = await client.post(f"/api/{path}", json=body)
    assert answer.status_code == 503
    assert answer.json()["code"] == "not_now"


async def test_a_reset_keeps_the_slashes_of_the_alert(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    await client.post("/api/alerts/LK-02/sunrise/b3/r1/reset", json={"person": "li", "reason": "dry"})
    assert service.asked == [("reset", {"alert": "LK-02/sunrise/b3/r1", "person": "li", "reason": "dry"})]


async def test_a_retry_says_how_it_went(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    answer = await client.post("/api/dead-letters/retry", json={"reason": "unknown_device", "limit": 50})
    assert answer.json() == {"retried": 3, "stored": 2, "still_dead": 1}
    assert service.asked == [("retry", {"reason": RejectionReason.UNKNOWN_DEVICE, "limit": 50})]


async def test_a_mute_says_what_how_long_who_and_why(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    body = {"subject": "e-m1", "rule": "M-01", "minutes": 90, "person": "li", "reason": "works on it"}
    assert (await client.post("/api/mutes", json=body)).json() == {"ok": True}
    asked = {"community": "", "subject": "e-m1", "rule": "M-01", "for_ms": 90 * MINUTE}
    assert service.asked == [("mute", {**asked, "person": "li", "reason": "works on it"})]
    found = (await client.get("/api/mutes")).json()
    assert [
        (each["rule"], each["subject"], each["until"], each["person"], each["reason"]) for each in found["items"]
    ] == [("M-01", "e-m1", 1_790_000_000_000, "li", "works on it")]


async def test_the_kill_switch_names_the_person_and_the_reason(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    body = {"stopped": True, "community": "sunrise", "person": "li", "reason": "valve works"}
    assert (await client.post("/api/automation", json=body)).json() == {"ok": True}
    assert service.asked == [("automation", body)]


async def test_a_bad_reload_lists_every_problem_with_its_place(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    place = SourcePlace("rules/water.yaml", 14, 7)
    found = Problem(place, "unknown_key", Text(zh="未知的键 abov", en='unknown key "abov"'), suggestion="above")
    service.reloads = Reloaded(changed=False, rules_hash="old", problems=(found,))
    answer = await client.post("/api/reload", json={"person": "li"})
    assert answer.status_code == 422
    assert answer.json()["rules_hash"] == "old"
    assert answer.json()["problems"] == [
        {
            "place": "rules/water.yaml:14:7",
            "code": "unknown_key",
            "severity": "error",
            "zh": "rules/water.yaml:14:7: 未知的键 abov（是否想写“above”？）",
            "en": 'rules/water.yaml:14:7: unknown key "abov" (did you mean "above"?)',
        }
    ]


async def test_a_reload_with_warnings_only_is_taken(client: httpx.AsyncClient, service: FakeConsoleService) -> None:
    found = Problem(SourcePlace("a.yaml", 1, 1), "odd", Text(zh="奇怪", en="odd"), severity=Severity.WARNING)
    service.reloads = Reloaded(changed=True, rules_hash="new", problems=(found,))
    answer = await client.post("/api/reload", json={"person": "li"})
    assert answer.status_code == 200
    assert answer.json()["changed"] is True
    assert len(answer.json()["problems"]) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("orders/o1/burn", {"person": "li"}),
        ("orders/o1/accept", {"person": "li", "extra": 1}),
        ("orders/o1/accept", {"person": "x" * 65}),
        ("orders/o1/accept", {"person": "li\u0000"}),
        ("orders/o1/accept", {"person": 7}),
        ("orders/o1/accept", {"person": "li", "note": "n" * 2001}),
        ("orders/o1/accept", {"person": "li", "result": "maybe"}),
        ("orders/o1/accept", {"person": "li", "request_id": "a b c d e f g"}),
        ("orders/o1/accept", ["person"]),
        ("alerts/a1/reset", {"person": " ", "reason": "dry"}),
        ("alerts/a1/reset", {"person": "li", "reason": ""}),
        ("alerts/a1/reset", {"person": "li"}),
        ("reload", {}),
        ("automation", {"stopped": True, "person": "li"}),
        ("mutes", {"subject": "e-m1", "minutes": 10_081, "person": "li", "reason": "too long"}),
        ("mutes", {"subject": "e-m1", "minutes": -1, "person": "li", "reason": "r"}),
        ("mutes", {"subject": "e-m1", "minutes": 60, "person": " ", "reason": "r"}),
        ("automation", {"person": "li", "reason": "r"}),
        ("dead-letters/retry", {"limit": 0}),
    ],
)
async def test_a_body_out_of_bounds_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, service: FakeConsoleService, path: str, body: object
) -> None:
    answer = await client.post(f"/api/{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_request"
    assert answer.json()["detail"]
    assert service.asked == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"person": "\\ud800"}',
        b"[" * 60_000,
        b'{"person":' * 6_000,
        b'{"person": NaN}',
        b'{"person": ' + b"9" * 5_000 + b"}",
    ],
)
async def test_a_hostile_body_is_the_senders_fault_never_ours(
    client: httpx.AsyncClient, service: FakeConsoleService, content: bytes
) -> None:
    answer = await client.post("/api/reload", content=content, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert service.asked == []


async def test_what_was_sent_is_never_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/reload", json={"person": 5, "secret": "13800000000"})
    assert "13800000000" not in answer.text


async def test_an_error_inside_says_nothing_of_the_inside(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    def broken() -> Figures:
        raise RuntimeError("/var/secret")

    service.figures = broken  # type: ignore[method-assign]  # the fake breaks on purpose
    answer = await client.get("/metrics")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "secret" not in answer.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/healthz", 405)])
async def test_unknown_addresses_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, ZH", "zh"),
        ("en-GB,zh", "en"),
        ("*", "en"),
        (";;,,\x00", "en"),
    ],
)
def test_the_language_is_the_first_we_speak(header: str, language: str) -> None:
    assert prefers(header) == language


async def test_a_named_person_lets_rules_act_and_announces_files(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    who = {"person": "li", "reason": "tested"}
    assert (await client.post("/api/rules/approve", json={"rules": ["*"], **who})).status_code == 200
    files = {"content_hash": "a" * 64, "cause": "rollback", **who}
    assert (await client.post("/api/rules/announce", json=files)).status_code == 200
    assert service.asked == [
        ("reload", {"person": "li", "reason": "tested", "approve": ("*",)}),
        ("announce", {"request": SetRequest("a" * 64, "li", SetCause.ROLLBACK, "tested")}),
    ]
    for wrong in ({"rules": [], **who}, {"rules": ["*"], "person": "li"}, {"rules": ["*"], "reason": "tested"}):
        assert (await client.post("/api/rules/approve", json=wrong)).status_code == 422
