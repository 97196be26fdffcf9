"""Readings in the order of time, from sources that are nearly in order, or not at all. Bounded memory."""

import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from operator import attrgetter
from pathlib import Path
from typing import Final

import msgspec
import zstandard

from processor.model.reading import Reading
from processor.model.time import EpochMs

WINDOW: Final = 50_000
"""Disorder within so many readings is mended in memory; a file that begins with more is sorted on the disk."""

RUN: Final = 200_000
FRAME: Final = 500

_ARRIVED: Final = attrgetter("arrived")


class NotInOrder(Exception):  # noqa: N818 - a state of the file
    """A reading is older than what was handed on already; `at` is its instant."""

    def __init__(self, at: EpochMs) -> None:
        super().__init__(str(at))
        self.at = at


def is_ordered(readings: list[Reading]) -> bool:
    """Whether time never falls in them."""
    last = 0
    for reading in readings:
        if reading.arrived < last:
            return False
        last = reading.arrived
    return True


def in_order(chunks: Iterable[list[Reading]], *, on_disk: bool = False) -> Iterator[list[Reading]]:
    """The same readings in the order of time; those of one instant as they came.

    A source whose first `WINDOW` is not in order (or `on_disk`) is sorted on the disk. Else it is handed on as it is
    read; raises NotInOrder where something comes far too late.
    """
    source = iter(chunks)
    first: list[Reading] = []
    for chunk in source:
        first += chunk
        if len(first) >= WINDOW:
            break
    if is_ordered(first) and not on_disk:
        yield from _nearly(first, source)
    elif len(first) < WINDOW:
        yield sorted(first, key=_ARRIVED)
    else:
        yield from _sorted_on_disk(first, source)


def _nearly(held: list[Reading], source: Iterator[list[Reading]]) -> Iterator[list[Reading]]:
    released: EpochMs = 0
    for chunk in source:
        if not chunk:
            continue
        if not held or (chunk[0].arrived >= held[-1].arrived and is_ordered(chunk)):
            both, cut = held + chunk, len(held)
            if cut:
                yield held
            held = chunk
        else:
            both = sorted(held + chunk, key=_ARRIVED)
            if both[0].arrived < released:
                raise NotInOrder(both[0].arrived)
            cut = max(0, len(both) - WINDOW)
            if cut:
                yield both[:cut]
            held = both[cut:]
        if cut:
            released = both[cut - 1].arrived
    yield held


def _sorted_on_disk(first: list[Reading], source: Iterator[list[Reading]]) -> Iterator[list[Reading]]:
    with tempfile.TemporaryDirectory(prefix="wardwatch-backtest-") as name:
        runs: list[Path] = []
        gathered = first
        for chunk in source:
            gathered += chunk
            if len(gathered) >= RUN:
                runs.append(_spill(gathered, Path(name) / str(len(runs))))
                gathered = []
        gathered.sort(key=_ARRIVED)
        yield from merged([*(_spilled(run) for run in runs), iter([gathered])])


def _spill(readings: list[Reading], path: Path) -> Path:
    readings.sort(key=_ARRIVED)
    encode, compress = msgspec.msgpack.Encoder().encode, zstandard.ZstdCompressor(level=1).compress
    with path.open("wb") as file:
        for begin in range(0, len(readings), FRAME):
            frame = compress(encode(readings[begin : begin + FRAME]))
            file.write(len(frame).to_bytes(4, "little") + frame)
    return path


def _spilled(path: Path) -> Iterator[list[Reading]]:
    decode, expand = msgspec.msgpack.Decoder(list[Reading]).decode, zstandard.ZstdDecompressor().decompress
    with path.open("rb") as file:
        while size := file.read(4):
            yield decode(expand(file.read(int.from_bytes(size, "little"))))


def merged(streams: Iterable[Iterator[list[Reading]]]) -> Iterator[list[Reading]]:
    """Several ordered streams as one; of one instant, the earlier stream's readings first."""
    sources = list(streams)
    chunks = [_next(source) for source in sources]
    begins = [0] * len(sources)
    heads = [(chunk[0].arrived, number) for number, chunk in enumerate(chunks) if chunk]
    heapify(heads)
    out: list[Reading] = []
    while heads:
        _, number = heads[0]
        chunk, begin = chunks[number], begins[number]
        end = _until(chunk, begin, heads, number)
        out += chunk[begin:end]
        if end == len(chunk):
            chunk, end = _next(sources[number]), 0
            chunks[number] = chunk
        begins[number] = end
        if chunk:
            heapreplace(heads, (chunk[end].arrived, number))
        else:
            heappop(heads)
        if len(out) >= FRAME:
            yield out
            out = []
    yield out


def _next(source: Iterator[list[Reading]]) -> list[Reading]:
    return next((chunk for chunk in source if chunk), [])


def _until(chunk: list[Reading], begin: int, heads: list[tuple[EpochMs, int]], number: int) -> int:
    """How far this chunk may be handed on before another stream's turn comes."""
    others = heads[1:3]
    if not others:
        return len(chunk)
    at, other = min(others)
    bisect = bisect_right if number < other else bisect_left
    return max(begin + 1, bisect(chunk, at, begin, key=_ARRIVED))
