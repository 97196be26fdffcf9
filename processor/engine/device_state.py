"""One device's running state: newest values, windows, what was seen before, and its alerts."""

from collections.abc import Sequence
from struct import Struct
from typing import Final

from processor.engine.alerts import AlertRecord
from processor.engine.blueprint import Blueprint, MessagePlan
from processor.engine.tally import OthersTally, Tally
from processor.engine.window import Window
from processor.engine.windows import running_window
from processor.model.device import Device
from processor.model.disposition import Interlock
from processor.model.reading import Flag, Reading, Value
from processor.model.time import SECOND, EpochMs

# How many readings of a device are remembered so that what comes again is known. A broker sends again at most what
# was in flight, which for one device is a handful; each mark costs 12 bytes of the 2 KB a device may cost.
REMEMBERED: Final = 8
MARK: Final = Struct("<qI")  # device time and fingerprint
MARKS_BYTES: Final = REMEMBERED * MARK.size
_BEFORE: Final = MARK.size - MARKS_BYTES  # what stays of the marks when one comes

# Without a trusted time of its own a redelivered message cannot be told from a new one but by its content.
# Plain numbers: an IntFlag's `&` costs a microsecond, ten times what it decides.
UNTIMED: Final = int(Flag.NO_DEVICE_TIME | Flag.CLOCK_OFF | Flag.CLOCK_REFUSED)
REDELIVERED: Final = int(Flag.REDELIVERED)
NO_DEVICE_TIME: Final = int(Flag.NO_DEVICE_TIME)
BACKLOG: Final = int(Flag.BACKLOG)

# A reading that took longer than this from the broker into the core is no longer "now" (DESIGN.md 5.6, 60 s).
FRESH_MS: Final = 60 * SECOND


