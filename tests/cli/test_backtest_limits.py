"""The page of a backtest draws what a point was held against, as it was in force for the device."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.calling import District

T0 = 1_790_000_000_000
FEEDER = "sunrise-b1-el-main"
RULE = """
X-01:
  name: {zh: 一, en: One}
  applies_to: {profile: residual_current_monitor}
  parameters: {alarm: {default: 200 mA, min: 30 mA, max: 1000 mA}}
  levels:
    L3: {when: residual_current >= 0.15 A}
    L2: {when: "residual_current >= alarm or avg(residual_current, 5 min) >= 900 mA"}
  clear: {when: residual_current <= 100 mA}
"""


@pytest.fixture
def page(district: District, tmp_path: Path) -> str:
    """Of a feeder whose own limit is 250 mA."""
    rows = [f"{T0 + minute * 60_000},{FEEDER},{300 if 60 <= minute < 90 else 60}\n" for minute in range(120)]
    readings = tmp_path / "readings.csv"
    readings.write_text("time,device,residual_current\n" + "".join(rows), encoding="utf-8")
    (tmp_path / "tried").mkdir()
    (tmp_path / "tried" / "x.yaml").write_text(RULE, encoding="utf-8")
    own = f"overrides:\n  - {{rule: X-01, device: {FEEDER}, set: {{alarm: 250 mA}}}}\n"
    district.write("config/overrides.yaml", own)
    out = tmp_path / "page.html"
    arguments = ("--rules", str(tmp_path / "tried"), "--csv", str(readings), "--format", "html", "--out", str(out))
    result = district.call("backtest", *arguments)
    assert result.exit_code == 0, result.output
    return out.read_text(encoding="utf-8")


def test_each_limit_is_a_line_of_its_level_with_what_the_rule_says(page: str) -> None:
    lines = re.findall(r'<line class="limit (\w+)"[^>]* y1="([\d.]+)"', page)
    assert [kind for kind, _ in lines] == ["L2", "L3", "back"]  # not the average's: it is no value of the point
    assert re.findall(r'<text class="bound \w+"[^>]*>([^<]*)<', page) == [
        "L2 &gt;= alarm 250 mA",  # of the device, not of the rule
        "L3 &gt;= 0.15 A",
        "&lt;= 100 mA",
    ]
    heights = [float(y) for _, y in lines]
    assert heights == sorted(heights)


def test_a_limit_stands_where_its_value_is(page: str) -> None:
    """The curve goes from 60 at the bottom to 300 at the top: 150 mA, written as 0.15 A, is 5/8 of the way down."""
    top, bottom = (float(y) for y in _extremes(page))
    drawn = dict(re.findall(r'<line class="limit (\w+)"[^>]* y1="([\d.]+)"', page))
    assert float(drawn["L3"]) == pytest.approx(top + (bottom - top) * 150 / 240, abs=0.2)


def _extremes(page: str) -> tuple[str, str]:
    (points,) = re.findall(r'<polyline class="line" points="([^"]*)"', page)
    heights = sorted((pair.split(",")[1] for pair in points.split()), key=float)
    return heights[0], heights[-1]


def test_the_page_says_what_its_lines_mean(page: str) -> None:
    for words in ("规则的限值", "the rule&#x27;s limit", "恢复条件的限值", "limit of the way back"):
        assert words in page


def test_the_limits_are_no_part_of_the_document_for_programs(district: District, tmp_path: Path) -> None:
    readings = tmp_path / "readings.csv"
    readings.write_text(f"time,device,residual_current\n{T0},{FEEDER},60\n", encoding="utf-8")
    document = json.loads(district.call("backtest", "--csv", str(readings), "--json").stdout)
    assert document["values"] == []
