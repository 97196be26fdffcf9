"""What is wrong in a file is said with its line, counted, and passed over; with --strict it ends the run."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from processor.cli.wire_history import FileHistory, open_files
from processor.model.reading import Reading
from processor.ports.history import HistoryUnusable
from tests.replay.recording import T0
from tests.runtime.town import sources, town

PEOPLE = "people: {li: {name: Li, roles: [grid_worker], covers: ['*']}}\n"
DISTRICT = town({**sources(), "config/people.yaml": PEOPLE})
HEAD = "time,device,current,wet,position\n"


def csv(folder: Path, text: str | bytes, **how: bool) -> FileHistory:
    path = folder / "said.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_files(DISTRICT, csv=[path], **how)  # type: ignore[arg-type]  # strict and sort


def lines(folder: Path, text: str) -> FileHistory:
    path = folder / "said.lp"
    path.write_text(text, "utf-8")
    return open_files(DISTRICT, influx=[path])


def heard(history: FileHistory) -> list[Reading]:
    return [
        given for stretch in history.stretches(None, None) for given in stretch.inputs if isinstance(given, Reading)
    ]


def places(history: FileHistory) -> list[str]:
    return [row.place for row in history.bad_rows[1]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("soon,e-m1,100,,", "soon is no time"),
        ("99999999999999999999999,e-m1,100,,", "is no time"),
        ("-5,e-m1,100,,", "is no time"),
        ("4102444800001,e-m1,100,,", "is no time"),  # 2100: a slip of some digits
        ("²²²²²²²²²²²²²,e-m1,100,,", "is no time"),  # digits, but no number
        ("²,e-m1,100,,", "is no time"),
        (f"{'9' * 5_000},e-m1,100,,", "is no time"),
        (f"{T0},e-m1,many,,", "current: many is not a number"),
        (f"{T0},e-m1,nan,,", "current: nan is outside of 0 .. 2000 mA"),
        (f"{T0},e-m1,inf,,", "current: inf is outside of 0 .. 2000 mA"),
        (f"{T0},e-m1,2000.5,,", "current: 2000.5 is outside of 0 .. 2000 mA"),
        (f"{T0},e-l1,,perhaps,", "wet: perhaps is not true or false"),
        (f"{T0},e-v1,,,ajar", "position: ajar is not one of closed, open"),
        (f"{T0},,100,,", "the device is missing"),
        (f"{T0}", "there are too few columns"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_others_are_taken(tmp_path: Path, row: str, words: str) -> None:
    history = csv(tmp_path, f"{HEAD}{T0},e-m1,100,,\n{row}\n{T0 + 1},e-m1,101,,\n")
    assert [reading.values for reading in heard(history)] == [{"current": 100.0}, {"current": 101.0}]
    count, (bad,) = history.bad_rows
    assert count == 1
    assert bad.place == "said.csv:3"
    assert words in bad.why.en
    assert bad.why.zh


def test_one_bad_value_costs_only_that_value(tmp_path: Path) -> None:
    history = csv(tmp_path, f"time,device,current,position\n{T0},e-m1,nan,\n{T0},e-v1,,open\n")
    assert [reading.values for reading in heard(history)] == [{"position": "open"}]


def test_strict_ends_at_the_first_bad_row_with_its_place_and_the_cure(tmp_path: Path) -> None:
    history = csv(tmp_path, f"{HEAD}{T0},e-m1,nan,,\n", strict=True)
    with pytest.raises(HistoryUnusable, match=r"said\.csv:2: current: nan .*leave out --strict"):
        heard(history)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("when,device,current", "no column time"),
        ("time,sensor,current", "no column device"),
        ("time,device,currnt", "no column is a point"),
        ("time,device,current [kPa]", "the unit kPa of column current cannot be converted into mA"),
        ("", ""),
    ],
)
def test_a_heading_that_cannot_be_used_says_so(tmp_path: Path, head: str, words: str) -> None:
    history = csv(tmp_path, f"{head}\n{T0},e-m1,100\n" if head else "")
    if not head:
        assert heard(history) == []
        return
    with pytest.raises(HistoryUnusable, match=words):
        heard(history)


@pytest.mark.parametrize(
    ("head", "cell", "value"),
    [
        ("current", "100", 100.0),
        ("current [A]", "0.1", 100.0),
        ("current (uA)", "100000", 100.0),
        ("current[mA]", "1", 1.0),
    ],
)
def test_a_column_may_name_its_unit(tmp_path: Path, head: str, cell: str, value: float) -> None:
    assert heard(csv(tmp_path, f"time,device,{head}\n{T0},e-m1,{cell}\n"))[0].values == {
        "current": pytest.approx(value)
    }


def test_a_long_row_may_name_its_unit(tmp_path: Path) -> None:
    text = f"time,device,point,value,unit\n{T0},e-m1,current,0.1,A\n{T0},e-m1,current,5,kPa\n{T0},e-m1,flow,5,\n"
    history = csv(tmp_path, text)
    assert [reading.values for reading in heard(history)] == [{"current": pytest.approx(100.0)}]
    assert places(history) == ["said.csv:3", "said.csv:4"]


@pytest.mark.parametrize(
    "time",
    [
        str(T0),
        str(T0 // 1000),
        f"{T0}000",
        f"{T0}000000",
        "2026-09-21T14:13:20Z",
        "2026-09-21T22:13:20+08:00",
        "2026-09-21 22:13:20",  # the district's clocks
        "2026-09-21T22:13:20.000",
        f"{T0 // 1000}.0",
    ],
)
def test_times_are_understood_however_they_are_written(tmp_path: Path, time: str) -> None:
    (reading,) = heard(csv(tmp_path, f"time,device,current\n{time},e-m1,100\n"))
    assert reading.at == T0


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe\x00\x01,\x80\x81,1,2,3\n",
        b"\x00\x00\x00\n",
        b'"unclosed,e-m1,100,,\n',
        b"," * 5_000 + b"\n",
        b"x" * 2_500_000 + b"\n",
        "时间,设备,一,二,三\n".encode(),
    ],
)
def test_garbage_is_counted_and_survived(tmp_path: Path, garbage: bytes) -> None:
    good = f"{T0},e-m1,100,,\n".encode()
    history = csv(tmp_path, HEAD.encode() + good + garbage)
    assert len(heard(history)) == 1
    assert history.bad_rows[0] >= 1


def test_the_same_row_twice_counts_once_for_the_core_and_another_value_at_the_same_time_does_not(
    tmp_path: Path,
) -> None:
    rows: Sequence[str] = ("100", "100", "101")
    said = heard(csv(tmp_path, "time,device,current\n" + "".join(f"{T0},e-m1,{row}\n" for row in rows)))
    first, again, other = [(reading.at, reading.fingerprint) for reading in said]
    assert first == again != other


@pytest.mark.parametrize(
    "line",
    [
        "meter,device=e-m1",
        f"meter,device=e-m1 current=nan {T0}",
        f"meter,device=e-m1 current=5000 {T0}",
        f"meter,device=e-m1 flow=5 {T0}",
        f"meter current=5 {T0}",
        f'meter,device=e-m1 current="x y" {T0}',
        "meter,device=e-m1 current=5 yesterday",
        "\x00\x01",
    ],
)
def test_a_line_that_cannot_be_used_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    history = lines(tmp_path, f"# a comment\nmeter,device=e-m1 current=100 {T0}\n{line}\n")
    assert [reading.values for reading in heard(history)] == [{"current": 100.0}]
    assert places(history) == ["said.lp:3"]


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ("current=100", {"current": 100.0}),
        ("current=100i", {"current": 100.0}),
        ("current=1e2", {"current": 100.0}),
    ],
)
def test_fields_of_a_line_are_read_as_influx_writes_them(tmp_path: Path, fields: str, values: dict[str, float]) -> None:
    text = f"my\\ meter,device=e-m1,place=a\\,b\\ c {fields} {T0}000000\n"
    assert [(each.at, each.values) for each in heard(lines(tmp_path, text))] == [(T0, values)]


def test_what_is_no_parquet_says_so(tmp_path: Path) -> None:
    path = tmp_path / "said.parquet"
    path.write_bytes(b"PAR1 not really")
    history = open_files(DISTRICT, parquet=[path])
    with pytest.raises(HistoryUnusable, match=r"said\.parquet"):
        heard(history)
    with pytest.raises(HistoryUnusable, match=r"said\.parquet"):
        history.extent()


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnusable, match="there is no such file"):
        open_files(DISTRICT, csv=[tmp_path / "none.csv"])


def test_without_duckdb_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys  # noqa: PLC0415 - only this test hides a module

    monkeypatch.setitem(sys.modules, "duckdb", None)
    path = tmp_path / "said.parquet"
    path.touch()
    with pytest.raises(HistoryUnusable, match=r"wardwatch\[workbench\]"):
        open_files(DISTRICT, parquet=[path])
