"""Rows read a column at a time are what they are row by row: the same readings, faults, lines and order."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.adapters.history import alike, faults, text_blocks
from processor.adapters.history.alike import AlikeRows, numbers
from processor.adapters.history.csv_file import CsvFile
from processor.adapters.history.faults import Faults
from processor.adapters.history.instants import instant_reader, instants, read_instant
from processor.adapters.history.layout import Catalogue, columns
from processor.adapters.history.parquet_file import ParquetFile
from processor.adapters.history.rows import Rows
from processor.adapters.history.text_blocks import TextBlocks
from processor.adapters.history.values import NotAValue
from processor.model.profile import Point, PointKind, Profile
from processor.model.reading import Reading
from processor.ports.history import HistoryUnusable
from tests.replay.recording import T0

ZONE = ZoneInfo("Asia/Shanghai")


def number(name: str, low: float | None = None, high: float | None = None) -> Point:
    return Point(name, PointKind.NUMBER, low=low, high=high)


def profile(name: str, *points: Point) -> Profile:
    return Profile(name, (), {point.name: point for point in points})


METER = profile("meter", number("flow", 0, 100), number("level"))
SENSOR = profile("sensor", number("level", -5, 5))
LEAK = profile("leak", number("flow"), Point("wet", PointKind.BOOLEAN))
STRANGE = profile("strange", number("elsewhere"))
CATALOGUE = Catalogue(
    {"m1": "meter", "m2": "meter", "s1": "sensor", "l1": "leak", "x1": "strange"},
    {each.name: each for each in (METER, SENSOR, LEAK, STRANGE)},
    ZONE,
)
HEAD = ("time", "device", "flow", "level", "wet")

Cells = Sequence[Any]
Told = tuple[list[str], int, list[tuple[str, str]], str]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, so that blocks and pieces end everywhere; and every fault is kept."""
    for module, name, size in (
        (alike, "MOST", 8),
        (alike, "LEAST", 2),
        (text_blocks, "_BLOCK", 150),
        (text_blocks, "_MOST", 400),
        (faults, "EXAMPLES", 10_000),
    ):
        monkeypatch.setattr(module, name, size)


plain_numbers = st.floats(0, 5).map(repr)
odd_numbers = st.sampled_from(
    [
        "",
        "nan",
        "inf",
        "-0",
        "-0.0",
        " 1 ",
        "+2",
        "1_0",
        "101",
        "-6",
        "x",
        "1e400",
        ".5",
        "٣",
        "²",
        "true",
        "1e0",
        "-nan",
    ]
)
plain_times = st.integers(T0, T0 + 50).map(str)
odd_times = st.sampled_from(
    [
        f"{T0}.0",
        f"0{T0}",
        "1e12",
        str(10**30),
        "",
        "soon",
        "5",
        f" {T0}",
        f"{T0}000",
        "²" * 13,
        "2026-09-21T14:13:20Z",
        "2026-09-21 22:13:20.5",
        "20260921",
        "-1",
    ]
)
devices = st.sampled_from(["m1", "m1", "m2", "s1", "l1", "x1", "nobody", ""])
endings = st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\n\n", "\r"])


def mostly(plain: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 11).flatmap(lambda chance: odd if not chance else plain)


@st.composite
def texts(draw: st.DrawFn) -> str:
    cell = mostly(plain_numbers, odd_numbers)
    time = mostly(plain_times, odd_times)
    quiet = draw(st.booleans())
    rows = draw(
        st.lists(
            st.tuples(time, st.just("m1") if quiet else devices, cell, cell, st.sampled_from(["", "true", "ajar"]))
        )
    )
    text = ",".join(HEAD) + "\n"
    for row in rows:
        cells = list(row)
        spoilt = draw(st.integers(0, 60))
        if spoilt == 0:
            cells = cells[: draw(st.integers(0, 4))]
        elif spoilt == 1:
            cells.append("more")
        elif spoilt == 2:
            cells[draw(st.integers(0, 4))] = draw(st.sampled_from(['"1,2"', '"1"', '"', '"a\nb"', "\0", "z" * 500]))
        text += ",".join(cells) + (draw(endings) if not quiet else "\n")
    return text if draw(st.booleans()) else text.rstrip("\n")


def told(file: CsvFile | ParquetFile, *, strict: bool = False) -> Told:
    """What the file says, exactly (-0.0 is not 0.0), what is wrong with it, and how it ended."""
    found = Faults(strict=strict)
    readings: list[Reading] = []
    ended = ""
    try:
        for chunk, _ in file.chunks(found):
            readings += chunk
    except HistoryUnusable as error:
        ended = str(error)
    return (
        [] if ended else list(map(repr, readings)),
        found.count,
        [(row.place, row.why.en) for row in found.examples],
        ended,
    )


@given(texts(), st.booleans())
def test_a_csv_file_says_the_same_in_blocks_and_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, text: str, strict: bool
) -> None:
    path = tmp_path_factory.mktemp("csv") / "said.csv"
    path.write_text(text, "utf-8", newline="")
    in_blocks = told(CsvFile(path, CATALOGUE), strict=strict)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextBlocks, "plain", lambda _self: "")
        assert in_blocks == told(CsvFile(path, CATALOGUE), strict=strict)


