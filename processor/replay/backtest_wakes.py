"""Which scope wants to be woken when: the first of many at the price of one comparison."""

import heapq
from collections.abc import Mapping
from typing import Final

from processor.engine.scope import Scope
from processor.model.time import EpochMs

NEVER: Final[EpochMs] = 1 << 62


class Wakes:
    """The next instant of every scope. `note` a scope after it was turned: only then can it have changed its mind.

    `heads`: what each scope's own queue began with when it was noted last; while it does, nothing need be noted.
    """

    def __init__(self, scopes: Mapping[str, Scope]) -> None:
        self.heads: dict[Scope, EpochMs | None] = {}
        self._asked: dict[str, EpochMs] = {}
        self._heap: list[tuple[EpochMs, str]] = []
        for scope in scopes.values():
            self.note(scope)

    def note(self, scope: Scope) -> None:
        """Keep the scope's next instant."""
        name, at = scope.plan.scope, scope.next_wake()
        self.heads[scope] = scope.wakeups.first()
        if at is None:
            self._asked.pop(name, None)
        elif self._asked.get(name) != at:
            self._asked[name] = at
            heapq.heappush(self._heap, (at, name))
            self._clean()

    def first(self) -> EpochMs:
        """The next instant of any scope; NEVER when none waits."""
        heap = self._heap
        while heap and self._asked.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)  # the scope has since asked for another instant
        return heap[0][0] if heap else NEVER

    def take(self) -> str:
        """The scope of `first`, which now waits no more until it is noted again."""
        _, name = heapq.heappop(self._heap)
        del self._asked[name]
        return name

    def _clean(self) -> None:
        """Instants that were asked for and given up again must not pile up."""
        if len(self._heap) > 64 + 4 * len(self._asked):
            self._heap = [(at, name) for name, at in self._asked.items()]
            heapq.heapify(self._heap)
