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
from processor.ports.rule_sets import SetCause, SetRequest
from processor.runtime.embedded import Embedded
from processor.runtime.parts import Configuration, Parts
from processor.runtime.rule_sets import Proposed

log = structlog.get_logger(__name__)

FILES: Final = "files"
# Whoever saves a file and at once asks for it to be read is the one under whose name it comes into force.
NAMED_WITHIN_S: Final = 1.0
# Somebody who said that files are about to be written (a rollback of many) writes them within this; meanwhile a half
# of them is not taken.
WRITTEN_WITHIN_S: Final = 10.0


class Reloading:
    """Takes the operators' files again whenever somebody asks, or when one of them changed."""

    def __init__(self, parts: Parts, embedded: Embedded, district: District, sources: dict[str, str]) -> None:
        self._parts = parts
        self._embedded = embedded
        self._district = district
        self._sources = sources
        self._one_at_a_time = asyncio.Lock()
        self._running: set[asyncio.Task[Reloaded]] = set()
        self._announced: SetRequest | None = None
        self._written = asyncio.Event()

    async def reload(self, request: SetRequest) -> Reloaded:
        """Read the files again. With any error among them, nothing changed. Who asked may go away: it is done whole.

        A request whose `content_hash` is "" is about whatever the files say.
        """
        task = asyncio.create_task(self._reload(request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    def announce(self, request: SetRequest) -> None:
        """Files of this content are about to be written: they come under this name, with this reason."""
        self._announced = request
        self._written.clear()

    async def stop(self) -> None:
        """End what is under way; call it when no change of rules can be taken any more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _reload(self, request: SetRequest) -> Reloaded:
        async with self._one_at_a_time:
            try:
                found = await asyncio.to_thread(self._parts.read_configuration)
                return await self._take(found, request)
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
            await asyncio.sleep(NAMED_WITHIN_S)
            await self._until_written()
            await self.reload(SetRequest("", FILES, SetCause.RELOAD))

    async def _until_written(self) -> None:
        if self._announced is None:
            return
        try:
            async with asyncio.timeout(WRITTEN_WITHIN_S):
                await self._written.wait()
        except TimeoutError:
            self._announced = None

    async def _take(self, found: Configuration, request: SetRequest) -> Reloaded:
        files, now = found.district, self._district.hash
        if files is None or any(problem.severity is Severity.ERROR for problem in found.problems):
            return self._refused(found.problems)
        proposed = await asyncio.to_thread(self._propose, files, found.sources, self._who(files, request))
        changed = proposed.district.hash != now
        if changed:
            await self._adopt(proposed)
        else:
            log.info("reloaded_the_same", rules_hash=now[:12])
        self._parts.ledger.read("taken" if changed else "same", len(found.problems))
        self._parts.health.configuration_taken()
        return Reloaded(changed=changed, rules_hash=proposed.district.hash, problems=found.problems)

    def _who(self, files: District, request: SetRequest) -> SetRequest:
        """Files that were announced come under the name of who announced them, whoever asked."""
        announced = self._announced
        if announced is None or announced.content_hash != files.hash:
            return request
        self._announced = None
        self._written.set()
        return announced

    def _propose(self, files: District, sources: dict[str, str], request: SetRequest) -> Proposed:
        now = self._parts.clock.now()
        before, texts = self._district, self._sources
        return self._parts.sets.next(files, sources, request, now, before=before, sources_before=texts)

    def _refused(self, problems: tuple[Problem, ...]) -> Reloaded:
        self._parts.ledger.read("refused", len(problems))
        self._parts.health.configuration_refused(problems, self._parts.clock.now())
        for problem in problems:
            log.error("reload_refused", problem=problem.render())
        return Reloaded(changed=False, rules_hash=self._district.hash, problems=problems)

    async def _adopt(self, proposed: Proposed) -> None:
        parts, district, entry = self._parts, proposed.district, proposed.entry
        # Everything that may fail comes before the first thing that changes.
        decoder = await asyncio.to_thread(parts.make_decoder, district)
        save = partial(
            parts.journal.save_configuration,
            district.hash,
            proposed.sources,
            entry.at,
            entry.author,
            district.probation,
        )
        await asyncio.get_running_loop().run_in_executor(parts.committer, save)
        await self._embedded.reconfigure(district, decoder, entry)
        self._district, self._sources = district, proposed.sources
        parts.sets.taken(entry)
        parts.set_people(district)
        await parts.ingest.subscribe(parts.filters(decoder))
        log.info(
            "reloaded",
            rules=len(district.rules),
            rules_hash=district.hash[:12],
            person=entry.author,
            cause=str(entry.cause),
            changed=len(entry.changes.added) + len(entry.changes.removed) + len(entry.changes.changed),
        )


def _problem(code: str, zh: str, en: str, error: Exception) -> Problem:
    reason = f"{type(error).__name__}: {error}"
    what = Text(zh=f"{zh}（{reason}），规则未更换", en=f"{en} ({reason}); nothing changed")
    return Problem(SourcePlace(), code, what)
