"""A plot as a picture: SVG whose text stays text, or PNG. matplotlib is loaded only here, when one is asked for."""

import warnings
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from processor.cli.spoken import spoken
from processor.model.alert import AlertState
from processor.model.text import Text
from processor.model.time import SECOND
from processor.replay.explain_plot import Plot, Series

FORMATS: Final = (".svg", ".png")
MISSING: Final = Text(
    zh="画图需要 matplotlib：请安装带 workbench 附加依赖的 wardwatch（pip install 'wardwatch[workbench]'）。",
    en="A picture needs matplotlib: install wardwatch with the extra workbench (pip install 'wardwatch[workbench]').",
)
CHINESE_FONTS: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "SimHei")
COLOURS: Final = {
    AlertState.PENDING: "#e6c229",
    AlertState.FIRING: "#d11149",
    AlertState.RECOVERING: "#f17105",
    AlertState.UNKNOWN: "#8d6b94",
}
INCHES: Final = (11.0, 2.6)


class NoMatplotlib(Exception):  # noqa: N818 - what is missing, in the operator's words
    """matplotlib is not installed."""


def save(plot: Plot, title: Text, path: Path, *, language: str, zone: tzinfo) -> None:
    """Write the picture. Raises NoMatplotlib, and OSError where the file cannot be written."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra, and half a second of every start
        from matplotlib import font_manager  # noqa: PLC0415 - as above
        from matplotlib.figure import Figure  # noqa: PLC0415 - as above
    except ImportError as error:
        raise NoMatplotlib from error
    fonts = [name for name in CHINESE_FONTS if name in font_manager.get_font_names()]
    is_svg = path.suffix.lower() == ".svg"
    # In SVG the reader's own fonts draw the text; a PNG without a Chinese font would show boxes.
    spoken = language if is_svg or fonts else "en"
    with mpl.rc_context({"svg.fonttype": "none", "font.family": [*fonts, "sans-serif"]}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that is missing for measuring is still text in the SVG
        figure = Figure(figsize=(INCHES[0], 0.8 + INCHES[1] * max(1, len(plot.series))), layout="constrained")
        axes = figure.subplots(max(1, len(plot.series)), 1, sharex=True, squeeze=False)[:, 0]
        for axis, series in zip(axes, plot.series, strict=False):
            _series(axis, plot, series, spoken, zone)
        axes[0].set_title(f"{plot.title} {title.pick(spoken)}".rstrip())
        axes[-1].set_xlim(_when(plot.since, zone), _when(plot.until, zone))
        figure.autofmt_xdate(rotation=0, ha="center")
        figure.savefig(path, format=path.suffix.lower().removeprefix("."))


def _series(axis: Any, plot: Plot, series: Series, language: str, zone: tzinfo) -> None:  # noqa: ANN401 - matplotlib's own
    axis.step([_when(at, zone) for at in series.ats], series.values, where="post", color="#1f77b4", marker=".", lw=1)
    for limit in series.limits:
        axis.axhline(limit.value, color="#7f7f7f", ls="--", lw=1)
        axis.annotate(
            limit.text, (0.005, limit.value), xycoords=("axes fraction", "data"), fontsize="small", va="bottom"
        )
    shown: set[AlertState] = set()
    for span in plot.spans:
        if span.state in COLOURS:
            label = spoken(AlertState, span.state, language) if span.state not in shown else None
            begin, end = _when(span.begin, zone), _when(span.end, zone)
            axis.axvspan(begin, end, color=COLOURS[span.state], alpha=0.25, lw=0, label=label)
            shown.add(span.state)
    if series.names:
        axis.set_yticks(range(len(series.names)), series.names)
    axis.set_ylabel(f"{series.point} {series.unit}".rstrip())
    if shown:
        axis.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(shown), fontsize="small", borderaxespad=0.2)


def _when(at: int, zone: tzinfo) -> datetime:
    # Without its zone: matplotlib would show UTC.
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(zone).replace(tzinfo=None)
