"""The instant of a reading: the device's own time where it may be believed, else the arrival."""

from contextlib import suppress
from typing import Any, Final, TypeAlias

from processor.decode.faults import Fault, Unfit
from processor.decode.points import Convert
from processor.decode.times import (
    CLOCK_TOLERANCE,
    NO_TIME,
    OFF,
    REFUSED,
    ParseTime,
    bad_time,
    believed,
    believed_history,
    time_parser,
)
from processor.model.profile import Listen, TimeField
from processor.model.reading import RejectionReason, Value
from processor.model.time import SECOND, EpochMs

CLOCK_PATH: Final = "$clock"
"""The path of a point that no payload carries: by how many seconds the device's clock was ahead, when it was wrong."""

WRONG: Final = OFF | REFUSED

Instant: TypeAlias = tuple[EpochMs, int, Fault | None]
"""When it was, the flags that say how that is known, and what was wrong with the device's own word."""


class Stamp:
    """The time policy of one listen (docs/decoding.md, "Time"); `clock` is the point that says how wrong a clock is."""

    def __init__(self, field: TimeField | None, listen: Listen, clock: tuple[str, Convert] | None = None) -> None:
        self._clock = clock
        self._parse: ParseTime | None = time_parser(field) if field else None
        self._history = listen.history
        self._backlog = listen.backlog

    def instant(self, raw: Any, arrived: EpochMs, flags: int) -> Instant:  # noqa: ANN401 - whatever the payload has
        """The instant; Unfit only for stored history without a usable time of its own, which is no history."""
        if raw is None or self._parse is None:
            if self._history:
                raise Unfit(RejectionReason.BAD_TIME, "stored history without a time")
            return arrived, flags | NO_TIME, None
        try:
            if isinstance(raw, Fault):
                raise bad_time("what stands in the time's place")
            at = self._parse(raw, arrived)
            if self._history:
                return (*believed_history(at, arrived, flags), None)
        except Unfit as why:
            if self._history:
                raise
            return arrived, flags | REFUSED, why.fault("time")
        if -CLOCK_TOLERANCE <= arrived - at <= CLOCK_TOLERANCE:
            return at, flags, None
        return (*believed(at, arrived, flags, backlog=self._backlog), None)

    def note_clock(self, raw: Any, arrived: EpochMs, values: dict[str, Value]) -> None:  # noqa: ANN401 - whatever the payload has
        """Add by how much the device's clock is wrong to what it said, where the profile has a point for it."""
        if self._clock is None or self._parse is None:
            return
        name, convert = self._clock
        with suppress(Unfit):  # one outside the point's range is known by its flag all the same
            values[name] = convert((self._parse(raw, arrived) - arrived) / SECOND)
