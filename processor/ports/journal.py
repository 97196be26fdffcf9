"""The durable, ordered log of inputs and of what was decided, with the state that covers it and the outbox."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.reading import Rejection
from processor.model.time import EpochMs
from processor.ports.rule_sets import KeptSet, RuleSet

NO_PROBATION: Final[Mapping[str, EpochMs]] = MappingProxyType({})


class Block(msgspec.Struct, frozen=True, array_like=True):
    """One batch of inputs, handled at one core time `now` in this order. A journal row is one compressed block."""

    now: EpochMs
    rules_hash: str
    inputs: Sequence[Input]


class Checkpoint(msgspec.Struct, frozen=True):
    """The state of one scope after every block up to and including `offset`. `state` is opaque bytes."""

    scope: str
    offset: int
    now: EpochMs
    rules_hash: str
    state: bytes


class Counts(msgspec.Struct, frozen=True):
    """How the readings of one batch ended; the sums over all batches are kept with the journal (DESIGN.md 5.2)."""

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    dropped: int = 0


class Batch(msgspec.Struct, frozen=True):
    """What one transaction holds: inputs, all that was decided, and what could not be decoded."""

    block: Block
    effects: Sequence[tuple[str, Effect]]  # (scope, effect); ReadingDropped never appears here
    rejections: Sequence[Rejection]
    counts: Counts
    settled_dead_letters: Sequence[int] = ()  # retried rows that now are readings
    rule_set: RuleSet | None = None  # what comes into force with this batch


class JournalFull(Exception):  # noqa: N818 - a state of the disk, named as the operator sees it
    """The disk (or the size limit of the file system) refused the commit. Try the same batch again later."""


class JournalBroken(Exception):  # noqa: N818 - as above
    """The store refused for a reason that trying again will not mend: corruption, a newer schema, no permission."""


class Journal(Protocol):
    """The store of one daemon. Blocking; the runtime calls it from one thread. Offsets count from 1 without holes."""

    def commit(self, batch: Batch) -> int:
        """Make the whole batch durable in one transaction and return its offset. Raises JournalFull, JournalBroken."""

    def save_checkpoints(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Replace the checkpoints of these scopes, in one transaction."""

    def checkpoints(self) -> Iterator[Checkpoint]:
        """The newest checkpoint of every scope that has one."""

    def keep_checkpoints(self, scopes: Iterable[str]) -> None:
        """Forget those of every other scope: one that left the configuration must not hold retention back."""

    def blocks(self, after: int, until: int | None = None) -> Iterator[tuple[int, Block]]:
        """(offset, block) for every block with after < offset (<= until), in order."""

    def last_offset(self) -> int:
        """The newest offset, 0 for an empty journal."""

    def totals(self) -> Counts:
        """The sums of all batches ever committed."""

    def save_configuration(
        self,
        rules_hash: str,
        sources: dict[str, str],
        now: EpochMs,
        author: str,
        probation: Mapping[str, EpochMs] = NO_PROBATION,
    ) -> None:
        """Keep the operator files (path -> text) and the probation that `rules_hash` stands for; once is enough."""

    def configuration(self, rules_hash: str) -> KeptSet | None:
        """What is kept under `rules_hash`. Retention never drops a set that a block or a checkpoint needs."""

    def retain(self, now: EpochMs) -> int:
        """Drop what the retention policy (age, size) allows; how many blocks went. Never past a sink's cursor
        unless the size limit forces it (counted by the caller as dropped for that sink)."""

    def close(self) -> None: ...


class OutboxRow(msgspec.Struct, frozen=True):
    """One effect not yet delivered."""

    sequence: int
    key: str
    scope: str
    effect: Effect
    attempts: int
    due_at: EpochMs
    offset: int


class Outbox(Protocol):
    """Effects that wait for delivery; they got here in the transaction of their batch."""

    def due(self, now: EpochMs, limit: int, after: int = 0) -> list[OutboxRow]:
        """Undelivered rows with due_at <= now and sequence > after, oldest first."""

    def delivered(self, sequences: Iterable[int], now: EpochMs) -> None:
        """These rows are done; the keys stay known (until retention) so that the same effect is never queued twice."""

    def postpone(self, sequence: int, due_at: EpochMs, error: str) -> None:
        """Not now: try again at `due_at`."""

    def give_up(self, sequence: int, now: EpochMs, error: str) -> None:
        """Never again: kept as a failed row with its reason."""

    def waiting(self) -> dict[str, int]:
        """Undelivered rows by effect tag."""


class Cursor(Protocol):
    """How far a sink has read the journal."""

    def position(self, sink: str) -> int:
        """The newest offset the sink has durably taken, 0 at first."""

    def advance(self, sink: str, offset: int) -> None:
        """Never moves back. Advancing to 0 makes the sink known, so that retention waits for it."""

    def keep_only(self, sinks: Iterable[str]) -> None:
        """Forget every other sink: one that left the configuration must not hold retention back for ever."""
