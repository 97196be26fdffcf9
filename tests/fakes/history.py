"""A past in memory: blocks as a journal holds them, and what was decided."""

from collections.abc import Iterator, Sequence

from processor.model.effect import AlertChanged, DispositionChanged, OrderChanged, RemindPeople, SendCommand
from processor.model.inputs import Input
from processor.model.time import EpochMs
from processor.ports.history import Answered, BadRow, Decided, Extent, Stretch

KEPT = (AlertChanged, OrderChanged, DispositionChanged, RemindPeople)


class MemoryHistory:
    """`processor.ports.history.History` and `Past` in lists."""

    def __init__(self, blocks: Sequence[tuple[EpochMs, Sequence[Input]]], decided: Sequence[Decided] = ()) -> None:
        self.name = "memory"
        self.blocks = blocks
        self.effects = decided

    def extent(self) -> Extent:
        if not self.blocks:
            return Extent(None, None, 0)
        return Extent(self.blocks[0][0], self.blocks[-1][0], len(self.blocks))

    def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
        for number, (now, inputs) in enumerate(self.blocks, 1):
            if (since is None or since <= now) and (until is None or now < until):
                yield Stretch(list(inputs), now, number)

    @property
    def bad_rows(self) -> tuple[int, Sequence[BadRow]]:
        return 0, ()

    def close(self) -> None:
        pass

    def decided(self, since: EpochMs, until: EpochMs) -> Iterator[Decided]:
        stood: dict[str, list[Decided]] = {}
        for each in self.effects:
            if isinstance(each.effect, AlertChanged) and each.at < since:
                stood.setdefault(each.effect.transition.alert, []).append(each)
        for steps in stood.values():
            last = steps[-1].effect
            if isinstance(last, AlertChanged) and last.transition.after != "ok":
                yield from steps
        yield from (each for each in self.effects if since <= each.at < until and isinstance(each.effect, KEPT))

    def answered(self) -> Answered:
        effects = [each.effect for each in self.effects]
        return Answered(
            frozenset(effect.transition.alert for effect in effects if isinstance(effect, AlertChanged)),
            frozenset(effect.key for effect in effects if isinstance(effect, SendCommand)),
            {effect.order.id: effect.order.alert for effect in effects if isinstance(effect, OrderChanged)},
        )
