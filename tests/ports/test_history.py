"""Every source of a backtest keeps the same promises: `processor.ports.history.History`."""

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.adapters.influx.lines import Lines
from processor.adapters.sqlite.store import SqliteStore
from processor.cli.wire_history import open_files, open_store_history
from processor.model.reading import Reading, Value
from processor.ports.history import History
from processor.ports.journal import Batch, Block, Counts
from processor.replay.backtest import Asked, Backtest
from processor.replay.backtest_result import Account
from tests.fakes.history import MemoryHistory
from tests.replay.recording import T0
from tests.runtime.town import HIGH, LEAK, SILENT, sources, town

PEOPLE = "people: {li: {name: Li, roles: [grid_worker], covers: ['*']}}\n"
DISTRICT = town({**sources(rules=HIGH + LEAK + SILENT), "config/people.yaml": PEOPLE})
POINTS = ("current", "wet", "position")

Make = Callable[[Path, Sequence[Reading]], History]


def by_instant(readings: Sequence[Reading]) -> list[tuple[int, list[Reading]]]:
    return [(at, list(group)) for at, group in groupby(readings, key=lambda reading: reading.arrived)]


def in_memory(_folder: Path, readings: Sequence[Reading]) -> History:
    return MemoryHistory(by_instant(readings))


def in_a_store(folder: Path, readings: Sequence[Reading]) -> History:
    path = folder / "store.db"
    with SqliteStore(path) as store:
        for at, group in by_instant(readings):
            store.journal.commit(Batch(Block(at, "x", group), (), (), Counts()))
    return open_store_history(path)


def said(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def wide(path: Path, readings: Sequence[Reading], heads: Sequence[str] = ("time", "device", *POINTS)) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for each in readings:
            cells = [said(each.values[point]) if point in each.values else "" for point in POINTS]
            writer.writerow([each.at, each.device, *cells])
    return path


def long(path: Path, readings: Sequence[Reading]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["device", "point", "value", "time"])
        for each in readings:
            for point, value in each.values.items():
                writer.writerow([each.device, point, said(value), each.at])
    return path


def annotated(path: Path, readings: Sequence[Reading]) -> Path:
    """As `influx query --raw` writes: a table for each series, each with its own heading."""
    lines = []
    for point in POINTS:
        having = [each for each in readings if point in each.values]
        lines += [
            "#datatype,string,long,dateTime:RFC3339,string,string,string",
            "#group,false,false,false,false,true,true",
        ]
        lines += ["#default,_result,,,,,", ",result,table,_time,_value,_field,device"]
        for each in having:
            time = datetime.fromtimestamp(each.at / 1000, UTC).isoformat()
            lines.append(f",,0,{time},{said(each.values[point])},{point},{each.device}")
        lines.append("")
    path.write_text("\r\n".join(lines), "utf-8")
    return path


def wide_csv(folder: Path, readings: Sequence[Reading]) -> History:
    return open_files(DISTRICT, csv=[wide(folder / "wide.csv", readings)])


def two_csv_files(folder: Path, readings: Sequence[Reading]) -> History:
    half = len(readings) // 2
    paths = [wide(folder / "a.csv", readings[:half]), wide(folder / "b.csv", readings[half:])]
    return open_files(DISTRICT, csv=paths)


def csv_a_device(folder: Path, readings: Sequence[Reading]) -> History:
    devices = list(dict.fromkeys(each.device for each in readings)) or ["e-m1"]
    groups = [[each for each in readings if each.device == device] for device in devices]
    return open_files(DISTRICT, csv=[wide(folder / f"{n}.csv", group) for n, group in enumerate(groups)])


def long_csv(folder: Path, readings: Sequence[Reading]) -> History:
    return open_files(DISTRICT, csv=[long(folder / "long.csv", readings)])


def csv_backwards(folder: Path, readings: Sequence[Reading]) -> History:
    backwards = sorted(readings, key=lambda each: -each.at)
    return open_files(DISTRICT, csv=[wide(folder / "wide.csv", backwards)])


def influx_csv(folder: Path, readings: Sequence[Reading]) -> History:
    return open_files(DISTRICT, influx=[annotated(folder / "export.csv", readings)])


def influx_lines(folder: Path, readings: Sequence[Reading]) -> History:
    lines = Lines(DISTRICT.devices.get)
    path = folder / "export.lp"
    path.write_bytes(b"\n".join(line for each in readings if (line := lines.line(each)) is not None))
    return open_files(DISTRICT, influx=[path])


def parquet(folder: Path, readings: Sequence[Reading]) -> History:
    source, path = wide(folder / "source.csv", readings), folder / "wide.parquet"
    columns = "{'time': 'BIGINT', 'device': 'VARCHAR', 'current': 'DOUBLE', 'wet': 'BOOLEAN', 'position': 'VARCHAR'}"
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE said AS FROM read_csv('{source}', columns = {columns}, header = true);"
            f"COPY said TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)"
        )
    return open_files(DISTRICT, parquet=[path])


