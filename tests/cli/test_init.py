"""`wardwatch init` writes what works, and never over what is there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from processor.cli.main import app


def test_what_it_writes_can_be_used_at_once(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["init", str(tmp_path / "new"), "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "wardwatch run" in result.stdout
    assert CliRunner().invoke(app, ["check", str(tmp_path / "new" / "config"), "--strict"]).exit_code == 0


def test_where_one_is_already_one_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "  cd " not in CliRunner().invoke(app, ["init", ".", "--lang", "en"]).stdout
    assert "  cd other\n" in CliRunner().invoke(app, ["init", "other", "--lang", "en"]).stdout


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    mine = tmp_path / "config" / "places.yaml"
    mine.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert result.exit_code == 1
    assert "config/places.yaml" in result.stderr
    assert mine.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["config", "places.yaml"]


def test_a_folder_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "file" / "inside"), "--lang", "en"])
    assert result.exit_code == 1
    assert "Cannot write to" in result.stderr
