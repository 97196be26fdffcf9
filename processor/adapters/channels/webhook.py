"""Reminders as signed HTTP requests to whatever the district runs (docs/webhook.md)."""

import asyncio
import hashlib
import hmac
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec

from processor.model.effect import RemindPeople
from processor.model.person import Person
from processor.model.text import Text
from processor.model.time import HOUR, SECOND, DurationMs, EpochMs
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from processor.ports.clock import Clock

_TIMESTAMP: Final = "X-Wardwatch-Timestamp"
_SIGNATURE: Final = "X-Wardwatch-Signature"
_TRY_AGAIN: Final = frozenset({408, 425, 429})
_DETAIL_BYTES: Final = 300  # of the other side's answer; the rest is never read
_LONGEST_RETRY_AFTER: Final[DurationMs] = 1 * HOUR


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where to send, and the shared secret. `personal` adds names and phone numbers: only for a service that passes
    each worker their own message (DESIGN.md 5.12)."""

    name: str
    url: str = field(repr=False)  # many services put a token into it
    secret: str = field(repr=False)
    timeout_s: float = 10.0
    personal: bool = False
    ca: str | None = None


class WebhookPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person to tell. `name` and `phone` only where the channel is a personal one."""

    id: str
    language: str
    name: str = ""
    phone: str = ""


class WebhookBody(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON body. `key` is the same in every repetition of one reminder."""

    version: int = 1
    key: str
    level: str
    title: Text
    body: Text
    rule: str
    subject: str
    community: str
    grid: str
    alert: str
    order: str
    roles: tuple[str, ...]
    people: tuple[WebhookPerson, ...]
    decided_at: EpochMs
    late: bool


class WebhookChannel:
    """One webhook. 2xx: Sent. 4xx other than 408, 425, 429: Refused. Anything else: Unreachable."""

    def __init__(self, settings: WebhookSettings, clock: Clock) -> None:
        parts = urlsplit(settings.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"channel {settings.name}: the url must begin with http:// or https:// and name a host")
        if not settings.secret:
            raise ValueError(f"channel {settings.name}: a webhook needs a secret to sign with")
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        # httpx logs every URL at INFO, and many services carry their token in the URL
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(
            timeout=settings.timeout_s,
            follow_redirects=False,  # a redirect would carry the message to a host nobody configured
            trust_env=False,
            verify=True if settings.ca is None else httpx.create_ssl_context(settings.ca),
        )

    async def tell(self, reminder: RemindPeople, people: tuple[Person, ...]) -> Outcome:
        body = msgspec.json.encode(self._body(reminder, people))
        stamp = str(self._clock.now() // SECOND)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "wardwatch",
            "Idempotency-Key": _header(reminder.key),
            _TIMESTAMP: stamp,
            _SIGNATURE: sign(self._settings.secret, stamp, body),
        }
        try:
            # httpx times each step; a server that drips a byte a second would hold us for ever without this
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._post(body, headers)
        except (TimeoutError, httpx.TimeoutException):
            return Unreachable(f"no answer within {self._settings.timeout_s:g} s")
        except httpx.HTTPError as error:  # its words may hold the URL
            return Unreachable(f"cannot reach the webhook ({type(error).__name__})")

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        async with self._client.stream("POST", self._settings.url, content=body, headers=headers) as response:
            status = response.status_code
            if 200 <= status < 300:  # noqa: PLR2004 - success, by the RFC
                return Sent()
            detail = f"HTTP {status}: {await _beginning(response)}"
            if 400 <= status < 500 and status not in _TRY_AGAIN:  # noqa: PLR2004 - our fault, by the RFC
                return Refused(detail)
            return Unreachable(detail, _retry_after(response.headers.get("retry-after"), self._clock.now()))

    def _body(self, reminder: RemindPeople, people: tuple[Person, ...]) -> WebhookBody:
        return WebhookBody(
            key=reminder.key,
            level=reminder.level.name,
            title=reminder.title,
            body=reminder.body,
            rule=reminder.rule,
            subject=reminder.subject,
            community=reminder.scope,
            grid=reminder.grid,
            alert=reminder.alert,
            order=reminder.order,
            roles=reminder.roles,
            people=tuple(self._person(person) for person in people),
            decided_at=reminder.decided_at,
            late=reminder.late,
        )

    def _person(self, person: Person) -> WebhookPerson:
        if self._settings.personal:
            return WebhookPerson(person.id, person.language, person.name, person.phone)
        return WebhookPerson(person.id, person.language)


def sign(secret: str, stamp: str, body: bytes) -> str:
    """The signature header: HMAC-SHA256 over "<timestamp>.<body>"."""
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def _header(text: str) -> str:
    """`text` as a header may carry it: a key may hold a device's Chinese name."""
    plain = all(" " < sign <= "~" and sign != "%" for sign in text)
    return text if plain else "".join(chr(c) if 0x20 < c < 0x7F and c != 0x25 else f"%{c:02X}" for c in text.encode())  # noqa: PLR2004 - printable ASCII but "%"


async def _beginning(response: httpx.Response) -> str:
    """The first bytes of the answer, on one line. Never decompressed: a small answer may unfold without end."""
    read = b""
    async for piece in response.aiter_raw(_DETAIL_BYTES):
        read += piece
        if len(read) >= _DETAIL_BYTES:
            break
    text = read[:_DETAIL_BYTES].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _retry_after(value: str | None, now: EpochMs) -> DurationMs | None:
    """Seconds or an HTTP date, in milliseconds from `now`, at most an hour; None when absent or senseless."""
    if value is None:
        return None
    try:
        wait = int(value) * SECOND if value.strip().isdecimal() else _until(value) - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0), _LONGEST_RETRY_AFTER)


def _until(date: str) -> EpochMs:
    when = parsedate_to_datetime(date)
    aware: datetime = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int(aware.timestamp() * SECOND)
