"""The instant of a reading: the device's own time where it may be believed, else the arrival."""

from typing import Any, NamedTuple

from processor.decode.faults import Unfit
from processor.decode.layout import Fault
from processor.decode.times import (
    CLOCK_TOLERANCE,
    NO_TIME,
    REFUSED,
    ParseTime,
    bad_time,
    believed,
    believed_history,
    time_parser,
)
from processor.model.profile import Listen, TimeField
from processor.model.reading import RejectionReason
from processor.model.time import EpochMs


class Instant(NamedTuple):
    """When it was, the flags that say how that is known, and what was wrong with the device's own word."""

    at: EpochMs
    flags: int
    fault: Fault | None = None


class Stamp:
    """The time policy of one listen (docs/decoding.md, "Time")."""

    def __init__(self, field: TimeField | None, listen: Listen) -> None:
        self._parse: ParseTime | None = time_parser(field) if field else None
        self._history = listen.history
        self._backlog = listen.backlog

    def instant(self, raw: Any, arrived: EpochMs, flags: int) -> Instant:  # noqa: ANN401 - whatever the payload has
        """The instant; Unfit only for stored history without a usable time of its own, which is no history."""
        if raw is None or self._parse is None:
            if self._history:
                raise Unfit(RejectionReason.BAD_TIME, "stored history without a time")
            return Instant(arrived, flags | NO_TIME)
        try:
            if isinstance(raw, Unfit):
                raise bad_time("what stands in the time's place")
            at = self._parse(raw, arrived)
            if self._history:
                return Instant(*believed_history(at, arrived, flags))
        except Unfit as why:
            if self._history:
                raise
            return Instant(arrived, flags | REFUSED, Fault("time", why))
        if -CLOCK_TOLERANCE <= arrived - at <= CLOCK_TOLERANCE:
            return Instant(at, flags)
        return Instant(*believed(at, arrived, flags, backlog=self._backlog))
