"""A device's time: how it is written, and whether it is believed."""

import pytest

from processor.decode.faults import Unfit
from processor.decode.times import time_parser
from processor.model.profile import Listen, Profile, TimeField, TimeFormat
from processor.model.reading import Flag, Reading
from processor.model.time import DAY, HOUR, MINUTE, SECOND
from tests.decode.making import NOW, TEMPLATE, decode, number, only_reading, profile, reasons, values

# 2025-10-09T08:53:20Z
MS = NOW


@pytest.mark.parametrize(
    ("form", "raw", "instant"),
    [
        (TimeFormat.EPOCH_S, 1_760_000_000, MS),
        (TimeFormat.EPOCH_S, 1_760_000_000.123, MS + 123),
        (TimeFormat.EPOCH_S, "1760000000", MS),
        (TimeFormat.EPOCH_MS, MS, MS),
        (TimeFormat.EPOCH_MS, float(MS), MS),
        (TimeFormat.EPOCH_MS, str(MS), MS),
        (TimeFormat.EPOCH_US, MS * 1000 + 999, MS),
        (TimeFormat.EPOCH_NS, MS * 1_000_000 + 999_999, MS),  # beyond 2^53, and exact all the same
        (TimeFormat.EPOCH_MS, -1, -1),
        (TimeFormat.ISO, "2025-10-09T08:53:20Z", MS),
        (TimeFormat.ISO, "2025-10-09T08:53:20z", MS),
        (TimeFormat.ISO, "2025-10-09 08:53:20.5Z", MS + 500),
        (TimeFormat.ISO, "2025-10-09T08:53:20,25Z", MS + 250),
        (TimeFormat.ISO, "2025-10-09T16:53:20+08:00", MS),
        (TimeFormat.ISO, "2025-10-09T16:53:20 +0800", MS),
        (TimeFormat.ISO, "2025-10-09T16:53:20+08", MS),
        (TimeFormat.ISO, "2025-10-09T03:23:20-05:30", MS),
        (TimeFormat.ISO, "20251009T085320Z", MS),
        (TimeFormat.ISO, "2025-10-09T08:53:20.123456789+00:00", MS + 123),  # ChirpStack's nine digits
        (TimeFormat.ISO, "2025-10-09T08:53Z", MS - 20 * SECOND),
        (TimeFormat.ISO, "1969-12-31T23:59:59.999Z", -1),
        (TimeFormat.ISO, "2024-02-29T00:00:00Z", 1_709_164_800_000),
    ],
)
def test_a_time_is_read_in_its_format(form: TimeFormat, raw: object, instant: int) -> None:
    assert time_parser(TimeField("ts", form))(raw, NOW) == instant


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        (TimeFormat.EPOCH_MS, True),
        (TimeFormat.EPOCH_MS, "yesterday"),
        (TimeFormat.EPOCH_MS, "١٢٣"),
        (TimeFormat.EPOCH_MS, []),
        (TimeFormat.EPOCH_MS, 10**21),
        (TimeFormat.EPOCH_MS, float("inf")),
        (TimeFormat.EPOCH_S, -1e300),
        (TimeFormat.EPOCH_MS, "9" * 5000),
        (TimeFormat.ISO, 1_760_000_000),
        (TimeFormat.ISO, "2025-10-09"),
        (TimeFormat.ISO, "2025-02-30T00:00:00Z"),
        (TimeFormat.ISO, "2025-10-09T25:00:00Z"),
        (TimeFormat.ISO, "2025-W01-1T00:00:00Z"),
        (TimeFormat.ISO, "2025-10-09T08:53:20+99:00"),
        (TimeFormat.ISO, "0000-01-01T00:00:00Z"),
        (TimeFormat.ISO, "٢٠٢٥-10-09T08:53:20Z"),
        (TimeFormat.ISO, "2025-10-09T08:53:20Z" + " " * 5000),
    ],
)
def test_what_is_no_time_is_refused(form: TimeFormat, raw: object) -> None:
    with pytest.raises(Unfit):
        time_parser(TimeField("ts", form))(raw, NOW)


