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

Entry = tuple[EpochMs, int, int, str]


class WakeUps:
    """A queue of (instant, kind, ref). An entry that has become pointless is simply found so when its time comes."""

    __slots__ = ("_count", "_heap")

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._count = 0

    def add(self, at: EpochMs, kind: int, ref: str) -> None:
        """Look at `ref` again at `at`."""
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, kind, ref))

    def first(self) -> EpochMs | None:
        """The next instant, or None when nothing waits."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: EpochMs) -> tuple[int, str] | None:
        """Take the next entry whose instant has come; entries of one instant come in the order they were asked for."""
        if self._heap and self._heap[0][0] <= now:
            _, _, kind, ref = heapq.heappop(self._heap)
            return kind, ref
        return None

    def waits_for(self, kind: int) -> bool:
        """Whether any entry of this kind waits."""
        return any(entry[2] == kind for entry in self._heap)

    def __len__(self) -> int:
        return len(self._heap)

    def dump(self) -> tuple[int, list[Entry]]:
        """What a snapshot keeps: the order of one instant is part of it."""
        return self._count, sorted(self._heap)

    def load(self, count: int, entries: list[Entry]) -> None:
        """Go on from a snapshot (a sorted list is a heap)."""
        self._count = count
        self._heap = [(at, number, kind, ref) for at, number, kind, ref in entries]
