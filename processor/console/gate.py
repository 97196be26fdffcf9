"""The token stands before everything else: no byte of a request's body is read for somebody who has none."""

from secrets import compare_digest
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from processor.console.problems import UNAUTHORISED, problem

SHORTEST_TOKEN: Final = 16


class TokenGate:
    """Answers 401 to whatever asks below `prefix` without the bearer token, whether or not anything is there.

    Without a token configured everything below `prefix` is closed.
    """

    def __init__(self, app: ASGIApp, token: str, prefix: str = "/api") -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode() if token else None
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._guards(scope["path"]):
            headers = dict(scope["headers"])
            given = headers.get(b"authorization", b"")
            if self._wanted is None or not compare_digest(given, self._wanted):
                language = headers.get(b"accept-language", b"").decode("latin-1")
                answer = problem(401, UNAUTHORISED, language)
                answer.headers["WWW-Authenticate"] = "Bearer"
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _guards(self, path: str) -> bool:
        return path == self._prefix or path.startswith(f"{self._prefix}/")
