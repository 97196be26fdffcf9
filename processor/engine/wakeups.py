"""The core's alarm clock: what it wants to look at again, and when. It asks to be woken; it never sleeps."""

import heapq
from typing import Final

from processor.model.time import EpochMs

# Kinds of look-again. Written into snapshots: append, never renumber.
SILENCE: Final = 0  # ref: device
ALERT: Final = 1  # ref: alert key
DEADLINE: Final = 2  # ref: command id
ORDER: Final = 3  # ref: order id
EDGE: Final = 4  # ref: rule id
GROUP: Final = 5  # ref: group key
RESTRAINT: Final = 6  # ref: none; what may be answered, or no longer chatters
PEERS: Final = 7  # ref: key of a group test inside a device rule

Entry = tuple[EpochMs, int, str]


class WakeUps:
    """A queue of (instant, kind, ref). An entry that has become pointless is simply found so when its time comes.

    Entries of one instant come by kind and name, whenever they were asked for: the order in which devices happened to
    be looked at before decides nothing.
    """

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[Entry] = []

    def add(self, at: EpochMs, kind: int, ref: str) -> None:
        """Look at `ref` again at `at`."""
        heapq.heappush(self._heap, (at, kind, ref))

    def first(self) -> EpochMs | None:
        """The next instant, or None when nothing waits."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: EpochMs) -> tuple[int, str] | None:
        """Take the next entry whose instant has come; what was asked for twice comes once."""
        if not self._heap or self._heap[0][0] > now:
            return None
        entry = heapq.heappop(self._heap)
        while self._heap and self._heap[0] == entry:
            heapq.heappop(self._heap)
        return entry[1], entry[2]

    def waits_for(self, kind: int) -> bool:
        """Whether any entry of this kind waits."""
        return any(entry[1] == kind for entry in self._heap)

    def __len__(self) -> int:
        return len(self._heap)

    def dump(self) -> list[Entry]:
        """What a snapshot keeps."""
        return sorted(self._heap)

    def load(self, entries: list[Entry]) -> None:
        """Go on from a snapshot (a sorted list is a heap)."""
        self._heap = [(at, kind, ref) for at, kind, ref in entries]