class DeviceState:
    """A device as its expressions see it (`language.compiled.DeviceView`), and what the engine keeps beside."""

    __slots__ = (
        "alerts",
        "apart",
        "armed",
        "arrivals",
        "blueprint",
        "checked",
        "device",
        "doubt",
        "doubt_at",
        "doubted",
        "heard",
        "last_arrival",
        "newest_at",
        "peers",
        "quiet",
        "seen",
        "tallies",
        "values",
        "watchers",
        "windows",
    )

    def __init__(self, device: Device, blueprint: Blueprint) -> None:
        self.device = device
        self.blueprint = blueprint
        # Tuples may be others' too; a message that carries only some points puts lists of the device's own here.
        self.values: Sequence[Value | None] = blueprint.unheard
        # The values' own times, where they are apart: most devices say all their points at once.
        self.apart: list[EpochMs] | None = None
        self.arrivals: Sequence[EpochMs] = blueprint.together(0)
        self.last_arrival: EpochMs = 0
        self.newest_at: EpochMs = 0
        self.heard = False
        self.seen = b""
        self.windows: tuple[Window, ...] = tuple(running_window(spec) for spec in blueprint.windows)
        self.alerts: dict[str, AlertRecord] | None = None
        self.watchers: tuple[str, ...] = ()
        self.doubt: Interlock | None = None
        self.doubt_at: EpochMs = 0
        # A bit for each slot whose newest value a doubtful reading brought.
        self.doubted = 0
        self.peers: tuple[Tally | OthersTally | None, ...] = ()
        self.tallies: tuple[Tally | None, ...] = ()  # which its answers belong to: of its hooks, then its peer hooks
        self.armed: EpochMs = 0  # when it is looked at again although nothing came; 0: never
        self.quiet = False
        self.checked: EpochMs = 0

    def begin(self, now: EpochMs) -> None:
        """Waiting for this device begins now (it was registered): absence counts from here."""
        self.last_arrival = now
        self.arrivals = self.blueprint.together(now)

    def is_duplicate(self, reading: Reading) -> bool:
        """Whether this very reading was taken before: same device time and content, or, untimed, sent again."""
        if reading.flags & UNTIMED:
            if not reading.flags & REDELIVERED:
                return False
            return any(fingerprint == reading.fingerprint for _, fingerprint in MARK.iter_unpack(self.seen))
        # Later than all that was seen: new, without a look.
        if reading.at > self.newest_at:
            return False
        return (reading.at, reading.fingerprint) in MARK.iter_unpack(self.seen)

    def remember(self, reading: Reading) -> None:
        """Keep the mark of this reading for `is_duplicate`."""
        self.seen = self.seen[_BEFORE:] + MARK.pack(reading.at, reading.fingerprint)

    def doubt_about(self, reading: Reading, now: EpochMs) -> Interlock | None:
        """Why this reading may not cause a command, or None. A verdict it may always cause."""
        if reading.flags:
            doubt = _doubt_by_flags(reading.flags)
            if doubt is not None:
                return doubt
        at = reading.at
        if at < self.newest_at:
            return Interlock.EVIDENCE_OUT_OF_ORDER
        if at > now + FRESH_MS:
            return Interlock.EVIDENCE_FUTURE
        return Interlock.EVIDENCE_STALE if now - min(at, reading.arrived) > FRESH_MS else None

    def mark(self, slots: tuple[int, ...], at: EpochMs, doubt: Interlock | None, now: EpochMs) -> None:
        """Note, before a reading of time `at` is taken, which of the newest values doubt will have a part in."""
        if doubt is not None:
            self.doubt, self.doubt_at = doubt, now
            ats = self.ats
            for slot in slots:
                if slot >= 0 and at >= ats[slot]:
                    self.doubted |= 1 << slot
        elif self.doubted:
            for slot in slots:
                if slot >= 0:
                    self.doubted &= ~(1 << slot)

    @property
    def ats(self) -> list[EpochMs]:
        """By slot: the device time of the newest value."""
        return [self.newest_at] * len(self.values) if self.apart is None else self.apart

    @ats.setter
    def ats(self, ats: list[EpochMs]) -> None:
        self.apart = None if ats.count(self.newest_at) == len(ats) else ats

    def take(self, reading: Reading, plan: MessagePlan, now: EpochMs) -> None:
        """Let the reading's values become the newest ones, point by point, unless a newer value is known already."""
        at = reading.at
        if plan.whole is not None and at >= self.newest_at:
            self.values = plan.whole(reading.values)
            self.arrivals = self.blueprint.together(now)
            self.apart = None
            self.newest_at = at
        else:
            self._take_some(reading, plan.slots, now)
        self.last_arrival = now
        self.heard = True

    def _take_some(self, reading: Reading, slots: tuple[int, ...], now: EpochMs) -> None:
        at, ats = reading.at, self.ats
        values = self.values if isinstance(self.values, list) else [*self.values]
        arrivals = self.arrivals if isinstance(self.arrivals, list) else [*self.arrivals]
        for slot, value in zip(slots, reading.values.values(), strict=True):
            if slot >= 0 and at >= ats[slot]:
                values[slot] = value
                ats[slot] = at
                arrivals[slot] = now
        self.values, self.arrivals = values, arrivals
        self.newest_at = max(self.newest_at, at)
        self.ats = ats

    def feed_past(self, reading: Reading, plan: MessagePlan, now: EpochMs) -> None:
        """Give the windows what an older reading said, not the newer values that stand meanwhile."""
        standing = self.values, self.apart, self.arrivals
        values, ats, arrivals = [*self.values], [*self.ats], [*self.arrivals]
        at = reading.at
        for slot, value in zip(plan.slots, reading.values.values(), strict=True):
            if slot >= 0:
                values[slot], ats[slot], arrivals[slot] = value, at, now
        self.values, self.apart, self.arrivals = values, ats, arrivals
        for index, sample in plan.feeds:  # inner windows first, as with a reading in its time
            self.windows[index].add(at, sample(self, now))
        self.values, self.apart, self.arrivals = standing

    def next_silence(self, after: EpochMs) -> EpochMs | None:
        """The next instant later than `after` at which silence alone may change a verdict."""
        arrivals, found = self.arrivals, None
        for silence in self.blueprint.silences:
            slot = silence.slot
            instant = (self.last_arrival if slot is None else arrivals[slot]) + silence.after_ms
            if instant > after and (found is None or instant < found):
                found = instant
        return found

    def next_lapse(self, after: EpochMs) -> EpochMs | None:
        """The next instant later than `after` at which waiting alone may carry a window over a bound."""
        windows = self.windows
        instants = (windows[lapse.window].next_reach(after, lapse.bound) for lapse in self.blueprint.lapses)
        return min((instant for instant in instants if instant is not None), default=None)

    def silence_fell(self, since: EpochMs, now: EpochMs) -> bool:
        """Whether some silence of this device reached its length in (since, now], or a window may have lapsed."""
        if self.blueprint.lapses:
            return True  # what a window came to in between is no longer kept: look
        fell = self.next_silence(since)
        return fell is not None and fell <= now

    def resume(self, down_since: EpochMs, now: EpochMs) -> None:
        """After our own down time: stale values are forgotten; absence counts neither for nor against the device."""
        down_ms = max(0, now - down_since)
        arrivals = self.arrivals
        oldest = min(arrivals, default=now)
        if now - oldest > self.blueprint.least_stale_ms:
            self.values = self._values_at(now)
        if arrivals and oldest == max(arrivals):
            self.arrivals = self.blueprint.together(min(oldest + down_ms, now))
        else:
            self.arrivals = [min(arrived + down_ms, now) for arrived in arrivals]
        self.last_arrival = min(now, self.last_arrival + down_ms)

    def _values_at(self, now: EpochMs) -> list[Value | None]:
        """The newest values without those that are stale by now."""
        values = [*self.values]
        for point in self.blueprint.vocabulary.points:
            heard = self.last_arrival if point.with_device else self.arrivals[point.slot]
            if point.stale_after_ms is not None and now - heard > point.stale_after_ms:
                values[point.slot] = None
        return values


DOUBTS: Final = (
    (int(Flag.RETAINED), Interlock.EVIDENCE_RETAINED),
    (int(Flag.HISTORY | Flag.LATE | Flag.RETRIED), Interlock.EVIDENCE_LATE),
    (int(Flag.CLOCK_OFF | Flag.CLOCK_REFUSED), Interlock.EVIDENCE_CLOCK),
)


def _doubt_by_flags(flags: int) -> Interlock | None:
    for flag, interlock in DOUBTS:
        if flags & flag:
            return interlock
    if flags & NO_DEVICE_TIME:
        # Its age cannot be known: it may have waited in the broker.
        if flags & REDELIVERED:
            return Interlock.EVIDENCE_REDELIVERED
        if flags & BACKLOG:
            return Interlock.EVIDENCE_LATE
    return None
