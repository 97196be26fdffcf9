"""A CSV file: one of ours, of any spreadsheet, or the annotated kind that `influx query --raw` writes."""

import csv
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from processor.adapters.history.alike import AlikeRows
from processor.adapters.history.faults import Faults, shown
from processor.adapters.history.layout import Catalogue, columns
from processor.adapters.history.packed import opened
from processor.adapters.history.rows import Rows
from processor.adapters.history.text_blocks import TextBlocks, cells
from processor.model.reading import Reading
from processor.model.text import Text
from processor.ports.history import HistoryUnusable

if TYPE_CHECKING:
    from _csv import Reader  # its only name is private to the standard library

AT_ONCE: Final = 5_000


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
            table = _Table(TextBlocks(file), self.name, self._catalogue, faults)
            while table.more:
                readings = table.take()
                self.partial = self.partial or table.partial
                yield readings, raw.done


class _Table:
    """The rows of one file. Annotated CSV holds several tables, each after an empty line with a heading of its own."""

    def __init__(self, blocks: TextBlocks, name: str, catalogue: Catalogue, faults: Faults) -> None:
        self.more = True
        self.partial = False
        self._blocks = blocks
        self._reader: Reader = csv.reader(blocks, strict=False)
        self._passed = 0  # lines that the reader did not see
        self._name = name
        self._catalogue = catalogue
        self._faults = faults
        self._annotated = False
        self._rows: Rows | None = None
        self._alike: AlikeRows | None = None

    def take(self) -> list[Reading]:
        """The next readings; afterwards `more` says whether there may be others."""
        found: list[Reading] = []
        while self.more and len(found) < AT_ONCE:
            try:
                if self._rows is None or self._annotated:
                    self._take_one(found)
                elif self._alike is not None and (text := self._blocks.plain()):
                    found += self._take_alike(self._alike, self._rows.reading, text)
                else:
                    self._take_many(self._rows.reading, found)
            except csv.Error as error:
                self._faults.add(self._name, self._line(), Text(f"不是 CSV：{error}", f"not CSV: {error}"))
        return found

    def _take_alike(self, alike: AlikeRows, read: Callable[[list[str]], Reading | None], text: str) -> list[Reading]:
        """Plain lines: what `_take_many` makes of them."""
        before = self._passed
        lines: list[str] = []

        def one(number: int) -> Reading | None:
            if not lines:
                lines.extend(text.split("\n"))
            self._passed = before + number + 1
            return read(lines[number].split(",") if lines[number] else [])

        table, count = cells(text, alike.width), text.count("\n")
        if table is None:
            readings = [reading for reading in map(one, range(count)) if reading is not None]
        else:
            readings = alike.readings(table, one)
        self._passed = before + count
        return readings

    def _line(self) -> int:
        return self._reader.line_num + self._passed

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
            where = f"{self._name}:{self._line()}"
            found = columns(row, self._catalogue, where)
            self.partial = found.value is not None
            self._rows = Rows(found, self._catalogue, self._faults, self._name, self._line)
            if found.value is None and not self._annotated:
                self._alike = AlikeRows(found, self._catalogue, self._rows)
