"""`explain` for the console: now from the running core, a past instant from the journal, off the loop and bounded."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from processor.engine.core import Core
from processor.model.district import District
from processor.model.time import EpochMs
from processor.ports.clock import Clock
from processor.ports.console import Declined, Refusal
from processor.ports.journal import JournalBroken
from processor.ports.past import Past
from processor.ports.records import Records
from processor.replay.explain import Story, begun, told, with_history
from processor.replay.explain_past import Explainer, NoStory, Unanswered

BLOCKS_AT_MOST: Final = 5_000
"""Some seconds of one core beside the daemon's own work. The command line reads in a process of its own: no bound."""

# The daemon shares its processor with the reader, and comes first.
BREATH_S: Final = 0.000_5


class Explaining:
    """Tells one story at a time. `open_past` opens the journal to read beside the daemon; `load` reads kept files."""

    def __init__(
        self,
        records: Records,
        open_past: Callable[[], Past],
        load: Callable[[dict[str, str]], District | None],
        clock: Clock,
        *,
        at_most: int = BLOCKS_AT_MOST,
    ) -> None:
        self._records = records
        self._open_past = open_past
        self._load = load
        self._clock = clock
        self._at_most = at_most
        self._one_at_a_time = asyncio.Lock()

    async def explain(self, core: Core, device: str, rule: str, at: EpochMs | None) -> Story | Declined:
        """Why the rule did or did not fire there: as it stands in `core`, or as it was at `at`."""
        if at is None:
            story = self._now(core, device, rule)
            return await asyncio.to_thread(with_history, story, self._records)
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._then, device, rule, at)

    def _now(self, core: Core, device: str, rule: str) -> Story:
        """On the loop, between two batches: one rule on one subject costs about a millisecond."""
        story = begun(core.district, device, rule, self._clock.now())
        scope = core.scopes.get(story.community)
        return story if story.blocks or scope is None else told(story, scope, core.district)

    def _then(self, device: str, rule: str, at: EpochMs) -> Story | Declined:
        past = self._open_past()
        try:
            explainer = Explainer(past, self._records, self._load, progress=_breathe, at_most=self._at_most)
            found = explainer.story(device, rule, at)
        except JournalBroken:
            return Declined(Refusal.NOT_NOW)
        finally:
            past.close()
        if isinstance(found, Unanswered):
            reason = Refusal.TOO_FAR if found.reason is NoStory.TOO_FAR else Refusal.NOTHING_KNOWN
            return Declined(reason, found.text)
        return found


def _breathe(_done: int, _total: int) -> None:
    time.sleep(BREATH_S)
