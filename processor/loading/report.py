"""Collects the problems of one file as it is read."""

import difflib
from collections.abc import Collection, Iterable
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Values
from dataclasses import dataclass
from typing import Final

from processor.loading.messages import NOBODY, NOTHING, problem
from processor.loading.nodes import Document, Mapping, Node, Scalar, Sequence
from processor.model.problem import Problem, Severity
from processor.model.source import SourcePlace
from processor.model.text import Text

MAX_PROBLEMS: Final = 1_000
"""Per file: whoever has more has one mistake many times."""

_CLOSE_ENOUGH: Final = 0.6
_LONGEST_MEANT: Final = 128
_LONGEST_SHARED: Final = 12
_MANY: Final = 500
_MOST_LOOKS: Final = 200_000
_LOOKS_EACH: Final = 500
_ENOUGH: Final = 3


class Report:
    """The problems of one file, in the order they were found.

    `marked` are nodes that later checks look into again, by their place; `columns` are those of a CSV file by name.
    """

    def __init__(self, document: Document, found: Iterable[Problem] = ()) -> None:
        self.document = document
        self.problems: list[Problem] = list(found)[:MAX_PROBLEMS]
        self.marked: dict[SourcePlace, Node] = {}
        self.columns: dict[str, int] = {}
        self._looks = _MOST_LOOKS

    def add(self, code: str, node: Node | None, **words: object) -> None:
        """Note the problem `code` where `node` begins."""
        self.note(code, self.document.place(node), words)

    def note(
        self,
        code: str,
        place: SourcePlace,
        words: Dictionary[str, object] = NOTHING,
        *,
        owner: Text = NOBODY,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note the problem `code` at `place` of this file."""
        if self.full:
            return
        if len(self.problems) == MAX_PROBLEMS - 1:
            self.problems.append(problem("too_many", SourcePlace(self.document.file), {"limit": MAX_PROBLEMS}))
        else:
            line = self.document.line_text(place.line)
            self.problems.append(
                problem(code, place, words, line_text=line, owner=owner, suggestion=suggestion, severity=severity)
            )

    @property
    def full(self) -> bool:
        """Whether so much is wrong that nothing more is noted."""
        return len(self.problems) >= MAX_PROBLEMS

    @property
    def has_errors(self) -> bool:
        """Whether anything noted is more than a warning: then the set is refused, and something may be lost."""
        return any(each.severity is Severity.ERROR for each in self.problems)

    def suggest(self, word: str, known: Collection[str]) -> str:
        """As `nearest`, until this file has asked for more than a person waits for: whoever has 1,000 slips has one."""
        if self._looks < 0:
            return ""
        self._looks -= len(known) + _LOOKS_EACH
        return nearest(word, known)

    def mark(self, node: Node, place: SourcePlace | None = None) -> SourcePlace:
        """Remember the node by its place."""
        place = place or self.document.place(node)
        self.marked[place] = node
        return place

    def where(self, *path: str) -> SourcePlace:
        """The place of the node at `path` of the tree (of a list: the item that is this text), or the nearest above."""
        node: Node | None = self.document.root
        place = self.document.place(node)
        for step in path:
            node = _below(node, step)
            if node is None:
                return place
            place = self.document.place(node)
        return place

    def node(self, *path: str) -> Node | None:
        """The node at `path` of the tree, if there is one."""
        node: Node | None = self.document.root
        for step in path:
            node = _below(node, step)
        return node

    def key_place(self, *path: str) -> SourcePlace:
        """The place of the key at the end of `path`, rather than of its value."""
        node: Node | None = self.document.root
        for step in path[:-1]:
            node = _below(node, step)
        return self.document.place(node.keys.get(path[-1])) if isinstance(node, Mapping) else self.where(*path)


@dataclass(frozen=True, slots=True)
class About:
    """Where problems about one thing ("rule EL-01") are noted."""

    report: Report
    owner: Text

    def note(
        self,
        code: str,
        place: SourcePlace,
        *,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
        words: Dictionary[str, object] = NOTHING,
    ) -> None:
        """Note a problem of this thing."""
        self.report.note(code, place, words, owner=self.owner, suggestion=suggestion, severity=severity)


def _below(node: Node | None, step: str) -> Node | None:
    if isinstance(node, Mapping):
        return node.entries.get(step)
    items = node.items if isinstance(node, Sequence) else []
    return next((item for item in items if isinstance(item, Scalar) and item.text == step), None)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was perhaps meant, or ""."""
    if len(word) > _LONGEST_MEANT:
        return ""
    every = list(known)
    candidates = sorted(_alike(word, every) if len(every) > _MANY else every)
    lowered = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=_CLOSE_ENOUGH)
    return lowered[found[0]] if found else ""


def _alike(word: str, candidates: Values[str]) -> Values[str]:
    """Of very many words those that begin or end like this one, for comparing with each of 15,000 takes a second."""
    for shared in range(min(len(word), _LONGEST_SHARED), 0, -1):
        begin, end = word[:shared], word[-shared:]
        found = [each for each in candidates if each.startswith(begin) or each.endswith(end)]
        if len(found) >= _ENOUGH or shared == 1:
            return found[:_MANY]
    return ()
