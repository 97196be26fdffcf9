"""The lines of a text file, or many of them at once where a row of them is a line and a comma a border."""

from collections.abc import Sequence
from io import StringIO, TextIOWrapper
from typing import Final

LONGEST_LINE: Final = 1_000_000
"""What has no line end for this long is no line; without a limit such a file would be read into memory whole."""
_BLOCK: Final = 120_000
# csv refuses longer cells (csv.field_size_limit): in no more text there is none.
_MOST: Final = 131_072


class TextBlocks:
    """An iterator of lines as `file.readline(LONGEST_LINE)` gives them, and `plain`, which takes many."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self._block = StringIO("", newline="")
        self._is_plain = False

    def __iter__(self) -> "TextBlocks":
        return self

    def __next__(self) -> str:
        line = self._block.readline(LONGEST_LINE)
        if not line:
            self._load()
            line = self._block.readline(LONGEST_LINE)
            if not line:
                raise StopIteration
        return line

    def plain(self) -> str:
        """The next lines, each with a line feed, if nothing in them is quoted or odd; else, and at the end, nothing."""
        if self._block.tell() == len(self._block.getvalue()):
            self._load()
        text = self._block.read() if self._is_plain else ""
        return text if not text or text[-1] == "\n" else f"{text}\n"

    def _load(self) -> None:
        text = self._file.read(_BLOCK)
        if text and text[-1] != "\n":
            begun = len(text) - 1 - max(text.rfind("\n"), text.rfind("\r"))
            text += self._file.readline(LONGEST_LINE - begun)
        plain = text.replace("\r\n", "\n") if "\r" in text else text
        self._is_plain = len(text) <= _MOST and not ('"' in plain or "\r" in plain or "\0" in plain)
        self._block = StringIO(plain if self._is_plain else text, newline="")


def cells(text: str, least: int) -> Sequence[list[str]] | None:
    """The columns of plain lines; None where the lines are not of one number of cells, or of fewer than `least`."""
    width = text.count(",", 0, text.index("\n")) + 1
    count = text.count("\n")
    flat = text.replace("\n", ",\n,").split(",")
    # After each row stands a line feed as a cell of its own: at the same places only if all rows are as long.
    if width < least or len(flat) != count * (width + 1) + 1 or flat[width :: width + 1].count("\n") != count:
        return None
    return [flat[number : -1 : width + 1] for number in range(width)]