@pytest.mark.parametrize(
    ("zone", "local", "arrived", "utc"),
    [
        ("UTC", "2025-10-09T08:53:20", NOW, "2025-10-09T08:53:20Z"),
        ("Asia/Shanghai", "2025-10-09T16:53:20", NOW, "2025-10-09T08:53:20Z"),
        ("Europe/Berlin", "2025-07-01T12:00:00", NOW, "2025-07-01T10:00:00Z"),
        ("Europe/Berlin", "2025-12-01T12:00:00", NOW, "2025-12-01T11:00:00Z"),
        # 02:30 on 2025-10-26 comes twice in Berlin, at 00:30Z and at 01:30Z: the one nearer to the arrival is meant.
        ("Europe/Berlin", "2025-10-26T02:30:00", 1_761_438_600_000, "2025-10-26T00:30:00Z"),
        ("Europe/Berlin", "2025-10-26T02:30:00", 1_761_442_200_000, "2025-10-26T01:30:00Z"),
        # 02:30 on 2025-03-30 never was: it is 01:30Z or 00:30Z by either offset, and again the nearer one counts.
        ("Europe/Berlin", "2025-03-30T02:30:00", 1_743_298_200_000, "2025-03-30T01:30:00Z"),
        ("Asia/Shanghai", "1991-07-01T12:00:00", NOW, "1991-07-01T03:00:00Z"),  # China had summer time then
    ],
)
def test_a_time_without_offset_is_local_in_the_profiles_zone(zone: str, local: str, arrived: int, utc: str) -> None:
    expected = time_parser(TimeField("ts", TimeFormat.ISO))(utc, arrived)
    assert time_parser(TimeField("ts", TimeFormat.ISO, zone))(local, arrived) == expected


PLAIN = profile(number("v"))
BACKLOG = profile(number("v"), listen=[Listen(template=TEMPLATE, backlog=True)])
HISTORY = profile(number("v"), listen=[Listen(template=TEMPLATE, history=True)])
NO_FLAG = Flag(0)


@pytest.mark.parametrize(
    ("used", "flags", "early", "at", "expected"),
    [
        (PLAIN, NO_FLAG, 0, "device", NO_FLAG),
        (PLAIN, NO_FLAG, MINUTE, "device", NO_FLAG),  # the tolerance includes its end
        (PLAIN, NO_FLAG, MINUTE + 1, "arrival", Flag.CLOCK_OFF),
        (PLAIN, NO_FLAG, -MINUTE, "device", NO_FLAG),
        (PLAIN, NO_FLAG, -MINUTE - 1, "arrival", Flag.CLOCK_OFF),
        (PLAIN, NO_FLAG, 8 * HOUR, "arrival", Flag.CLOCK_OFF),  # a clock in local time
        (PLAIN, NO_FLAG, DAY, "arrival", Flag.CLOCK_OFF),
        (PLAIN, NO_FLAG, DAY + 1, "arrival", Flag.CLOCK_REFUSED),
        (PLAIN, NO_FLAG, -DAY - 1, "arrival", Flag.CLOCK_REFUSED),
        (BACKLOG, NO_FLAG, MINUTE, "device", NO_FLAG),
        (BACKLOG, NO_FLAG, MINUTE + 1, "device", Flag.LATE),
        (BACKLOG, NO_FLAG, DAY, "device", Flag.LATE),
        (BACKLOG, NO_FLAG, DAY + 1, "arrival", Flag.CLOCK_REFUSED),
        (BACKLOG, NO_FLAG, -MINUTE - 1, "arrival", Flag.CLOCK_OFF),  # no backlog comes from the future
        (
            PLAIN,
            Flag.RETAINED,
            3 * HOUR,
            "device",
            Flag.RETAINED | Flag.LATE,
        ),  # the broker kept it: it is old by nature
        (PLAIN, Flag.BACKLOG, 3 * HOUR, "device", Flag.BACKLOG | Flag.LATE),
        (PLAIN, Flag.BACKLOG, 30 * SECOND, "device", Flag.BACKLOG),
        (PLAIN, Flag.REDELIVERED, 3 * HOUR, "device", Flag.REDELIVERED | Flag.LATE),
        (PLAIN, Flag.BACKLOG, -3 * HOUR, "arrival", Flag.BACKLOG | Flag.CLOCK_OFF),
        (PLAIN, Flag.RETAINED, 2 * DAY, "arrival", Flag.RETAINED | Flag.CLOCK_REFUSED),
        (PLAIN, Flag.REDELIVERED, 0, "device", Flag.REDELIVERED),
        (HISTORY, NO_FLAG, 0, "device", Flag.HISTORY),
        (HISTORY, NO_FLAG, 400 * DAY, "device", Flag.HISTORY),
        (HISTORY, NO_FLAG, -MINUTE, "device", Flag.HISTORY),
    ],
)
def test_whether_a_device_clock_is_believed(used: Profile, flags: Flag, early: int, at: str, expected: Flag) -> None:
    reading = only_reading(decode(used, {"ts": NOW - early, "v": 1}, flags=int(flags)))
    assert reading.at == (NOW - early if at == "device" else NOW)
    assert reading.arrived == NOW
    assert Flag(reading.flags) == expected
    assert type(reading.flags) is int


