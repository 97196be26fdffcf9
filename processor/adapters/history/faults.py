"""Rows that are no readings: counted, the first few kept with their place; fatal only where that was asked for."""

from typing import Final

from processor.model.text import Text
from processor.ports.history import BadRow, HistoryUnusable

EXAMPLES: Final = 10
SHOWN: Final = 60


class Faults:
    """What was passed over while reading. `strict`: the first one ends the run."""

    def __init__(self, *, strict: bool = False) -> None:
        self.count = 0
        self.examples: list[BadRow] = []
        self._strict = strict

    def add(self, file: str, line: int, why: Text) -> None:
        """A row, or a value of it, cannot be used."""
        place = f"{file}:{line}"
        if self._strict:
            raise HistoryUnusable(f"{place}: {why.en} / {why.zh}; mend the row, or leave out --strict to pass over it")
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(BadRow(place, why))


def shown(raw: object) -> str:
    """What stands in a file, short and harmless."""
    text = str(raw)
    text = "".join(letter if letter.isprintable() else "�" for letter in text[: SHOWN + 1])
    return f"{text[:SHOWN]}…" if len(text) > SHOWN else text
