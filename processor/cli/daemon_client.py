"""Asks the running daemon over its HTTP edge. An answer is a value: it said yes, it said no, or it is not there."""

from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import quote

import httpx
import msgspec

from processor.cli.settings import token_path
from processor.loading.settings_model import Settings
from processor.model.text import Text

ANSWER_WITHIN_S: Final = 30.0
CONNECT_WITHIN_S: Final = 3.0
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read from settings, never bound

Parameters: TypeAlias = Mapping[str, object]


class Answered(msgspec.Struct, frozen=True):
    """What the daemon said."""

    body: Any


class Declined(msgspec.Struct, frozen=True):
    """It answered, and the answer is no. `code` is stable; `body` is all it said."""

    status: int
    code: str
    why: Text
    body: Mapping[str, Any] = {}

    @property
    def unauthorised(self) -> bool:
        """Whether it does not take our token."""
        return self.status == HTTPStatus.UNAUTHORIZED


class Away(msgspec.Struct, frozen=True):
    """No daemon answers there."""

    why: Text


Answer: TypeAlias = Answered | Declined | Away


class DaemonClient:
    """The HTTP edge of the daemon that these settings describe."""

    def __init__(self, settings: Settings, *, token: str | None = None) -> None:
        self.address = daemon_address(settings)
        given = token if token is not None else daemon_token(settings)
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        self._client = httpx.Client(
            base_url=self.address,
            headers=headers,
            timeout=httpx.Timeout(ANSWER_WITHIN_S, connect=CONNECT_WITHIN_S),
            trust_env=False,  # a proxy of the environment is no way to our own machine
        )

    def get(self, path: str, parameters: Parameters | None = None) -> Answer:
        """Look. A parameter that asks nothing (None, "") is not sent."""
        asked = {name: value for name, value in (parameters or {}).items() if value is not None and value != ""}
        return self._ask("GET", path, params=asked)

    def post(self, path: str, body: Parameters, *, again: bool = False) -> Answer:
        """Act. `again`: the body has a request id, so a request whose answer was lost may be sent a second time."""
        answer = self._ask("POST", path, json=dict(body))
        return self._ask("POST", path, json=dict(body)) if again and isinstance(answer, Away) else answer

    def raw(self, path: str) -> httpx.Response | Away:
        """The answer as it is: for health, whose 503 says something, and for metrics."""
        try:
            return self._client.get(path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._away(error)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, **what: Any) -> Answer:  # noqa: ANN401 - httpx's own words
        try:
            answer = self._client.request(method, path, **what)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._away(error)
        try:
            body = msgspec.json.decode(answer.content)
        except msgspec.MsgspecError:
            body = None
        if answer.is_success and body is not None:
            return Answered(body)
        if isinstance(body, dict) and "code" in body:
            return Declined(answer.status_code, str(body["code"]), _words(body), body)
        return self._stranger(answer.status_code)

    def _stranger(self, status: int) -> Away:
        return Away(
            Text(
                zh=f"{self.address} 上应答的不是 wardwatch（HTTP {status}）；请检查 console.host 与 console.port。",
                en=f"What answers at {self.address} is not wardwatch (HTTP {status}); check console.host and port.",
            )
        )

    def _away(self, error: Exception) -> Away:
        detail = str(error) or type(error).__name__
        return Away(
            Text(
                zh=f"守护进程在 {self.address} 没有应答（{detail}）。它在运行吗？请启动 wardwatch run，"
                "或检查 console.host 与 console.port；wardwatch doctor 会说明原因。",
                en=f"No daemon answers at {self.address} ({detail}). Is it running? Start wardwatch run, or check "
                "console.host and console.port; wardwatch doctor says more.",
            )
        )


def _words(body: Mapping[str, Any]) -> Text:
    said = body.get("text")
    if isinstance(said, dict):
        return Text(zh=str(said.get("zh", "")), en=str(said.get("en", "")))
    title = str(body.get("title", body["code"]))
    return Text(zh=title, en=title)


def in_path(name: str) -> str:
    """A name as one part of an address, whatever it is made of."""
    return quote(name, safe="")


def daemon_address(settings: Settings) -> str:
    """Where its HTTP edge is, as a client on this machine reaches it."""
    host = _ANYWHERE.get(settings.console.host, settings.console.host)
    return f"http://[{host}]:{settings.console.port}" if ":" in host else f"http://{host}:{settings.console.port}"


def daemon_token(settings: Settings) -> str:
    """The configured token, or the one that the daemon made; "" where there is none that we may read."""
    if settings.console.token is not None:
        return settings.console.token.get_secret_value()
    try:
        return token_path(settings).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
