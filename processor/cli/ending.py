"""How a verb ends before its work is done: with the reason and the cure in words, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from processor.cli.exit_codes import ExitCode
from processor.cli.tables import say
from processor.ports.history import HistoryUnusable
from processor.ports.journal import JournalBroken, JournalFull


def end(words: str, code: ExitCode = ExitCode.PROBLEM) -> NoReturn:
    """Say why, and end the verb."""
    say(words)
    raise typer.Exit(code)


@contextmanager
def usable_store() -> Iterator[None]:
    """Inside, a store, a disk or files of readings that cannot be used end the verb with 4 and the cure."""
    try:
        yield
    except (JournalBroken, JournalFull, HistoryUnusable) as error:
        end(str(error), ExitCode.STORE)
