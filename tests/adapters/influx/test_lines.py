"""Line protocol: what each reading becomes, however its names and texts look."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.adapters.influx.lines import OWN_TAGS_LIMIT, Lines, beginning, field, key, measurement
from processor.model.device import Device
from processor.model.reading import Reading
from tests.ports.batches import T0, reading

LEAK = Device(
    id="leak-1",
    profile="leak_sensor",
    community="sunrise",
    building="b3",
    riser="r1",
    room="402",
    tags={"role": "feeder", "owner": "王师傅"},
)


def lines(*devices: Device, tags: tuple[str, ...] = ()) -> Lines:
    return Lines({device.id: device for device in devices}.get, tags)


def test_a_reading_is_its_profile_place_values_and_milliseconds() -> None:
    line = lines(LEAK).line(reading("leak-1", T0, leak=True, flow=1.5, mode="on"))
    assert line is not None
    start = "leak_sensor,building=b3,community=sunrise,device=leak-1,riser=r1"
    assert line.decode() == f'{start} leak=true,flow=1.5,mode="on" {T0}'


def test_rooms_and_tags_that_nobody_asked_for_stay_out() -> None:
    line = lines(LEAK, tags=("role", "absent")).line(reading("leak-1"))
    assert line is not None
    assert b"role=feeder" in line
    assert b"402" not in line
    assert b"owner" not in line


def test_the_number_of_own_tags_is_bounded() -> None:
    device = Device("d", "p", "c", tags={f"t{number}": "x" for number in range(20)})
    assert beginning("d", device, tuple(device.tags)).count("=x") == OWN_TAGS_LIMIT


def test_an_own_tag_never_takes_the_place_of_where_a_device_is() -> None:
    device = Device("d", "p", "sunrise", tags={"community": "moon", "device": "other"})
    assert beginning("d", device, ("community", "device")) == "p,community=sunrise,device=d"


def test_a_device_that_left_the_configuration_is_still_written() -> None:
    line = lines().line(reading("gone 1", T0, flow=1.0))
    assert line == rf"unknown_device,device=gone\ 1 flow=1.0 {T0}".encode()


def test_a_reload_changes_the_tags_at_once() -> None:
    devices = {"leak-1": LEAK}
    made = Lines(devices.get)
    made.line(reading("leak-1"))
    devices["leak-1"] = Device("leak-1", "leak_sensor", "moon")
    line = made.line(reading("leak-1"))
    assert line is not None
    assert b"community=moon" in line


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (1.0, "1.0"),
        (3, "3.0"),
        (-0.25, "-0.25"),
        (1e300, "1e+300"),
        (float("nan"), None),
        (float("inf"), None),
        (float("-inf"), None),
        ("", '""'),
        ("漏水", '"漏水"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("two\nlines\r", '"two lines "'),
        ("a,b=c d", '"a,b=c d"'),
        ("x" * 5_000, '"' + "x" * 1_000 + '"'),
    ],
)
def test_a_value_is_written_with_its_type(value: float | str, written: str | None) -> None:
    assert field(value) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("plain", "plain"),
        ("two words", r"two\ words"),
        ("a,b=c", r"a\,b\=c"),
        ("三号楼 一单元", r"三号楼\ 一单元"),
        ("line\nbreak", r"line\ break"),
        ("ends\\", "ends/"),
        ("nul\x00", "nul"),
        ("\x00", "_"),
    ],
)
def test_a_name_is_escaped(name: str, written: str) -> None:
    assert key(name) == written


def test_a_measurement_keeps_its_equals_sign_and_is_never_a_comment() -> None:
    assert measurement("a=b, c") == r"a=b\,\ c"
    assert measurement("#hidden") == "_hidden"


def test_a_value_that_cannot_be_said_is_left_out_and_a_reading_of_such_only_is_no_line() -> None:
    made = lines(LEAK)
    assert made.line(reading("leak-1", T0, bad=float("nan"))) is None
    line = made.line(reading("leak-1", T0, bad=float("nan"), flow=1.0))
    assert line is not None
    assert line.split(b" ")[1] == b"flow=1.0"


# An escaped separator, or anything that is none: what stands between separators.
WORD = r"(?:\\[,= ]|[^,= \\\n])+"
TEXT = r'"(?:\\["\\]|[^"\\\n])*"'
LINE = re.compile(
    rf"(?:\\[, ]|[^, \\\n])+(?:,{WORD}={WORD})* {WORD}=(?:true|false|-?[0-9.e+-]+|{TEXT})"
    rf"(?:,{WORD}=(?:true|false|-?[0-9.e+-]+|{TEXT}))* \d+"
)
ANYTHING = st.text(min_size=1, max_size=30)


@given(
    device=st.builds(
        Device, ANYTHING, ANYTHING, ANYTHING, ANYTHING, tags=st.dictionaries(ANYTHING, ANYTHING, max_size=3)
    ),
    values=st.dictionaries(ANYTHING, st.floats() | st.booleans() | st.text(max_size=30), min_size=1, max_size=4),
)
def test_every_line_is_one_well_formed_line(device: Device, values: dict[str, float | bool | str]) -> None:
    line = lines(device, tags=tuple(device.tags)).line(Reading(device.id, T0, T0, values))
    assert line is None or LINE.fullmatch(line.decode()) is not None, line
