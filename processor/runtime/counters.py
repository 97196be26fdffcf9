"""What happened since the start, as plain numbers that must add up (DESIGN.md 5.2)."""

from collections import Counter
from dataclasses import dataclass, field

from processor.model.alert import Withheld
from processor.model.effect import AlertChanged, DispositionChanged, OrderChanged
from processor.ports.journal import Batch, Counts
from processor.runtime.buckets import BATCH_READINGS, COMMIT_SECONDS, Buckets


@dataclass(slots=True)
class Counters:
    """`received` counts at arrival; the others when the batch was committed. What lies between is in flight."""

    messages: int = 0
    received: int = 0
    in_flight: int = 0
    stored: int = 0
    duplicates: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    transitions: Counter[str] = field(default_factory=Counter)
    shadow_transitions: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    commit_s: Buckets = field(default_factory=lambda: Buckets(COMMIT_SECONDS))
    batch_readings: Buckets = field(default_factory=lambda: Buckets(BATCH_READINGS))

    def message(self) -> None:
        """A message came in; until it is decoded it counts as one part."""
        self.messages += 1
        self.received += 1
        self.in_flight += 1

    def arrived(self, parts: int = 1) -> None:
        """So many readings (or parts that will not become one) came in."""
        self.received += parts
        self.in_flight += parts

    def dropped_by(self, policy: str) -> None:
        """A message was let go by a stated policy."""
        self.messages += 1
        self.received += 1
        self.dropped[policy] += 1

    def committed(self, batch: Batch) -> None:
        """A batch is durable."""
        self.in_flight -= batch.counts.received
        self.stored += batch.counts.stored
        self.duplicates += batch.counts.duplicates
        for rejection in batch.rejections:
            self.dead_letters[str(rejection.reason)] += 1
        for _, effect in batch.effects:
            if isinstance(effect, AlertChanged):
                step = effect.transition
                counted = self.shadow_transitions if step.withheld is Withheld.SHADOW else self.transitions
                counted[str(step.after)] += 1
            elif isinstance(effect, DispositionChanged):
                self.dispositions[str(effect.disposition.state)] += 1
            elif isinstance(effect, OrderChanged):
                self.orders[str(effect.order.state)] += 1

    def counts(self) -> Counts:
        """The sums in the journal's words."""
        return Counts(
            received=self.received,
            stored=self.stored,
            duplicates=self.duplicates,
            dead_letters=self.dead_letters.total(),
            dropped=self.dropped.total(),
        )

    def lost(self) -> int:
        """What came in and ended nowhere: must be nought at every moment."""
        ended = self.stored + self.duplicates + self.dead_letters.total() + self.dropped.total()
        return self.received - self.in_flight - ended
