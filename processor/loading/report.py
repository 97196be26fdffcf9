"""Collects the problems of one file as it is read."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from processor.loading.messages import NOBODY, NOTHING, problem
from processor.loading.nodes import Document, Node
from processor.model.problem import Problem, Severity
from processor.model.source import SourcePlace
from processor.model.text import Text

MAX_PROBLEMS: Final = 1_000
"""Per file: whoever has more has one mistake many times."""

_CLOSE_ENOUGH: Final = 0.6


class Report:
    """The problems of one file, in the order they were found."""

    def __init__(self, document: Document, found: Iterable[Problem] = ()) -> None:
        self.document = document
        self.problems: list[Problem] = list(found)

    def add(self, code: str, node: Node | None, **words: object) -> None:
        """Note the problem `code` where `node` begins."""
        self.note(code, self.document.place(node), words)

    def note(
        self,
        code: str,
        place: SourcePlace,
        words: Mapping[str, object] = NOTHING,
        *,
        owner: Text = NOBODY,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note the problem `code` at `place` of this file."""
        if len(self.problems) < MAX_PROBLEMS:
            line = self.document.line_text(place.line)
            self.problems.append(
                problem(code, place, words, line_text=line, owner=owner, suggestion=suggestion, severity=severity)
            )


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was perhaps meant, or ""."""
    candidates: Sequence[str] = sorted(known)
    lowered = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=_CLOSE_ENOUGH)
    return lowered[found[0]] if found else ""
