"""A run of one device's readings as `language.screen` sees it, and what was seen of the device before."""

from collections import deque
from collections.abc import Collection, Sequence
from operator import attrgetter, itemgetter, sub
from typing import Final, cast

from processor.engine.device_state import DeviceState
from processor.language.screen_numbers import LONGEST_MS, Range
from processor.model.reading import Reading, Value
from processor.model.time import DurationMs, EpochMs

AT: Final = attrgetter("at")
VALUES: Final = attrgetter("values")


class Run:
    """Readings of one device that carry the same points, in order (`language.screen.Span`)."""

    def __init__(
        self, device: DeviceState, readings: Sequence[Reading], nows: Sequence[EpochMs], memory: "Memory"
    ) -> None:
        self._device = device
        self._memory = memory
        self._columns: dict[int, list[Value]] = {}
        self._longest_ms: DurationMs | None = None
        self._ranges: dict[int, Range | None] = {}
        self._members: dict[int, Collection[Value]] = {}
        self.readings = readings
        self.nows = nows
        self.ats: list[EpochMs] = list(map(AT, readings))
        self.begin = min(self.ats[0], self.ats[-1])
        self.end = max(self.ats[0], self.ats[-1])

    @classmethod
    def of(
        cls,
        device: DeviceState,
        slots: tuple[int, ...],
        readings: Sequence[Reading],
        nows: Sequence[EpochMs],
        memory: "Memory",
    ) -> "Run | None":
        """The run, or None where its readings do not all carry the same points, each of them known."""
        run = cls(device, readings, nows, memory)
        said = list(map(VALUES, readings))
        if -1 in slots or set(map(len, said)) != {len(slots)}:
            return None
        try:
            for slot, name in zip(slots, said[0], strict=True):
                run._columns[slot] = list(map(itemgetter(name), said))
        except KeyError:
            return None
        return run

    def numbers_of(self, slot: int) -> list[float]:
        """A number's values, in order."""
        return cast("list[float]", self._columns[slot])  # the decoder lets only numbers into a number

    def numbers(self, slot: int) -> Range | None:
        """Between what the point's values lie."""
        if slot not in self._ranges:
            self._ranges[slot] = self._range(slot)
        return self._ranges[slot]

    def _range(self, slot: int) -> Range | None:
        values = self._columns.get(slot)
        if values is None:
            standing = self._device.values[slot]
            return None if standing is None or isinstance(standing, str) else (float(standing), float(standing))
        return min(values), max(values)  # type: ignore[return-value]  # the decoder lets only numbers in

    def members(self, slot: int) -> Collection[Value]:
        """Every value of the point."""
        if slot not in self._members:
            values, standing = self._columns.get(slot), self._device.values[slot]
            if values is not None:
                self._members[slot] = set(values)
            else:
                self._members[slot] = () if standing is None else (standing,)
        return self._members[slot]

    def known(self, slot: int) -> bool:
        """Whether every reading carries the point."""
        return slot in self._columns

    def worst_silence(self) -> DurationMs:
        """No silence of a point or of the device by any reading of the run was longer."""
        device, first = self._device, self.nows[0]
        if len(self._columns) == len(device.arrivals):
            return max(self._longest(), first - min(device.arrivals), first - device.last_arrival)
        return max(map(self.silence, (None, *range(len(device.arrivals)))))

    def silence(self, slot: int | None) -> DurationMs:
        """The longest silence of the point or of the device by any reading of the run."""
        device, nows = self._device, self.nows
        if slot is not None and slot not in self._columns:
            return nows[-1] - device.arrivals[slot]
        first = device.last_arrival if slot is None else device.arrivals[slot]
        return max(self._longest(), nows[0] - first)

    def _longest(self) -> DurationMs:
        if self._longest_ms is None:
            self._longest_ms = max(map(sub, self.nows[1:], self.nows), default=0)
        return self._longest_ms

    def back(self, length_ms: DurationMs) -> "Wide | None":
        """The run and what windows of this length hold at its begin."""
        oldest = self.begin - length_ms
        return Wide(self, self._memory.since(oldest)) if self._memory.reaches(oldest) else None


