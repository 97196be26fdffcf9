"""A whole set of rules beside the one in force: the same core, turned by the journal of a daemon that lives.

It reads the daemon's store only, and keeps what it would have done in a small store of its own. Its position is that of
its newest checkpoint; what it handles again after a crash has the same keys, and is in its store once.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from processor.engine.core import Core
from processor.engine.scope import Scope
from processor.engine.snapshot import restore, snapshot
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.time import EpochMs
from processor.ports.journal import Batch, Block, Checkpoint, Counts, Journal, Outbox
from processor.ports.past import Past
from processor.ports.records import Records
from processor.ports.rule_sets import RuleSet, SetCause
from processor.replay.backtest_turn import LATEST_WAKE_MS, Turning
from processor.replay.shadow_world import ShadowWorld

BLOCKS_AT_ONCE: Final = 200
AUTHOR: Final = "shadow"
_ROWS_AT_ONCE: Final = 1_000


class ShadowSet(NamedTuple):
    """The rules to try, over the daemon's own devices, places and people."""

    district: District
    sources: dict[str, str]


Compose = Callable[[dict[str, str]], ShadowSet | None]
"""The set over the files that were in force; None while it has errors: then the last good one goes on."""


Load = Callable[[dict[str, str]], District | None]
"""The district of kept files, as they are."""


class OwnStore(NamedTuple):
    """The small store of the shadow."""

    journal: Journal
    outbox: Outbox


class Position(NamedTuple):
    """How far it is: the newest block handled, its core time, and how many blocks wait."""

    offset: int
    now: EpochMs | None
    behind: int


class Shadow:
    """One shadow run. Blocking; one thread. `open` first, then `advance` again and again, `save` now and then."""

    def __init__(self, past: Past, records: Records, own: OwnStore, compose: Compose, load: Load) -> None:
        journal, outbox = own
        self._past = past
        self._load = load
        self._journal = journal
        self._outbox = outbox
        self._compose = compose
        self._world = ShadowWorld(records)
        self._turning: Turning | None = None
        self._set: ShadowSet | None = None
        self._live_hash = ""
        self._offset = 0
        self._made: list[tuple[EpochMs, str, Effect]] = []
        self._entry: RuleSet | None = None

    @property
    def position(self) -> Position:
        """How far it is."""
        newest = self._past.newest()
        now = self._turning.now if self._turning is not None else None
        return Position(self._offset, now, max(0, (newest.offset if newest else 0) - self._offset))

    def open(self, since: EpochMs | None = None) -> bool:
        """Go on where the own store ends, else begin at `since`, else after the newest block. False: nothing there."""
        checkpoints = list(self._journal.checkpoints())
        if checkpoints:
            self._resume(checkpoints)
            return True
        first = self._past.first()
        if first is None:
            return False
        head = self._past.newest(None if since is None else since - 1)
        self._offset = head.offset if head is not None else first.offset - 1
        return True

    def advance(self, limit: int = BLOCKS_AT_ONCE) -> int:
        """Handle at most so many new blocks; how many there were."""
        done = 0
        for offset, block in self._past.blocks(self._offset, self._offset + limit):
            if offset != self._offset + 1:
                self._missed(block.now)
            self._take(offset, block)
            done += 1
        self._keep()
        return done

    def changed(self) -> bool:
        """Have the set composed again, because its files changed; whether it is another one."""
        return self._adopt(self._live_hash, None)

    def save(self) -> None:
        """Keep the state, so that the next run goes on from here."""
        self._keep()
        turning, current = self._turning, self._set
        if turning is None or current is None or turning.now is None:
            return
        scopes = turning.core.scopes
        saved = [
            Checkpoint(name, self._offset, turning.now, current.district.hash, snapshot(scope))
            for name, scope in scopes.items()
        ]
        self._journal.save_checkpoints(saved)
        self._journal.keep_checkpoints(scopes)

    # ---- parts --------------------------------------------------------------------------------------------------

    def _take(self, offset: int, block: Block) -> None:
        if block.rules_hash != self._live_hash:
            self._adopt(block.rules_hash, block.now)
        if self._turning is not None:
            self._turning.block(block.inputs, block.now)
        self._offset = offset

    def _adopt(self, live_hash: str, now: EpochMs | None) -> bool:
        """Compose the set over what is in force there. A set with errors changes nothing."""
        kept = self._past.configuration(live_hash)
        found = self._compose(kept.sources) if kept is not None else None
        self._live_hash = live_hash
        if found is None or (self._set is not None and found.district.hash == self._set.district.hash):
            return False
        self._go_on_under(found, now)
        return True

    def _go_on_under(self, found: ShadowSet, now: EpochMs | None) -> None:
        turning = self._turning
        at = now if now is not None else (turning.now if turning is not None else None) or 0
        if turning is None:
            self._turn_with(Core(found.district), found.district, None)
        else:
            turning.pass_to(max(at - LATEST_WAKE_MS, turning.now or 0))
            made = turning.core.reconfigure(found.district, at)
            self._made += [(at, scope, effect) for scope, effect in made]
            self._turn_with(turning.core, found.district, turning.now)
        self._set = found
        self._note_set(found, at)

    def _turn_with(self, core: Core, district: District, now: EpochMs | None) -> None:
        self._world.scopes, self._world.district = core.scopes, district
        self._turning = Turning(core, self._told, self._world.admit)
        self._turning.now = now

    def _note_set(self, found: ShadowSet, at: EpochMs) -> None:
        name = found.district.hash
        self._journal.save_configuration(name, found.sources, at, AUTHOR)
        self._entry = RuleSet(name, name, at, AUTHOR, SetCause.RELOAD)

    def _told(self, at: EpochMs, scope: Scope, effects: Sequence[Effect]) -> Iterable[Input]:
        name = scope.plan.scope
        self._made += [(at, name, effect) for effect in effects]
        return self._world.answers(at, scope, effects)

    def _missed(self, now: EpochMs) -> None:
        """Blocks are gone by the daemon's retention: as after a time in which this core did not run."""
        if self._turning is not None:
            for given in self._turning.core.start(now, self._turning.now):
                self._turning.block((given,), now)

    def _keep(self) -> None:
        """Everything made since, one commit for each instant: the steps of a command are known by it."""
        name = self._set.district.hash if self._set is not None else ""
        entry, self._entry = self._entry, None
        if entry is not None:
            self._journal.commit(Batch(Block(entry.at, name, ()), (), (), Counts(), rule_set=entry))
        made, self._made = self._made, []
        for at, group in groupby(made, key=lambda one: one[0]):
            effects = [(scope, effect) for _, scope, effect in group]
            self._journal.commit(Batch(Block(at, name, ()), effects, (), Counts()))
        if made:
            self._settle()

    def _settle(self) -> None:
        """Nothing of it is ever delivered."""
        while rows := self._outbox.due(1 << 62, _ROWS_AT_ONCE):
            self._outbox.delivered([row.sequence for row in rows], rows[-1].due_at)

    def _resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        first = checkpoints[0]
        self._offset = first.offset
        self._live_hash = next((block.rules_hash for _, block in self._past.blocks(first.offset - 1, first.offset)), "")
        kept = self._journal.configuration(first.rules_hash)
        district = self._load(kept.sources) if kept is not None else None
        if kept is None or district is None:
            return  # of another version: it begins anew from here
        core = Core(district)
        for checkpoint in checkpoints:
            if checkpoint.scope in core.scopes:
                restore(core.scopes[checkpoint.scope], checkpoint.state)
        self._set = ShadowSet(district, kept.sources)
        self._turn_with(core, district, first.now)
