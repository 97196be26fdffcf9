"""What `doctor` needs of the adapters: a visit to the broker, a question to the database, a look at the lock."""

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Final

from processor.adapters.clock import SystemClock
from processor.adapters.influx.probe import DatabaseAnswer, ask_database
from processor.adapters.influx.sink import InfluxSettings
from processor.adapters.mqtt.probe import Visit, visit
from processor.cli.wire_edges import broker_settings
from processor.cli.wire_store import store_path
from processor.decode.decoder import Decoder
from processor.decode.limits import DecodeLimits
from processor.loading.settings_model import Settings
from processor.model.district import District
from processor.model.time import SECOND
from processor.ports.broker import Message

__all__ = ["DatabaseAnswer", "Visit", "ask_influx", "decoder_for", "holder_of_lock", "visit_broker"]

ANSWER_WITHIN_S: Final = 5.0


def decoder_for(settings: Settings, district: District) -> Decoder:
    """The decoder the daemon would use."""
    limits = settings.limits
    return Decoder(district, DecodeLimits(payload_bytes=limits.payload_bytes, depth=limits.depth, parts=limits.parts))


def visit_broker(
    settings: Settings,
    filters: Sequence[str],
    *,
    listen_s: float,
    on_message: Callable[[Message], None],
    enough: Callable[[], bool],
) -> Visit:
    """Come in as the daemon does, but under a name of our own, so that it is not thrown out."""
    logging.getLogger("processor.adapters").addHandler(logging.NullHandler())  # doctor says it in its own words
    ours = broker_settings(settings, f"doctor-{token_hex(4)}")
    ours = replace(ours, answer_within_s=ANSWER_WITHIN_S)
    going = visit(ours, filters, SystemClock(), listen_s=listen_s, on_message=on_message, enough=enough)
    return asyncio.run(going)


def ask_influx(settings: Settings) -> DatabaseAnswer:
    """Whether the database would take our readings."""
    influx = settings.influx
    token = influx.token.get_secret_value() if influx.token else ""
    given = InfluxSettings(url=influx.url, org=influx.org, bucket=influx.bucket, token=token, ca_file=influx.ca or None)
    return ask_database(given, within_s=influx.timeout / SECOND)


def holder_of_lock(settings: Settings) -> str | None:
    """The process that has the store open, as the lock file names it; None where none has."""
    path = store_path(settings).with_name(store_path(settings).name + ".lock")
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(file, 32, 0).decode("ascii", "replace").strip() or "?"
    finally:
        os.close(file)
    return None
