"""The durable memory in memory: what `SqliteStore` promises, without a disk."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from processor.model.effect import DispositionChanged, Effect, OrderActionRefused, ReadingDropped
from processor.model.inputs import Input
from processor.model.reading import Rejection, RejectionReason
from processor.model.time import EpochMs
from processor.ports.dead_letters import DeadLetter, DeadLetterState
from processor.ports.journal import NO_PROBATION, Batch, Block, Checkpoint, Counts, JournalFull, OutboxRow
from processor.ports.rule_sets import KeptSet
from tests.fakes.rule_sets import MemoryRuleSets


class MemoryOutbox:
    """`processor.ports.journal.Outbox` in a list."""

    def __init__(self) -> None:
        self.rows: dict[int, OutboxRow] = {}
        self.keys: set[str] = set()
        self.failed: dict[int, str] = {}

    def queue(self, scope: str, effect: Effect, now: EpochMs, offset: int) -> None:
        """What a commit does for one effect."""
        if isinstance(effect, ReadingDropped | DispositionChanged | OrderActionRefused) or effect.key in self.keys:
            return
        self.keys.add(effect.key)
        sequence = len(self.keys)
        self.rows[sequence] = OutboxRow(sequence, effect.key, scope, effect, 0, now, offset)

    def due(self, now: EpochMs, limit: int, after: int = 0) -> list[OutboxRow]:
        """Undelivered rows with due_at <= now and sequence > after, oldest first."""
        rows = sorted(self.rows.values(), key=lambda row: row.sequence)
        return [row for row in rows if row.due_at <= now and row.sequence > after][:limit]

    def delivered(self, sequences: Iterable[int], now: EpochMs) -> None:  # noqa: ARG002 - the port's signature
        """These rows are done."""
        for sequence in sequences:
            self.rows.pop(sequence, None)

    def postpone(self, sequence: int, due_at: EpochMs, error: str) -> None:  # noqa: ARG002 - the port's signature
        """Not now: try again at `due_at`."""
        row = self.rows.get(sequence)
        if row is not None:
            self.rows[sequence] = msgspec.structs.replace(row, due_at=due_at, attempts=row.attempts + 1)

    def give_up(self, sequence: int, now: EpochMs, error: str) -> None:  # noqa: ARG002 - the port's signature
        """Never again."""
        if self.rows.pop(sequence, None) is not None:
            self.failed[sequence] = error

    def waiting(self) -> dict[str, int]:
        """Undelivered rows by effect tag."""
        return dict(Counter(str(row.effect.__struct_config__.tag) for row in self.rows.values()))


class MemoryCursors:
    """`processor.ports.journal.Cursor` in a dict."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}

    def position(self, sink: str) -> int:
        """The newest offset the sink has taken, 0 at first."""
        return self.positions.get(sink, 0)

    def advance(self, sink: str, offset: int) -> None:
        """Never moves back."""
        self.positions[sink] = max(offset, self.position(sink))

    def keep_only(self, sinks: Iterable[str]) -> None:
        """Forget every other sink."""
        kept = set(sinks)
        self.positions = {sink: offset for sink, offset in self.positions.items() if sink in kept}


class MemoryDeadLetters:
    """`processor.ports.dead_letters.DeadLetters` in a dict."""

    def __init__(self, limit: int = 1000) -> None:
        self.letters: dict[int, DeadLetter] = {}
        self.keys: set[str] = set()
        self.limit = limit
        self._evicted = 0
        self._next = 1

    def keep(self, rejections: Iterable[tuple[str | None, Rejection]], offset: int) -> None:
        """What a commit does for the rejections of a batch."""
        for key, rejection in rejections:
            if key is not None and key in self.keys:
                continue
            if key is not None:
                self.keys.add(key)
            self.letters[self._next] = DeadLetter(self._next, rejection, offset)
            self._next += 1
        while len(self.letters) > self.limit:
            self.letters.pop(min(self.letters))
            self._evicted += 1

    def add(self, rejections: Sequence[tuple[str, Rejection]]) -> None:
        """Keep these, each once per key."""
        self.keep(rejections, 0)

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
        return [
            each
            for each in sorted(self.letters.values(), key=lambda each: each.id, reverse=newest_first)
            if each.id > after and state in {None, each.state} and reason in {None, each.rejection.reason}
        ][:limit]

    def get(self, number: int) -> DeadLetter | None:
        """The dead letter of this id."""
        return self.letters.get(number)

    def settle(self, numbers: Iterable[int], state: DeadLetterState) -> int:
        """Set the state of the waiting ones of these; how many were."""
        done = 0
        for number in numbers:
            letter = self.letters.get(number)
            if letter is not None and letter.state is DeadLetterState.WAITING:
                self.letters[number] = msgspec.structs.replace(letter, state=state)
                done += 1
        return done

    def waiting(self) -> dict[str, int]:
        """Waiting dead letters by reason."""
        return dict(Counter(str(each.rejection.reason) for each in self.find(limit=len(self.letters))))

    def evicted(self) -> int:
        """How many went because the list was full, ever."""
        return self._evicted


