"""Many stretches of a history at once, so that the readings of calm devices can be taken in bulk (`engine.skim`)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from processor.engine.core import Core
from processor.engine.skim import Skimmer
from processor.model.inputs import Input, Started
from processor.model.reading import Reading
from processor.model.time import EpochMs
from processor.ports.history import Stretch

# The longer the runs, the less each reading costs; a reading costs some 500 bytes while it waits.
AHEAD: Final = 100_000


class Sifted(NamedTuple):
    """What is left to be handled of a stretch. `taken` of its readings were taken in bulk, the last at `reached`."""

    inputs: Sequence[Input]
    taken: int
    reached: EpochMs | None


def batches(stretches: Iterable[Stretch], ahead: int = AHEAD) -> Iterator[list[Stretch]]:
    """The stretches in order, as many together as hold `ahead` inputs. A start of the daemon begins a batch."""
    batch: list[Stretch] = []
    waiting = 0
    for stretch in stretches:
        if batch and (waiting >= ahead or starts(stretch)):
            yield batch
            batch, waiting = [], 0
        batch.append(stretch)
        waiting += len(stretch.inputs)
    if batch:
        yield batch


def starts(stretch: Stretch) -> bool:
    """Whether the daemon came up with it."""
    return bool(stretch.inputs) and stretch.inputs[0].__class__ is Started


class Sieve:
    """Takes calm readings out of batches, for one core."""

    def __init__(self, core: Core) -> None:
        self._skimmer = Skimmer(core)

    def pass_by(self, stretch: Stretch) -> None:
        """A stretch that is handled whole: only what has begun can be calm."""
        self._skimmer.watch((stretch.now, stretch.inputs))

    def sift(self, batch: Sequence[Stretch]) -> list[Sifted]:
        """Each stretch without the readings that were taken. None of them may have a start in it."""
        left = self._skimmer.sift([(stretch.now, stretch.inputs) for stretch in batch])
        return [
            Sifted(rest, len(stretch.inputs) - len(rest), _reached(stretch))
            for stretch, rest in zip(batch, left, strict=True)
        ]


def _reached(stretch: Stretch) -> EpochMs | None:
    if stretch.now is not None or not stretch.inputs:
        return stretch.now
    last = stretch.inputs[-1]
    return last.arrived if isinstance(last, Reading) else None
