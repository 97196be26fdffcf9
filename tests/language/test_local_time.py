"""The wall clock as whole numbers agrees with the calendar, also where clocks are put forward or back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.language.local_time import local_time
from processor.model.time import DAY, HOUR

ZONES = ("Asia/Shanghai", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("zone", ZONES)
@given(at=st.integers(10_000 * DAY, 22_000 * DAY))
def test_day_and_hour_are_the_calendars(zone: str, at: int) -> None:
    local = (EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(zone))
    clock = local_time(zone)
    assert clock.hour(at) == local.hour
    assert clock.day(at) == local.toordinal() - EPOCH.toordinal()


@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("zone", ZONES)
@given(day=st.integers(10_000, 22_000), minute=st.integers(0, 1439), last=st.booleans())
def test_a_minute_of_a_day_is_where_the_clock_shows_it(zone: str, day: int, minute: int, *, last: bool) -> None:
    clock = local_time(zone)
    found = clock.instant(day, minute, last=last)
    wall = EPOCH.replace(tzinfo=ZoneInfo(zone)) + timedelta(days=day, minutes=minute)
    expected = round(wall.replace(fold=int(last)).timestamp() * 1000)
    if clock.wall(expected) == day * DAY + minute * 60_000:
        assert found == expected
    else:  # the clock never shows it: the first moment after the gap
        assert clock.wall(found) > day * DAY + minute * 60_000
        assert clock.wall(found - 1) < day * DAY + minute * 60_000


def test_a_day_has_23_hours_when_the_clock_goes_forward() -> None:
    clock = local_time("Europe/Berlin")
    midnight = clock.instant(20_541, 0)  # 2026-03-29
    assert clock.midnight_after(midnight) - midnight == 23 * HOUR
