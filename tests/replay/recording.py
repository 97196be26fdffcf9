"""A daemon's life as it is recorded: batches turned by the step that every runtime shares, wake-ups a little late."""

from collections.abc import Sequence

from processor.decode.decoder import Decoder
from processor.engine.core import Core
from processor.model.district import District
from processor.model.effect import AlertChanged, Effect, OrderChanged, SendCommand
from processor.model.inputs import Input
from processor.model.reading import Reading
from processor.model.time import EpochMs
from processor.ports.history import Decided
from processor.runtime.step import Control, Step
from tests.fakes.history import MemoryHistory

T0 = 1_790_000_000_000


class Recording:
    """`say` and `do` things at instants; `history` is what a store would hold."""

    def __init__(self, district: District, *, lag_ms: int = 7) -> None:
        self.district = district
        self.core = Core(district)
        self.now: EpochMs = T0
        self.blocks: list[tuple[EpochMs, Sequence[Input]]] = []
        self.decided: list[Decided] = []
        self._step = Step(self.core, Decoder(district))
        self._lag_ms = lag_ms
        self._number = 0
        turned = self.core.turn(self.core.start(T0, None), T0)
        self._keep(turned.kept, turned.effects)

    def history(self) -> MemoryHistory:
        return MemoryHistory(self.blocks, self.decided)

    def pass_to(self, at: EpochMs) -> None:
        """Time goes on; the daemon wakes when it asked to, a little late."""
        while (wake := self.core.next_wake()) is not None and max(wake, self.now) + self._lag_ms < at:
            self._batch(max(wake, self.now) + self._lag_ms, [])
        self.now = max(at, self.now)

    def say(self, at: EpochMs, device: str, *, taken: EpochMs | None = None, flags: int = 0, **values: object) -> None:
        """A device's message."""
        self._number += 1
        self.pass_to(at)
        said = Reading(device, at if taken is None else taken, at, dict(values), flags, self._number)  # type: ignore[arg-type]  # tests give what points take
        self._batch(at, [said])

    def do(self, at: EpochMs, *given: Input) -> None:
        """Anything else."""
        self.pass_to(at)
        self._batch(at, list(given))

    def down(self, since: EpochMs, at: EpochMs) -> None:
        """The daemon is away for a while, and comes back as it was."""
        self.pass_to(since)
        self.now = max(at, self.now)
        turned = self.core.turn(self.core.start(self.now, self.blocks[-1][0]), self.now)
        self._keep(turned.kept, turned.effects)

    def effects(self, *kinds: type) -> list[tuple[EpochMs, Effect]]:
        """What was decided, of these kinds."""
        return [(each.at, each.effect) for each in self.decided if not kinds or isinstance(each.effect, kinds)]

    def newest(self, kind: type[OrderChanged] | type[AlertChanged] | type[SendCommand]) -> list[Effect]:
        return [each.effect for each in self.decided if isinstance(each.effect, kind)]

    def _batch(self, at: EpochMs, given: list[Input]) -> None:
        self.now = at
        work = self._step.turn([], [Control(given)] if given else [], at, backlog=False, arrived=lambda _more: None)
        self._keep(work.batch.block.inputs, work.batch.effects)

    def _keep(self, inputs: Sequence[Input], effects: Sequence[tuple[str, Effect]]) -> None:
        self.blocks.append((self.now, inputs))
        self.decided += [Decided(self.now, scope, effect) for scope, effect in effects]