any_device = st.one_of(devices, st.none(), st.integers(0, 3), st.lists(st.integers(), max_size=1))
any_number = mostly(
    st.floats(-10, 110), st.one_of(st.none(), st.floats(), st.integers(-5, 5), odd_numbers, st.booleans())
)
moments = st.datetimes(datetime(2026, 9, 21), datetime(2026, 9, 22))  # noqa: DTZ001 - without a zone is what is meant
any_time = mostly(
    st.integers(T0, T0 + 50), st.one_of(st.none(), st.floats(), moments, moments.map(lambda at: at.replace(tzinfo=UTC)))
)
tables = st.one_of(
    st.lists(st.tuples(any_time, mostly(devices, any_device), any_number, any_number, st.none()), min_size=1),
    st.lists(st.tuples(moments, devices, st.floats(0, 5), st.floats(0, 5), st.just(1)), min_size=1),
)


@given(st.lists(tables, min_size=1, max_size=4))
def test_tables_of_any_cells_say_the_same_by_columns_and_by_rows(given_tables: list[list[Cells]]) -> None:
    def said(*, by_columns: bool) -> tuple[list[str], list[tuple[str, str]]]:
        found, line = Faults(), 0
        head = columns(HEAD, CATALOGUE, "said")
        rows = Rows(head, CATALOGUE, found, "said", lambda: line)
        whole = AlikeRows(head, CATALOGUE, rows)
        readings: list[Reading | None] = []
        for table in given_tables:

            def one(place: int, table: list[Cells] = table) -> Reading | None:
                nonlocal line
                line = place
                return rows.reading(table[place])

            readings += (
                whole.readings(list(zip(*table, strict=True)), one) if by_columns else map(one, range(len(table)))
            )
        return [repr(each) for each in readings if each], [(row.place, row.why.en) for row in found.examples]

    assert said(by_columns=True) == said(by_columns=False)


@given(st.lists(mostly(plain_numbers, st.one_of(odd_numbers, st.floats().map(repr))), min_size=1))
def test_numbers_are_those_of_float(column: list[str]) -> None:
    def outcome(read: Callable[..., object]) -> str:
        try:
            return repr(read(column))
        except ValueError:
            return "no number"

    assert outcome(numbers) == outcome(lambda cells: list(map(float, cells)))


autumn = st.datetimes(datetime(2026, 10, 31, 20), datetime(2026, 11, 1, 12))  # noqa: DTZ001 - as above
spring = st.datetimes(datetime(2026, 3, 7, 20), datetime(2026, 3, 8, 12))  # noqa: DTZ001 - as above
aware = moments.map(lambda at: at.replace(tzinfo=UTC))
time_columns = st.one_of(
    st.lists(st.one_of(any_time, plain_times, odd_times), min_size=1),
    *(st.lists(times, min_size=1) for times in (moments, autumn, spring, aware)),
    *(st.lists(times.map(datetime.isoformat), min_size=1) for times in (moments, autumn, spring, aware)),
)


@given(time_columns, st.integers(1, 3), st.sampled_from([ZONE, ZoneInfo("America/New_York")]))
def test_instants_are_those_of_each_alone(column: list[Any], times: int, zone: ZoneInfo) -> None:
    def outcome(read: Callable[..., object]) -> object:
        try:
            return read()
        except (ValueError, TypeError):
            return "no instant"

    column *= times
    assert outcome(lambda: instants(column, zone)) == outcome(lambda: [read_instant(raw, zone) for raw in column])


def test_no_time_at_all_is_no_instant_even_in_the_first_row() -> None:
    with pytest.raises(NotAValue, match="None is no time"):
        instant_reader(ZONE)(None)


def test_only_what_is_not_plain_is_read_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    careful = Rows._careful

    def watched(rows: Rows, row: Sequence[Any]) -> Reading | None:
        read.append(row[2])
        return careful(rows, row)

    lines = [f"{T0 + count},{'m1' if count % 3 else 's1'},{count % 7}.5,1.5,\n" for count in range(200)]
    lines[150] = f"{T0 + 150},m1,bad,1.5,\n"
    path = tmp_path / "said.csv"
    path.write_text(",".join(HEAD) + "\n" + "".join(lines), "utf-8")
    monkeypatch.setattr(Rows, "_careful", watched)
    monkeypatch.setattr(Rows, "_make_wide", lambda rows: rows._careful)
    readings, count, [(place, _)], _ = told(CsvFile(path, CATALOGUE))
    assert (len(readings), count, place) == (200, 1, "said.csv:152")
    assert "bad" in read
    assert len(read) < 20


def test_a_parquet_file_says_the_same_by_columns_and_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "said.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE said AS SELECT TIMESTAMP '2026-09-21 14:13:20' + INTERVAL (i) SECOND AS time, "
            "CASE WHEN i % 5 = 0 THEN 's1' WHEN i = 77 THEN 'nobody' ELSE 'm1' END AS device, "
            "CASE WHEN i = 61 THEN 'nan'::DOUBLE WHEN i = 91 THEN 200 ELSE i / 10 END AS flow, "
            "CASE WHEN i % 40 = 1 THEN NULL ELSE (i % 5)::DECIMAL(4, 1) END AS level "
            "FROM range(100) AS numbers(i)"
        )
        connection.execute(f"COPY said TO '{path}' (FORMAT parquet)")
    by_columns = told(ParquetFile(path, CATALOGUE))
    monkeypatch.setattr(Rows, "plan_of", lambda _rows, _profile: None)
    assert by_columns == told(ParquetFile(path, CATALOGUE))
    readings, _, examples, _ = by_columns
    assert len(readings) == 100
    assert [place for place, _ in examples] == ["said.parquet:62", "said.parquet:92"]
