"""The outside of the daemon, made from its settings: broker connections, store, channels, console, sinks."""

import asyncio
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import uvicorn

from processor.adapters.channels.console import ConsoleChannel
from processor.adapters.channels.webhook import WebhookChannel, WebhookSettings
from processor.adapters.clock import SystemClock
from processor.adapters.mqtt.settings import BrokerSettings, TlsSettings, Version
from processor.adapters.sqlite.dead_letters import DeadLetterLimits
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.store import SqliteStore
from processor.cli.settings import token_path
from processor.console.app import create_app
from processor.loading.settings_model import ChannelSettings, Settings
from processor.model.device import Device
from processor.model.time import DAY, SECOND
from processor.ports.channel import Channel
from processor.ports.records import Records
from processor.runtime.series import SeriesFeed
from processor.runtime.service import Service

TOKEN_BYTES: Final = 24


def broker_settings(settings: Settings, role: str = "") -> BrokerSettings:
    """What one of our connections needs; `role` tells the client ids apart."""
    broker = settings.broker
    tls = None
    if broker.tls is not None:
        tls = TlsSettings(
            ca=_file(broker.tls.ca),
            certificate=_file(broker.tls.certificate),
            key=_file(broker.tls.key),
            server_name=broker.tls.server_name or None,
        )
    return BrokerSettings(
        host=broker.host,
        port=broker.port,
        client_id=broker.client_id + (f"-{role}" if role else ""),
        version=Version.V5 if broker.protocol == "5" else Version.V311,
        username=broker.username or None,
        password=broker.password.get_secret_value() if broker.password else None,
        tls=tls,
        keepalive_s=broker.keepalive // SECOND,
        session_expiry_s=broker.session_expiry // SECOND,
        receive_maximum=broker.receive_maximum,
    )


def _file(name: str) -> Path | None:
    return Path(name) if name else None


def open_store(settings: Settings) -> SqliteStore:
    """The daemon's store, locked. Raises JournalBroken with the cure."""
    store = settings.store
    path = Path(store.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    policy = Policy(
        age=int(store.retention_days * DAY), bytes=store.retention_bytes, history=int(store.history_days * DAY)
    )
    limits = DeadLetterLimits(store.dead_letters, store.dead_letter_bytes)
    return SqliteStore(path, policy=policy, dead_letter_limits=limits)


def records_of(path: Path) -> Records:
    """What people ask of a store, read beside the daemon that owns it."""
    return SqliteRecords(path)


def console_token(settings: Settings) -> str:
    """The configured token, or one made once and kept beside the store, readable by its owner only.

    The commands that talk to the daemon on this machine find it there; nobody has to invent one to begin.
    """
    if settings.console.token is not None:
        return settings.console.token.get_secret_value()
    path = token_path(settings)
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")
    return token


def channels_of(settings: Settings, clock: SystemClock, zone: str) -> list[Channel]:
    """Every configured channel."""
    return [_channel(name, each, settings, clock, zone) for name, each in settings.channels.items()]


def _channel(name: str, channel: ChannelSettings, settings: Settings, clock: SystemClock, zone: str) -> Channel:
    if channel.kind == "webhook":
        url = channel.url.get_secret_value() if channel.url else ""
        secret = channel.secret.get_secret_value() if channel.secret else ""
        hook = WebhookSettings(
            name=name,
            url=url,
            secret=secret,
            timeout_s=channel.timeout / SECOND,
            personal=channel.personal,
        )
        return WebhookChannel(hook, clock)
    return ConsoleChannel(name, _print, language=settings.language, zone=ZoneInfo(zone))


def _print(line: str) -> None:
    # One write for the whole line: several threads and a service manager may share this stream.
    sys.stdout.write(line if line.endswith("\n") else line + "\n")
    sys.stdout.flush()


class _Server(uvicorn.Server):
    """Leaves the signals to the daemon: an orderly stop is more than closing a port."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def server_of(service: Service, settings: Settings) -> Callable[[], Awaitable[None]]:
    """A coroutine function that serves the console until it is cancelled."""

    async def serve() -> None:
        config = uvicorn.Config(
            create_app(service, console_token(settings)),
            host=settings.console.host,
            port=settings.console.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
        )
        server = _Server(config)
        try:
            await server.serve()
        except asyncio.CancelledError:
            server.should_exit = True
            await server.shutdown()

    return serve


def feeds_of(settings: Settings, store: SqliteStore, describe: Callable[[str], Device | None]) -> list[SeriesFeed]:
    """The time-series databases that are configured."""
    influx = settings.influx
    if not influx.active:
        return []
    # A tenth of a second of every start that writes no series.
    from processor.adapters.influx.sink import InfluxSettings, InfluxSink  # noqa: PLC0415 - as said above

    sink = InfluxSink(
        InfluxSettings(
            url=influx.url,
            org=influx.org,
            bucket=influx.bucket,
            token=influx.token.get_secret_value() if influx.token else "",
            timeout_ms=influx.timeout,
            ca_file=influx.ca or None,
            tags=influx.tags,
        ),
        describe,
    )
    return [SeriesFeed(store.journal, store.cursors, sink, store.dead_letters)]
