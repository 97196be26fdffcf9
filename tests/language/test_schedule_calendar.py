"""Holidays, worked weekends and seasons: by the minute, against a wall clock that knows nothing of intervals."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.language.schedule import Schedule
from processor.model.calendar import Calendar
from processor.model.rule import Active, DayKind
from processor.model.time import DAY, HOUR, MINUTE, EpochMs

BERLIN, SHANGHAI = "Europe/Berlin", "Asia/Shanghai"
OCTOBER = Calendar({date(2026, 10, day): "国庆节" for day in range(1, 8)}, frozenset({date(2026, 10, 10)}))
NO_DAYS_OFF = Calendar()


def at(text: str, zone: str = SHANGHAI) -> EpochMs:
    """The instant a wall clock shows this."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return (wall.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("moment", "is_workday"),
    [
        ("2026-09-30T12:00", True),  # Wednesday
        ("2026-10-01T00:00", False),  # Thursday, National Day
        ("2026-10-07T23:59", False),
        ("2026-10-08T00:00", True),
        ("2026-10-10T12:00", True),  # Saturday, worked instead
        ("2026-10-11T12:00", False),  # Sunday
    ],
)
def test_workdays_and_holidays_are_the_two_halves_of_the_calendar(moment: str, is_workday: bool) -> None:
    workdays = Schedule.of(Active(0, 24 * 60, kind=DayKind.WORKDAYS), OCTOBER)
    holidays = Schedule.of(Active(0, 24 * 60, kind=DayKind.HOLIDAYS), OCTOBER)
    assert workdays.is_open(at(moment)) is is_workday
    assert holidays.is_open(at(moment)) is not is_workday


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-14T23:59", False),
        ("2026-11-15T00:00", True),
        ("2026-12-31T23:59", True),
        ("2027-01-01T00:00", True),
        ("2028-02-29T12:00", True),
        ("2027-03-15T23:59", True),
        ("2027-03-16T00:00", False),
    ],
)
def test_a_season_runs_over_the_new_year_and_has_both_its_ends(moment: str, is_open: bool) -> None:
    season = Schedule.of(Active(0, 24 * 60, season=(1115, 315)), NO_DAYS_OFF)
    assert season.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("now", "edge"),
    [
        ("2026-03-16T00:00", "2026-11-15T00:00"),
        ("2026-07-01T00:00", "2026-11-15T00:00"),
    ],
)
def test_the_next_edge_may_be_seasons_away(now: str, edge: str) -> None:
    season = Schedule.of(Active(0, 24 * 60, season=(1115, 315)), NO_DAYS_OFF)
    assert season.next_edge(at(now)) == at(edge)


def test_a_night_of_the_last_day_of_a_season_ends_on_the_morning_after() -> None:
    season = Schedule.of(Active(22 * 60, 6 * 60, season=(701, 831)), NO_DAYS_OFF)
    assert season.is_open(at("2026-09-01T05:59"))
    assert season.next_edge(at("2026-09-01T05:59")) == at("2026-09-01T06:00")
    assert season.next_edge(at("2026-09-01T06:00")) == at("2027-07-01T22:00")


def test_a_night_before_a_holiday_is_a_workdays_night() -> None:
    nights = Schedule.of(Active(22 * 60, 6 * 60, kind=DayKind.WORKDAYS), OCTOBER)
    assert nights.is_open(at("2026-10-01T05:00"))
    assert not nights.is_open(at("2026-10-02T05:00"))
    assert nights.next_edge(at("2026-10-01T06:00")) == at("2026-10-08T22:00")


def test_the_leap_day_is_a_season_of_its_own() -> None:
    leap = Schedule.of(Active(0, 24 * 60, season=(229, 229)), NO_DAYS_OFF)
    assert leap.is_open(at("2028-02-29T12:00"))
    assert leap.next_edge(at("2028-02-01T00:00")) == at("2028-02-29T00:00")
    far = leap.next_edge(at("2026-03-01T00:00"))
    assert at("2027-03-01T00:00") < far < at("2028-02-29T00:00")


def by_the_wall(active: Active, calendar: Calendar, now: EpochMs) -> bool:
    """What a person says who looks at a wall clock and a calendar on the wall."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(active.zone))
    minute, today = local.hour * 60 + local.minute, local.date()

    def counts(day: date) -> bool:
        if day.weekday() not in active.days:
            return False
        free = day in calendar.holidays or (day.isoweekday() > 5 and day not in calendar.workdays)
        if active.kind is not None and free is not (active.kind is DayKind.HOLIDAYS):
            return False
        if active.season is None:
            return True
        first, last = (f"{each // 100:02}-{each % 100:02}" for each in active.season)
        shown = day.strftime("%m-%d")
        return first <= shown <= last if first <= last else not last < shown < first

    begin, end = active.begin_minute, active.end_minute
    if begin < end:
        return counts(today) and begin <= minute < end
    return (counts(today) and minute >= begin) or (counts(today - timedelta(days=1)) and minute < end)


def clock_jumps(zone: str, now: EpochMs) -> bool:
    """Whether the clock is put forward or back within two days of `now`."""
    near = (now + hours * HOUR for hours in range(-50, 51, 10))
    return len({datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).utcoffset() for moment in near}) > 1


@settings(max_examples=25, deadline=None)
@given(
    span=st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda span: span[0] != span[1]),
    zone=st.sampled_from([BERLIN, SHANGHAI, "America/New_York", "Asia/Kathmandu"]),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    kind=st.sampled_from([None, *DayKind]),
    season=st.sampled_from([None, (1115, 315), (1231, 101), (229, 229), (1002, 1009), (301, 331)]),
    around=st.sampled_from(["2026-12-31", "2028-02-28", "2026-10-01", "2026-10-09", "2026-03-29", "2026-10-25"]),
    offset=st.integers(-36 * 60, 36 * 60),
)
def test_minute_by_minute_it_is_what_the_wall_says_and_changes_at_edges_only(
    *,
    span: tuple[int, int],
    zone: str,
    days: tuple[int, ...],
    kind: DayKind | None,
    season: tuple[int, int] | None,
    around: str,
    offset: int,
) -> None:
    active = Active(*span, zone=zone, days=days, kind=kind, season=season)
    schedule = Schedule.of(active, OCTOBER)
    now = at(f"{around}T00:00", zone) + offset * MINUTE
    edge, state = schedule.next_edge(now), schedule.is_open(now)
    for moment in range(now, now + DAY, MINUTE):
        if moment >= edge:
            assert moment == edge  # an edge lies on a full minute of every clock there is
            edge, state = schedule.next_edge(moment), schedule.is_open(moment)
        assert schedule.is_open(moment) is state
        if not clock_jumps(zone, now):
            assert by_the_wall(active, OCTOBER, moment) is state


def test_a_schedule_can_be_a_key_whatever_its_calendar() -> None:
    assert len({Schedule.of(Active(0, 60), OCTOBER), Schedule.of(Active(0, 60), NO_DAYS_OFF)}) == 2