class Wide:
    """A run with the runs before it, as far as a window reaches back."""

    def __init__(self, run: Run, before: Sequence["Kept"]) -> None:
        self._run = run
        self._before = before

    def numbers(self, slot: int) -> Range | None:
        """Between what the point's values lie."""
        found = [kept.ranges[slot] for kept in self._before if slot in kept.ranges]
        now = self._run.numbers(slot)
        found += [] if now is None else [now]
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None

    def members(self, slot: int) -> Collection[Value]:
        """Every value of the point."""
        return {*self._run.members(slot), *(value for kept in self._before for value in kept.members.get(slot, ()))}

    def known(self, slot: int) -> bool:
        """Whether every reading carries the point."""
        return self._run.known(slot) and all(slot in kept.ranges or slot in kept.members for kept in self._before)

    def silence(self, _slot: int | None) -> DurationMs:
        """Not known of the past: any."""
        return LONGEST_MS

    def back(self, _length_ms: DurationMs) -> None:
        """A window over a window is not screened."""


class Kept:
    """What is kept of a run: the values that windows may still hold."""

    __slots__ = ("end", "members", "ranges")

    def __init__(self, run: Run, numbers: Collection[int], others: Collection[int]) -> None:
        self.end = run.end
        self.ranges = {slot: found for slot in numbers if (found := run.numbers(slot)) is not None}
        self.members = {slot: run.members(slot) for slot in others}


class Memory:
    """The newest runs of one device. What was before it began is not known, but of a device never heard: nothing."""

    def __init__(self, device: DeviceState, now: EpochMs) -> None:
        windows = [spec for spec in device.blueprint.windows if spec.length_ms <= LONGEST_MS]
        slots = {slot for spec in windows for slot in spec.slots}
        points = device.blueprint.vocabulary.points
        self._numbers = [slot for slot in slots if points[slot].kind == "number"]
        self._others = [slot for slot in slots if points[slot].kind != "number"]
        self._length_ms = max((spec.length_ms for spec in windows), default=0)
        self._complete_from: EpochMs = now if device.heard else 0
        self._kept: deque[Kept] = deque()
        self._arrived: EpochMs = device.last_arrival
        self._ended: EpochMs = 0
        self._envelope: object = None
        self._outside: EpochMs = 0

    def check(self, device: DeviceState) -> None:
        """Notice that the device took readings which did not come by here (with a start of the daemon)."""
        if device.last_arrival > self._arrived:
            self.lost(max(device.last_arrival, device.newest_at))

    def reaches(self, oldest: EpochMs) -> bool:
        """Whether everything since then is known."""
        return oldest >= self._complete_from

    def inside(self, envelope: object, begin: EpochMs) -> bool:
        """Whether all that windows hold then is known to lie inside the envelope."""
        oldest = begin - self._length_ms
        return self._envelope is envelope and oldest > self._outside and self.reaches(oldest)

    def since(self, oldest: EpochMs) -> list[Kept]:
        """The runs that end then or later."""
        return [kept for kept in self._kept if kept.end >= oldest]

    def keep(self, run: Run, envelope: object) -> None:
        """Remember a run that lies inside an envelope (None: in none), and forget what no window can still hold."""
        if envelope is None:
            self._outside = max(self._outside, run.end)
        elif envelope is not self._envelope:
            self._envelope, self._outside = envelope, self._ended
        self._arrived = run.nows[-1]
        self._ended = max(self._ended, run.end)
        if not self._length_ms:
            return
        oldest = run.begin - self._length_ms
        while self._kept and self._kept[0].end < oldest:
            self._kept.popleft()
        self._kept.append(Kept(run, self._numbers, self._others))

    def lost(self, now: EpochMs) -> None:
        """Readings went by that were not kept, the last of them then."""
        self._complete_from = now + 1
        self._arrived = now
        self._kept.clear()
