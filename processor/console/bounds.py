"""No request may bring more than it needs: a body that is too large is refused before it is read into memory."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from processor.console.problems import BODY_TOO_LARGE, problem

BODY_LIMIT: Final = 64 * 1024  # the largest body, an order's note, is far below
_DIGITS: Final = 9  # of a length that is worth converting


class BodyLimit:
    """Answers 413 when the body is, or says it is, longer than `limit` bytes."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await self._read(scope, receive)
        if body is None:
            language = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
            await problem(413, BODY_TOO_LARGE, language)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or len(told) > _DIGITS or int(told) > self._limit:
            return None
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] != "http.request":  # the client went away
                break
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                return None
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def once_then_live() -> Message:
        return waiting.pop() if waiting else await receive()

    return once_then_live
