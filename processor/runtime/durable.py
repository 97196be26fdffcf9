"""Making things durable: on the thread that may wait for the disk, again and again until the disk takes them."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final

import structlog

from processor.ports.journal import Batch, Checkpoint, Journal, JournalBroken, JournalFull
from processor.runtime.health import Health

log = structlog.get_logger(__name__)

RETRY_S: Final = 1.0


class Durable:
    """The journal as the runtime uses it. While it refuses, `/readyz` says so."""

    def __init__(
        self,
        journal: Journal,
        executor: Executor,
        health: Health,
        monotonic_ms: Callable[[], int],
        retry_s: float = RETRY_S,
    ) -> None:
        self._journal = journal
        self._executor = executor
        self._health = health
        self._monotonic_ms = monotonic_ms
        self._retry_s = retry_s
        self._stopping = asyncio.Event()
        self._gave_up = False

    def give_up(self) -> None:
        """From now on what the journal refuses is not tried again: the daemon is to stop."""
        self._stopping.set()

    def gave_up(self) -> bool:
        """Whether a commit was given up: what the core decided since is nowhere."""
        return self._gave_up

    async def commit(self, batch: Batch) -> float | None:
        """How many seconds it took to make the batch durable; None when it was given up."""
        began = self._monotonic_ms()
        self._health.commit_began(began)
        while not await self._taken(batch):
            if await self._must_end():
                self._gave_up = True
                return None
        self._health.commit_ended()
        return (self._monotonic_ms() - began) / 1000

    async def _taken(self, batch: Batch) -> bool:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._executor, self._journal.commit, batch)
        except JournalFull as full:
            self._health.journal_full()
            log.error("journal_full", reason=str(full))  # noqa: TRY400  # a full disk is a state, not a stack
            return False
        except JournalBroken as broken:
            self._health.journal_broken(str(broken))
            log.critical("journal_broken", reason=str(broken))
            return False
        self._health.journal_takes()
        return True

    async def _must_end(self) -> bool:
        """Wait a little before the next attempt; whether there is to be none."""
        try:
            async with asyncio.timeout(self._retry_s):
                await self._stopping.wait()
        except TimeoutError:
            return False
        log.error("commit_given_up", cure="nothing of it was acknowledged: the broker sends it again")
        return True

    async def save(self, checkpoints: Sequence[Checkpoint], *, everything: bool) -> bool:
        """Whether these checkpoints are in the store. `everything`: they are all there is; forget those of others."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._executor, self._journal.save_checkpoints, checkpoints)
            if everything:
                names = [checkpoint.scope for checkpoint in checkpoints]
                await loop.run_in_executor(self._executor, self._journal.keep_checkpoints, names)
        except (JournalFull, JournalBroken) as error:
            # The journal still holds everything: only a restart would read more.
            log.warning("checkpoint_not_saved", reason=str(error))
            return False
        return True
