"""Schedules: open and closed over midnight, over the days of the week, and where clocks jump."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.language.schedule import Schedule
from processor.model.calendar import Calendar
from processor.model.rule import Active
from processor.model.time import DAY, HOUR, MINUTE, EpochMs

BERLIN, SHANGHAI = "Europe/Berlin", "Asia/Shanghai"


def at(text: str, zone: str = "UTC", fold: int = 0) -> EpochMs:
    """The instant a wall clock shows this."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return (wall.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("begin", "end", "clock", "is_open"),
    [
        (8 * 60, 20 * 60, "07:59:59.999", False),
        (8 * 60, 20 * 60, "08:00", True),
        (8 * 60, 20 * 60, "19:59:59.999", True),
        (8 * 60, 20 * 60, "20:00", False),
        (22 * 60, 6 * 60, "21:59", False),
        (22 * 60, 6 * 60, "22:00", True),
        (22 * 60, 6 * 60, "23:59:59", True),
        (22 * 60, 6 * 60, "00:00", True),
        (22 * 60, 6 * 60, "05:59", True),
        (22 * 60, 6 * 60, "06:00", False),
        (0, 0, "00:00", True),
        (0, 0, "12:00", True),
        (9 * 60, 9 * 60, "08:59", True),  # an end at the begin is the next day's
        (0, 6 * 60, "00:00", True),
        (18 * 60, 24 * 60, "23:59", True),
        (18 * 60, 24 * 60, "00:00", False),
    ],
)
def test_the_wall_clock_opens_and_closes_it(begin: int, end: int, clock: str, is_open: bool) -> None:
    schedule = Schedule.of(Active(begin, end, SHANGHAI), Calendar())
    assert schedule.is_open(at(f"2025-06-11T{clock}", SHANGHAI)) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2025-06-13T21:59", False),  # Friday
        ("2025-06-13T22:00", True),
        ("2025-06-14T05:59", True),  # Saturday morning belongs to Friday's night
        ("2025-06-14T06:00", False),
        ("2025-06-14T22:00", False),
        ("2025-06-15T05:00", False),
    ],
)
def test_a_night_belongs_to_the_day_it_began(moment: str, is_open: bool) -> None:
    schedule = Schedule.of(Active(22 * 60, 6 * 60, SHANGHAI, days=(4,)), Calendar())
    assert schedule.is_open(at(moment, SHANGHAI)) is is_open


@pytest.mark.parametrize(
    ("begin", "end", "moment", "is_open", "edge"),
    [
        # 2025-03-30: 02:00 CET becomes 03:00 CEST at 01:00 UTC
        (2 * 60 + 30, 5 * 60, "2025-03-30T00:59:59.999", False, "2025-03-30T01:00"),
        (2 * 60 + 30, 5 * 60, "2025-03-30T01:00", True, "2025-03-30T03:00"),
        (22 * 60, 6 * 60, "2025-03-30T01:30", True, "2025-03-30T04:00"),
        (60, 2 * 60 + 30, "2025-03-30T00:59", True, "2025-03-30T01:00"),
        (60, 2 * 60 + 30, "2025-03-30T01:00", False, "2025-03-30T23:00"),
        # 2025-10-26: 03:00 CEST becomes 02:00 CET at 01:00 UTC, so 02:30 comes twice
        (2 * 60 + 30, 5 * 60, "2025-10-26T00:29", False, "2025-10-26T00:30"),
        (2 * 60 + 30, 5 * 60, "2025-10-26T00:30", True, "2025-10-26T04:00"),
        (2 * 60 + 30, 5 * 60, "2025-10-26T01:10", True, "2025-10-26T04:00"),  # the clock shows 02:10 again: no flicker
        (60, 2 * 60 + 30, "2025-10-26T01:29", True, "2025-10-26T01:30"),
        (60, 2 * 60 + 30, "2025-10-26T01:30", False, "2025-10-27T00:00"),
    ],
)
def test_a_clock_that_jumps_neither_loses_nor_cuts_an_interval(
    begin: int, end: int, moment: str, is_open: bool, edge: str
) -> None:
    schedule = Schedule.of(Active(begin, end, BERLIN), Calendar())
    assert schedule.is_open(at(moment)) is is_open
    assert schedule.next_edge(at(moment)) == at(edge)


def test_the_next_edge_may_be_a_week_away() -> None:
    schedule = Schedule.of(Active(8 * 60, 9 * 60, SHANGHAI, days=(2,)), Calendar())
    wednesday_after = at("2025-06-11T09:00", SHANGHAI)
    assert schedule.next_edge(wednesday_after) == at("2025-06-18T08:00", SHANGHAI)


def test_a_schedule_without_days_is_never_open_and_looks_again_later() -> None:
    schedule = Schedule.of(Active(8 * 60, 9 * 60, SHANGHAI, days=()), Calendar())
    now = at("2025-06-11T08:30", SHANGHAI)
    assert not schedule.is_open(now)
    assert schedule.next_edge(now) > now


@settings(max_examples=60, deadline=None)
@given(
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
    zone=st.sampled_from([BERLIN, SHANGHAI, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    start=st.integers(at("2025-01-01T00:00") // MINUTE, at("2026-01-01T00:00") // MINUTE),
)
def test_nothing_changes_between_two_edges(begin: int, end: int, zone: str, days: tuple[int, ...], start: int) -> None:
    schedule = Schedule(begin, end, zone, days)
    now = start * MINUTE
    edge = schedule.next_edge(now)
    assert now < edge <= now + 9 * DAY
    state = schedule.is_open(now)
    for moment in {now + (edge - now) * part // 8 for part in range(8)} | {edge - 1}:
        assert schedule.is_open(moment) is state
    assert schedule.next_edge(edge - 1) == edge


@settings(max_examples=60, deadline=None)
@given(
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
    zone=st.sampled_from([BERLIN, "America/New_York"]),
    start=st.integers(at("2025-01-01T00:00") // MINUTE, at("2026-01-01T00:00") // MINUTE),
)
def test_away_from_clock_changes_it_agrees_with_the_wall_clock(begin: int, end: int, zone: str, start: int) -> None:
    now = start * MINUTE
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    offsets = {
        datetime.fromtimestamp((now + hours * HOUR) / 1000, ZoneInfo(zone)).utcoffset() for hours in (-26, 0, 26)
    }
    minute = local.hour * 60 + local.minute
    expected = begin <= minute < end if begin < end else (minute >= begin or minute < end)
    if len(offsets) == 1:
        assert Schedule(begin, end, zone).is_open(now) is expected
