"""The embedded runtime on fakes: a broker, a store and a clock that a test turns by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

from processor.decode.decoder import Decoder
from processor.engine.core import Core
from processor.model.district import District
from processor.model.reading import Reading
from processor.ports.journal import Batch
from processor.runtime.counters import Counters
from processor.runtime.embedded import Embedded
from processor.runtime.health import Health
from processor.runtime.intake import BatchLimits
from processor.runtime.parts import monotonic_ms
from processor.runtime.restore import Restored, Restorer
from processor.runtime.step import Step
from tests.fakes.broker import FakeIngest
from tests.fakes.clock import FakeClock
from tests.fakes.journal import MemoryStore
from tests.runtime.town import sources, town
from tests.waiting import eventually

T0 = 1_790_000_000_000
Decision = Callable[[Batch], None]


class InlineExecutor(Executor):
    """Runs at once: for tests in which no thread is the point."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401 - the executor's own signature
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - a future holds whatever was raised
            future.set_exception(error)
        return future


class Outlet:
    """Counts how often it was told."""

    def __init__(self) -> None:
        self.told = 0

    def notify(self) -> None:
        self.told += 1


class Gate:
    """Stands before every commit of a journal; while it is shut, a commit hangs in its thread."""

    def __init__(self, commit: Callable[[Batch], int]) -> None:
        self._commit = commit
        self.open = Event()
        self.open.set()
        self.waiting = 0

    def __call__(self, batch: Batch) -> int:
        self.waiting += 1
        assert self.open.wait(20)
        self.waiting -= 1
        return self._commit(batch)


class Plant:
    """One life of a daemon's inner part. Several lives may share a store, a clock and a broker."""

    def __init__(
        self,
        district: District | None = None,
        *,
        store: MemoryStore | None = None,
        ingest: FakeIngest | None = None,
        clock: FakeClock | None = None,
        executor: Executor | None = None,
        limits: BatchLimits | None = None,
        core: Core | None = None,
    ) -> None:
        self.district = district or town()
        self.store = store or MemoryStore()
        self.clock = clock or FakeClock(T0)
        self.ingest = ingest or FakeIngest(clock=self.clock)
        self.counters = Counters()
        self.health = Health((), 0)
        self.health.restored()
        self.outlet = Outlet()
        self.executor = executor or InlineExecutor()
        self.step = Step(core or Core(self.district), Decoder(self.district))
        self.embedded = Embedded(
            step=self.step,
            ingest=self.ingest,
            journal=self.store.journal,
            committer=self.executor,
            outlet=self.outlet,
            counters=self.counters,
            health=self.health,
            clock=self.clock,
            monotonic_ms=monotonic_ms,
            limits=limits or BatchLimits(window_ms=1),
            retry_s=0.005,
        )

    @property
    def core(self) -> Core:
        return self.step.core

    @asynccontextmanager
    async def running(self, down_since: int | None = None) -> AsyncIterator["Plant"]:
        """Begun and turning; stopped in order at the end."""
        await self.embedded.begin(self.core.start(self.clock.now(), down_since), (), self.clock.now(), save=True)
        turning = asyncio.ensure_future(self.embedded.run())
        await self.ingest.start(self.embedded.receive)
        try:
            yield self
        finally:
            self.embedded.stop()
            await turning

    def pass_time(self, by_ms: int) -> None:
        """Let the clock go on and the runtime notice."""
        self.clock.advance(by_ms)
        self.embedded._intake.hurry()

    def say(self, topic: str, *, qos: int = 1, retained: bool = False, **fields: object) -> None:
        """A device's message; its time is now unless `ts` says otherwise."""
        payload = {"ts": self.clock.now(), **fields}
        self.ingest.deliver(topic, json.dumps(payload).encode(), qos=qos, retained=retained)

    def meter(self, current: float, device: str = "e-m1", **more: Any) -> None:  # noqa: ANN401 - passed on
        community = {"e": "east", "w": "west", "n": "north"}[device[0]]
        self.say(f"v1/{community}/meter/{device}/telemetry", current=current, **more)

    async def quiet(self) -> None:
        """Until nothing is in flight any more."""
        await eventually(lambda: not self.counters.in_flight and not self.embedded._intake, "quiet")

    def readings(self) -> list[Reading]:
        """Every reading of the journal, in order."""
        return [each for _, block in self.store.journal.blocks(0) for each in block.inputs if isinstance(each, Reading)]

    def restored(self, district: District | None = None) -> Restored:
        """What a restart would come back with."""
        return Restorer(self.store.journal, district or self.district, town).run()


def keep(store: MemoryStore, texts: Sequence[dict[str, str]] = ()) -> None:
    """Keep these configurations as the daemon does before it goes on under them."""
    for each in texts or (sources(),):
        store.journal.save_configuration(town(each).hash, each, T0, "test")
