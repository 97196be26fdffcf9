"""Answers of the daemon as values: yes, no, not there, and somebody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from processor.cli.daemon_client import Answered, Away, DaemonClient, Declined, daemon_address, daemon_token, in_path
from processor.loading.settings_model import Console, Settings, Store
from tests.mosquitto import free_port


class Daemon(BaseHTTPRequestHandler):
    """Hangs up on the first POST after it was read, so that its answer is lost."""

    bodies: list[bytes]

    def do_GET(self) -> None:
        self._answer(200, b"<html>a router's page</html>" if self.path.startswith("/page") else b'{"ok": true}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.bodies.append(body)
        if len(self.bodies) == 1:
            self.close_connection = True
            return
        self._answer(409, b'{"code": "not_in_this_state", "title": "no", "text": {"zh": "\xe4\xb8\x8d", "en": "no"}}')

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[DaemonClient, list[bytes]]]:
    bodies: list[bytes] = []
    handler = type("Own", (Daemon,), {"bodies": bodies})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with DaemonClient(Settings(console=Console(port=server.server_port)), token="") as client:
            yield client, bodies
        server.shutdown()
        thread.join()


def test_an_action_whose_answer_was_lost_is_asked_again_with_the_same_id() -> None:
    with serving() as (client, bodies):
        answer = client.post("/api/orders/o/accept", {"request_id": "r"}, again=True)
    assert isinstance(answer, Declined)
    assert (answer.code, answer.why.zh, answer.why.en) == ("not_in_this_state", "不", "no")
    assert [msgspec.json.decode(body) for body in bodies] == [{"request_id": "r"}] * 2


def test_what_has_no_id_is_asked_once() -> None:
    with serving() as (client, bodies):
        assert isinstance(client.post("/api/reload", {"person": "li"}), Away)
    assert len(bodies) == 1


def test_somebody_else_at_the_address_is_not_the_daemon() -> None:
    with serving() as (client, _):
        assert client.get("/api/x") == Answered({"ok": True})
        answer = client.get("/page")
    assert isinstance(answer, Away)
    assert "not wardwatch" in answer.why.en


def test_nobody_there_is_said_with_the_cure() -> None:
    with DaemonClient(Settings(console=Console(port=free_port())), token="") as client:
        answer = client.get("/api/orders")
    assert isinstance(answer, Away)
    assert "wardwatch run" in answer.why.zh
    assert "wardwatch run" in answer.why.en


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),  # noqa: S104 - what an operator may have set
        ("::", "http://[::1]:8080"),
        ("ward.example", "http://ward.example:8080"),
    ],
)
def test_where_it_listens_is_not_always_where_it_is_reached(host: str, address: str) -> None:
    assert daemon_address(Settings(console=Console(host=host))) == address


def test_the_token_the_daemon_made_is_found_beside_its_store(tmp_path: Path) -> None:
    settings = Settings(store=Store(path=str(tmp_path / "wardwatch.db")))
    assert daemon_token(settings) == ""
    (tmp_path / "wardwatch.db.token").write_text("made-by-the-daemon\n", encoding="utf-8")
    assert daemon_token(settings) == "made-by-the-daemon"


@pytest.mark.parametrize(("name", "part"), [("a/b", "a%2Fb"), ("../x?y#z", "..%2Fx%3Fy%23z"), ("一", "%E4%B8%80")])
def test_a_name_is_one_part_of_an_address(name: str, part: str) -> None:
    assert in_path(name) == part
