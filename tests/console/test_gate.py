"""Nobody reaches the API without the token; nobody makes the daemon read more than a request needs."""

from collections.abc import AsyncIterator

import httpx
import pytest

from processor.console.app import create_app
from processor.console.bounds import BODY_LIMIT
from tests.console.conftest import TOKEN
from tests.fakes.console import FakeConsoleService

PATHS = [
    ("GET", "/api/alerts"),
    ("GET", "/api/orders"),
    ("GET", "/api/readings"),
    ("GET", "/api/dead-letters"),
    ("GET", "/api/openapi.json"),
    ("POST", "/api/orders/o1/accept"),
    ("POST", "/api/alerts/a1/reset"),
    ("POST", "/api/dead-letters/retry"),
    ("POST", "/api/reload"),
    ("POST", "/api/automation"),
    ("GET", "/api/mutes"),
    ("POST", "/api/mutes"),
    ("GET", "/api"),
    ("GET", "/api/nothing-here"),
    ("DELETE", "/api/alerts"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN],
)
async def test_without_the_token_everything_under_api_is_closed(
    stranger: httpx.AsyncClient, service: FakeConsoleService, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await stranger.request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthorised"
    assert service.asked == []


async def test_a_token_with_strange_bytes_is_only_wrong(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/api/alerts", headers=[(b"authorization", b"Bearer \xff\xfe\x80")])
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_machines_need_no_token_for_health_and_metrics(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 200


async def test_no_page_of_the_framework_is_served(stranger: httpx.AsyncClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await stranger.get(path)).status_code == 404


def test_a_token_that_can_be_guessed_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="5 characters"):
        create_app(FakeConsoleService(), "short")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer None"])
async def test_without_a_configured_token_the_api_is_closed(authorization: str) -> None:
    transport = httpx.ASGITransport(create_app(FakeConsoleService(), ""))
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
        answer = await client.get("/api/alerts", headers={"Authorization": authorization})
    assert answer.status_code == 401


async def test_a_body_that_says_it_is_too_large_is_refused(
    client: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    answer = await client.post("/api/reload", content=b"x" * (BODY_LIMIT + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert service.asked == []


async def test_a_body_that_grows_without_saying_so_is_cut_off_at_the_limit(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 4096
            yield b" " * 4096

    answer = await client.post("/api/reload", content=endless())
    assert answer.status_code == 413
    assert sent <= BODY_LIMIT + 2 * 4096


@pytest.mark.parametrize("told", [str(BODY_LIMIT + 1), "9" * 5_000])
async def test_a_body_that_says_it_is_too_large_is_not_even_read(client: httpx.AsyncClient, told: str) -> None:
    read = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b"{}"

    answer = await client.post("/api/reload", content=body(), headers={"Content-Length": told})
    assert answer.status_code == 413
    assert not read


async def test_a_length_that_is_no_number_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/reload", content=b"{}", headers={"Content-Length": "-1"})
    assert answer.status_code == 413


async def test_the_largest_body_that_is_allowed_is_read_whole(client: httpx.AsyncClient) -> None:
    start = b'{"person": "li"'
    body = start + b" " * (BODY_LIMIT - len(start) - 1) + b"}"
    answer = await client.post("/api/reload", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
