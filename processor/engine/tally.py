"""A running group test: who is true, since when, and what that adds up to, kept while members change."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from processor.model.evidence import Verdict
from processor.model.time import DurationMs, EpochMs

COUNTS: Final = 0
MIGHT: Final = 1
NOT: Final = 2

# A member that flutters leaves an entry each time; past this many to a member the list is made anew.
ENTRIES_PER_MEMBER: Final = 8


@dataclass(slots=True)
class Member:
    """One device in one group test.

    `fresh`: what it says now it says on evidence free of doubt; `fresh_at`: when it last was true on such evidence.
    """

    unit: str
    verdict: Verdict = None
    true_at: EpochMs | None = None
    fresh: bool = False
    fresh_at: EpochMs | None = None

    def stays_true(self, now: EpochMs) -> None:
        """Its true answer came again, as fresh as before."""
        self.true_at = now
        if self.fresh:
            self.fresh_at = now


class Tally:
    """A running group test (`language.compiled.TallyView`). What it says costs the same however many members it has."""

    __slots__ = ("_counted", "_ends", "_settled", "_standing", "_units", "_unknown", "members", "within_ms")

    def __init__(self, within_ms: DurationMs) -> None:
        self.within_ms = within_ms
        self.members: dict[str, Member] = {}
        self._units: dict[str, list[int]] = {}
        """By unit: how many of its members count, and how many might."""
        self._standing: dict[str, int] = {}
        self._ends: list[tuple[EpochMs, str]] = []
        """When members that no longer are true stop counting; an entry that came to nothing is found so."""
        self._counted = 0
        self._unknown = 0
        self._settled: EpochMs = 0

    def add(self, device: str, unit: str) -> None:
        """Make the device a member, of whom nothing is known yet."""
        if device not in self.members:
            self.members[device] = Member(unit)
            self._move(device, unit, None, MIGHT)

    def update(self, device: str, verdict: Verdict, now: EpochMs, *, fresh: bool | None) -> bool:
        """Take a member's verdict; whether anything that counts has changed.

        `fresh` None: no reading said so, only time has passed, and what stands is as fresh as it was.
        """
        member = self.members[device]
        if fresh is None:
            fresh = member.verdict is verdict and member.fresh
        fresh = fresh and verdict is not None
        # A member that no longer is true was so until now: a state stands from one word to the next.
        if verdict or member.verdict:
            member.true_at = now
        if (verdict and fresh) or (member.verdict and member.fresh):
            member.fresh_at = now
        if member.verdict is verdict and member.fresh is fresh:
            return False
        member.verdict, member.fresh = verdict, fresh
        self._stand(device, member, now)
        return True

    def load(self, saved: Mapping[str, Member], now: EpochMs) -> None:
        """Go on from a snapshot; who is no longer a member is left out, and who moved counts where it is now."""
        for device, member in saved.items():
            if device in self.members:
                member.unit = self.members[device].unit
                self.members[device] = member
        self._rebuild(now)

    def counts(self, member: Member, now: EpochMs) -> bool:
        """Whether this member is true now, or was within the test's window."""
        return member.verdict is True or (
            bool(self.within_ms) and member.true_at is not None and now - member.true_at <= self.within_ms
        )

    def count(self, now: EpochMs) -> int:
        """Distinct units that are true now or were within the test's window."""
        self._settle(now)
        return self._counted

    def unknown(self, now: EpochMs) -> int:
        """Distinct units that do not count, but might: they cannot be told at present."""
        self._settle(now)
        return self._unknown

    def total(self) -> int:
        """Distinct units in the group."""
        return len(self._units)

    def fresh(self) -> "FreshTally":
        """The same through evidence free of doubt."""
        return FreshTally(self)

    def next_expiry(self, now: EpochMs) -> EpochMs | None:
        """When the next member that no longer is true stops counting."""
        self._settle(now)
        while self._ends:
            end, device = self._ends[0]
            member = self.members[device]
            if member.verdict is not True and member.true_at is not None and member.true_at + self.within_ms + 1 == end:
                return end
            heapq.heappop(self._ends)
        return None

    def _settle(self, now: EpochMs) -> None:
        if now < self._settled:  # somebody asked about a later instant: only a look at the past does that
            self._rebuild(now)
        while self._ends and self._ends[0][0] <= now:
            _, device = heapq.heappop(self._ends)
            self._stand(device, self.members[device], now)
        self._settled = now

    def _rebuild(self, now: EpochMs) -> None:
        self._units, self._standing, self._ends = {}, {}, []
        self._counted = self._unknown = 0
        self._settled = now
        for device, member in self.members.items():
            self._stand(device, member, now)

    def _stand(self, device: str, member: Member, now: EpochMs) -> None:
        counts = self.counts(member, now)
        after = COUNTS if counts else MIGHT if member.verdict is None else NOT
        if counts and member.verdict is not True and member.true_at is not None:
            heapq.heappush(self._ends, (member.true_at + self.within_ms + 1, device))
            if len(self._ends) > ENTRIES_PER_MEMBER * len(self.members):
                self._ends = sorted({entry for entry in self._ends if self._is_due(*entry)})
        self._move(device, member.unit, self._standing.get(device), after)

    def _is_due(self, end: EpochMs, device: str) -> bool:
        member = self.members[device]
        return member.verdict is not True and member.true_at is not None and member.true_at + self.within_ms + 1 == end

    def _move(self, device: str, unit: str, before: int | None, after: int) -> None:
        self._standing[device] = after
        numbers = self._units.setdefault(unit, [0, 0])
        self._counted -= numbers[COUNTS] > 0
        self._unknown -= numbers[MIGHT] > 0 and not numbers[COUNTS]
        if before is not None and before is not NOT:
            numbers[before] -= 1
        if after is not NOT:
            numbers[after] += 1
        self._counted += numbers[COUNTS] > 0
        self._unknown += numbers[MIGHT] > 0 and not numbers[COUNTS]


