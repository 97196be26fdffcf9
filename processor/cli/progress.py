"""Progress of long work on stderr: a line that is written over on a terminal, now and then a line elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from processor.cli.tables import say


class ProgressLine:
    """Shows the JSON lines of a child as one line of words; with `as_json` passes them on as they are."""

    def __init__(self, words: str, *, as_json: bool) -> None:
        self._words = words
        self._as_json = as_json
        self._width = 0

    def take(self, line: str) -> None:
        """One line of the child."""
        if self._as_json:
            sys.stdout.write(line)
            sys.stdout.flush()
            return
        try:
            said = msgspec.json.decode(line)
        except msgspec.MsgspecError:
            say(line.rstrip("\n"))
            return
        self._show(said)

    def _show(self, said: dict[str, Any]) -> None:
        failure, finished = said.get("failure", ""), said.get("finished", False)
        text = failure or self._words.format_map(_Known(said))
        if sys.stderr.isatty() and not (failure or finished):
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)
        elif failure or finished:
            say(("\n" if self._width else "") + text)


class _Known(dict[str, Any]):
    """A figure that the child did not say is shown as "–"."""

    def __missing__(self, key: str) -> str:
        return "–"


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere; call what is given with (done, of how many)."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show
