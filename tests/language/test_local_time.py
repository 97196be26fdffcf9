"""The wall clock of a zone: what it remembers changes no answer."""

import pytest

from processor.language.local_time import LocalTime
from processor.model.time import DAY, HOUR, EpochMs

SPRING: EpochMs = 1_774_656_000_000  # 2026-03-28 00:00 UTC; the clocks of Berlin change on the 29th
INSTANTS = [SPRING + days * DAY + hours * HOUR for days in range(3) for hours in (0, 1, 12, 22, 23)]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/Santiago"])
def test_the_next_midnight_is_the_same_in_whatever_order_it_is_asked(zone: str) -> None:
    asked = LocalTime(zone)
    fresh = {at: LocalTime(zone).midnight_after(at) for at in INSTANTS}
    for at in [*INSTANTS, *reversed(INSTANTS), *INSTANTS[::2]]:
        assert asked.midnight_after(at) == fresh[at]
        assert at < fresh[at] <= at + 25 * HOUR
