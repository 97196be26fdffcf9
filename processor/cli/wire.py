"""The composition root: settings become parts, parts become a daemon. `wire_edges` makes the outer ones."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from processor.adapters.clock import SystemClock
from processor.adapters.mqtt.ingest import MqttIngest
from processor.adapters.mqtt.publisher import MqttPublisher
from processor.adapters.sqlite.past import SqlitePast
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.store import SqliteStore
from processor.cli.watching import file_changes
from processor.cli.wire_edges import broker_settings, channels_of, feeds_of, open_store, server_of
from processor.decode.decoder import Decoder
from processor.decode.limits import DecodeLimits
from processor.loading.load import load
from processor.loading.settings_model import Settings
from processor.loading.sources import read_sources
from processor.model.device import Device
from processor.model.district import District
from processor.model.inputs import Input
from processor.model.person import Person
from processor.ports.console import Reloaded
from processor.ports.rule_sets import SetRequest
from processor.runtime.companion import Companion
from processor.runtime.counters import Counters
from processor.runtime.daemon import Daemon
from processor.runtime.delivery import Delivery
from processor.runtime.explaining import Explaining
from processor.runtime.health import Health
from processor.runtime.intake import BatchLimits
from processor.runtime.ledger import Ledger
from processor.runtime.parts import Configuration, Parts, monotonic_ms
from processor.runtime.reminding import Reminding
from processor.runtime.rule_sets import Sets
from processor.runtime.service import Service
from processor.runtime.step import Decode


def read_configuration(config: Path, settings: Settings) -> Configuration:
    """Read the operators' files as they are now."""
    sources, unread = read_sources(config, settings.rules_folder(config))
    loaded = load(sources, settings.channels)
    return Configuration(None if unread else loaded.district, (*unread, *loaded.problems), sources)


class Known:
    """The district in force, for the parts that look things up while they run."""

    def __init__(self, district: District) -> None:
        self._district = district

    def adopt(self, district: District) -> None:
        """From now on it is this one."""
        self._district = district

    def people(self) -> Mapping[str, Person]:
        return self._district.people

    def device(self, name: str) -> Device | None:
        return self._district.devices.get(name)


class Join:
    """Makes the parts of one daemon from its settings."""

    def __init__(self, config: Path, settings: Settings, district: District) -> None:
        self._config = config
        self._settings = settings
        self._zone = district.zone
        self._known = Known(district)
        self._clock = SystemClock()
        self._ingest = MqttIngest(broker_settings(settings), (), self._clock)
        self._publisher = MqttPublisher(broker_settings(settings, "out"), self._clock)
        self.store = open_store(settings)

    def _explaining(self) -> Explaining:
        path = self.store.path
        return Explaining(
            SqliteRecords(path), partial(SqlitePast, path), lambda sources: load(sources).district, self._clock
        )

    def daemon(self, first: Configuration, district: District) -> Daemon:
        """The daemon, not yet running."""
        settings, store = self._settings, self.store
        ledger = Ledger(Counters(), store.outbox, store.path, self._connections)
        ledger.feeds = feeds_of(settings, store, self._known.device)
        made: list[Daemon] = []

        health = Health(("ingest", "publish"), monotonic_ms())
        service = self._service(ledger, health, made)
        companion = ledger.companion = companion_of(self._config, settings)
        health.companion = companion.words if companion is not None else None
        parts = Parts(
            clock=self._clock,
            journal=store.journal,
            committer=ThreadPoolExecutor(1, thread_name_prefix="commit"),
            ingest=self._ingest,
            publisher=self._publisher,
            make_delivery=self._delivery,
            make_decoder=self._decoder,
            read_configuration=lambda: read_configuration(self._config, settings),
            load_sources=lambda sources: load(sources).district,
            set_people=self._known.adopt,
            filters=_filters,
            feeds=ledger.feeds,
            health=health,
            ledger=ledger,
            service=service,
            serve=server_of(service, settings),
            limits=BatchLimits(settings.limits.batch_messages, settings.limits.batch, settings.limits.queue),
            in_flight=settings.broker.receive_maximum,
            keep_sinks=store.cursors.keep_only,
            changes=partial(file_changes, self._config, settings.rules_folder(self._config)),
            companion=companion,
            sets=Sets(store.rule_sets, settings.automation.probation),
        )
        made.append(Daemon(parts, first, district))
        return made[0]

    def _service(self, ledger: Ledger, health: Health, made: Sequence[Daemon]) -> Service:
        """The daemon as its console sees it; `made` holds it as soon as there is one."""

        async def reload(request: SetRequest) -> Reloaded:
            return await made[0].reload(request)

        def announce(request: SetRequest) -> None:
            made[0].announce(request)

        return Service(
            ledger=ledger,
            health=health,
            records=SqliteRecords(self.store.path),
            dead_letters=self.store.dead_letters,
            monotonic_ms=monotonic_ms,
            now=self._clock.now,
            reload=reload,
            announce=announce,
            history=self.store.rule_sets.history,
            explaining=self._explaining(),
        )

    def _connections(self) -> Mapping[str, bool]:
        return {"ingest": self._ingest.connected, "publish": self._publisher.connected}

    def _delivery(self, on_input: Callable[[Input], None]) -> Delivery:
        channels = channels_of(self._settings, self._clock, self._zone)
        fallback = list(self._settings.channels)[:1]
        return Delivery(
            outbox=self.store.outbox,
            publisher=self._publisher,
            reminding=Reminding(channels, self._known.people, self._clock, fallback=fallback),
            clock=self._clock,
            on_input=on_input,
            run_blocking=asyncio.to_thread,
        )

    def _decoder(self, district: District) -> Decode:
        limits = self._settings.limits
        return Decoder(
            district, DecodeLimits(payload_bytes=limits.payload_bytes, depth=limits.depth, parts=limits.parts)
        )


def build(config: Path, settings: Settings, first: Configuration, district: District) -> tuple[Daemon, SqliteStore]:
    """Join every part. The store is open and locked from here on; the caller closes it."""
    join = Join(config, settings, district)
    return join.daemon(first, district), join.store


def _filters(decoder: Decode) -> Sequence[str]:
    return decoder.filters if isinstance(decoder, Decoder) else ()


def companion_of(config: Path, settings: Settings) -> Companion | None:
    """The process that runs the rules of `shadow.rules` beside the daemon, where it names any."""
    folder = settings.shadow_folder(config)
    if folder is None:
        return None
    verb = ("shadow", "run", "--child", "--rules", str(folder), "--config", str(config))
    return Companion([sys.executable, "-m", "processor.cli.main", *verb])
