"""The whole daemon in one process: a real store, a broker and a channel in memory, operators' texts to edit."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.store import SqliteStore
from processor.decode.decoder import Decoder
from processor.loading.load import load
from processor.model.district import District
from processor.model.inputs import Input
from processor.ports.console import Reloaded
from processor.ports.rule_sets import SetCause, SetRequest
from processor.runtime.counters import Counters
from processor.runtime.daemon import Daemon
from processor.runtime.delivery import Delivery
from processor.runtime.health import Health
from processor.runtime.intake import BatchLimits
from processor.runtime.ledger import Ledger
from processor.runtime.parts import Configuration, Parts, monotonic_ms
from processor.runtime.reminding import Reminding
from processor.runtime.rule_sets import Sets
from processor.runtime.series import SeriesFeed
from processor.runtime.service import Service
from processor.runtime.step import Decode
from tests.fakes.broker import FakeIngest, FakePublisher
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tests.fakes.sink import MemorySink
from tests.runtime.plant import T0
from tests.runtime.town import sources
from tests.waiting import eventually


class House:
    """One store, one broker; as many lives of the daemon as a test asks for."""

    def __init__(self, folder: Path, *, sinks: tuple[str, ...] = (), probation_ms: int = 0) -> None:
        self.path = folder / "store.db"
        self.texts = sources()
        self.clock = FakeClock(T0)
        self.ingest = FakeIngest(filters=(), clock=self.clock)
        self.publisher = FakePublisher()
        self.channel = FakeChannel("log")
        self.people: list[District] = []
        self.sinks = sinks
        self.probation_ms = probation_ms
        self.changes: asyncio.Queue[str] = asyncio.Queue()
        self.before_adopting: Callable[[], None] = lambda: None
        self.store: SqliteStore
        self.daemon: Daemon
        self.service: Service
        self.ledger: Ledger
        self.health: Health

    def configuration(self) -> Configuration:
        loaded = load(self.texts)
        return Configuration(loaded.district, loaded.problems, dict(self.texts))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        """The store is open and the daemon made, but it does not run yet."""
        with ThreadPoolExecutor(1) as committer:
            self.store = SqliteStore(self.path)
            records = SqliteRecords(self.path)
            try:
                self._make(records, committer)
                yield self
            finally:
                records.close()
                self.store.close()

    @asynccontextmanager
    async def life(self) -> AsyncIterator["House"]:
        """A daemon from its start to its orderly stop."""
        async with self.open():
            running = asyncio.ensure_future(self.daemon.run())
            try:
                ready = asyncio.ensure_future(self.daemon.ready.wait())
                await asyncio.wait({ready, running}, return_when=asyncio.FIRST_COMPLETED)
                ready.cancel()
                if running.done():
                    running.result()
                yield self
            finally:
                self.daemon.stop()
                await running
                self.ingest.cut()

    def _make(self, records: SqliteRecords, committer: ThreadPoolExecutor) -> None:
        first = self.configuration()
        assert first.district is not None, [problem.render() for problem in first.problems]
        store, self.health = self.store, Health(("ingest", "publish"), monotonic_ms())
        self.ledger = Ledger(Counters(), store.outbox, self.path, lambda: {"ingest": self.ingest.connected})
        feeds = [SeriesFeed(store.journal, store.cursors, MemorySink(name), store.dead_letters) for name in self.sinks]
        self.ledger.feeds = feeds

        async def reload(request: SetRequest) -> Reloaded:
            return await self.daemon.reload(request)

        def announce(request: SetRequest) -> None:
            self.daemon.announce(request)

        self.service = Service(
            ledger=self.ledger,
            health=self.health,
            records=records,
            dead_letters=store.dead_letters,
            monotonic_ms=monotonic_ms,
            now=self.clock.now,
            reload=reload,
            announce=announce,
        )
        parts = Parts(
            clock=self.clock,
            journal=store.journal,
            committer=committer,
            ingest=self.ingest,
            publisher=self.publisher,
            make_delivery=self._delivery,
            make_decoder=self._decoder,
            read_configuration=self.configuration,
            load_sources=lambda texts: load(texts).district,
            set_people=self.people.append,
            filters=lambda decoder: decoder.filters if isinstance(decoder, Decoder) else (),
            feeds=feeds,
            health=self.health,
            ledger=self.ledger,
            service=self.service,
            serve=_serve_nobody,
            limits=BatchLimits(window_ms=1),
            keep_sinks=store.cursors.keep_only,
            changes=self._changes,
            sets=Sets(store.rule_sets, self.probation_ms),
        )
        self.daemon = Daemon(parts, first, first.district)

    def _delivery(self, on_input: Callable[[Input], None]) -> Delivery:
        return Delivery(
            outbox=self.store.outbox,
            publisher=self.publisher,
            reminding=Reminding([self.channel], dict, self.clock, fallback=["log"]),
            clock=self.clock,
            on_input=on_input,
            run_blocking=asyncio.to_thread,
        )

    def _decoder(self, district: District) -> Decode:
        self.before_adopting()
        return Decoder(district)

    async def _changes(self) -> AsyncIterator[object]:
        while True:
            yield await self.changes.get()

    # ---- what a test does

    def edit(self, changed: Mapping[str, str]) -> None:
        """An operator saves these files."""
        self.texts = {**self.texts, **changed}

    async def reload(self, person: str, reason: str = "", *, approve: tuple[str, ...] = ()) -> Reloaded:
        """Somebody has the files read again."""
        cause = SetCause.APPROVE if approve else SetCause.RELOAD
        return await self.daemon.reload(SetRequest("", person, cause, reason, approve))

    def pass_time(self, by_ms: int) -> None:
        self.clock.advance(by_ms)
        assert self.daemon.embedded is not None
        self.daemon.embedded._intake.hurry()

    def say(self, topic: str, **fields: object) -> None:
        self.ingest.deliver(topic, json.dumps({"ts": self.clock.now(), **fields}).encode())

    async def quiet(self) -> None:
        embedded, counters = self.daemon.embedded, self.ledger.counters
        assert embedded is not None
        await eventually(lambda: not counters.in_flight and not embedded._intake, "quiet")
        await eventually(lambda: not self.store.outbox.waiting(), "an empty outbox")


async def _serve_nobody() -> None:
    await asyncio.Event().wait()
