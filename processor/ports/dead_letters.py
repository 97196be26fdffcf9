"""What could not become a reading, kept so that a person can see why and have it tried again."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from processor.model.reading import Rejection, RejectionReason


class DeadLetterState(StrEnum):
    """Where a dead letter stands."""

    WAITING = "waiting"
    RETRIED = "retried"  # it became readings after a profile was mended
    DISCARDED = "discarded"  # a person said that it may go


class DeadLetter(msgspec.Struct, frozen=True):
    """One kept rejection. `offset` is the batch it came in (0: it came from a sink)."""

    id: int
    rejection: Rejection
    offset: int
    state: DeadLetterState = DeadLetterState.WAITING


class DeadLetters(Protocol):
    """A bounded list; when it is full the oldest go first, counted."""

    def add(self, rejections: Sequence[tuple[str, Rejection]]) -> None:
        """Keep these, each once per key (a sink's refusals; those of a batch come in its commit)."""

    def find(
        self,
        *,
        state: DeadLetterState | None = DeadLetterState.WAITING,
        reason: RejectionReason | None = None,
        after: int = 0,
        limit: int = 100,
        newest_first: bool = False,
    ) -> list[DeadLetter]:
        """Those with id > after, oldest first unless told."""

    def get(self, number: int) -> DeadLetter | None: ...

    def settle(self, numbers: Iterable[int], state: DeadLetterState) -> int:
        """Set the state of the waiting ones of these; how many were."""

    def waiting(self) -> dict[str, int]:
        """Waiting dead letters by reason."""

    def evicted(self) -> int:
        """How many went because the list was full, ever."""
