"""What was taken lately, so that whatever the broker sends again is known, however much of it one device said.

A device remembers its last few readings. But after a connection was lost, or the daemon killed between a commit and its
acknowledgements, the broker sends again all that was in flight: up to the receive maximum, and all of it may be of one
device. Every reading of the last committed blocks is therefore kept, as the blocks themselves; the index over them is
made when messages that may have come before are there, so an ordinary batch pays nothing.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, TypeVar

from processor.engine.device_state import UNTIMED
from processor.model.inputs import Input
from processor.model.reading import Reading
from processor.ports.journal import Journal

Mark = tuple[str, int, int]
Decided = TypeVar("Decided")

# What may be in flight under the usual receive maximum of 4,000, with room for messages of several readings; some 4 MB.
REMEMBERED: Final = 10_000
PAGE_BLOCKS: Final = 64


class Recent:
    """The readings of the newest blocks, `most` of them or a little more."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._blocks: deque[Sequence[Input]] = deque()
        self._size = 0
        self._known: set[Mark] = set()

    def add(self, inputs: Sequence[Input], *, indexed: bool = False) -> None:
        """Take the inputs of one block, the newest; `indexed` keeps the index, since it is likely to be asked again."""
        if not indexed or len(self._known) > 4 * self._most:
            self._known = set()
        if not inputs:
            return
        self._blocks.append(inputs)
        self._size += len(inputs)
        while self._size - len(self._blocks[0]) >= self._most:
            self._size -= len(self._blocks.popleft())

    def new_among(self, readings: Sequence[Decided]) -> list[Decided]:
        """Those that were not taken before: of one device, one device time and one content there is one reading."""
        known = self._known = self._known or {
            mark for inputs in self._blocks for given in inputs if (mark := _mark(given)) is not None
        }
        new: list[Decided] = []
        for given in readings:
            mark = _mark(given)
            # Without a time of its own only its device can tell whether it came before (`DeviceState.is_duplicate`).
            if mark is None or mark not in known:
                new.append(given)
            if mark is not None:
                known.add(mark)
        return new

    def fill(self, journal: Journal) -> None:
        """Learn what the journal's end holds; blocking."""
        last = journal.last_offset()
        pages: list[list[Sequence[Input]]] = []
        found = 0
        while last > 0 and found < self._most:
            page = [block.inputs for _, block in journal.blocks(max(0, last - PAGE_BLOCKS), last)]
            if not page:
                break  # what was before has left the journal
            pages.append(page)
            found += sum(len(inputs) for inputs in page)
            last -= PAGE_BLOCKS
        for page in reversed(pages):
            for inputs in page:
                self.add(inputs)


def _mark(given: object) -> Mark | None:
    if not isinstance(given, Reading) or given.flags & UNTIMED:
        return None
    return given.device, given.at, given.fingerprint
