"""The life of the daemon: restore, start, turn, reload, stop. Every part arrives through the constructor."""

import asyncio
from functools import partial
from threading import Thread
from typing import Any, Final

import structlog

from processor.engine.core import Core
from processor.model.district import District
from processor.model.inputs import CommandDelivered, Input
from processor.model.time import SECOND, EpochMs
from processor.ports.console import Reloaded
from processor.ports.journal import JournalBroken, JournalFull
from processor.ports.rule_sets import SetRequest
from processor.runtime.delivery import Delivery
from processor.runtime.embedded import Embedded
from processor.runtime.parts import Configuration, Parts, monotonic_ms
from processor.runtime.recent import REMEMBERED, Recent
from processor.runtime.reloading import Reloading
from processor.runtime.retrying import retry
from processor.runtime.rule_sets import on_probation
from processor.runtime.service import Running
from processor.runtime.starting import Starting
from processor.runtime.step import Step

log = structlog.get_logger(__name__)

HOUSEKEEPING_S: Final = 1.0
FIRST_CONNECTION_S: Final = 0.02
RETAIN_EVERY_S: Final = 600.0


class Daemon:
    """Runs until `stop`. `ready` is set when messages are being taken."""

    def __init__(self, parts: Parts, configuration: Configuration, district: District) -> None:
        self._parts = parts
        self._configuration = configuration
        self._district = district
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()
        self._reloading: Reloading | None = None
        self._tasks: set[asyncio.Future[Any]] = set()
        self.embedded: Embedded | None = None

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stop.set()
        if self.embedded is not None:
            self.embedded.close()

    async def run(self) -> None:
        """Restore, serve, turn; returns after an orderly stop."""
        parts = self._parts
        server = asyncio.ensure_future(parts.serve())
        try:
            core = await self._restore()
            await self._turn(core)
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    async def _restore(self) -> Core:
        parts, began = self._parts, monotonic_ms()
        loop = asyncio.get_running_loop()
        starting = Starting(parts, self._configuration.sources, self._district)
        restored, proposed = await loop.run_in_executor(parts.committer, starting.run)
        core, now, self._district = restored.core, proposed.entry.at, proposed.district
        same = core.district.hash == self._district.hash
        effects = [] if same else core.reconfigure(self._district, now)
        recent = Recent(max(REMEMBERED, 2 * parts.in_flight))
        await loop.run_in_executor(parts.committer, recent.fill, parts.journal)
        decoder = parts.make_decoder(self._district)
        self.embedded = Embedded(
            step=Step(core, decoder, recent),
            ingest=parts.ingest,
            journal=parts.journal,
            committer=parts.committer,
            outlet=self._make_delivery(),
            counters=parts.ledger.counters,
            health=parts.health,
            clock=parts.clock,
            monotonic_ms=monotonic_ms,
            limits=parts.limits,
        )
        if self._stop.is_set():
            self.embedded.close()
        # A restart must be quick: where the store has every checkpoint, they take their turns again from here.
        inputs = core.start(now, restored.last_now)
        entry = None if same and restored.last_now is not None else proposed.entry
        await self.embedded.begin(inputs, effects, now, save=not (same and restored.complete), rule_set=entry)
        parts.sets.taken(proposed.entry)
        self._say_what_only_watches(now)
        await loop.run_in_executor(None, parts.keep_sinks, [feed.status.sink for feed in parts.feeds])
        parts.ledger.embedded = self.embedded
        parts.ledger.problems = len(self._configuration.problems)
        parts.ledger.restore_s = (monotonic_ms() - began) / SECOND
        log.info("restored", blocks=restored.blocks, seconds=parts.ledger.restore_s, devices=len(core.district.devices))
        await parts.ingest.subscribe(parts.filters(decoder))
        return core

    def _say_what_only_watches(self, now: EpochMs) -> None:
        watching = on_probation(self._district, now)
        if watching:
            log.warning(
                "on_probation",
                rules=", ".join(watching),
                meaning="these rules watch and tell people, their automatic commands are only shown",
                cure="wardwatch shadow status; wardwatch shadow approve RULE --by NAME --reason TEXT",
            )

    def _make_delivery(self) -> Delivery:
        self._parts.ledger.delivery = self._parts.make_delivery(self._told)
        return self._parts.ledger.delivery

    def _told(self, given: Input) -> None:
        """The outcome of a delivery goes back into the core; nobody waits for it."""
        if self.embedded is not None and isinstance(given, CommandDelivered):
            self._keep(self.embedded.submit(given))

    def _keep(self, future: "asyncio.Future[Any]") -> None:
        """Hold on to a future nobody awaits, so that it is not collected before it is done."""
        self._tasks.add(future)
        future.add_done_callback(self._tasks.discard)

    async def _turn(self, core: Core) -> None:
        parts, embedded, delivery = self._parts, self.embedded, self._parts.ledger.delivery
        assert embedded is not None  # noqa: S101 - made by _restore
        assert delivery is not None  # noqa: S101 - made by _restore
        parts.set_people(self._district)
        self._reloading = Reloading(parts, embedded, self._district, self._configuration.sources)
        parts.service.running = Running(core, embedded, delivery, partial(retry, embedded))
        threads = [Thread(target=feed.run, name=f"sink-{feed.status.sink}", daemon=True) for feed in parts.feeds]
        for thread in threads:
            thread.start()
        await parts.publisher.start()
        delivery.start()
        turning = asyncio.ensure_future(embedded.run())
        beside = [
            asyncio.ensure_future(each)
            for each in (self._keep_house(), self._reloading.watch(), self._wait_connected())
        ]
        if parts.companion is not None:
            beside.append(asyncio.ensure_future(parts.companion.run()))
        await parts.ingest.start(embedded.receive)
        parts.health.restored()
        self.ready.set()
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({turning, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in beside:
            task.cancel()
        await self._end(embedded, delivery, turning)
        for feed in parts.feeds:
            feed.stop()
        for thread in threads:
            await asyncio.to_thread(thread.join, 15)
        await asyncio.gather(*beside, stopping, return_exceptions=True)

    async def _end(self, embedded: Embedded, delivery: Delivery, turning: "asyncio.Future[None]") -> None:
        """Take nothing more; end what is being delivered, so that the core learns of it; then the last commit."""
        parts = self._parts
        parts.health.stopping()
        parts.service.running = None
        embedded.close()
        await delivery.stop()
        embedded.stop()
        await turning
        if self._reloading is not None:
            await self._reloading.stop()
        await parts.ingest.stop()
        await parts.publisher.stop()

    async def _keep_house(self) -> None:
        parts, loop = self._parts, asyncio.get_running_loop()
        retain_at = monotonic_ms() + int(RETAIN_EVERY_S * SECOND)
        while True:
            now = monotonic_ms()
            parts.health.turned(now)
            self._look_at_connections(now)
            try:
                await loop.run_in_executor(None, parts.ledger.look, parts.clock.now())
                if now >= retain_at:
                    retain_at = now + int(RETAIN_EVERY_S * SECOND)
                    await loop.run_in_executor(parts.committer, parts.journal.retain, parts.clock.now())
            except (JournalFull, JournalBroken) as error:
                log.warning("housekeeping", reason=str(error))
            await asyncio.sleep(HOUSEKEEPING_S)

    async def _wait_connected(self) -> None:
        """The first connection is looked for often, so that readiness is told as soon as it is true."""
        while not (self._parts.ingest.subscribed and self._parts.publisher.connected):  # noqa: ASYNC110  # twice a life
            await asyncio.sleep(FIRST_CONNECTION_S)
        self._look_at_connections(monotonic_ms())

    def _look_at_connections(self, now: int) -> None:
        ingest = self._parts.ingest
        self._parts.health.broker("ingest", now, connected=ingest.connected and ingest.subscribed)
        self._parts.health.broker("publish", now, connected=self._parts.publisher.connected)

    async def reload(self, request: SetRequest) -> Reloaded:
        """Read the files again. A bad set changes nothing; nor does any before the first rules are in force."""
        if self._reloading is None:
            log.warning("reload_refused", problem="the state is still being restored", person=request.person)
            return Reloaded(changed=False, rules_hash=self._district.hash)
        return await self._reloading.reload(request)

    def announce(self, request: SetRequest) -> None:
        """Files of this content are about to be written; without a reloading nothing will be taken that soon."""
        if self._reloading is not None:
            self._reloading.announce(request)
