"""The life of the daemon: restore, start, turn, reload, stop. Every part arrives through the constructor."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Thread
from typing import Any, Final

import structlog

from processor.engine.core import Core
from processor.model.district import District
from processor.model.inputs import CommandDelivered, Input
from processor.model.problem import Problem, Severity
from processor.model.reading import Flag, Rejection
from processor.model.time import SECOND
from processor.ports.broker import Ingest, Publisher
from processor.ports.clock import Clock
from processor.ports.console import Reloaded, Retried
from processor.ports.dead_letters import DeadLetter, DeadLetterState
from processor.ports.journal import Journal, JournalBroken, JournalFull
from processor.runtime.delivery import Delivery
from processor.runtime.embedded import BatchLimits, Embedded
from processor.runtime.health import Health
from processor.runtime.ledger import Ledger
from processor.runtime.restore import Restorer
from processor.runtime.series import SeriesFeed
from processor.runtime.service import Running, Service
from processor.runtime.step import Decode, Step

log = structlog.get_logger(__name__)

HOUSEKEEPING_S: Final = 1.0
RETAIN_EVERY_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files said when they were last read: a district, or None and the reasons."""

    district: District | None
    problems: tuple[Problem, ...]
    sources: dict[str, str]


@dataclass(slots=True)
class Parts:
    """Everything the daemon is made of. `read_configuration` reads the files again; `load_sources` kept texts."""

    clock: Clock
    journal: Journal
    committer: ThreadPoolExecutor
    ingest: Ingest
    publisher: Publisher
    make_delivery: Callable[[Callable[[Input], None]], Delivery]
    make_decoder: Callable[[District], Decode]
    read_configuration: Callable[[], Configuration]
    load_sources: Callable[[dict[str, str]], District | None]
    set_people: Callable[[District], None]
    filters: Callable[[Decode], Sequence[str]]
    feeds: list[SeriesFeed]
    health: Health
    ledger: Ledger
    service: Service
    serve: Callable[[], Awaitable[None]]
    limits: BatchLimits = field(default_factory=BatchLimits)
    settle_dead_letters: Callable[[Sequence[int], DeadLetterState], int] = lambda _numbers, _state: 0


def monotonic_ms() -> int:
    """A clock that nobody sets, for how long things take."""
    return time.monotonic_ns() // 1_000_000


