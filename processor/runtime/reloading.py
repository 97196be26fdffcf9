"""Other rules while the daemon runs. A bad set changes nothing: the last good rules go on, and the problem is shown."""

import asyncio
from functools import partial
from typing import Final

import structlog

from processor.model.district import District
from processor.model.problem import Problem, Severity
from processor.model.source import SourcePlace
from processor.model.text import Text
from processor.ports.console import Reloaded
from processor.ports.journal import JournalBroken, JournalFull
from processor.runtime.embedded import Embedded
from processor.runtime.parts import Configuration, Parts

log = structlog.get_logger(__name__)

FILES: Final = "files"


class Reloading:
    """Takes the operators' files again whenever somebody asks, or when one of them changed."""

    def __init__(self, parts: Parts, embedded: Embedded, district: District) -> None:
        self._parts = parts
        self._embedded = embedded
        self._district = district
        self._one_at_a_time = asyncio.Lock()
        self._running: set[asyncio.Task[Reloaded]] = set()

    async def reload(self, person: str) -> Reloaded:
        """Read the files again. With any error among them, nothing changed. Who asked may go away: it is done whole."""
        task = asyncio.create_task(self._reload(person))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """End what is under way; call it when no change of rules can be taken any more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _reload(self, person: str) -> Reloaded:
        async with self._one_at_a_time:
            try:
                found = await asyncio.to_thread(self._parts.read_configuration)
                return await self._take(found, person)
            except (JournalFull, JournalBroken) as error:
                return self._refused((_problem("store", "数据文件无法写入", "the store cannot be written", error),))
            except Exception as error:
                log.exception("reload_failed")
                return self._refused((_problem("internal", "内部错误", "an error of our own", error),))

    async def watch(self) -> None:
        """Reload whenever a file changed, until cancelled."""
        if self._parts.changes is None:
            return
        async for _ in self._parts.changes():
            await self.reload(FILES)

    async def _take(self, found: Configuration, person: str) -> Reloaded:
        district, now = found.district, self._district.hash
        if district is None or any(problem.severity is Severity.ERROR for problem in found.problems):
            return self._refused(found.problems)
        if district.hash != now:
            await self._adopt(district, found, person)
        self._parts.ledger.problems = len(found.problems)
        return Reloaded(changed=district.hash != now, rules_hash=district.hash, problems=found.problems)

    def _refused(self, problems: tuple[Problem, ...]) -> Reloaded:
        self._parts.ledger.problems = len(problems)
        for problem in problems:
            log.error("reload_refused", problem=problem.render())
        return Reloaded(changed=False, rules_hash=self._district.hash, problems=problems)

    async def _adopt(self, district: District, found: Configuration, person: str) -> None:
        parts = self._parts
        # Everything that may fail comes before the first thing that changes.
        decoder = await asyncio.to_thread(parts.make_decoder, district)
        save = partial(parts.journal.save_configuration, district.hash, found.sources, parts.clock.now(), person)
        await asyncio.get_running_loop().run_in_executor(parts.committer, save)
        await self._embedded.reconfigure(district, decoder)
        self._district = district
        parts.set_people(district)
        await parts.ingest.subscribe(parts.filters(decoder))
        log.info("reloaded", rules=len(district.rules), rules_hash=district.hash[:12], person=person)


def _problem(code: str, zh: str, en: str, error: Exception) -> Problem:
    reason = f"{type(error).__name__}: {error}"
    what = Text(zh=f"{zh}（{reason}），规则未更换", en=f"{en} ({reason}); nothing changed")
    return Problem(SourcePlace(), code, what)
