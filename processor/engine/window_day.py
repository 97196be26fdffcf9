"""What all windows of whole local days share: which days, which hour, and remembering what was worked out.

What was read today enters them when today is over; so they change once a day (a baseline: once an hour).
"""

from processor.language.compiled import WindowSpec
from processor.language.local_time import local_time
from processor.model.time import DAY, HOUR, EpochMs

_Known = tuple[int, int, float | None]


class Days:
    """The local days of a window, and what was last worked out about them."""

    __slots__ = ("_clock", "_count", "_held", "_known", "_newest", "_same_hour", "_spec", "_today")

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._clock = local_time(spec.zone)
        self._count = spec.length_ms // DAY
        self._held = spec.held
        self._same_hour = spec.same_hour
        self._newest: EpochMs | None = None
        self._today = 0
        self._known: _Known = (-1, -1, None)  # day, hour, answer; a memo: it changes no answer

    def value(self, now: EpochMs) -> float | None:
        """The answer over the days before the one in which the window ends."""
        if self._newest is None:
            return None
        end = max(now, self._newest) if self._held else self._newest
        day, hour = self._clock.day_and_hour(end)
        if not self._same_hour:
            hour = 0
        known = self._known
        if known[0] != day or known[1] != hour:
            known = self._known = (day, hour, self._answer(day, hour))
        return known[2]

    def next_reach(self, after: EpochMs, _bound: float | None) -> EpochMs | None:
        """When the next local day, or for a baseline the next hour, begins."""
        if not self._held:
            return None
        midnight = self._clock.midnight_after(after)
        return min(midnight, after - after % HOUR + HOUR) if self._same_hour else midnight

    def _forget_after(self, day: int) -> None:
        """A reading of `day` came: what was worked out for a later day holds no longer."""
        if day < self._known[0]:
            self._known = (-1, -1, None)

    def _hour(self, at: EpochMs) -> int:
        return self._clock.hour(at) if self._same_hour else 0

    def _answer(self, today: int, hour: int) -> float | None:
        raise NotImplementedError
