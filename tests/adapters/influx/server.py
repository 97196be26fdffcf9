"""A local HTTP server that answers writes as a test says, and remembers what it took."""

import gzip
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit


class Answer(NamedTuple):
    """What the server says to one write."""

    status: int = 204
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Request(NamedTuple):
    """One write as it came."""

    path: str
    query: dict[str, list[str]]
    token: str
    lines: list[str]


class FakeInflux:
    """`answer` decides on each write; what gets a 2xx is in `points`."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Answer] = lambda _: Answer()
        self.requests: list[Request] = []
        self.points: dict[str, int] = {}
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                url = urlsplit(self.path)
                token = self.headers["Authorization"]
                lines = body.decode().split("\n")
                answer = fake.take(Request(url.path, parse_qs(url.query), token, lines))
                content = answer.body.encode()
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Tests say what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def take(self, request: Request) -> Answer:
        """Answer one write and remember it."""
        self.requests.append(request)
        answer = self.answer(request)
        if 200 <= answer.status < 300:
            for line in request.lines:
                self.points[line] = self.points.get(line, 0) + 1
        return answer

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
