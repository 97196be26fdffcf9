"""Where in an operator's file something was said."""

import msgspec


class SourcePlace(msgspec.Struct, frozen=True, order=True, gc=False):
    """A place in a file; lines and columns count from 1, as editors do. Line 0 means the file as a whole."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class SourceText(msgspec.Struct, frozen=True):
    """A piece of text as the operator wrote it (an expression, mostly) and the place of its first character."""

    text: str
    place: SourcePlace = SourcePlace()