class Daemon:
    """Runs until `stop`. `ready` is set when messages are being taken."""

    def __init__(self, parts: Parts, configuration: Configuration, district: District) -> None:
        self._parts = parts
        self._configuration = configuration
        self._district = district
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Future[Any]] = set()
        self.embedded: Embedded | None = None

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stop.set()

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
        restorer = Restorer(parts.journal, self._district, parts.load_sources, parts.health.restoring)
        restored = await loop.run_in_executor(parts.committer, restorer.run)
        core, now = restored.core, parts.clock.now()
        save = partial(parts.journal.save_configuration, self._district.hash, self._configuration.sources, now, "start")
        await loop.run_in_executor(parts.committer, save)
        effects = core.reconfigure(self._district, now) if core.district.hash != self._district.hash else []
        decoder = parts.make_decoder(self._district)
        self.embedded = Embedded(
            step=Step(core, decoder),
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
        await self.embedded.begin(core.start(now, restored.last_now), effects, now)
        parts.ledger.embedded = self.embedded
        parts.ledger.restore_s = (monotonic_ms() - began) / SECOND
        log.info("restored", blocks=restored.blocks, seconds=parts.ledger.restore_s, devices=len(core.district.devices))
        await parts.ingest.subscribe(parts.filters(decoder))
        return core

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
        parts.service.running = Running(core, embedded, delivery, self._retry)
        threads = [Thread(target=feed.run, name=f"sink-{feed.status.sink}", daemon=True) for feed in parts.feeds]
        for thread in threads:
            thread.start()
        await parts.publisher.start()
        delivery.start()
        turning = asyncio.ensure_future(embedded.run())
        keeping = asyncio.ensure_future(self._keep_house())
        await parts.ingest.start(embedded.receive)
        parts.health.restored()
        self.ready.set()
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({turning, stopping}, return_when=asyncio.FIRST_COMPLETED)
        parts.health.stopping()
        embedded.stop()
        await turning
        keeping.cancel()
        await parts.ingest.stop()
        await delivery.stop()
        await parts.publisher.stop()
        for feed in parts.feeds:
            feed.stop()
        for thread in threads:
            await asyncio.to_thread(thread.join, 15)
        await asyncio.gather(keeping, stopping, return_exceptions=True)

    async def _keep_house(self) -> None:
        parts, loop = self._parts, asyncio.get_running_loop()
        retain_at = monotonic_ms() + int(RETAIN_EVERY_S * SECOND)
        while True:
            now = monotonic_ms()
            parts.health.turned(now)
            parts.health.broker("ingest", now, connected=parts.ingest.connected)
            parts.health.broker("publish", now, connected=parts.publisher.connected)
            try:
                await loop.run_in_executor(None, parts.ledger.look, parts.clock.now())
                if now >= retain_at:
                    retain_at = now + int(RETAIN_EVERY_S * SECOND)
                    await loop.run_in_executor(parts.committer, parts.journal.retain, parts.clock.now())
            except (JournalFull, JournalBroken) as error:
                log.warning("housekeeping", reason=str(error))
            await asyncio.sleep(HOUSEKEEPING_S)

    # ---- people

    async def reload(self, person: str) -> Reloaded:
        """Read the files again. A bad set changes nothing: the last good rules go on."""
        parts = self._parts
        async with self._reloading:
            found = await asyncio.to_thread(parts.read_configuration)
            district = found.district
            errors = any(problem.severity is Severity.ERROR for problem in found.problems)
            parts.ledger.problems = len(found.problems)
            if district is None or errors:
                for problem in found.problems:
                    log.error("reload_refused", problem=problem.render())
                return Reloaded(changed=False, rules_hash=self._district.hash, problems=found.problems)
            if district.hash == self._district.hash:
                return Reloaded(changed=False, rules_hash=district.hash, problems=found.problems)
            await self._adopt(district, found, person)
            return Reloaded(changed=True, rules_hash=district.hash, problems=found.problems)

    async def _adopt(self, district: District, found: Configuration, person: str) -> None:
        parts, embedded = self._parts, self.embedded
        assert embedded is not None  # noqa: S101 - reload is offered only while running
        # Everything that may fail comes before the first thing that changes.
        decoder = await asyncio.to_thread(parts.make_decoder, district)
        save = partial(parts.journal.save_configuration, district.hash, found.sources, parts.clock.now(), person)
        await asyncio.get_running_loop().run_in_executor(parts.committer, save)
        await embedded.reconfigure(district, decoder)
        self._district = district
        parts.set_people(district)
        await parts.ingest.subscribe(parts.filters(decoder))
        log.info("reloaded", rules=len(district.rules), rules_hash=district.hash[:12], person=person)

    async def _retry(self, found: Sequence[DeadLetter]) -> Retried:
        """Decode dead letters again; those that now are readings are taken as late ones and settled."""
        parts, embedded = self._parts, self.embedded
        assert embedded is not None  # noqa: S101 - retry is offered only while running
        decoder = parts.make_decoder(self._district)
        mended: list[int] = []
        stored = 0
        for letter in found:
            rejection = letter.rejection
            if len(rejection.payload) != rejection.size:
                continue
            outcomes = decoder.decode(rejection.topic, rejection.payload, rejection.arrived, Flag.RETRIED)
            if any(isinstance(outcome, Rejection) for outcome in outcomes):
                continue
            for outcome in outcomes:
                await embedded.submit(outcome)  # type: ignore[arg-type]  # no rejection is left
                stored += 1
            mended.append(letter.id)
        await asyncio.to_thread(parts.settle_dead_letters, mended, DeadLetterState.RETRIED)
        return Retried(retried=len(found), stored=stored, still_dead=len(found) - len(mended))
