"""Windows by example: what a night, a baseline, a trend and a flood come to."""

import math
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from processor.engine.exact import ExactSum, deviation
from processor.engine.sketch import bucket, middle, packed, unpacked
from processor.engine.window_readings import MAX_SAMPLES
from processor.engine.windows import running_window
from processor.language.compiled import WindowKind
from processor.model.reading import Value
from processor.model.time import DAY, HOUR, MINUTE, SECOND
from tests.engine.test_windows import BERLIN, spec


def at(text: str) -> int:
    """An instant of March 2026 in Berlin, such as "28 02:15"; the clocks go forward on the 29th at 02:00."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return round(datetime(2026, 3, int(day), hour, minute, tzinfo=ZoneInfo(BERLIN)).timestamp() * 1000)


def test_a_million_additions_and_removals_leave_the_exact_sum() -> None:
    total, squares = ExactSum(), ExactSum()
    values = [0.1 * (number % 97) - 1e6 * (number % 3) for number in range(1_000_000)]
    for number, value in enumerate(values):
        total.add(value)
        squares.add_square(value)
        if number >= 100:
            total.remove(values[number - 100])
            squares.remove_square(values[number - 100])
    last = values[-100:]
    assert total.over(1) == float(sum(map(Fraction, last)))
    mean = sum(map(Fraction, last)) / 100
    expected = math.sqrt(sum((Fraction(value) - mean) ** 2 for value in last) / 99)
    assert deviation(total, squares, 100) == pytest.approx(expected, rel=1e-15)


def test_what_no_float_can_hold_is_unknown() -> None:
    window = running_window(spec(WindowKind.SUM, HOUR))
    for number in range(3):
        window.add(number, 1e308)
    assert window.value(3) is None
    window.add(2 * HOUR, 1.0)
    assert window.value(2 * HOUR) == 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "text", None])
@pytest.mark.parametrize("kind", [kind for kind in WindowKind if kind is not WindowKind.COUNT])
def test_what_is_no_number_leaves_a_window_as_it_was(kind: WindowKind, bad: Value | None) -> None:
    zone = BERLIN if kind in {WindowKind.SLOPE, WindowKind.NIGHT_MIN} else ""
    window = running_window(spec(kind, 5 * DAY if zone else HOUR, zone=zone, night=(60, 120, 1), percent=50))
    for number in range(5):
        window.add(at("10 01:00") + number * DAY, 2.0)
        window.add(at("10 01:59") + number * DAY, 2.0)
    before = window.value(at("16 12:00"))
    if kind not in {WindowKind.DURATION, WindowKind.SINCE, WindowKind.FLAT}:  # there, what is not known ends a stretch
        window.add(at("14 02:00"), bad)
    assert window.value(at("16 12:00")) == before


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        ("3 03:59", None),  # the night of the 3rd is not over, and before it there was none
        ("3 04:00", 1.2),
        ("4 03:59", 1.2),
        ("4 04:00", None),  # one reading at three is no night
        ("5 04:00", 0.7),
        ("5 12:00", 0.7),
    ],
)
def test_the_last_night_is_known_when_it_is_over(now: str, answer: float | None) -> None:
    window = running_window(spec(WindowKind.NIGHT_MIN, DAY, zone=BERLIN, night=(120, 240, 1)))
    table = {
        "2 12:00": 9.0,
        "3 01:45": 0.1,
        "3 02:00": 1.5,
        "3 03:00": 1.2,
        "3 03:45": 3.0,
        "4 03:00": 0.1,
        "5 02:00": 0.9,
        "5 03:45": 0.7,
        "5 04:00": 0.1,
    }
    for when, value in table.items():
        if at(when) <= at(now):
            window.add(at(when), value)
    window.add(at(now), 5.0)
    assert window.value(at(now)) == answer


def test_a_night_of_the_clock_change_is_as_long_as_it_was() -> None:
    """On the 29th two o'clock is three o'clock: 01:00-03:00 lasts one hour, and half of it is enough."""
    window = running_window(spec(WindowKind.NIGHT_MIN, DAY, zone=BERLIN, night=(60, 180, 1)))
    window.add(at("29 01:00"), 2.0)
    window.add(at("29 01:30"), 1.0)
    window.add(at("29 03:00"), 0.5)
    assert window.value(at("29 03:00")) == 1.0


def test_what_stands_through_the_night_is_the_nights_value() -> None:
    window = running_window(spec(WindowKind.NIGHT_MIN, 2 * DAY, held=True, zone=BERLIN, night=(120, 240, 2)))
    window.add(at("1 12:00"), 0.5)
    assert window.value(at("2 04:00")) is None  # of the 1st only the noon is known
    assert window.value(at("3 04:00")) == 0.5
    window.add(at("4 03:00"), 0.0)
    assert window.value(at("4 03:30")) == 0.5
    assert window.value(at("4 04:00")) == 0.0


def test_a_baseline_is_known_from_a_quarter_of_its_days_on_and_leaves_today_out() -> None:
    window = running_window(spec(WindowKind.PERCENTILE, 8 * DAY, zone=BERLIN, percent=90, same_hour=True))
    window.add(at("2 09:30"), 10.0)
    window.add(at("2 10:30"), 500.0)
    window.add(at("3 09:30"), 1000.0)
    assert window.value(at("3 09:30")) is None
    window.add(at("4 09:30"), 1000.0)
    assert window.value(at("4 09:30")) == pytest.approx(1000.0, rel=0.016)
    window.add(at("4 10:30"), 1.0)
    assert window.value(at("4 10:30")) is None  # at ten there is one day
    window.add(at("11 09:30"), 1.0)
    assert window.value(at("11 09:30")) == pytest.approx(1000.0, rel=0.016)


def test_a_trend_is_not_moved_by_one_wild_day() -> None:
    window = running_window(spec(WindowKind.SLOPE, 10 * DAY, zone=BERLIN))
    for day in range(1, 12):
        for hour in (6, 12, 18):
            window.add(at(f"{day} {hour:02d}:00"), 1e6 if day == 5 else 100.0 + 2.0 * day)
    found = window.value(at("11 18:00"))
    assert found is not None
    assert found * DAY == pytest.approx(2.0)


@pytest.mark.parametrize("days", [3, 4])
def test_a_trend_is_unknown_under_four_days(days: int) -> None:
    window = running_window(spec(WindowKind.SLOPE, 14 * DAY, zone=BERLIN))
    for day in range(1, days + 2):
        window.add(at(f"{day} 12:00"), float(day))
    assert (window.value(at("20 12:00")) is None) == (days < 4)


def test_a_day_of_too_many_readings_is_counted_in_ranges() -> None:
    window = running_window(spec(WindowKind.SLOPE, 14 * DAY, zone=BERLIN))
    for day in range(1, 7):
        for second in range(9_000):
            window.add(at(f"{day} 06:00") + second * SECOND, 1000.0 * day + second % 10)
    found = window.value(0)
    assert found is not None
    assert found * DAY == pytest.approx(1000.0, rel=0.05)


FLOODED = [
    (WindowKind.AVG, 0.002),
    (WindowKind.SUM, 0.002),
    (WindowKind.STDDEV, 0.002),
    (WindowKind.MIN, 0.0),
    (WindowKind.MAX, 0.0),
    (WindowKind.COUNT, 0.002),
    (WindowKind.CHANGES, 0.002),
    (WindowKind.DURATION, 0.002),
    (WindowKind.DELTA, 0.03),
    (WindowKind.RATE, 0.03),
    (WindowKind.FIRST, 0.0),
    (WindowKind.LAST, 0.0),
    (WindowKind.MEDIAN, 0.016),
    (WindowKind.PERCENTILE, 0.016),
]


@pytest.mark.parametrize(("kind", "tolerance"), FLOODED)
def test_a_flood_shortens_no_window_and_fills_no_memory(kind: WindowKind, tolerance: float) -> None:
    made = spec(kind, 10 * MINUTE, percent=90)
    window = running_window(made)
    size, step = 40_000, 15
    assert size > 2 * MAX_SAMPLES
    start, truth = 10 * HOUR, {WindowKind.COUNT, WindowKind.DURATION}
    for number in range(2 * size):
        window.add(start + number * step, number % 2 == 0 if kind in truth else 1000.0 + number % 2 + number * 1e-3)
        if number == size:
            restored = running_window(made)
            restored.load(window.dump())
            window = restored
    values = [1000.0 + number % 2 + number * 1e-3 for number in range(size, 2 * size)]
    span = (size - 1) * step
    mean = sum(values) / size
    expected = {
        WindowKind.AVG: mean,
        WindowKind.SUM: sum(values),
        WindowKind.STDDEV: math.sqrt(sum((value - mean) ** 2 for value in values) / (size - 1)),
        WindowKind.MIN: min(values),
        WindowKind.MAX: max(values),
        WindowKind.COUNT: size / 2,
        WindowKind.CHANGES: float(size),
        WindowKind.DURATION: made.length_ms / 2,
        WindowKind.DELTA: values[-1] - values[0],
        WindowKind.RATE: (values[-1] - values[0]) / span,
        WindowKind.FIRST: values[0],
        WindowKind.LAST: values[-1],
        WindowKind.MEDIAN: sorted(values)[size // 2],
        WindowKind.PERCENTILE: sorted(values)[size * 9 // 10],
    }[kind]
    assert window.value(start + 2 * size * step) == pytest.approx(expected, rel=tolerance + 0.001)
    assert sum(len(column) for column in window.dump()) < 30_000


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("value", [0.001, 0.3, 1.0, 7.77, 240.0, 99_999.5, 1e12])
def test_a_range_is_narrow_on_both_sides_of_zero(value: float, sign: int) -> None:
    assert middle(bucket(sign * value)) == pytest.approx(sign * value, rel=0.016)


def test_ranges_keep_the_order_of_numbers() -> None:
    numbers = [-1e300, -5.0, -4.0, -1e-30, 0.0, 1e-30, 1e-3, 1.0, 1.5, 2.0, 1e9, 1e300]
    found = [bucket(number) for number in numbers]
    assert found == sorted(found)


def test_counts_are_packed_and_unpacked() -> None:
    counts = {0: 1, 1: 2, 4095: 300, 8191: 70_000}
    assert unpacked(packed(counts)) == counts
    assert len(packed(counts)) < 16