@pytest.mark.parametrize("payload", [{"v": 1}, {"v": 1, "ts": None}])
def test_without_a_device_time_the_arrival_counts(payload: object) -> None:
    reading = only_reading(decode(PLAIN, payload))
    assert (reading.at, Flag(reading.flags)) == (NOW, Flag.NO_DEVICE_TIME)


@pytest.mark.parametrize("raw", ["soon", True, {}, [], 10**30])
def test_an_unreadable_time_loses_no_value_and_is_named(raw: object) -> None:
    outcomes = decode(PLAIN, {"v": 1, "ts": raw})
    assert values(outcomes) == [{"v": 1.0}]
    assert Flag(getattr(outcomes[0], "flags", 0)) == Flag.CLOCK_REFUSED
    assert reasons(outcomes) == ["bad_time"]


@pytest.mark.parametrize("ts", [NOW + MINUTE + 1, NOW - 400 * DAY - 1, "soon", None])
def test_history_is_refused_without_a_time_that_can_be_true(ts: object) -> None:
    assert reasons(decode(HISTORY, {"v": 1, "ts": ts})) == ["bad_time"]
    assert values(decode(HISTORY, {"v": 1, "ts": ts})) == []


CLOCKED = profile(number("v"), number("clock_offset", path="$clock", unit="s"))
CLOCKED_PARTS = profile(
    number("v"), number("clock_offset", path="$clock", unit="min", payload_unit="s"),
    listen=[Listen(template=TEMPLATE, split="parts")], time=TimeField("$.ts", TimeFormat.EPOCH_MS),
)  # fmt: skip


@pytest.mark.parametrize(
    ("early", "offset"),
    [(0, 0), (MINUTE, 0), (MINUTE + 1, -60.001), (-2 * MINUTE, 120), (8 * HOUR, -28_800), (-2 * DAY, 172_800)],
)
def test_a_clock_point_says_by_how_much_the_clock_is_wrong(early: int, offset: float) -> None:
    reading = only_reading(decode(CLOCKED, {"ts": NOW - early, "v": 1}))
    assert reading.values == {"v": 1, "clock_offset": offset}


def test_each_part_of_a_split_payload_says_it_in_the_points_own_unit() -> None:
    payload = {"ts": NOW + 30 * MINUTE, "parts": [{"v": 1}, {"v": 2}, {}]}
    assert values(decode(CLOCKED_PARTS, payload)) == [
        {"v": 1, "clock_offset": 30},
        {"v": 2, "clock_offset": 30},
        {"clock_offset": 30},
    ]


@pytest.mark.parametrize("payload", [{"v": 1}, {"v": 1, "ts": "soon"}])
def test_a_clock_that_said_nothing_is_not_called_wrong(payload: dict[str, object]) -> None:
    found = [each for each in decode(CLOCKED, payload) if isinstance(each, Reading)]
    assert [each.values for each in found] == [{"v": 1, "clock_offset": 0}]


def test_a_point_of_the_clock_makes_no_reading_of_a_message_whose_points_are_all_bad() -> None:
    assert reasons(decode(CLOCKED, {"ts": NOW - 8 * HOUR, "v": "much"})) == ["wrong_type"]


def test_a_heartbeat_stays_one() -> None:
    assert only_reading(decode(CLOCKED, {"ts": NOW})).values == {}
