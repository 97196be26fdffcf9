"""A CSV file: one of ours, of any spreadsheet, or the annotated kind that `influx query --raw` writes."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from processor.adapters.history.faults import Faults, shown
from processor.adapters.history.layout import Catalogue, columns
from processor.adapters.history.packed import opened
from processor.adapters.history.rows import Rows
from processor.model.reading import Reading
from processor.model.text import Text
from processor.ports.history import HistoryUnusable

if TYPE_CHECKING:
    from _csv import Reader  # its only name is private to the standard library

AT_ONCE: Final = 5_000
LONGEST_LINE: Final = 1_000_000
"""What has no line end for this long is no line; without a limit such a file would be read into memory whole."""


class CsvFile:
    """`processor.adapters.history.files.ReadingFile`. The first row names the columns."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.name = path.name
        self.ordered = False
        self.partial = False
        self._path = path
        self._catalogue = catalogue

    @property
    def size(self) -> int:
        """Bytes."""
        return self._path.stat().st_size

    def chunks(self, faults: Faults) -> Iterator[tuple[list[Reading], int]]:
        """Readings as they stand in the file, and how many bytes were read."""
        with opened(self._path) as raw, TextIOWrapper(raw.content, "utf-8-sig", "replace", newline="") as file:
            lines = iter(partial(file.readline, LONGEST_LINE), "")
            table = _Table(csv.reader(lines, strict=False), self.name, self._catalogue, faults)
            while table.more:
                readings = table.take()
                self.partial = self.partial or table.partial
                yield readings, raw.done


class _Table:
    """The rows of one file. Annotated CSV holds several tables, each after an empty line with a heading of its own."""

    def __init__(self, reader: "Reader", name: str, catalogue: Catalogue, faults: Faults) -> None:
        self.more = True
        self.partial = False
        self._reader = reader
        self._name = name
        self._catalogue = catalogue
        self._faults = faults
        self._annotated = False
        self._rows: Rows | None = None

    def take(self) -> list[Reading]:
        """The next readings; afterwards `more` says whether there may be others."""
        found: list[Reading] = []
        while self.more and len(found) < AT_ONCE:
            try:
                if self._rows is None or self._annotated:
                    self._take_one(found)
                else:
                    self._take_many(self._rows.reading, found)
            except csv.Error as error:
                self._faults.add(self._name, self._reader.line_num, Text(f"不是 CSV：{error}", f"not CSV: {error}"))
        return found

    def _take_many(self, read: Callable[[list[str]], Reading | None], found: list[Reading]) -> None:
        append, left = found.append, AT_ONCE - len(found)
        for row in islice(self._reader, left):
            left -= 1
            reading = read(row)
            if reading is not None:
                append(reading)
        self.more = not left

    def _take_one(self, found: list[Reading]) -> None:
        row = next(self._reader, None)
        if row is None:
            self.more = False
        elif self._rows is None or not any(row) or row[0][:1] == "#":
            self._heading(row)
        elif (reading := self._rows.reading(row)) is not None:
            found.append(reading)

    def _heading(self, row: list[str]) -> None:
        if row and row[0][:1] == "#":
            self._annotated = True
            self._rows = None
        elif not any(row):
            self._rows = None if self._annotated else self._rows
        elif self._rows is None:
            if row[1:2] == ["error"]:
                said = "".join(next(self._reader, [])[1:2])
                raise HistoryUnusable(f"{self._name}: this is no export; InfluxDB said: {shown(said)}")
            where = f"{self._name}:{self._reader.line_num}"
            found = columns(row, self._catalogue, where)
            self.partial = found.value is not None
            self._rows = Rows(found, self._catalogue, self._faults, self._name, lambda: self._reader.line_num)
