"""Readings from the journal to a sink: from the disk, not from a queue, so a database that is down costs no memory."""

from collections.abc import Sequence
from threading import Event
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from processor.model.reading import Reading, Rejection, RejectionReason
from processor.model.time import MINUTE, SECOND, DurationMs
from processor.ports.broker import Refused, Sent, Unreachable
from processor.ports.dead_letters import DeadLetters
from processor.ports.journal import Cursor, Journal, JournalBroken, JournalFull
from processor.ports.sink import RefusedReading, Sink, Written

CHUNK_READINGS: Final = 5_000  # what InfluxDB's own documentation calls the best size of a write
CHUNK_BLOCKS: Final = 2_000  # a long stretch without readings does not keep `stop` waiting
FIRST_PAUSE: Final[DurationMs] = SECOND
LONGEST_PAUSE: Final[DurationMs] = MINUTE
IDLE_PAUSE: Final[DurationMs] = SECOND  # one write a second of what came, rather than one a batch


class SeriesStatus(msgspec.Struct, frozen=True):
    """How a feed stands. `lost_blocks` went by the size limit of the store before the sink could take them."""

    sink: str
    position: int
    written: int = 0
    refused: int = 0
    lost_blocks: int = 0
    failures: int = 0
    problem: str = ""


class _Chunk(NamedTuple):
    readings: list[Reading]
    last: int
    lost_blocks: int
    more: bool


class SeriesFeed:
    """Feeds one sink. `run` in a thread of its own until `stop`; the cursor moves only after the sink took it all.

    A crash or a failure between the two writes the same readings again, which is one write to a sink.
    """

    def __init__(self, journal: Journal, cursors: Cursor, sink: Sink, dead_letters: DeadLetters) -> None:
        self._journal = journal
        self._cursors = cursors
        self._sink = sink
        self._dead_letters = dead_letters
        self._stopping = Event()
        position = cursors.position(sink.name)
        cursors.advance(sink.name, position)  # from now on retention knows that this sink exists
        self.status = SeriesStatus(sink.name, position)

    def run(self) -> None:
        """Feed until `stop`. Never raises: what goes wrong is in `status` and is tried again."""
        while not self._stopping.is_set():
            self._stopping.wait(self.step() / SECOND)

    def stop(self) -> None:
        """End `run` after the write that is under way; any thread may call it."""
        self._stopping.set()

    def step(self) -> DurationMs:
        """Do one chunk; how long to wait until the next."""
        try:
            chunk = self._next_chunk()
            if chunk is None:
                return IDLE_PAUSE
            return self._feed(chunk)
        except (JournalFull, JournalBroken) as error:
            return self._fail(str(error), None)
        except Exception as error:  # noqa: BLE001 - a thread that died unseen would be worse than any fault of a sink
            return self._fail(f"{type(error).__name__}: {error}", None)

    def _next_chunk(self) -> _Chunk | None:
        position = self.status.position
        readings: list[Reading] = []
        last, lost, more = position, 0, False
        for number, (offset, block) in enumerate(self._journal.blocks(position)):
            found = [each for each in block.inputs if isinstance(each, Reading)]
            if number == CHUNK_BLOCKS or (readings and len(readings) + len(found) > CHUNK_READINGS):
                more = True
                break
            if position:
                lost += offset - last - 1
            readings += found
            last = offset
            position = position or offset
        return _Chunk(readings, last, lost, more) if last > self.status.position else None

    def _feed(self, chunk: _Chunk) -> DurationMs:
        refused = 0
        for start in range(0, len(chunk.readings), CHUNK_READINGS):
            piece = chunk.readings[start : start + CHUNK_READINGS]
            written = self._sink.write(piece)
            if isinstance(written.outcome, Unreachable):
                return self._fail(written.outcome.reason, written.outcome.retry_after_ms)
            refused += self._keep_refused(_refusals(piece, written))
        self._cursors.advance(self._sink.name, chunk.last)
        self.status = SeriesStatus(
            self._sink.name,
            chunk.last,
            self.status.written + len(chunk.readings) - refused,
            self.status.refused + refused,
            self.status.lost_blocks + chunk.lost_blocks,
        )
        return 0 if chunk.more else IDLE_PAUSE

    def _keep_refused(self, refused: Sequence[RefusedReading]) -> int:
        if refused:
            self._dead_letters.add([_dead_letter(self._sink.name, each) for each in refused])
        return len(refused)

    def _fail(self, problem: str, retry_after_ms: DurationMs | None) -> DurationMs:
        failures = self.status.failures + 1
        self.status = msgspec.structs.replace(self.status, failures=failures, problem=problem)
        if retry_after_ms is not None:
            return max(retry_after_ms, FIRST_PAUSE)
        return pause_after(failures)


def pause_after(failures: int) -> DurationMs:
    """How long to wait after so many failures in a row: 1, 2, 4 ... 60 seconds."""
    return min(FIRST_PAUSE << min(failures - 1, 16), LONGEST_PAUSE)


def _refusals(piece: Sequence[Reading], written: Written) -> Sequence[RefusedReading]:
    match written.outcome:
        case Sent():
            return written.refused
        case Refused(reason):
            return [RefusedReading(reading, reason) for reading in piece]
        case Unreachable():
            return ()


def _dead_letter(sink: str, refused: RefusedReading) -> tuple[str, Rejection]:
    """A key that is the same when the same reading is refused again, and the reading itself as the payload."""
    reading = refused.reading
    payload = msgspec.json.encode(reading)
    rejection = Rejection(
        reason=RejectionReason.SINK_REFUSED,
        topic=f"sink/{sink}",
        payload=payload,
        size=len(payload),
        arrived=reading.arrived,
        detail=refused.reason,
        device=reading.device,
    )
    return f"{sink}/{reading.device}/{reading.at}/{crc32(payload)}", rejection
