"""InfluxDB 2 (or what speaks its write protocol) as a sink."""

from collections.abc import Sequence
from threading import Event
from typing import Final

import msgspec
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from processor.adapters.influx.answers import WORDS_LIMIT, outcome_of
from processor.adapters.influx.lines import Describe, Lines
from processor.model.reading import Reading
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from processor.ports.sink import RefusedReading, Written

NOTHING_TO_WRITE: Final = "no value that InfluxDB can hold"


class InfluxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where and as whom. `tags` names the device tags that become tags of the series."""

    url: str
    org: str
    bucket: str
    token: str
    name: str = "influx"
    timeout_ms: int = 10_000
    ca_file: str | None = None
    tags: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the token: settings end up in logs."""
        return f"InfluxSettings(name={self.name!r}, url={self.url!r}, org={self.org!r}, bucket={self.bucket!r})"


class InfluxSink:
    """`processor.ports.sink.Sink`. A reading is one line; the same line twice is one point in the database."""

    def __init__(self, settings: InfluxSettings, describe: Describe) -> None:
        self.name = settings.name
        self._settings = settings
        self._lines = Lines(describe, settings.tags)
        self._closing = Event()
        self._client = InfluxDBClient(
            url=settings.url,
            token=settings.token,
            org=settings.org,
            timeout=settings.timeout_ms,
            enable_gzip=True,
            ssl_ca_cert=settings.ca_file,
        )
        self._api = self._client.write_api(write_options=SYNCHRONOUS)

    def write(self, readings: Sequence[Reading]) -> Written:
        """Send all; where the database refuses, halve until the refused lines stand alone, and send the others.

        Unreachable means: nothing is known of any of them, send all again.
        """
        refused: list[RefusedReading] = []
        lines: list[tuple[Reading, bytes]] = []
        for reading in readings:
            line = self._lines.line(reading)
            if line is None:
                refused.append(RefusedReading(reading, NOTHING_TO_WRITE))
            else:
                lines.append((reading, line))
        parts = [lines] if lines else []
        while parts:
            part = parts.pop()
            outcome = self._send(part)
            if isinstance(outcome, Unreachable):
                return Written(outcome)
            if isinstance(outcome, Refused) and len(part) == 1:
                refused.append(RefusedReading(part[0][0], outcome.reason))
            elif isinstance(outcome, Refused):
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
        return Written(Sent(), tuple(refused))

    def close(self) -> None:
        """Give the connection up; a write that is under way ends after its current request."""
        self._closing.set()
        self._api.close()  # type: ignore[no-untyped-call]  # the library's
        self._client.close()  # type: ignore[no-untyped-call]  # the library's

    def _send(self, lines: Sequence[tuple[Reading, bytes]]) -> Outcome:
        if self._closing.is_set():
            return Unreachable("closing")
        body = b"\n".join(line for _, line in lines)
        try:
            self._api.write(
                bucket=self._settings.bucket,
                org=self._settings.org,
                record=body,
                write_precision=WritePrecision.MS,  # type: ignore[arg-type]  # the library calls a str by a class's name
            )
        except ApiException as error:
            return self._answer(error)
        except (HTTPError, OSError) as error:
            return Unreachable(f"{self._settings.url}: {type(error).__name__}: {error}"[:WORDS_LIMIT])
        return Sent()

    def _answer(self, error: ApiException) -> Outcome:
        body = error.body.decode("utf-8", "replace") if isinstance(error.body, bytes) else str(error.body or "")
        outcome = outcome_of(int(error.status or 0), error.headers or {}, body)
        if isinstance(outcome, Unreachable):
            return Unreachable(f"{self._settings.url}: {outcome.reason}", outcome.retry_after_ms)
        return outcome
