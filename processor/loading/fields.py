"""Reads the keys of one mapping into typed values, noting everything that is wrong and going on."""

from collections.abc import Callable, Collection
from collections.abc import Mapping as Dictionary
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from processor.loading import meant
from processor.loading.homes import called_elsewhere, home, written
from processor.loading.kinds import Kind, kind_of
from processor.loading.messages import NOBODY
from processor.loading.nodes import Mapping, Node, Scalar
from processor.loading.report import Report
from processor.loading.typed import (
    read_boolean,
    read_choice,
    read_duration,
    read_expression,
    read_id,
    read_integer,
    read_number,
    read_text,
    read_texts,
    read_zone,
)
from processor.model.problem import Severity
from processor.model.source import SourceText
from processor.model.text import Text
from processor.model.time import DAY, DurationMs

LONG: Final[DurationMs] = 3_653 * DAY

_Got = TypeVar("_Got")
_Kind = TypeVar("_Kind", bound=StrEnum)


class Fields:
    """The keys of `node`. Ask for each by its method, then `finish`: what was never asked for is an unknown key."""

    def __init__(self, node: Node, report: Report, owner: Text = NOBODY, *, key: str = "", example: str = "") -> None:
        self.node = node
        self.report = report
        self.owner = owner
        self._asked: set[str] = set()
        self._noted: set[str] = set()
        self._entries: Dictionary[str, Node] = {}
        self._keys: Dictionary[str, Scalar] = {}
        if isinstance(node, Mapping):
            self._entries, self._keys = node.entries, node.keys
        else:
            mend = meant.under_its_key(node.text, key, example) if isinstance(node, Scalar) and not node.empty else ""
            self.add("want_mapping", node, mend, key=key, example=example or "{key: value}")
            self._asked.add("*")

    def add(self, code: str, node: Node | None, suggestion: str = "", **words: object) -> None:
        """Note a problem of this mapping's owner."""
        place = self.report.document.place(node)
        self.report.note(code, place, words, owner=self.owner, suggestion=suggestion)

    def take(self, key: str, *, required: bool = False, example: str = "") -> Node | None:
        """The value of `key` as it stands, or None when it is absent or has no value; `example` if it must be there."""
        self._asked.add(key)
        node = self._entries.get(key)
        if node is None:
            if required and "*" not in self._asked:
                self.add("missing_key", self.node, f"{key}: {example}" if example else "", key=key)
            return None
        if isinstance(node, Scalar) and node.empty:
            if key not in self._noted:
                self._noted.add(key)
                self.add("no_value", self._keys[key], key=key)
            return None
        return node

    def has(self, key: str) -> bool:
        """Whether the key was written at all."""
        return key in self._entries

    def finish(self) -> None:
        """Note every key that was never asked for, with the one that was perhaps meant."""
        left = {key for key in self._asked if key not in self._entries}
        for key, node in self._keys.items():
            if key not in self._asked and not self.report.full:
                self._unknown(key, node, left)

    def _unknown(self, key: str, node: Scalar, left: Collection[str]) -> None:
        """Note a key that is not known here, with the one that was meant or with the place where it belongs."""
        kind = kind_of(self.report.document.file)
        called = called_elsewhere(kind, key)
        if called and (called[-1] in left or kind is Kind.RULES):
            outer = written(called) if called[0] in self._asked else ""
            self.add("unknown_key", node, called[-1] if called[-1] in left else outer, key=key)
            return
        path = home(kind, key)
        near = self.report.suggest(key, left)
        if not path or near:
            self.add("unknown_key", node, near, key=key)
        elif len(path) == 1:
            self.add("key_too_deep", node, key=key)
        else:
            self.add("key_too_high", node, written(path), key=key, home=path[-2])

    def one(
        self, key: str, read: Callable[["Fields", str, Node], _Got | None], *, required: bool = False
    ) -> _Got | None:
        """The value of `key` by `read`, or None."""
        node = self.take(key, required=required)
        return None if node is None else read(self, key, node)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        found = self.one(key, read_text, required=required)
        return default if found is None else found

    def identity(self, key: str, *, required: bool = False) -> str:
        return self.one(key, read_id, required=required) or ""

    def boolean(self, key: str) -> bool | None:
        return self.one(key, read_boolean)

    def flag(self, key: str, *, default: bool = False) -> bool:
        found = self.boolean(key)
        return default if found is None else found

    def number(self, key: str) -> float | None:
        return self.one(key, read_number)

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        found = self.one(key, partial(read_integer, low=low, high=high))
        return default if found is None else found

    def duration(self, key: str, low: DurationMs = 0, high: DurationMs = LONG) -> DurationMs | None:
        return self.one(key, partial(read_duration, low=low, high=high))

    def choice(self, key: str, kinds: type[_Kind], default: _Kind, *, required: bool = False) -> _Kind:
        found = self.one(key, partial(read_choice, choices=tuple(kinds)), required=required)
        return default if found is None else kinds(found)

    def expression(self, key: str, *, required: bool = False) -> SourceText | None:
        return self.one(key, read_expression, required=required)

    def zone(self, key: str, default: str) -> str:
        return self.one(key, read_zone) or default

    def text2(self, key: str, default: str = "", *, required: bool = False) -> Text:
        found = self.one(key, read_text2, required=required)
        return Text(zh=default, en=default) if found is None else found

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """One text or a list of texts."""
        return self.one(key, read_texts, required=required) or ()

    def ids(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """One id or a list of ids."""
        return self.one(key, partial(read_texts, item=read_id), required=required) or ()

    def mapping(self, key: str, example: str = "{key: value}", *, required: bool = False) -> Dictionary[str, Node]:
        """The entries of a mapping whose keys are the operator's own; keys without a value are noted and left out."""
        node = self.take(key, required=required, example=example)
        return {} if node is None else self.entries_of(key, node, example)

    def entries_of(self, key: str, node: Node, example: str = "{key: value}") -> Dictionary[str, Node]:
        """As `mapping`, of a value already taken."""
        if not isinstance(node, Mapping):
            self.add("want_mapping", node, key=key, example=example)
            return {}
        for name, value in node.entries.items():
            if isinstance(value, Scalar) and value.empty:
                self.add("no_value", node.keys[name], key=name)
        return {k: v for k, v in node.entries.items() if not (isinstance(v, Scalar) and v.empty)}

    def words(self, key: str) -> dict[str, str]:
        """A mapping of texts."""
        read = {name: read_text(self, name, node) for name, node in self.mapping(key, "{name: text}").items()}
        return {name: text for name, text in read.items() if text is not None}


def read_text2(fields: Fields, key: str, node: Node) -> Text | None:
    """A text in both languages, or one text that stands for both."""
    if isinstance(node, Scalar):
        text = read_text(fields, key, node)
        return None if text is None else Text(zh=text, en=text)
    both = Fields(node, fields.report, fields.owner, key=key, example="{zh: …, en: …}")
    found = Text(zh=both.text("zh"), en=both.text("en"))
    both.finish()
    if bool(found.zh) != bool(found.en) and not (both.has("zh") and both.has("en")):
        lacks, has = ("zh", "en") if found.en else ("en", "zh")
        place = fields.report.document.place(node)
        words = {"key": lacks, "other": has}
        fields.report.note("one_language", place, words, owner=fields.owner, severity=Severity.WARNING)
    return found