class OthersTally:
    """A tally of devices as one of them sees it: without itself."""

    __slots__ = ("_device", "tally")

    def __init__(self, tally: Tally, device: str) -> None:
        self.tally = tally
        self._device = device

    def count(self, now: EpochMs) -> int:
        """The others that are, or within the window were, true."""
        member = self.tally.members.get(self._device)
        return self.tally.count(now) - (member is not None and self.tally.counts(member, now))

    def unknown(self, now: EpochMs) -> int:
        """The others that cannot be told."""
        member = self.tally.members.get(self._device)
        is_unknown = member is not None and member.verdict is None and not self.tally.counts(member, now)
        return self.tally.unknown(now) - is_unknown

    def total(self) -> int:
        """How many others there are."""
        return self.tally.total() - (self._device in self.tally.members)

    def fresh(self) -> "FreshTally":
        """The same through evidence free of doubt."""
        return FreshTally(self.tally, self._device)


class FreshTally:
    """The same tally through evidence free of doubt alone: what a command needs. `without` leaves one device out.

    What a doubtful reading said, true or false, is unknown.
    """

    def __init__(self, tally: Tally, without: str = "") -> None:
        self._tally = tally
        self._without = without

    def _members(self) -> Iterator[Member]:
        return (member for device, member in self._tally.members.items() if device != self._without)

    def _counts(self, member: Member, now: EpochMs) -> bool:
        if member.verdict is True and member.fresh:
            return True
        within = self._tally.within_ms
        return bool(within) and member.fresh_at is not None and now - member.fresh_at <= within

    def count(self, now: EpochMs) -> int:
        """Units that are, or within the window were, true on fresh evidence."""
        return len({member.unit for member in self._members() if self._counts(member, now)})

    def unknown(self, now: EpochMs) -> int:
        """Units that do not count and of which some member is not known, free of doubt, to be false."""
        counted = {member.unit for member in self._members() if self._counts(member, now)}
        open_ones = {m.unit for m in self._members() if not m.fresh or m.verdict is None or self._tally.counts(m, now)}
        return len(open_ones - counted)

    def total(self) -> int:
        """Distinct units in the group."""
        return len({member.unit for member in self._members()})
