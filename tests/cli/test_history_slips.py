"""Who asks for a time of which there is nothing, or too little, is told so: noughts are no good news."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processor.cli.backtest_notes import notes
from processor.model.time import DAY, MINUTE
from processor.ports.history import Extent
from processor.replay.backtest_result import Source
from tests.cli.calling import District

T0 = 1_790_000_000_000
FEEDER = "sunrise-b1-el-main"
KEPT = Extent(T0, T0 + DAY, 100)


def source(since: int, until: int, readings: int = 5) -> Source:
    return Source(("store",), since, until, 0, readings, 0, 0)


@pytest.mark.parametrize(
    ("asked", "until", "extent", "readings", "words"),
    [
        (T0, T0 + DAY, KEPT, 5, ""),
        (None, T0 + DAY, KEPT, 5, ""),
        (T0 - 1, T0 + DAY, KEPT, 5, "begins at 2026-09-21 22:13:20"),
        (T0 - 2 * DAY, T0 - DAY, KEPT, 0, "nothing was said in that time"),
        (T0 - 2 * DAY, T0, KEPT, 0, "nothing was said in that time"),  # --to is left out
        (T0 + DAY, T0 + 2 * DAY, KEPT, 0, ""),  # its last instant counts
        (T0 + DAY + 1, T0 + 2 * DAY, KEPT, 5, "nothing was said in that time"),  # the readings are those of the warm-up
        (None, 1, Extent(None, None, 10), 0, "no readings at all"),
        (None, 1, Extent(None, None, 10), 1, ""),
    ],
)
def test_a_time_that_is_not_known_is_said(
    asked: int | None, until: int, extent: Extent, readings: int, words: str
) -> None:
    given = source(T0 if asked is None else asked, until, readings)
    found = list(notes(given, extent, asked, ZoneInfo("Asia/Shanghai")))
    assert [words in each.en for each in found] == ([True] if words else [])
    assert all(each.zh for each in found)


def csv(folder: Path, *rows: str) -> str:
    path = folder / "readings.csv"
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return str(path)


def test_files_without_a_reading_are_said_and_are_of_no_time(district: District, tmp_path: Path) -> None:
    readings = csv(tmp_path, "time,device,residual_current")
    result = district.call("backtest", "--csv", readings, "--lang", "zh")
    assert result.exit_code == 0
    assert "没有可用的读数" in result.stderr
    assert "1970" not in result.stdout


@pytest.mark.parametrize("verb", [("backtest",), ("suggest", "EL-01")])
@pytest.mark.parametrize("span", [("--from", "1 min", "--to", "2 min"), ("--from", "2999-01-01")])
def test_a_time_that_ends_before_it_begins_is_a_slip(
    district: District, tmp_path: Path, verb: tuple[str, ...], span: tuple[str, ...]
) -> None:
    readings = csv(tmp_path, "time,device,residual_current")
    result = district.call(*verb, *span, "--csv", readings)
    assert result.exit_code == 2
    assert "--from" in result.stderr


def test_a_file_that_is_no_table_of_readings_is_said_in_both_languages(district: District, tmp_path: Path) -> None:
    result = district.call("backtest", "--csv", csv(tmp_path, "foo,bar"))
    assert result.exit_code == 4
    assert "readings.csv:1: no column time, device" in result.stderr
    assert "缺少列 time, device" in result.stderr


@pytest.mark.parametrize(("days", "is_said"), [(13, True), (15, False)])
def test_suggest_says_when_there_is_too_little_to_go_by(
    district: District, tmp_path: Path, days: int, *, is_said: bool
) -> None:
    rows = [f"{T0 + minute * MINUTE},{FEEDER},{90 + minute % 20}" for minute in range(0, days * 1440, 30)]
    readings = csv(tmp_path, "time,device,residual_current", *rows)
    told = {lang: district.call("suggest", "EL-01", "--csv", readings, "--lang", lang).stdout for lang in ("zh", "en")}
    assert ("不到 14 天" in told["zh"]) is is_said
    assert ("less than 14 days" in told["en"]) is is_said
    assert "alert on 0" not in told["en"]
    assert "0 alerts on 0 devices or places" in told["en"]
