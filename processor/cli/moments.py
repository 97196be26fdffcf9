"""The instants and lengths of time that people name on a command line."""

import time
from datetime import datetime, tzinfo

import typer

from processor.loading.scalars import duration
from processor.model.time import SECOND, DurationMs, EpochMs


def now() -> EpochMs:
    """This instant."""
    return int(time.time() * SECOND)


def when(text: str, at: EpochMs, zone: tzinfo, option: str) -> EpochMs:
    """The instant that a person named at `at`: so long ago, or a date and time on the district's clocks."""
    ago = duration(text.removesuffix("ago").strip())
    if ago is not None:
        return at - ago
    try:
        named = datetime.fromisoformat(text)
    except ValueError as error:
        cure = 'such as "2 h", 2026-01-31 or 2026-01-31T08:00 / 如 "2 h"、2026-01-31T08:00'
        raise typer.BadParameter(cure, param_hint=option) from error
    return int((named if named.tzinfo else named.replace(tzinfo=zone)).timestamp() * SECOND)


def between(since: str, until: str, at: EpochMs, zone: tzinfo) -> tuple[EpochMs | None, EpochMs | None]:
    """The time that --from and --to name; None where one is left out. What ends before it begins is a slip."""
    begin = when(since, at, zone, "--from") if since else None
    end = when(until, at, zone, "--to") if until else None
    if begin is not None and begin >= (at if end is None else end):
        cure = f"--from {since} is not before --to {until or 'now'} / --from 须早于 --to"
        raise typer.BadParameter(cure, param_hint="--from")
    return begin, end


def how_long(text: str, option: str, least: DurationMs = 0) -> DurationMs:
    """The length of time that a person named."""
    found = duration(text)
    if found is None or found < least:
        raise typer.BadParameter('such as "2 h" or "28 d" / 如 "2 h"、"28 d"', param_hint=option)
    return found
