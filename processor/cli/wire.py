"""The composition root: settings become parts, parts become a daemon. The only module that knows every adapter."""

import asyncio
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import uvicorn

from processor.adapters.channels.console import ConsoleChannel
from processor.adapters.channels.webhook import WebhookChannel, WebhookSettings
from processor.adapters.clock import SystemClock
from processor.adapters.influx.sink import InfluxSettings, InfluxSink
from processor.adapters.mqtt.ingest import MqttIngest
from processor.adapters.mqtt.publisher import MqttPublisher
from processor.adapters.mqtt.settings import BrokerSettings, TlsSettings, Version
from processor.adapters.sqlite.dead_letters import DeadLetterLimits
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.store import SqliteStore
from processor.cli.settings import token_path
from processor.cli.watching import file_changes
from processor.console.app import create_app
from processor.decode.decoder import Decoder
from processor.decode.limits import DecodeLimits
from processor.loading.load import load
from processor.loading.settings_model import ChannelSettings, Settings
from processor.loading.sources import read_sources
from processor.model.device import Device
from processor.model.district import District
from processor.model.inputs import Input
from processor.model.person import Person
from processor.model.time import DAY, SECOND
from processor.ports.channel import Channel
from processor.ports.console import Reloaded
from processor.ports.records import Records
from processor.runtime.counters import Counters
from processor.runtime.daemon import Daemon
from processor.runtime.delivery import Delivery
from processor.runtime.health import Health
from processor.runtime.intake import BatchLimits
from processor.runtime.ledger import Ledger
from processor.runtime.parts import Configuration, Parts, monotonic_ms
from processor.runtime.reminding import Reminding
from processor.runtime.series import SeriesFeed
from processor.runtime.service import Service
from processor.runtime.step import Decode

TOKEN_BYTES: Final = 24


def read_configuration(config: Path, settings: Settings) -> Configuration:
    """Read the operators' files as they are now."""
    sources, unread = read_sources(config, settings.rules_folder(config))
    loaded = load(sources)
    return Configuration(None if unread else loaded.district, (*unread, *loaded.problems), sources)


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


def channels_of(settings: Settings, clock: SystemClock, district: District) -> list[Channel]:
    """Every configured channel."""
    return [_channel(name, each, settings, clock, district) for name, each in settings.channels.items()]


def _channel(
    name: str, channel: ChannelSettings, settings: Settings, clock: SystemClock, district: District
) -> Channel:
    if channel.kind == "webhook":
        url = channel.url.get_secret_value() if channel.url else ""
        secret = channel.secret.get_secret_value() if channel.secret else ""
        return WebhookChannel(
            WebhookSettings(name=name, url=url, secret=secret, timeout_s=channel.timeout / SECOND), clock
        )
    return ConsoleChannel(name, _print, language=settings.language, zone=ZoneInfo(district.zone))


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


def build(config: Path, settings: Settings, first: Configuration, district: District) -> tuple[Daemon, SqliteStore]:
    """Join every part. The store is open and locked from here on; the caller closes it."""
    clock = SystemClock()
    store = open_store(settings)
    decode_limits = DecodeLimits(
        payload_bytes=settings.limits.payload_bytes, depth=settings.limits.depth, parts=settings.limits.parts
    )
    ingest = MqttIngest(broker_settings(settings), (), clock)
    publisher = MqttPublisher(broker_settings(settings, "out"), clock)
    health = Health(("ingest", "publish"), monotonic_ms())
    ledger = Ledger(
        Counters(),
        store.outbox,
        store.path,
        lambda: {"ingest": ingest.connected, "publish": publisher.connected},
    )
    people: dict[str, Person] = dict(district.people)
    devices: dict[str, Device] = dict(district.devices)

    def adopt(adopted: District) -> None:
        people.clear()
        people.update(adopted.people)
        devices.clear()
        devices.update(adopted.devices)

    def deliver(on_input: Callable[[Input], None]) -> Delivery:
        channels = channels_of(settings, clock, district)
        return Delivery(
            outbox=store.outbox,
            publisher=publisher,
            reminding=Reminding(channels, lambda: people, clock, fallback=list(settings.channels)[:1]),
            clock=clock,
            on_input=on_input,
            run_blocking=asyncio.to_thread,
        )

    def decoder_of(adopted: District) -> Decode:
        return Decoder(adopted, decode_limits)

    ledger.feeds = _feeds(settings, store, devices.get)
    daemon: list[Daemon] = []

    async def reload(person: str) -> Reloaded:
        return await daemon[0].reload(person)

    service = Service(
        ledger=ledger,
        health=health,
        records=SqliteRecords(store.path),
        dead_letters=store.dead_letters,
        monotonic_ms=monotonic_ms,
        reload=reload,
    )
    parts = Parts(
        clock=clock,
        journal=store.journal,
        committer=ThreadPoolExecutor(1, thread_name_prefix="commit"),
        ingest=ingest,
        publisher=publisher,
        make_delivery=deliver,
        make_decoder=decoder_of,
        read_configuration=lambda: read_configuration(config, settings),
        load_sources=lambda sources: load(sources).district,
        set_people=adopt,
        filters=_filters,
        feeds=ledger.feeds,
        health=health,
        ledger=ledger,
        service=service,
        serve=server_of(service, settings),
        limits=BatchLimits(settings.limits.batch_messages, settings.limits.batch, settings.limits.queue),
        in_flight=settings.broker.receive_maximum,
        keep_sinks=store.cursors.keep_only,
        changes=partial(file_changes, config, settings.rules_folder(config)),
    )
    daemon.append(Daemon(parts, first, district))
    return daemon[0], store


def _filters(decoder: Decode) -> Sequence[str]:
    return decoder.filters if isinstance(decoder, Decoder) else ()


def _feeds(settings: Settings, store: SqliteStore, describe: Callable[[str], Device | None]) -> list[SeriesFeed]:
    influx = settings.influx
    if not influx.active:
        return []
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