class MemoryJournal:
    """`processor.ports.journal.Journal` in lists. `full` makes every commit fail as a full disk does."""

    def __init__(
        self, outbox: MemoryOutbox, cursors: MemoryCursors, dead_letters: MemoryDeadLetters, *, keep_blocks: int | None
    ) -> None:
        self.rows: dict[int, bytes] = {}
        self.hashes: dict[int, tuple[EpochMs, str]] = {}
        self.effects: list[tuple[str, Effect]] = []
        self.full = False
        self.closed = False
        self._outbox, self._cursors, self._dead_letters = outbox, cursors, dead_letters
        self._keep_blocks = keep_blocks
        self._last = 0
        self._totals = Counts()
        self._checkpoints: dict[str, Checkpoint] = {}
        self._configurations: dict[str, KeptSet] = {}
        self.rule_sets = MemoryRuleSets(self._configurations)

    def commit(self, batch: Batch) -> int:
        """Make the whole batch durable (for as long as this object lives) and return its offset."""
        if self.full:
            raise JournalFull("the fake's disk is full")
        self._last += 1
        self.rows[self._last] = msgspec.msgpack.encode(batch.block.inputs)
        self.hashes[self._last] = (batch.block.now, batch.block.rules_hash)
        for scope, effect in batch.effects:
            self.effects.append((scope, effect))
            self._outbox.queue(scope, effect, batch.block.now, self._last)
        self._dead_letters.keep([(None, each) for each in batch.rejections], self._last)
        self._dead_letters.settle(batch.settled_dead_letters, DeadLetterState.RETRIED)
        if batch.rule_set is not None:
            self.rule_sets.keep(batch.rule_set, self._last)
        self._totals = Counts(
            **{name: getattr(self._totals, name) + getattr(batch.counts, name) for name in Counts.__struct_fields__}
        )
        return self._last

    def save_checkpoints(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Replace the checkpoints of these scopes."""
        if self.full:
            raise JournalFull("the fake's disk is full")
        self._checkpoints.update({each.scope: each for each in checkpoints})

    def checkpoints(self) -> Iterator[Checkpoint]:
        """The newest checkpoint of every scope that has one."""
        return iter([self._checkpoints[scope] for scope in sorted(self._checkpoints)])

    def keep_checkpoints(self, scopes: Iterable[str]) -> None:
        """Forget those of every other scope."""
        kept = set(scopes)
        self._checkpoints = {scope: each for scope, each in self._checkpoints.items() if scope in kept}

    def blocks(self, after: int, until: int | None = None) -> Iterator[tuple[int, Block]]:
        """(offset, block) for every block with after < offset (<= until), in order."""
        for offset, packed in list(self.rows.items()):
            if after < offset <= (self._last if until is None else until):
                now, rules_hash = self.hashes[offset]
                yield offset, Block(now, rules_hash, msgspec.msgpack.decode(packed, type=list[Input]))

    def last_offset(self) -> int:
        """The newest offset, 0 for an empty journal."""
        return self._last

    def totals(self) -> Counts:
        """The sums of all batches ever committed."""
        return self._totals

    def save_configuration(
        self,
        rules_hash: str,
        sources: dict[str, str],
        now: EpochMs,  # noqa: ARG002 - the port's signature
        author: str,  # noqa: ARG002 - the port's signature
        probation: Mapping[str, EpochMs] = NO_PROBATION,
    ) -> None:
        """Keep the operator files that `rules_hash` stands for."""
        self._configurations.setdefault(rules_hash, KeptSet(dict(sources), dict(probation)))

    def configuration(self, rules_hash: str) -> KeptSet | None:
        """The operator files kept under `rules_hash`."""
        return self._configurations.get(rules_hash)

    def retain(self, now: EpochMs) -> int:  # noqa: ARG002 - the port's signature
        """Keep the newest `keep_blocks`, never past a checkpoint or a cursor."""
        if self._keep_blocks is None:
            return 0
        covered = min((each.offset for each in self._checkpoints.values()), default=0)
        last = min([covered, *self._cursors.positions.values(), self._last - self._keep_blocks])
        gone = [offset for offset in self.rows if offset <= last]
        for offset in gone:
            del self.rows[offset], self.hashes[offset]
        return len(gone)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class MemoryStore:
    """The same parts as `SqliteStore`."""

    def __init__(self, *, keep_blocks: int | None = None) -> None:
        self.outbox = MemoryOutbox()
        self.cursors = MemoryCursors()
        self.dead_letters = MemoryDeadLetters()
        self.journal = MemoryJournal(self.outbox, self.cursors, self.dead_letters, keep_blocks=keep_blocks)
        self.rule_sets = self.journal.rule_sets

    def close(self) -> None:
        """Close every part."""
        self.journal.close()
