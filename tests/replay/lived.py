"""A town whose core journals into a real store as the runtime does, so that its past can be asked for."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from processor.adapters.sqlite.past import SqlitePast
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.store import SqliteStore
from processor.engine.core import Core
from processor.engine.snapshot import snapshot
from processor.model.district import District
from processor.model.inputs import Input
from processor.model.reading import Reading, Value
from processor.model.time import MINUTE, SECOND, EpochMs
from processor.ports.journal import Batch, Block, Checkpoint, Counts
from processor.replay.explain import Story
from processor.replay.explain_past import Explainer, Unanswered
from tests.runtime.plant import T0
from tests.runtime.town import sources, town

UNITS = {"s": SECOND, "m": MINUTE, "h": 60 * MINUTE}


def at(text: str) -> EpochMs:
    """An instant so long after the start: "90s", "5m", "2h"."""
    return T0 + int(text[:-1]) * UNITS[text[-1]]


def district_of(texts: Mapping[str, str]) -> District:
    """The district of these texts; each set is read once."""
    return _district(tuple(sorted(texts.items())))


@cache
def _district(texts: tuple[tuple[str, str], ...]) -> District:
    return town(dict(texts))


class Lived:
    """One core, one store. `say` and `give` commit at once; `story` reads the store as another process would."""

    def __init__(self, folder: Path, texts: Mapping[str, str] | None = None) -> None:
        self.path = folder / "store.db"
        self.store = SqliteStore(self.path)
        self.now = T0
        self._count = 0
        texts = dict(texts or sources())
        self.keep(texts)
        self.core = Core(district_of(texts))
        self._commit(self.core.start(T0, None))

    def keep(self, texts: dict[str, str]) -> None:
        self.store.journal.save_configuration(district_of(texts).hash, texts, self.now, "test")

    def _commit(self, inputs: list[Input]) -> None:
        turned = self.core.turn(inputs, self.now)
        woken = self.core.turn(self.core.wakes(self.now), self.now)
        effects = [*turned.effects, *woken.effects]
        block = Block(self.now, self.core.district.hash, [*turned.kept, *woken.kept])
        self.store.journal.commit(Batch(block, effects, (), Counts()))

    def reload(self, texts: dict[str, str]) -> None:
        self.keep(texts)
        effects = self.core.reconfigure(district_of(texts), self.now)
        self.store.journal.commit(Batch(Block(self.now, self.core.district.hash, ()), effects, (), Counts()))

    def until(self, when: str | EpochMs) -> "Lived":
        """Let time pass, waking the core as the runtime would."""
        end = at(when) if isinstance(when, str) else when
        while (wake := self.core.next_wake()) is not None and wake <= end:
            self.now = max(self.now, wake)
            self._commit([])
        self.now = end
        return self

    def say(self, device: str, when: str, flags: int = 0, **values: Value) -> "Lived":
        """A reading that arrives at once."""
        self._count += 1
        self.until(at(when) - 1)
        self.now = at(when)
        self._commit([Reading(device, self.now, self.now, values, flags, self._count)])
        return self

    def give(self, when: str, given: Input) -> "Lived":
        self.until(at(when) - 1)
        self.now = at(when)
        self._commit([given])
        return self

    def save(self) -> None:
        """A checkpoint of every community, as the runtime saves now and then."""
        offset = self.store.journal.last_offset()
        saves = [
            Checkpoint(name, offset, self.now, self.core.district.hash, snapshot(scope))
            for name, scope in self.core.scopes.items()
        ]
        self.store.journal.save_checkpoints(saves)

    def asked(self, device: str, rule: str, when: str, *, at_most: int | None = None) -> Story | Unanswered:
        past, records = SqlitePast(self.path), SqliteRecords(self.path)
        try:
            explainer = Explainer(past, records, district_of, at_most=at_most)
            return explainer.story(device, rule, at(when))
        finally:
            past.close()
            records.close()

    def story(self, device: str, rule: str, when: str) -> Story:
        found = self.asked(device, rule, when)
        assert isinstance(found, Story), found
        return found

    def close(self) -> None:
        self.store.close()
