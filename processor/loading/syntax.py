"""Says in plain words what libyaml means by its errors, and how to mend them."""

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
    return problem(code, SourcePlace(document.file, line, column), {"said": said, "name": ""}, line_text=text)
