"""Which of the operators' files changed on the disk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

DEBOUNCE_MS: Final = 500  # an editor writes a file in several steps, a copied folder many files
ENDINGS: Final = (".yaml", ".yml", ".csv")


async def file_changes(config: Path, rules: Path | None) -> AsyncIterator[object]:
    """Yields a short while after any of the operators' files was saved, made or removed."""
    folders = {each.resolve() for each in (config, rules, config.parent / "rules") if each is not None}
    async for changes in awatch(
        *(each for each in folders if each.is_dir()), watch_filter=_wanted, debounce=DEBOUNCE_MS
    ):
        yield changes


def _wanted(_change: Change, path: str) -> bool:
    return path.endswith(ENDINGS)
