"""The signed webhook, against a real HTTP server on loopback that answers as told."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from processor.adapters.channels import WebhookChannel, WebhookSettings
from processor.adapters.channels.webhook import sign
from processor.model.person import Person
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from tests.fakes.clock import FakeClock
from tests.runtime.effects import NOW, reminder

PERSON = Person(id="p1", name="李伟", roles=("grid_worker",), covers=("g1",), phone="13800000000")
SECRET = "s3cret"


@dataclass
class Server:
    """Records requests; `answer` is written as it stands, `hang` keeps the connection open after it."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    hang: bool = False
    drip: bytes = b""  # sent again and again while the client listens
    port: int = 0
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
                if name
            }
            self.requests.append((headers, await reader.readexactly(int(headers["content-length"]))))
            writer.write(self.answer)
            await writer.drain()
            while self.drip and not self.released.is_set():
                writer.write(self.drip)
                await writer.drain()
                await asyncio.sleep(0.01)
            if self.hang:
                await self.released.wait()
        except ConnectionError:
            pass  # the client had read enough
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listener = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listener.sockets[0].getsockname()[1]
    yield made
    made.released.set()
    listener.close()
    await listener.wait_closed()


async def tell(server: Server, *, timeout_s: float = 5.0, personal: bool = False, key: str = "r1") -> Outcome:
    url = f"http://127.0.0.1:{server.port}/hook?token=t0ken"
    settings = WebhookSettings("hook", url, SECRET, timeout_s=timeout_s, personal=personal)
    channel = WebhookChannel(settings, FakeClock(NOW))
    try:
        return await channel.tell(reminder(key), (PERSON,))
    finally:
        await channel.close()


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_the_request_carries_the_key_and_a_signature_the_receiver_can_check(server: Server) -> None:
    assert await tell(server) == Sent()
    ((headers, body),) = server.requests
    assert headers["idempotency-key"] == "r1"
    assert headers["x-wardwatch-timestamp"] == str(NOW // 1000)
    assert headers["x-wardwatch-signature"] == sign(SECRET, str(NOW // 1000), body)
    assert json.loads(body)["title"] == {"zh": "剩余电流报警", "en": "Residual current alarm"}


def test_the_signature_is_the_one_of_the_documentation() -> None:
    # printf '1700000000.{"key":"r1"}' | openssl dgst -sha256 -hmac s3cret
    expected = "sha256=f32d827f247023d5fe22abc736a6e977bf541ae17321177ae3dc3de804fd0eb8"
    assert sign(SECRET, "1700000000", b'{"key":"r1"}') == expected


async def test_people_are_named_only_on_a_personal_channel(server: Server) -> None:
    await tell(server)
    await tell(server, personal=True)
    plain, personal = (json.loads(body)["people"] for _, body in server.requests)
    assert plain == [{"id": "p1", "language": "zh"}]
    assert personal == [{"id": "p1", "language": "zh", "name": "李伟", "phone": "13800000000"}]


async def test_a_key_with_chinese_goes_into_the_header_encoded(server: Server) -> None:
    assert await tell(server, key="EL-01/电表 1%/7") == Sent()
    assert server.requests[0][0]["idempotency-key"] == "EL-01/%E7%94%B5%E8%A1%A8%201%25/7"


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
async def test_2xx_is_sent(server: Server, status: str) -> None:
    server.answer = answer(status)
    assert await tell(server) == Sent()


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "410 Gone", "422 No"])
async def test_a_refusal_is_final_and_keeps_the_other_sides_words(server: Server, status: str) -> None:
    server.answer = answer(status, body="模板\n不存在".encode())
    assert await tell(server) == Refused(f"HTTP {status[:3]}: 模板 不存在")


@pytest.mark.parametrize(
    ("status", "header", "retry_after_ms"),
    [
        ("408 Request Timeout", None, None),
        ("425 Too Early", None, None),
        ("429 Too Many Requests", "Retry-After: 7", 7_000),
        ("503 Service Unavailable", "Retry-After: Tue, 14 Nov 2023 22:13:50 GMT", 30_000),
        ("503 Service Unavailable", "Retry-After: Tue, 14 Nov 2023 22:13:10 GMT", 0),  # already over
        ("503 Service Unavailable", "Retry-After: 99999999999999999999", 3_600_000),  # at most an hour
        ("503 Service Unavailable", "Retry-After: soon", None),
        ("503 Service Unavailable", "Retry-After: -5", None),
        ("500 Internal Server Error", None, None),
    ],
)
async def test_trouble_is_tried_again_when_the_other_side_says(
    server: Server, status: str, header: str | None, retry_after_ms: int | None
) -> None:
    server.answer = answer(status, *([header] if header else []))
    outcome = await tell(server)
    assert isinstance(outcome, Unreachable)
    assert outcome.retry_after_ms == retry_after_ms


async def test_a_redirect_is_not_followed(server: Server) -> None:
    server.answer = answer("307 Temporary Redirect", f"Location: http://127.0.0.1:{server.port}/elsewhere")
    assert isinstance(await tell(server), Unreachable)
    assert len(server.requests) == 1


async def test_a_server_that_never_answers_is_given_up_in_time(server: Server) -> None:
    server.answer, server.hang = b"", True
    assert await tell(server, timeout_s=0.1) == Unreachable("no answer within 0.1 s")


async def test_a_server_that_drips_its_answer_is_given_up_in_time(server: Server) -> None:
    server.answer, server.drip = b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"
    assert await tell(server, timeout_s=0.3) == Unreachable("no answer within 0.3 s")


async def test_an_endless_answer_is_not_read_to_its_end(server: Server) -> None:
    server.answer, server.hang = b"HTTP/1.1 400 Bad\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 5_000, True
    outcome = await tell(server)
    assert outcome == Refused("HTTP 400: " + "x" * 300)


async def test_nobody_listening_is_unreachable() -> None:
    settings = WebhookSettings("hook", "http://127.0.0.1:1/", SECRET)
    channel = WebhookChannel(settings, FakeClock(NOW))
    assert isinstance(await channel.tell(reminder(), ()), Unreachable)
    await channel.close()


async def test_neither_the_secret_nor_the_url_is_logged_or_shown(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("httpx").setLevel(logging.DEBUG)  # as an operator's debug configuration would
    with caplog.at_level(logging.INFO):
        await tell(server)
    settings = WebhookSettings("hook", "http://h/?token=t0ken", SECRET)
    seen = caplog.text + repr(settings)
    assert "t0ken" not in seen
    assert SECRET not in seen


@pytest.mark.parametrize("url", ["", "ftp://x/", "file:///etc/passwd", "https://", "example.org"])
def test_a_url_that_is_none_is_said_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="url must begin"):
        WebhookChannel(WebhookSettings("hook", url, SECRET), FakeClock(NOW))


def test_a_webhook_without_a_secret_is_said_at_the_start() -> None:
    with pytest.raises(ValueError, match="secret"):
        WebhookChannel(WebhookSettings("hook", "https://example.org/", ""), FakeClock(NOW))