# Which keep the order of different devices at one instant, as all but the files of one device or one point do.
MAKERS: dict[str, Make] = {
    "memory": in_memory,
    "journal": in_a_store,
    "csv": wide_csv,
    "csv, backwards": csv_backwards,
    "csv, two files": two_csv_files,
    "csv, a file a device": csv_a_device,
    "csv, long": long_csv,
    "influx, annotated csv": influx_csv,
    "influx, line protocol": influx_lines,
    "parquet": parquet,
}


@pytest.fixture(params=MAKERS, name="make")
def maker(request: pytest.FixtureRequest) -> Make:
    return MAKERS[request.param]


def reading(device: str, at: int, **values: Value) -> Reading:
    return Reading(device, at, at, dict(values))


SAID = [
    reading("e-m1", T0, current=100.0),
    reading("e-l1", T0, wet=False),
    reading("e-v1", T0 + 1, position="open"),
    reading("e-m1", T0 + 60_000, current=412.5),
    reading("w-m1", T0 + 60_000, current=0.1),
    reading("e-l1", T0 + 90_000, wet=True),
]


def heard(
    history: History, since: int | None = None, until: int | None = None
) -> list[tuple[str, int, dict[str, Value]]]:
    """What the source gives, in its order within an instant made alike."""
    found = []
    last = 0
    for stretch in history.stretches(since, until):
        for each in stretch.inputs:
            assert isinstance(each, Reading)
            now = each.arrived if stretch.now is None else stretch.now
            assert now >= last, "time never falls"
            last = now
            found.append((each.device, each.at, each.values))
    return sorted(found, key=lambda each: (each[1], each[0]))


def wanted(readings: Sequence[Reading]) -> list[tuple[str, int, dict[str, Value]]]:
    return sorted(((each.device, each.at, each.values) for each in readings), key=lambda each: (each[1], each[0]))


def test_everything_comes_in_the_order_of_time(make: Make, tmp_path: Path) -> None:
    history = make(tmp_path, SAID)
    assert heard(history) == wanted(SAID)
    assert history.bad_rows[0] == 0
    history.close()


def test_it_can_be_read_again(make: Make, tmp_path: Path) -> None:
    history = make(tmp_path, SAID)
    assert heard(history) == heard(history)
    history.close()


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ((T0, None), slice(0, 6)),
        ((T0 + 1, None), slice(2, 6)),  # the beginning is part of it
        ((None, T0 + 60_000), slice(0, 3)),  # the end is not
        ((T0 + 60_000, T0 + 90_000), slice(3, 5)),
        ((T0 + 90_001, None), slice(6, 6)),
    ],
)
def test_only_what_was_asked_for_comes(
    make: Make, tmp_path: Path, asked: tuple[int | None, int | None], kept: slice
) -> None:
    history = make(tmp_path, SAID)
    assert heard(history, *asked) == wanted(SAID[kept])
    history.close()


def test_progress_ends_at_the_total(make: Make, tmp_path: Path) -> None:
    history = make(tmp_path, SAID)
    done = [stretch.done for stretch in history.stretches(None, None)]
    assert done == sorted(done)
    assert done[-1] == history.extent().total
    history.close()


def account(history: History) -> Account:
    found = Backtest(history, [("same", DISTRICT)], Asked()).run().account
    return msgspec.structs.replace(found, name="")


STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 1000, 30_000, 60_000, 400_000]),
        st.one_of(
            st.tuples(st.sampled_from(["e-m1", "w-m1", "w-m2"]), st.just("current"), st.floats(0, 900)),
            st.tuples(st.just("e-l1"), st.just("wet"), st.booleans()),
            st.tuples(st.just("e-v1"), st.just("position"), st.sampled_from(["open", "closed"])),
        ),
    ),
    max_size=40,
    min_size=1,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(STEPS)
def test_the_same_readings_from_every_source_come_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, tuple[str, str, Value]]]
) -> None:
    at, readings = T0, []
    for gap, (device, point, value) in steps:
        at += gap
        readings.append(reading(device, at, **{point: value}))
    accounts = {}
    for name, make in MAKERS.items():
        history = make(tmp_path_factory.mktemp("history"), readings)
        accounts[name] = account(history)
        history.close()
    assert all(found == accounts["memory"] for found in accounts.values()), accounts
