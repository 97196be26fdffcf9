"""Coming back after any kind of stop: checkpoints, then the journal from where they end, exactly as it was."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from processor.engine.core import Core
from processor.engine.snapshot import restore
from processor.model.district import District
from processor.model.inputs import Started
from processor.model.time import EpochMs
from processor.ports.journal import Checkpoint, Journal
from processor.runtime.probation import under

# Each start is read again too, and moves every device's clocks: 0.3 s with 100,000 devices. A daemon that is killed
# again and again, before it has taken enough to save a checkpoint, must not come up slower each time.
STARTS_AT_EASE: Final = 2


class Restored(NamedTuple):
    """The core as it was after the newest committed batch, and the instant that batch was handled at."""

    core: Core
    last_now: EpochMs | None
    blocks: int
    complete: bool = False
    """Whether the store's checkpoints will do for the next start too: one of every scope and of no other, all under the
    core's rules, and not more starts behind them than a restart can read again at ease."""


class ConfigurationLost(Exception):  # noqa: N818 - what happened, in the operator's words
    """The journal needs rules that are neither in the files nor kept in the store."""


class Restorer:
    """Brings a core back from a journal. `load` makes a district of kept operator files."""

    def __init__(
        self,
        journal: Journal,
        district: District,
        load: Callable[[dict[str, str]], District | None],
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self._journal = journal
        self._district = district
        self._load = load
        self._progress = progress

    def run(self) -> Restored:
        """The restored core. It runs on the rules of the newest batch; the caller then moves it to today's."""
        checkpoints = list(self._journal.checkpoints())
        last = self._journal.last_offset()
        if not last:
            return Restored(Core(self._district), None, 0)
        oldest = min(checkpoints, key=lambda checkpoint: checkpoint.offset, default=None)
        core = Core(self._district_of(oldest.rules_hash if oldest else self._first_hash()))
        start = oldest.offset if oldest else 0
        # A scope's state is put in where it was taken, under the rules of then; until there its inputs are passed over.
        taken: dict[int, list[Checkpoint]] = {}
        for checkpoint in checkpoints:
            taken.setdefault(checkpoint.offset, []).append(checkpoint)
        covered = {checkpoint.scope: checkpoint.offset for checkpoint in checkpoints}
        _fill(core, taken.pop(start, ()))
        now: EpochMs | None = max((checkpoint.now for checkpoint in checkpoints), default=None)
        blocks = starts = 0
        for offset, block in self._journal.blocks(start):
            if block.rules_hash != core.district.hash:
                core.reconfigure(self._district_of(block.rules_hash), block.now)
            for given in block.inputs:
                scope = core.scope_of(given)
                if scope is not None and offset > covered.get(scope.plan.scope, 0):
                    scope.handle(given, block.now)
            _fill(core, taken.pop(offset, ()))
            now = block.now if now is None else max(now, block.now)
            blocks += 1
            starts += bool(block.inputs) and isinstance(block.inputs[0], Started)
            self._progress(offset - start, last - start)
        hashes = {checkpoint.rules_hash for checkpoint in checkpoints}
        complete = core.scopes.keys() == covered.keys() and hashes == {core.district.hash}
        return Restored(core, now, blocks, complete and starts <= STARTS_AT_EASE)

    def _first_hash(self) -> str:
        for _, block in self._journal.blocks(0, 1):
            return block.rules_hash
        return self._district.hash

    def _district_of(self, rules_hash: str) -> District:
        if rules_hash == self._district.hash:
            return self._district
        kept = self._journal.configuration(rules_hash)
        district = self._load(kept.sources) if kept is not None else None
        if kept is None or district is None:
            raise ConfigurationLost(
                f"the journal was written under the rules {rules_hash[:12]}, which are not in the store; "
                "start with the configuration of that time, or restore a backup that holds it"
            )
        return under(district, kept.probation, rules_hash)


def _fill(core: Core, checkpoints: Sequence[Checkpoint]) -> None:
    for checkpoint in checkpoints:
        scope = core.scopes.get(checkpoint.scope)
        if scope is not None:
            restore(scope, checkpoint.state)
