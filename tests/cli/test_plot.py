"""Plots: in the terminal as wide as it is, in ASCII elsewhere; as pictures whose Chinese is text, or English."""

import builtins
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from processor.cli import plot_image
from processor.cli.plot_text import COLOURED, PLAIN, drawn, ink
from processor.model.alert import AlertState
from processor.model.text import Text
from processor.model.time import HOUR, MINUTE
from processor.replay.explain_plot import LEAST_MS, Plot, plotted
from tests.cli.calling import District
from tests.replay.lived import Lived
from tests.replay.stories import texts
from tests.runtime.plant import T0

ZONE = ZoneInfo("Asia/Shanghai")
TITLE = Text(zh="电流高", en="Current is high")


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    made = Lived(tmp_path, texts())
    for minute, current in enumerate((100.0, 320.0, 330.0, 340.0, 350.0, 150.0, 140.0), 1):
        made.say("e-m1", f"{minute}m", current=current)
    made.say("e-l1", "8m", wet=True)
    yield made
    made.close()


def plot_of(
    lived: Lived, device: str = "e-m1", rule: str = "M-01", window: int | None = 10 * MINUTE, when: str = "9m"
) -> Plot:
    from processor.adapters.sqlite.queries import SqliteRecords  # noqa: PLC0415 - only here

    records = SqliteRecords(lived.path)
    try:
        return plotted(lived.story(device, rule, when), records, window)
    finally:
        records.close()


def test_a_plot_has_the_values_the_limits_and_the_states(lived: Lived) -> None:
    plot = plot_of(lived)
    (series,) = plot.series
    assert (series.point, series.unit, series.values[-1]) == ("current", "mA", 140.0)
    assert [(limit.value, limit.text) for limit in series.limits] == [(300.0, "limit 300 mA"), (200.0, "200 mA")]
    states = [span.state for span in plot.spans]
    assert states == [AlertState.PENDING, AlertState.FIRING, AlertState.RECOVERING, AlertState.OK]
    assert plot.spans[0].begin == T0 + 2 * MINUTE


@pytest.mark.parametrize("rule", ["M-01", "M-21"])
def test_without_a_length_four_times_the_longest_hold_is_drawn_if_anything_was_said_then(
    lived: Lived, rule: str
) -> None:
    plot = plot_of(lived, rule=rule, window=None)
    first = T0 + MINUTE
    assert plot.since == first - (plot.until - first) // 10
    lived.say("e-m1", "60m", current=100.0)
    plot = plot_of(lived, rule=rule, window=None, when="61m")
    assert plot.until - plot.since > MINUTE
    assert plot.until - plot.since <= LEAST_MS
    assert plot_of(lived, window=HOUR).until - plot_of(lived, window=HOUR).since == HOUR


@pytest.mark.parametrize("width", [20, 60, 100, 500])
def test_no_line_is_wider_than_asked_and_all_is_ascii_without_a_terminal(lived: Lived, width: int) -> None:
    lines = [line.plain for line in drawn(plot_of(lived), width, ZONE, PLAIN)]
    assert max(map(len, lines)) <= max(width, 60)
    assert all(line.isascii() for line in lines)
    text = "\n".join(lines)
    assert "*" in text
    assert "300 |" in text
    assert "pp" in text
    assert "F" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "F firing  r recovering  p pending  . ok"), ("zh", "F 触发  r 恢复中  p 计时中  . 正常")],
)
def test_limits_and_letters_are_explained(lived: Lived, language: str, words: str) -> None:
    lines = [line.plain.strip() for line in drawn(plot_of(lived), 80, ZONE, PLAIN, language)]
    assert "-- limit 300 mA, 200 mA" in lines
    assert words in lines


def test_states_have_names_instead_of_numbers(lived: Lived) -> None:
    text = "\n".join(line.plain for line in drawn(plot_of(lived, "e-l1", "M-02"), 80, ZONE, PLAIN))
    assert "true |" in text


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ink(terminal=True) is COLOURED
    assert ink(terminal=False) is PLAIN
    monkeypatch.setenv("NO_COLOR", "1")
    assert ink(terminal=True) is PLAIN


def test_an_svg_has_its_chinese_as_text(lived: Lived, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "plot.svg"
    plot_image.save(plot_of(lived), TITLE, path, language="zh", zone=ZONE)
    svg = path.read_text(encoding="utf-8")
    assert "电流高" in svg
    assert "触发" in svg
    assert "<text" in svg


@pytest.mark.parametrize(("fonts", "title"), [((), "Current is high"), (("DejaVu Sans",), "电流高")])
def test_a_png_speaks_english_where_no_chinese_font_is(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fonts: tuple[str, ...], title: str
) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.axes import Axes  # noqa: PLC0415 - an extra

    said: list[str] = []
    monkeypatch.setattr(Axes, "set_title", lambda _self, text: said.append(text))
    monkeypatch.setattr(plot_image, "CHINESE_FONTS", fonts)
    path = tmp_path / "plot.png"
    plot_image.save(plot_of(lived), TITLE, path, language="zh", zone=ZONE)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert said == [f"M-01 · e-m1 {title}"]


def test_without_the_extra_a_picture_is_refused_with_the_cure(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as the built-in
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *more, **named)

    for name in [name for name in sys.modules if name.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(plot_image.NoMatplotlib):
        plot_image.save(plot_of(lived), TITLE, tmp_path / "plot.svg", language="en", zone=ZONE)
    assert "workbench" in plot_image.MISSING.en


def test_the_verb_draws_and_saves(district: District, lived: Lived, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    asked = ("explain", "e-m1", "M-01", "--store", str(lived.path), "--at", "2026-09-21T22:22:20", "--lang", "en")
    picture = tmp_path / "picture.svg"
    result = district.call(*asked, "--plot", "--window", "10 min", "--image", str(picture))
    assert result.exit_code == 0, result.output
    assert "current mA\n" in result.stdout
    assert picture.exists()
    assert district.call(*asked, "--image", "picture.gif").exit_code == 2
    assert district.call(*asked, "--window", "long").exit_code == 2
    assert district.call(*asked, "--image", str(tmp_path / "no" / "p.svg")).exit_code == 1
