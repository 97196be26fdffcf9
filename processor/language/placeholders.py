"""The texts of rules with their placeholders: `{name}` stands for a value, `{{` and `}}` for braces, nothing else.

A parser of its own instead of `str.format`: what stands in braces is a name, never an attribute, an index or a format.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from processor.language.fault import ExpressionFault, fault

ALWAYS_KNOWN: Final = ("device", "name", "place", "level", "evidence")
"""What every text may name, whatever its rule looks at; these go before parameters and points of the same name."""

LONGEST_TEXT: Final = 1_000

_PIECE: Final = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name in braces; `column` counts from 1 within the text."""

    name: str
    column: int


Template: TypeAlias = tuple[str | Placeholder, ...]


@lru_cache(maxsize=2_048)  # a text always has the same parts; a district has two texts for each rule
def read_template(text: str) -> tuple[Template, tuple[ExpressionFault, ...]]:
    """The parts of a text, and everything wrong with its braces; a faulty part stands for itself."""
    if len(text) > LONGEST_TEXT:
        return (text[:LONGEST_TEXT],), (_too_long(len(text)),)
    parts: list[str | Placeholder] = []
    faults: list[ExpressionFault] = []
    done = 0
    for found in _PIECE.finditer(text):
        parts.append(text[done : found.start()])
        piece, done, column = found.group(), found.end(), found.start() + 1
        name = piece[1:-1]
        if piece in {"{{", "}}"}:
            parts.append(piece[0])
        elif len(piece) == 1:
            faults.append(_lone_brace(column, piece))
            parts.append(piece)
        elif _NAME.fullmatch(name):
            parts.append(Placeholder(name, column))
        else:
            faults.append(_no_name(column, name))
            parts.append(piece)
    parts.append(text[done:])
    return tuple(part for part in parts if part), tuple(faults)


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """The text with what `value_of` says in place of each placeholder."""
    parts, _ = read_template(text)
    return "".join(part if isinstance(part, str) else value_of(part.name) for part in parts)


def _too_long(length: int) -> ExpressionFault:
    return fault(
        "text_too_long",
        1,
        zh=f"文字有 {length} 个字，最多 {LONGEST_TEXT} 个",
        en=f"the text has {length} characters, at most {LONGEST_TEXT} are told",
    )


def _lone_brace(column: int, brace: str) -> ExpressionFault:
    return fault(
        "lone_brace",
        column,
        zh=f"单独的“{brace}”；占位符写成 {{名字}}，花括号本身写成 {brace * 2}",
        en=f'a lone "{brace}": a placeholder is {{name}}, and a brace itself is written {brace * 2}',
        suggestion=brace * 2,
    )


def _no_name(column: int, written: str) -> ExpressionFault:
    found = _NAME.match(written.strip())
    return fault(
        "bad_placeholder",
        column,
        zh="花括号里只能写一个名字，如 {device} 或 {alarm}，不能有格式或点号",
        en="only a name may stand in braces, such as {device} or {alarm}: no format, no dots",
        suggestion=f"{{{found.group()}}}" if found else "",
    )
