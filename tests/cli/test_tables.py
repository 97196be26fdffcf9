"""What people see: columns that line up under Chinese, nothing that steers a terminal, the district's own clocks."""

from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from processor.cli.tables import harmless, moment, show_table

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_704_081_600_000  # 2024-01-01 12:00 in Shanghai


def test_columns_line_up_under_chinese_characters(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["规则", "id", "说明"], [["漏水 Leak", "a", "x"], ["LK", "漏", "y"]])
    heading, _, first, second = capsys.readouterr().out.splitlines()
    ends = [cell_len(line[: line.index(mark)]) for line, mark in ((heading, "说"), (first, "x"), (second, "y"))]
    assert len(set(ends)) == 1


def test_a_row_is_one_line_where_nobody_looks_at_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["a", "b"], [["name " * 30, "evidence " * 60]])
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_on_a_narrow_terminal_names_stay_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    name = "LK-01/lakeside-b1-leak-pump/1795455269647"
    show_table(["告警", "级别", "状态", "工单", "依据"], [[name, "L1", "firing", "", "有水 " * 20]])
    out = capsys.readouterr().out
    assert name in out
    assert "    依据: 有水" in out
    assert "工单" not in out  # it has none


def test_an_empty_table_is_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["a", "b"], [])
    assert capsys.readouterr().out.split()[:2] == ["a", "b"]


def test_what_a_device_wrote_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["a", "b"], [["\x1b[2Jgone", "[red]not markup[/red]\r\n"]])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[red]not markup[/red]" in out
    assert harmless("一\t二\u202e") == "一 二�"


@pytest.mark.parametrize(
    ("at", "shown"), [(NOON, "2024-01-01 12:00:00"), (None, "–"), (10**18, str(10**18)), (-(10**15), str(-(10**15)))]
)
def test_times_are_shown_on_the_districts_clocks(at: int | None, shown: str) -> None:
    assert moment(at, SHANGHAI) == shown
