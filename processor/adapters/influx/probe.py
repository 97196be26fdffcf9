"""Asks the database whether it would take our readings, without writing any."""

import ssl

import httpx
import msgspec

from processor.adapters.influx.sink import InfluxSettings

WORDS_LIMIT = 200


class DatabaseAnswer(msgspec.Struct, frozen=True):
    """The HTTP status of a write without lines, or None where nobody answered; and what was said."""

    status: int | None
    words: str


def ask_database(settings: InfluxSettings, *, within_s: float) -> DatabaseAnswer:
    """Send a write of no lines: the token, the organisation and the bucket are looked at before the lines are."""
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file)
        with httpx.Client(timeout=within_s, verify=trust, trust_env=False) as client:
            answer = client.post(
                f"{settings.url.rstrip('/')}/api/v2/write",
                params={"org": settings.org, "bucket": settings.bucket, "precision": "ms"},
                headers={"Authorization": f"Token {settings.token}"},
                content=b"",
            )
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return DatabaseAnswer(None, str(error) or type(error).__name__)
    return DatabaseAnswer(answer.status_code, " ".join(answer.text.split())[:WORDS_LIMIT])
