"""A plot in the terminal: values, limits, and a strip with the alert's states; plain ASCII where colours do not belong.

Drawn here, in a hundred lines, rather than by a library: those that there are disagree with themselves from one version
to the next, and need a terminal.
"""

import os
from collections.abc import Iterator
from datetime import tzinfo
from typing import Final, NamedTuple

from rich.text import Text as Styled

from processor.cli.spoken import spoken
from processor.cli.tables import STATE_STYLES, moment
from processor.model.alert import AlertState
from processor.replay.explain_plot import Plot, Series

HEIGHT: Final = 12
NARROWEST: Final = 60
WIDEST: Final = 160
LABEL: Final = 10
LETTERS: Final = {
    AlertState.OK: ".",
    AlertState.PENDING: "p",
    AlertState.FIRING: "F",
    AlertState.RECOVERING: "r",
    AlertState.UNKNOWN: "?",
}


GRAVITY: Final = (
    AlertState.OK,
    AlertState.UNKNOWN,
    AlertState.PENDING,
    AlertState.RECOVERING,
    AlertState.FIRING,
)


class Ink(NamedTuple):
    """What things are drawn with."""

    value: str
    limit: str
    axis: str
    colour: bool


COLOURED: Final = Ink("•", "─", "│", colour=True)
PLAIN: Final = Ink("*", "-", "|", colour=False)


def ink(*, terminal: bool) -> Ink:
    """Colours for a terminal, unless NO_COLOR asks for none; else plain ASCII."""
    return COLOURED if terminal and not os.environ.get("NO_COLOR") else PLAIN


def drawn(plot: Plot, width: int, zone: tzinfo, pen: Ink, language: str = "en") -> Iterator[Styled]:
    """The lines of the plot, no wider than `width`; what its signs mean is said in this language."""
    columns = min(max(width, NARROWEST), WIDEST) - LABEL - 2
    for series in plot.series:
        yield Styled(f"{series.point} {series.unit}".rstrip(), style="bold" if pen.colour else "")
        if not series.ats:
            yield Styled(" " * LABEL + "  –")
            continue
        if series.limits:
            limits = f"{pen.limit * 2} {', '.join(limit.text for limit in series.limits)}"
            yield Styled(f"{'':>{LABEL}}  {limits}"[: LABEL + 2 + columns], style="yellow" if pen.colour else "")
        yield from _chart(plot, series, columns, pen)
    yield _strip(plot, columns, pen)
    yield from _legend(plot, language)
    begin, end = moment(plot.since, zone), moment(plot.until, zone)
    yield Styled(" " * (LABEL + 2) + begin + " " * max(1, columns - len(begin) - len(end)) + end)


def _chart(plot: Plot, series: Series, columns: int, pen: Ink) -> Iterator[Styled]:
    every = [*series.values, *(limit.value for limit in series.limits)]
    low, high = min(every), max(every)
    room = (high - low) * 0.05 or 1.0
    low, high = low - room, high + room
    rows = [[(" ", "")] * columns for _ in range(HEIGHT)]

    def row(value: float) -> int:
        return HEIGHT - 1 - min(HEIGHT - 1, int((value - low) / (high - low) * HEIGHT))

    for limit in series.limits:
        rows[row(limit.value)] = [(pen.limit, "yellow")] * columns
    for at, value in zip(series.ats, series.values, strict=True):
        rows[row(value)][_column(plot, at, columns)] = (pen.value, "cyan")
    labels = {row(value): name for value, name in _labels(series, low + room, high - room)}
    for number, cells in enumerate(rows):
        line = Styled(f"{labels.get(number, '')[:LABEL]:>{LABEL}} {pen.axis}")
        for sign, style in cells:
            line.append(sign, style=style if pen.colour else "")
        yield line


def _labels(series: Series, low: float, high: float) -> Iterator[tuple[float, str]]:
    """Numbers at the edges and at the limits, or the names of the states."""
    if series.names:
        yield from ((float(number), name) for number, name in enumerate(series.names))
        return
    yield low, f"{low:.4g}"
    yield high, f"{high:.4g}"
    for limit in series.limits:
        yield limit.value, f"{limit.value:.4g}"


def _strip(plot: Plot, columns: int, pen: Ink) -> Styled:
    """How the alert stood: one letter for each column, the graver state where a column holds several."""
    cells = [AlertState.OK] * columns
    for span in plot.spans:
        for column in range(_column(plot, span.begin, columns), _column(plot, span.end, columns) + 1):
            cells[column] = max(cells[column], span.state, key=GRAVITY.index)
    line = Styled(f"{'':>{LABEL}} {pen.axis}")
    for state in cells:
        line.append(LETTERS[state], style=STATE_STYLES.get(state, "") if pen.colour else "")
    return line


def _legend(plot: Plot, language: str) -> Iterator[Styled]:
    """What the letters of the strip stand for, of those that are in it."""
    states = [state for state in reversed(GRAVITY) if any(span.state is state for span in plot.spans)]
    if states:
        words = "  ".join(f"{LETTERS[state]} {spoken(AlertState, state, language)}" for state in states)
        yield Styled(f"{'':>{LABEL}}  {words}")


def _column(plot: Plot, at: int, columns: int) -> int:
    share = (at - plot.since) / max(1, plot.until - plot.since)
    return min(max(int(share * columns), 0), columns - 1)
