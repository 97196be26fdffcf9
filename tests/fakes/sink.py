"""A sink in memory that answers as told."""

from collections.abc import Callable, Sequence

from processor.model.reading import Reading
from processor.ports.broker import Outcome, Sent
from processor.ports.sink import RefusedReading, Written


class MemorySink:
    """`processor.ports.sink.Sink`. `outcome` is the next answers' outcome; `refuses` picks readings to split out."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.outcome: Outcome = Sent()
        self.refuses: Callable[[Reading], bool] = lambda _: False
        self.points: dict[tuple[str, int], Reading] = {}
        self.writes: list[int] = []
        self.closed = False

    def write(self, readings: Sequence[Reading]) -> Written:
        """Take them, or answer what `outcome` says."""
        self.writes.append(len(readings))
        if not isinstance(self.outcome, Sent):
            return Written(self.outcome)
        refused = [each for each in readings if self.refuses(each)]
        self.points |= {(each.device, each.at): each for each in readings if not self.refuses(each)}
        return Written(Sent(), tuple(RefusedReading(each, "told to refuse") for each in refused))

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
