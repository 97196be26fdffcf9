"""Opens what a backtest reads: the store's journal, or files of readings."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from processor.adapters.history.csv_file import CsvFile
from processor.adapters.history.files import FileHistory, ReadingFile
from processor.adapters.history.layout import Catalogue
from processor.adapters.history.line_protocol import LineProtocolFile
from processor.adapters.history.packed import is_annotated
from processor.adapters.history.parquet_file import ParquetFile
from processor.adapters.sqlite.history import SqliteHistory
from processor.model.district import District
from processor.ports.history import HistoryUnusable
from processor.ports.journal import JournalBroken, JournalFull

__all__ = [
    "FileHistory",
    "HistoryUnusable",
    "JournalBroken",
    "JournalFull",
    "SqliteHistory",
    "open_files",
    "open_store_history",
]


def open_store_history(path: Path) -> SqliteHistory:
    """The journal of a store, and what was decided. Raises JournalBroken with the cure."""
    return SqliteHistory(path)


def open_files(
    district: District,
    *,
    csv: Sequence[Path] = (),
    parquet: Sequence[Path] = (),
    influx: Sequence[Path] = (),
    strict: bool = False,
    sort: bool = False,
) -> FileHistory:
    """Files as one history. Raises HistoryUnusable where one is not there."""
    for path in (*csv, *parquet, *influx):
        if not path.exists() or path.is_dir():  # a pipe will do
            raise HistoryUnusable(f"{path}: there is no such file / 没有这个文件")
    zone = ZoneInfo(district.zone)
    profiles = {name: device.profile for name, device in district.devices.items()}
    catalogue = Catalogue(profiles, district.profiles, zone)
    files: list[ReadingFile] = [CsvFile(path, catalogue) for path in csv]
    files += [ParquetFile(path, catalogue) for path in parquet]
    # `influx query --raw` writes annotated CSV, everything else that exports writes line protocol.
    files += [CsvFile(path, catalogue) if is_annotated(path) else LineProtocolFile(path, catalogue) for path in influx]
    return FileHistory(files, strict=strict, sort=sort)
