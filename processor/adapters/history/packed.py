"""Files that may be compressed: read as they are written, with how far one is in what lies on the disk."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from processor.ports.history import HistoryUnusable

PACKED: Final = ".gz"
ANNOTATED: Final = (b"#group", b"#datatype", b"#default", b",result,")
LOOKED_AT: Final = 4_096


class Opened(NamedTuple):
    """What is read, and the bytes on the disk behind it."""

    content: BinaryIO
    disk: BinaryIO

    @property
    def done(self) -> int:
        """Bytes of the disk that were read; a pipe has no place."""
        return self.disk.tell() if self.disk.seekable() else 0


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The file's content, unpacked where its name ends with .gz. Raises HistoryUnusable with the cure."""
    try:
        with path.open("rb") as disk:
            if path.suffix != PACKED:
                yield Opened(disk, disk)
                return
            with gzip.open(disk) as content:
                # A buffer: a line at a time is slow otherwise.
                yield Opened(cast("BinaryIO", io.BufferedReader(content)), disk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise HistoryUnusable(
            f"{path}: it cannot be unpacked ({error}); was it copied whole? / 无法解压，文件完整吗？"
        ) from error
    except OSError as error:
        raise HistoryUnusable(f"{path}: {error.strerror}; is the path right? / 路径对吗？") from error


def is_annotated(path: Path) -> bool:
    """Whether an export is the CSV of `influx query --raw`: by its name, or else by how it begins."""
    if path.suffix == ".csv" or path.name.endswith(f".csv{PACKED}"):
        return True
    if not path.is_file():  # a pipe can be looked at once only
        return False
    with opened(path) as file:
        return file.content.read(LOOKED_AT).lstrip().startswith(ANNOTATED)
