"""`explain` and `suggest` as people call them: on a store, on files; neither changes anything that is there."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.calling import District
from tests.replay.lived import Lived
from tests.replay.stories import texts
from tests.runtime.plant import T0

FEEDER = "sunrise-b1-el-main"


def content(folder: Path) -> dict[str, str]:
    """Every file below, by its digest."""
    # A reader of a store nobody has open makes an empty log beside it; nothing of the store is in it.
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    lived = Lived(tmp_path, texts())
    for minute, current in enumerate((100.0, 320.0, 330.0, 340.0), 1):
        lived.say("e-m1", f"{minute}m", current=current)
    lived.close()
    return lived.path


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "M-01 fires on e-m1: current 340 mA"), ("zh", "M-01 在 e-m1 上已触发：current 340 mA")],
)
def test_a_store_alone_is_enough_to_explain(district: District, store: Path, language: str, words: str) -> None:
    before = content(store.parent)
    result = district.call(
        "explain", "e-m1", "M-01", "--store", str(store), "--at", "2026-09-21T22:17:30", "--lang", language
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].startswith(words)
    assert content(store.parent) == before


def test_the_document_for_programs_is_the_whole_story(district: District, store: Path) -> None:
    result = district.call(
        "explain", "e-m1", "M-01", "--store", str(store), "--at", "2026-09-21T22:15:30", "--format", "json"
    )
    story = json.loads(result.stdout)
    assert (story["reason"], story["fires"]) == ("hold", False)
    assert story["inspection"]["points"][0]["value"] == 320.0
    assert story["sentence"]["zh"].endswith("。")
    assert story["at"] == T0 + 130_000


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--at", "2020-01-01"), 1, "The journal begins at"),
        (("--at", "soon"), 2, "--at"),
        (("--store", "nowhere.db"), 4, "there is no store at nowhere.db"),
    ],
)
def test_what_cannot_be_answered_says_why(
    district: District, store: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = district.call("explain", "e-m1", "M-01", "--store", str(store), "--lang", "en", *arguments)
    assert result.exit_code == code
    assert words in result.output


def test_suggest_reads_files_and_changes_none(district: District, tmp_path: Path) -> None:
    lines = ["device,at,residual_current"]
    lines += [f"{FEEDER},{T0 + minute * 60_000},{90 + minute % 20}" for minute in range(200)]
    readings = tmp_path / "readings.csv"
    readings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = content(district.folder)
    result = district.call("suggest", "EL-01", "--csv", str(readings), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "2 x the largest normal value: 0 alerts" in result.stdout
    assert "alarm: {default: 220 mA, min: 30 mA, max: 1000 mA}" in result.stdout
    said = json.loads(district.call("suggest", "EL-01", "--csv", str(readings), "--json").stdout)
    assert said["suggestions"][0]["normal"]["most"] == 109.0
    assert content(district.folder) == before
    assert district.call("suggest", "EL-99", "--csv", str(readings)).exit_code == 1
    assert district.call("suggest", "EL-01", "--csv", str(readings), "--store", "x.db").exit_code == 2


@pytest.mark.parametrize(
    ("device", "rule", "words"),
    [("e-m9", "M-01", "there is no device or group e-m9"), ("e-m1", "M-99", "there is no rule M-99")],
)
def test_what_does_not_exist_is_said_and_a_script_notices(
    district: District, store: Path, device: str, rule: str, words: str
) -> None:
    at = ("--store", str(store), "--at", "2026-09-21T22:17:30", "--lang", "en")
    result = district.call("explain", device, rule, *at)
    assert result.exit_code == 1
    assert words in result.stdout


def test_a_file_that_cannot_be_read_as_readings_is_not_passed_over_in_silence(
    district: District, tmp_path: Path
) -> None:
    file = tmp_path / "notes.lp"
    file.write_text("people:\n  li: {name: Li}\n", encoding="utf-8")
    result = district.call("suggest", "EL-01", "--influx", str(file), "--lang", "en")
    assert result.exit_code == 0
    assert "2 rows could not be used, such as:\n  notes.lp:1:" in result.stderr
    assert "There are no normal values to go by" in result.stdout
    assert "After pasting" not in result.stdout
