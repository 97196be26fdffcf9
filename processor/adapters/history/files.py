"""Files of readings as one history: in the order of time, values of one device and instant joined to one reading."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, Protocol

import msgspec

from processor.adapters.history.faults import Faults
from processor.adapters.history.ordering import NotInOrder, in_order, merged
from processor.adapters.history.rows import MASK
from processor.model.reading import Reading
from processor.model.time import SECOND, EpochMs
from processor.ports.history import BadRow, Extent, HistoryUnusable, Stretch

AT_ONCE: Final = 5_000
"""So many readings are handed on together; whoever stops between them stops soon."""

_ARRIVED: Final = attrgetter("arrived")


class ReadingFile(Protocol):
    """One file. `partial`: its readings may be single values that belong together (known once it is read)."""

    name: str
    partial: bool

    @property
    def size(self) -> int:
        """In the unit of `chunks`' second part."""

    def chunks(self, faults: Faults) -> Iterator[tuple[list[Reading], int]]: ...


class FileHistory:
    """`processor.ports.history.History` on files. `strict`: a bad row ends it. `sort`: sort on the disk in any case."""

    def __init__(self, files: Sequence[ReadingFile], *, strict: bool = False, sort: bool = False) -> None:
        self.name = ", ".join(file.name for file in files)
        self._files = files
        self._strict = strict
        self._sort = sort
        self._faults = Faults()
        self._done = [0] * len(files)

    def extent(self) -> Extent:
        """The size; the instants are only known once all is read."""
        return Extent(None, None, sum(self._size(file) for file in self._files))

    def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
        """Readings, each at its own instant."""
        self._faults = Faults(strict=self._strict)
        self._done = [0] * len(self._files)
        streams = [self._ordered(number, file) for number, file in enumerate(self._files)]
        for readings in self._joined(streams[0] if len(streams) == 1 else merged(streams)):
            if not readings:
                continue
            begin = 0 if since is None else bisect_left(readings, since, key=_ARRIVED)
            end = len(readings) if until is None else bisect_left(readings, until, key=_ARRIVED)
            for cut in range(begin, end, AT_ONCE):
                yield Stretch(readings[cut : min(cut + AT_ONCE, end)], None, sum(self._done))
            if end < len(readings):
                return

    @property
    def bad_rows(self) -> tuple[int, Sequence[BadRow]]:
        """What was passed over."""
        return self._faults.count, self._faults.examples

    def close(self) -> None:
        """Nothing stays open."""

    def _size(self, file: ReadingFile) -> int:
        try:
            return file.size
        except OSError as error:
            raise HistoryUnusable(f"{file.name}: {error.strerror}; is the path right? / 路径对吗？") from error

    def _ordered(self, number: int, file: ReadingFile) -> Iterator[list[Reading]]:
        def counted() -> Iterator[list[Reading]]:
            for readings, done in file.chunks(self._faults):
                self._done[number] = done
                yield readings

        try:
            yield from in_order(counted(), on_disk=self._sort)
        except NotInOrder as found:
            moment = datetime.fromtimestamp(found.at / SECOND, UTC).isoformat()
            cure = "sort it by time, or say --sort / 行未按时间排序，请排序或加 --sort"
            raise HistoryUnusable(f"{file.name}: a row of {moment} comes long after later ones; {cure}") from found

    def _joined(self, stream: Iterator[list[Reading]]) -> Iterator[list[Reading]]:
        """Where files hold single values: those of one device and instant as one reading."""
        held: list[Reading] = []
        for readings in stream:
            if not any(file.partial for file in self._files):
                yield readings
                continue
            held += readings
            cut = bisect_left(held, held[-1].arrived, key=_ARRIVED) if held else 0
            if cut:
                yield join(held[:cut])
                held = held[cut:]
        yield join(held)


def join(readings: list[Reading]) -> list[Reading]:
    """Values of one device and instant as one reading, where the first of them stood."""
    joined: list[Reading] = []
    places: dict[tuple[str, EpochMs], int] = {}
    for reading in readings:
        key = (reading.device, reading.at)
        place = places.get(key)
        known = joined[place].values if place is not None else {}
        if place is None or known.keys() & reading.values.keys():
            places[key] = len(joined)
            joined.append(reading)
        else:
            values = {**known, **reading.values}
            mark = hash(tuple(values.items())) & MASK
            joined[place] = msgspec.structs.replace(reading, values=values, fingerprint=mark)
    return joined
