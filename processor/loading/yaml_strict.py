"""YAML as operators may write it: 1.2 words, one document, no anchors, aliases, merges, tags or repeated keys."""

import re
from dataclasses import replace
from itertools import islice
from typing import Any, Final, Protocol

import yaml

from processor.loading.messages import problem
from processor.loading.nodes import Document, Mapping, Node, Scalar, Sequence
from processor.loading.report import MAX_PROBLEMS
from processor.loading.syntax import explain
from processor.model.problem import Problem
from processor.model.source import SourcePlace

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 50
MAX_ENTRIES: Final = 50_000
"""Keys and items of one file: more take longer than a person waits, and more memory than a small machine spares."""

_UNPRINTABLE: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTRY: Final = re.compile("[:,\n]")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Events(Protocol):
    def get_event(self) -> Any: ...  # noqa: ANN401 - PyYAML's events are untyped where they come out of libyaml
    def dispose(self) -> None: ...


class _Stop(Exception):  # noqa: N818 - leaves the recursive walk at the first thing that makes the rest meaningless
    pass


def parse_yaml(file: str, text: str) -> tuple[Document, list[Problem]]:
    """The positioned tree of one file, and what is wrong with it. `root` is None when the file could not be read."""
    document = Document(file, text.removeprefix("\ufeff"))
    found = refuse_unreadable(document, MAX_BYTES) or _refuse_many(document)
    if found is not None:
        return document, [found]
    return document, _Composer(document).compose()


def _refuse_many(document: Document) -> Problem | None:
    """The problem of a file with too many entries: each has one of these signs, which takes no parser to count."""
    count = sum(map(document.text.count, ":,\n"))
    if count <= MAX_ENTRIES:
        return None
    last = next(islice(_ENTRY.finditer(document.text), MAX_ENTRIES, None)).start()
    place = SourcePlace(document.file, document.text.count("\n", 0, last) + 1, 1)
    return problem("too_many_entries", place, {"count": count, "limit": MAX_ENTRIES})


def refuse_unreadable(document: Document, limit: int) -> Problem | None:
    """The problem of a file that is too large or holds characters that are no text."""
    size = len(document.text.encode(errors="surrogatepass"))
    if size > limit:
        return problem(
            "too_large", SourcePlace(document.file), {"limit": f"{limit // (1024 * 1024)} MiB", "size": size}
        )
    bad = _UNPRINTABLE.search(document.text)
    if bad is None:
        return None
    before = document.text[: bad.start()].replace("\r\n", "\n")
    line = before.count("\n") + 1
    place = SourcePlace(document.file, line, bad.start() - (before.rfind("\n") + before.count("\r")) or 1)
    shown = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", document.line_text(line))
    return problem("bad_character", place, {"character": f"U+{ord(bad.group()):04X}"}, line_text=shown)


class _Composer:
    """Turns libyaml's events into a tree; keeps going over what does not confuse the rest."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = []

    def compose(self) -> list[Problem]:
        events: _Events = _LOADER(self._document.text)
        try:
            self._read(events)
        except _Stop:
            self._document.root = None
        except yaml.YAMLError as error:
            self._document.root = None
            self._problems.append(explain(self._document, error))
        finally:
            events.dispose()
        return self._problems

    def _read(self, events: _Events) -> None:
        events.get_event()  # the stream's start
        first = events.get_event()
        if isinstance(first, yaml.StreamEndEvent):
            return
        self._refuse_directives(first)
        self._document.root = self._node(events, events.get_event(), 1)
        events.get_event()  # the document's end
        after = events.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            self._stop("second_document", after)

    def _refuse_directives(self, start: Any) -> None:  # noqa: ANN401
        if start.tags:
            self._stop("tag", start, tag="%TAG")

    def _node(self, events: _Events, event: Any, depth: int) -> Node:  # noqa: ANN401
        if isinstance(event, yaml.AliasEvent):
            self._stop("alias", event, name=event.anchor)
        if depth > MAX_DEPTH:
            self._stop("too_deep", event, limit=MAX_DEPTH)
        self._refuse_decoration(event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, event, depth)
        return self._mapping(events, event, depth)

    def _refuse_decoration(self, event: Any) -> None:  # noqa: ANN401
        if event.anchor is not None:
            self._stop("anchor", event, name=event.anchor)
        if event.tag is not None:
            self._stop("tag", event, tag=event.tag)

    def _sequence(self, events: _Events, start: Any, depth: int) -> Sequence:  # noqa: ANN401
        node = Sequence([], start.start_mark.line + 1, start.start_mark.column + 1)
        while not isinstance(event := events.get_event(), yaml.SequenceEndEvent):
            node.items.append(self._node(events, event, depth + 1))
        return node

    def _mapping(self, events: _Events, start: Any, depth: int) -> Mapping:  # noqa: ANN401
        node = Mapping({}, {}, start.start_mark.line + 1, start.start_mark.column + 1)
        last = ""
        while not isinstance(event := events.get_event(), yaml.MappingEndEvent):
            key = self._node(events, event, depth + 1)
            value = self._node(events, events.get_event(), depth + 1)
            if not self._rejoin(node, last, key, value):
                self._enter(node, key, value)
                last = key.text if isinstance(key, Scalar) else ""
        return node

    def _rejoin(self, node: Mapping, last: str, key: Node, value: Node) -> bool:
        """Whether `key` is the rest of an unquoted value that a comma cut in two: {when: avg(x, 5 min) > 3 W}."""
        before = node.entries.get(last)
        if not (isinstance(before, Scalar) and isinstance(key, Scalar) and isinstance(value, Scalar)):
            return False
        cut = before.plain and key.plain and value.empty and before.text.count("(") > before.text.count(")")
        if cut:
            self._add("flow_comma", key, key=last)
            node.entries[last] = replace(before, text=f"{before.text}, {key.text}", end=key.end)
        return cut

    def _enter(self, node: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._add("key_not_text", key)
        elif key.plain and key.text == "<<":
            self._add("merge_key", key)
        elif key.text in node.keys:
            first = node.keys[key.text]
            self._add("duplicate_key", key, key=key.text, line=first.line, column=first.column)
        else:
            node.keys[key.text] = key
            node.entries[key.text] = value

    def _add(self, code: str, node: Node, **words: object) -> None:
        if len(self._problems) >= MAX_PROBLEMS:
            return
        place = self._document.place(node)
        self._problems.append(problem(code, place, words, line_text=self._document.line_text(place.line)))

    def _stop(self, code: str, event: Any, **words: object) -> None:  # noqa: ANN401
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        place = SourcePlace(self._document.file, line, column)
        self._problems.append(problem(code, place, words, line_text=self._document.line_text(line)))
        raise _Stop


def _scalar(event: Any) -> Scalar:  # noqa: ANN401
    begin, end = event.start_mark, event.end_mark
    return Scalar(
        event.value,
        begin.line + 1,
        begin.column + 1,
        plain=event.style in (None, ""),
        block=event.style in ("|", ">"),
        begin=begin.index,
        end=end.index,
    )
