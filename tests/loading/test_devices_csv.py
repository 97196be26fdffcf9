import time

import pytest

from processor.loading.load import load
from processor.model.device import Device
from tests.loading.sound import SOUND

NAME = "config/devices.more.csv"


def devices(text: str) -> dict[str, Device]:
    loaded = load({**SOUND, NAME: text})
    assert [problem.render() for problem in loaded.problems] == []
    assert loaded.district is not None
    return loaded.district.devices


def messages(text: str) -> list[str]:
    return [problem.render().removeprefix(NAME) for problem in load({**SOUND, NAME: text}).problems]


def test_a_row_says_the_same_as_an_entry() -> None:
    found = devices(
        "name_zh,id,profile,place,floor,critical,mains,tag.role,link.valve,link.flow_meter\n"
        '"五层,东",x1,leak,sunrise/b1/r1, 5 ,,true,wet,valve-1,\n'
    )["x1"]
    assert (found.community, found.building, found.riser) == ("sunrise", "sunrise/b1", "sunrise/b1/r1")
    assert (found.floor, found.critical, found.mains, found.wire) == ("5", None, True, "x1")
    assert (found.tags, found.links) == ({"role": "wet"}, {"valve": "valve-1"})
    assert (found.name.zh, found.name.en) == ("五层,东", "x1")


@pytest.mark.parametrize(
    "text", ["\ufeffid,profile,place\r\nx1,leak,sunrise\r\n\r\n", "id , profile,place\nx1,leak,sunrise"]
)
def test_spreadsheets_marks_line_ends_and_blank_lines_do_not_matter(text: str) -> None:
    assert "x1" in devices(text)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('"x1,leak,sunrise\n', ":2:1: this is not CSV: unexpected end of data"),
        ('x1,"leak"x,sunrise\n', ":2:1: this is not CSV: ',' expected after '\"'"),
        ("x1,leak,sunrise,\n", ':2:1: device "x1": this line has 4 cells, the first line has 3'),
        ("x1,leak,sunrise/b1/r1/u1\n", ':2:9: device "x1": there is no riser "sunrise/b1/r1/u1"'),
        ("x1,leak,sunrise\nx1,leak,sunrise\n", f':3:1: the id "x1" is already used at {NAME}:2:1'),
    ],
)
def test_a_bad_row_is_named_with_its_line(rows: str, message: str) -> None:
    assert messages("id,profile,place\n" + rows) == [message]


def test_a_hundred_thousand_rows_load_in_a_few_seconds() -> None:
    rows = [f"d{n},leak,sunrise/b1/r1,{n % 30},false,true,flat,valve-1\n" for n in range(100_000)]
    begun = time.process_time()
    loaded = load({**SOUND, NAME: "id,profile,place,floor,critical,mains,tag.kind,link.valve\n" + "".join(rows)})
    assert time.process_time() - begun < 10  # some two seconds; a slow way through YAML takes a minute
    assert loaded.problems == ()
    assert loaded.district is not None
    assert len(loaded.district.devices) == 100_005


def test_a_hundred_thousand_bad_rows_do_not_bury_the_reader() -> None:
    rows = "".join(f"d{n},lek,sunrise\n" for n in range(100_000))
    begun = time.process_time()
    found = messages("id,profile,place\n" + rows)
    assert time.process_time() - begun < 10
    assert len(found) == 1_000
    assert found[0] == ": 1000 problems and more; mend these first"
