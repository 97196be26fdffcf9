"""What verbs print: tables for people, in which Chinese characters take two columns; one JSON document for programs."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TypeAlias

import msgspec
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from processor.model.text import Text
from processor.model.time import SECOND, EpochMs

WIDTH_WHEN_NOT_A_TERMINAL: Final = 2_000
"""A pipe or a file has no width: one row, one line, so that grep finds whole rows."""

GAP: Final = 3
LAST_COLUMN: Final = 24
AHEAD: Final = 3
"""How many columns make the first line of a row that is a paragraph: what it is, how grave, how it stands."""

STATE_STYLES: Final = {
    "firing": "bold red",
    "recovering": "yellow",
    "pending": "yellow",
    "unknown": "magenta",
    "ok": "green",
    "open": "bold red",
    "accepted": "yellow",
    "done": "cyan",
    "closed": "green",
}
LEVEL_STYLES: Final = {1: "bold red", 2: "orange3", 3: "yellow", 4: "blue"}


Cell: TypeAlias = str | Styled
"""Plain text, or text in a colour."""


def stdout() -> Console:
    """Where tables go, made anew so that a redirected stdout is seen."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_WHEN_NOT_A_TERMINAL)


def show_json(document: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


def show_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table whose last column is the one that gives way; names and times are never cut, for people copy them.

    On a terminal that is too narrow for that, each row is a small paragraph. What devices
    and people wrote is shown as it is: never as markup, never as terminal codes.
    """
    cells = [[cell if isinstance(cell, Styled) else Styled(harmless(cell)) for cell in row] for row in rows]
    widths = [max(cell_len(heading), *(row[at].cell_len for row in cells), 0) for at, heading in enumerate(headings)]
    console = stdout()
    if cells and sum(widths[:-1]) + GAP * len(widths) + LAST_COLUMN > console.width:
        _paragraphs(console, headings, cells)
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False)
    for number, heading in enumerate(headings, 1):
        table.add_column(heading, no_wrap=number < len(headings), overflow="fold")
    for row in cells:
        table.add_row(*row)
    console.print(table)


def _paragraphs(console: Console, headings: Sequence[str], rows: Iterable[Sequence[Styled]]) -> None:
    for row in rows:
        console.print(Styled("  ").join(row[:AHEAD]), soft_wrap=True)
        for heading, cell in zip(headings[AHEAD:], row[AHEAD:], strict=True):
            if cell.plain:
                console.print(Styled(f"    {heading}: ").append_text(cell), soft_wrap=True)


def show_lines(lines: Iterable[str]) -> None:
    """Print a page; each line keeps its indent, and what devices and people wrote in it steers no terminal."""
    for line in lines:
        words = line.lstrip(" ")
        sys.stdout.write(" " * (len(line) - len(words)) + harmless(words) + "\n")


def harmless(text: str) -> str:
    """The text without what could steer a terminal; lines and tabs become spaces."""
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "�" for letter in text)


def state_cell(state: str, words: str = "") -> Styled:
    """A state in its colour, said in these words."""
    return Styled(harmless(words or state), style=STATE_STYLES.get(state, ""))


def level_cell(level: int) -> Styled:
    """L1 to L4 in its colour."""
    return Styled(f"L{level}", style=LEVEL_STYLES.get(level, ""))


def moment(at: EpochMs | None, zone: tzinfo) -> str:
    """An instant as the district's clocks show it."""
    if at is None:
        return "–"
    try:
        return f"{datetime.fromtimestamp(at / SECOND, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):  # a device may claim any time
        return str(at)


def values(given: dict[str, Any]) -> str:
    """The values of a reading in one line."""
    return ", ".join(
        f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}" for name, value in given.items()
    )


def text2(given: object, language: str) -> str:
    """A text that came as JSON, in this language."""
    return msgspec.convert(given, Text).pick(language) if isinstance(given, dict) else str(given or "")


def say(text: str) -> None:
    """One line for people beside the answer."""
    sys.stderr.write(text + "\n")
