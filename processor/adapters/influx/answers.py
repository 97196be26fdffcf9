"""What each answer of the database means for the readings that were sent."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from processor.ports.broker import Outcome, Refused, Sent, Unreachable

WORDS_LIMIT: Final = 300  # characters kept of what the database says
RETRY_AFTER_LIMIT_MS: Final = 10 * 60_000

_TO_SPLIT: Final = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
"""Something in it is refused, or it is too much at once: a smaller part may be taken."""

_TO_MEND: Final = {
    HTTPStatus.UNAUTHORIZED: "it does not know the token; set a valid one",
    HTTPStatus.FORBIDDEN: "the token may not write to the bucket; give it write access",
    HTTPStatus.NOT_FOUND: "it does not know the bucket or the organisation; check both, and the address",
}


def outcome_of(status: int, headers: Mapping[str, str], body: str) -> Outcome:
    """Sent; Refused where the request itself is at fault; Unreachable for all that time or an operator can mend."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent()
    words = f"HTTP {status}: {_words(body)}"
    # A proxy or a wrong port answers 400 with a page; to take it for the database's word would give up good readings.
    if status in _TO_SPLIT and not _is_page(headers, body):
        return Refused(words)
    cure = _TO_MEND.get(HTTPStatus(status)) if status in _TO_MEND else None
    return Unreachable(f"{cure} ({words})" if cure else words, _retry_after_ms(headers))


def _is_page(headers: Mapping[str, str], body: str) -> bool:
    return "html" in headers.get("Content-Type", "").lower() or body.lstrip().startswith("<")


def _words(body: str) -> str:
    return " ".join(body.split())[:WORDS_LIMIT] or "no reason given"


def _retry_after_ms(headers: Mapping[str, str]) -> int | None:
    said = headers.get("Retry-After", "").strip()
    if not (said.isascii() and said.isdigit()):
        return None  # a date would need the other side's clock to be right
    return min(int(said[:9]) * 1000, RETRY_AFTER_LIMIT_MS)
