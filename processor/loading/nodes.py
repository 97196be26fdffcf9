"""A YAML file as a tree that remembers where everything stands."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from processor.model.source import SourcePlace

BREAKS: Final = "\n\r\x85\u2028\u2029"
"""What libyaml counts as the end of a line."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written. `plain`: without quotes or block sign; `begin`/`end` are offsets in the text."""

    text: str
    line: int
    column: int
    plain: bool = True
    block: bool = False
    begin: int = 0
    end: int = 0

    @property
    def empty(self) -> bool:
        """No value at all, as in "key:" or "key: null"."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: list["Node"]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping; keys are unique, in the order they were written."""

    entries: dict[str, "Node"]
    keys: dict[str, Scalar]
    line: int
    column: int


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(slots=True)
class Document:
    """One file: its name, its text and its tree (None when it could not be read)."""

    file: str
    text: str
    root: Node | None = None
    _lines: list[str] | None = field(default=None, repr=False)

    def line_text(self, line: int) -> str:
        """The words on `line` (counted from 1), "" when there is no such line."""
        if self._lines is None:
            self._lines = _split(self.text)
        return self._lines[line - 1] if 0 < line <= len(self._lines) else ""

    def place(self, node: Node | None) -> SourcePlace:
        """Where `node` begins; the file as a whole for None."""
        return SourcePlace(self.file) if node is None else SourcePlace(self.file, node.line, node.column)

    def place_inside(self, scalar: Scalar, offset: int) -> SourcePlace:
        """Where the character `offset` of the scalar's text stands, through quotes and folded lines."""
        raw, text = self.text, scalar.text
        at = scalar.begin if scalar.plain else _after_sign(raw, scalar)
        done = 0
        while done < offset and at < scalar.end:
            if text[done : done + 1].isspace() and raw[at].isspace():
                at = _skip_space(raw, at)
                done += 1
            elif raw[at].isspace() and raw[at] != text[done : done + 1]:
                at = _skip_space(raw, at)
            else:
                at, done = at + 1, done + 1
        if at < scalar.end and raw[at].isspace():
            at = _skip_space(raw, at) if scalar.block else at
        return self._place_at(at, scalar)

    def _place_at(self, at: int, scalar: Scalar) -> SourcePlace:
        passed = self.text[scalar.begin : at].replace("\r\n", "\n")
        lines = _split(passed)
        if len(lines) == 1:
            return SourcePlace(self.file, scalar.line, scalar.column + len(passed))
        return SourcePlace(self.file, scalar.line + len(lines) - 1, len(lines[-1]) + 1)


def _after_sign(raw: str, scalar: Scalar) -> int:
    if not scalar.block:
        return scalar.begin + 1
    first_break = min((at for at in (raw.find(mark, scalar.begin) for mark in BREAKS) if at >= 0), default=scalar.begin)
    return _skip_space(raw, first_break)


def _skip_space(raw: str, at: int) -> int:
    while at < len(raw) and raw[at].isspace():
        at += 1
    return at


def _split(text: str) -> list[str]:
    if any(mark in text for mark in BREAKS[1:]):
        text = text.replace("\r\n", "\n")
        for mark in BREAKS[1:]:
            text = text.replace(mark, "\n")
    return text.split("\n")
