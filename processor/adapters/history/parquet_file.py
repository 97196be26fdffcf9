"""A Parquet file, read by DuckDB in the order of its time column: sorted on disk where it does not fit into memory."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from processor.adapters.history.alike import AlikeRows
from processor.adapters.history.faults import Faults
from processor.adapters.history.layout import Catalogue, Columns, columns
from processor.adapters.history.rows import Row, Rows
from processor.model.reading import Reading
from processor.ports.history import HistoryUnusable

AT_ONCE: Final = 5_000
MEMORY: Final = "256MB"
_TYPES_IN_ORDER: Final = ("TIMESTAMP", "BIGINT", "INTEGER", "UBIGINT", "DOUBLE", "HUGEINT")


class ParquetFile:
    """`processor.adapters.history.files.ReadingFile`."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.name = path.name
        self.ordered = False
        self.partial = False
        self._path = path
        self._catalogue = catalogue
        self._duckdb = _duckdb()

    @property
    def size(self) -> int:
        """Rows."""
        try:
            with self._connect() as connection:
                found = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(self._path)]).fetchone()
        except self._duckdb.Error as error:
            raise self._unusable(error) from error
        return int(found[0])

    def chunks(self, faults: Faults) -> Iterator[tuple[list[Reading], int]]:
        """Readings in the order of time, and how many rows were read."""
        if not self._path.is_file():
            raise HistoryUnusable(f"{self._path}: there is no such file / 没有这个文件")
        done = 0
        try:
            with self._connect() as connection:
                query, names = self._query(connection)
                found = columns(names, self._catalogue, self.name)
                self.partial = found.value is not None
                reader = _Reader(found, self._catalogue, faults, self.name)
                result = connection.execute(query, [str(self._path)])
                while given := result.fetchmany(AT_ONCE):
                    done += len(given)
                    yield reader.readings(given), done
        except self._duckdb.Error as error:
            raise self._unusable(error) from error

    def _query(self, connection: Any) -> tuple[str, list[str]]:  # noqa: ANN401 - DuckDB may not be installed
        """The rows with their number last; times as numbers where they can be ordered as such."""
        described = connection.execute(
            "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(?))", [str(self._path)]
        ).fetchall()
        names = [str(name) for name, _ in described]
        number = columns(names, self._catalogue, self.name).time
        kind = str(described[number][1])
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        time = quoted[number]
        if kind.startswith("TIMESTAMP WITH"):
            quoted[number] = f"epoch_ms({time})"
        elif kind.startswith("TIMESTAMP_"):
            quoted[number] = f"{time}::TIMESTAMP"
        order = f"ORDER BY {time}, file_row_number" if kind.startswith(_TYPES_IN_ORDER) else ""
        # The names of columns are quoted, the path is a parameter.
        listed = ", ".join([*quoted, "file_row_number"])
        return f"SELECT {listed} FROM read_parquet(?, file_row_number = true) {order}", names  # noqa: S608 - as said

    def _connect(self) -> Any:  # noqa: ANN401 - as above
        settings = {"memory_limit": MEMORY, "threads": 1, "autoinstall_known_extensions": False}
        return self._duckdb.connect(":memory:", config=settings)

    def _unusable(self, error: Exception) -> HistoryUnusable:
        return HistoryUnusable(f"{self._path}: {str(error).splitlines()[0]}")


class _Reader:
    """Makes readings of rows, each with its number last."""

    def __init__(self, found: Columns, catalogue: Catalogue, faults: Faults, name: str) -> None:
        self._line = 0
        self._rows = Rows(found, catalogue, faults, name, lambda: self._line)
        self._alike = AlikeRows(found, catalogue, self._rows) if found.value is None else None

    def readings(self, given: Sequence[Row]) -> list[Reading]:
        def one(place: int) -> Reading | None:
            row = given[place]
            self._line = row[-1] + 1
            return self._rows.reading(row)

        if self._alike is not None:
            return self._alike.readings(list(zip(*given, strict=True)), one)
        return [reading for reading in map(one, range(len(given))) if reading is not None]


def _duckdb() -> Any:  # noqa: ANN401 - as above
    try:
        return importlib.import_module("duckdb")
    except ImportError as error:
        cure = "install the extra: pip install 'wardwatch[workbench]'"
        raise HistoryUnusable(f"Parquet files need DuckDB, which is not installed; {cure}") from error
