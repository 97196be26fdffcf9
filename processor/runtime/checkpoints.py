"""When which scope's state is saved, so that a restart reads little and no save is ever long."""

from typing import Final

from processor.engine.core import Core
from processor.engine.snapshot import snapshot
from processor.model.time import SECOND, DurationMs, EpochMs
from processor.ports.journal import Batch, Checkpoint

# A restart reads again at most about (scopes x this) inputs, at some 100,000 a second; a save of one community of
# 1,800 devices takes some milliseconds, spread over this many inputs.
INPUTS_BETWEEN: Final = 4_000
# Where a save of everything failed (a full disk), it is tried again, but not with every batch.
TRY_AGAIN_MS: Final[DurationMs] = 5 * SECOND


class Checkpoints:
    """Chooses one scope at a time: the one that would cost most to read again.

    After a change of rules, and after a start, everything is owed: until it is saved no scope is saved alone, so that
    what the store holds is always of one set of rules, and no scope of it is without a checkpoint.
    """

    def __init__(self, core: Core, between: int = INPUTS_BETWEEN) -> None:
        self._core = core
        self._between = between
        self._since: dict[str, int] = {}
        self._total = 0
        self._owed_since: EpochMs | None = None

    def due(self, batch: Batch, offset: int) -> list[Checkpoint]:
        """Call with every batch just handled, which will be committed as `offset`: what to save after that commit."""
        scopes = self._core.scopes
        inputs = batch.block.inputs
        self._total += len(inputs)
        if self._owed_since is not None:
            now = batch.block.now
            return self.everything(offset, now) if now - self._owed_since >= TRY_AGAIN_MS else []
        if self._total < self._between or not scopes:
            return []
        self._total = 0
        # Communities take turns; counting each input's community would cost more than it saves.
        name = min(scopes, key=lambda scope: self._since.get(scope, 0))
        self._since[name] = offset
        return [self._of(name, offset, batch.block.now)]

    def everything(self, offset: int, now: EpochMs) -> list[Checkpoint]:
        """Every scope: at a start, at an orderly stop, and when the rules change. Owed until `saved`."""
        self._owed_since = now
        return [self._of(name, offset, now) for name in self._core.scopes]

    @property
    def owed(self) -> bool:
        """Whether what was asked for last is everything."""
        return self._owed_since is not None

    def saved(self) -> None:
        """Say that what was asked for last is in the store."""
        self._owed_since = None

    def _of(self, name: str, offset: int, now: EpochMs) -> Checkpoint:
        return Checkpoint(name, offset, now, self._core.district.hash, snapshot(self._core.scopes[name]))
