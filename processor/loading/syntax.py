"""Says in plain words what libyaml means by its errors, and how to mend them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import yaml

from processor.loading.messages import problem
from processor.loading.nodes import Document
from processor.model.problem import Problem
from processor.model.source import SourcePlace

_CODES: Final = (  # a part of the parser's own words -> our code; the first that fits counts
    ("mapping values are not allowed", "syntax_colon"),
    ("cannot start any token", "syntax_token"),
    ("did not find expected ',' or '}'", "syntax_brace"),
    ("did not find expected ',' or ']'", "syntax_bracket"),
    ("unexpected end of stream", "syntax_quote"),
    ("could not find expected ':'", "syntax_no_colon"),
    ("did not find expected '-' indicator", "syntax_indent"),
    ("did not find expected key", "syntax_indent"),
    ("block sequence entries are not allowed", "syntax_dash"),
    ("undefined alias", "alias"),
    ("did not find expected <document start>", "syntax_indent"),
    ("unknown escape character", "syntax_escape"),
)


_SHOWN_LATER: Final = frozenset(
    {"syntax_colon", "syntax_no_colon", "syntax_indent", "syntax_brace", "syntax_bracket", "syntax_token", "syntax"}
)
"""Errors that the parser sees only once it has read on: the slip itself may be on a line before."""

_KEY: Final = r"^\s*(?:- )?[\w.-]+"
_WIDE_COLON: Final = re.compile(_KEY + "\\s*(：)")
_NO_SPACE: Final = re.compile(_KEY + r"(:)[^\s:/]")
_BARE: Final = re.compile(r"^\s*(?:- )?[A-Za-z_][\w-]*()\s*$")
_WIDE: Final = re.compile("[\uff0c\uff1a\uff5b\uff5d\uff3b\uff3d\u201c\u201d\u2018\u2019\u3001]")
_PLAIN: Final = {"“": '"', "”": '"', "‘": "'", "’": "'", "、": ","}
_LINES_BACK: Final = 3


def explain(document: Document, error: yaml.YAMLError) -> Problem:
    """The problem that a parser's error stands for."""
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    if "unexpected end of stream" in said:  # where the quote was opened helps more than where the file ends
        marks.reverse()
    mark = next((mark for mark in marks if mark is not None), None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    text = document.line_text(line)
    if text[: column - 1].strip() == "" and "\t" in text[:column]:
        return problem("syntax_tab", SourcePlace(document.file, line, text.index("\t") + 1), line_text=text)
    code = next((code for words, code in _CODES if words in said), "syntax")
    slip = _slip(document, line, column) if code in _SHOWN_LATER else None
    if slip is not None:
        return slip
    return problem(code, SourcePlace(document.file, line, column), {"said": said, "name": ""}, line_text=text)


def _slip(document: Document, line: int, column: int) -> Problem | None:
    """What a person most likely did, where the parser only says what came of it."""
    inside = list(_WIDE.finditer(document.line_text(line)[: column - 1]))
    if inside and re.search(r"[{\[]", document.line_text(line)[: inside[-1].start()]):
        return _wide(document, line, inside[-1].start(), inside[-1].group())
    for number, text in _lines_back(document, line):
        wide = _WIDE_COLON.search(text)
        if wide is not None:
            return _wide(document, number, wide.start(1), "：")
        for code, pattern, meant in (("syntax_space", _NO_SPACE, ": "), ("syntax_no_colon", _BARE, ":")):
            found = pattern.search(text)
            if found is not None:
                place = SourcePlace(document.file, number, found.start(1) + 1)
                return problem(code, place, line_text=text, suggestion=meant)
    return None


def _wide(document: Document, line: int, at: int, sign: str) -> Problem:
    plain = _PLAIN.get(sign) or unicodedata.normalize("NFKC", sign)
    place = SourcePlace(document.file, line, at + 1)
    words = {"sign": sign, "plain": plain}
    return problem("syntax_wide", place, words, line_text=document.line_text(line), suggestion=plain)


def _lines_back(document: Document, line: int) -> Iterator[tuple[int, str]]:
    """This line and those with words before it, the nearest first."""
    left = _LINES_BACK
    for number in range(line, 0, -1):
        text = document.line_text(number)
        if text.strip() and not text.lstrip().startswith("#"):
            yield number, text
            left -= 1
        if not left:
            return
