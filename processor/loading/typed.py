"""Reads one YAML value as one type, noting what is wrong with it."""

import re
from collections.abc import Callable
from collections.abc import Sequence as Values
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from processor.language.grammar import KEYWORDS
from processor.loading import meant, scalars
from processor.loading.nodes import Mapping, Node, Scalar, Sequence
from processor.loading.report import Report, nearest
from processor.model.source import SourceText
from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs

ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
NAME: Final = re.compile(rf"(?!(?:{'|'.join(KEYWORDS)})$)[a-z][a-z0-9_]{{0,63}}")


_LINK: Final = re.compile(r"https?://[!-~]{1,490}")
"""As long as any message can carry; other characters are written with %, as browsers copy them."""

_MOST_JOINED: Final = 5


class Asker(Protocol):
    """Whoever wants the value, and is told what is wrong with it."""

    report: Report

    def add(self, code: str, node: Node | None, suggestion: str = "", **words: object) -> None: ...


def read_text(fields: Asker, key: str, node: Node) -> str | None:
    if isinstance(node, Scalar) and not node.empty:
        return node.text
    items = node.items if isinstance(node, Sequence) else []
    one = items[0] if len(items) == 1 else None
    fields.add("want_text", node, one.text if isinstance(one, Scalar) else "", key=key)
    return None


def read_id(fields: Asker, key: str, node: Node) -> str | None:
    text = read_text(fields, key, node)
    if text is None or ID.fullmatch(text):
        return text
    fields.add("want_id", node, meant.identity(text), text=text)
    return None


def read_boolean(fields: Asker, key: str, node: Node) -> bool | None:
    if isinstance(node, Scalar) and node.plain and node.text in scalars.BOOLEANS:
        return scalars.BOOLEANS[node.text]
    fields.add("want_boolean", node, meant.truth(shown(node)), key=key, text=shown(node))
    return None


def read_number(fields: Asker, key: str, node: Node) -> float | None:
    found = scalars.number(node.text) if isinstance(node, Scalar) and node.plain else None
    if found is None:
        _refuse_number(fields, key, node, "want_number")
    return found


def read_integer(fields: Asker, key: str, node: Node, low: int, high: int) -> int | None:
    found = scalars.integer(node.text) if isinstance(node, Scalar) and node.plain else None
    if found is None or not low <= found <= high:
        fields.add("want_integer", node, key=key, text=shown(node), low=low, high=high)
        return None
    return found


def _refuse_number(fields: Asker, key: str, node: Node, code: str) -> None:
    if isinstance(node, Scalar) and scalars.is_not_finite(node.text):
        fields.add("not_finite", node, key=key)
    else:
        fields.add(code, node, key=key, text=shown(node))


def read_duration(fields: Asker, key: str, node: Node, low: DurationMs, high: DurationMs) -> DurationMs | None:
    found = scalars.duration(node.text) if isinstance(node, Scalar) else None
    if found is not None and low <= found <= high:
        return found
    text = shown(node)
    if found is not None:
        fields.add("duration_bounds", node, key=key, text=text, low=_time(low), high=_time(high))
    elif scalars.number(text) is not None:
        fields.add("no_unit", node, key=key, text=text.lstrip("-"))
    else:
        fields.add("want_duration", node, meant.time(text), key=key, text=text)
    return None


def _time(span: DurationMs) -> str:
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND)):
        if span and span % size == 0:
            return f"{span // size} {unit}"
    return f"{span} ms"


def read_quantity(fields: Asker, key: str, node: Node) -> tuple[float, str] | None:
    """A number and its unit ("" for none)."""
    found = scalars.quantity(node.text) if isinstance(node, Scalar) else None
    if found is None:
        _refuse_number(fields, key, node, "want_quantity")
    return found


def read_choice(fields: Asker, key: str, node: Node, choices: Values[str]) -> str | None:
    text = shown(node)
    if isinstance(node, Scalar) and text in choices:
        return text
    known = meant.choice(text, choices) or ("" if fields.report.full else nearest(text, choices))
    fields.add("want_choice", node, known, key=key, text=text, choices=", ".join(choices))
    return None


def _joined(node: Node) -> str:
    """The condition that is perhaps meant by a list of conditions, or by points and what is asked of each."""
    if isinstance(node, Mapping):
        parts = [f"{name} {each.text}" for name, each in node.entries.items() if isinstance(each, Scalar)]
        whole = len(node.entries)
    else:
        items = node.items if isinstance(node, Sequence) else []
        parts, whole = [each.text for each in items if isinstance(each, Scalar)], len(items)
    return " and ".join(parts) if len(parts) == whole <= _MOST_JOINED else ""


def read_expression(fields: Asker, key: str, node: Node) -> SourceText | None:
    """The words of an expression and the place of their first character."""
    if not isinstance(node, Scalar):
        fields.add("want_text", node, _joined(node), key=key)
        return None
    text = read_text(fields, key, node)
    if text is None:
        return None
    return SourceText(text, fields.report.mark(node, fields.report.document.place_inside(node, 0)))


def read_link(fields: Asker, key: str, node: Node) -> str | None:
    """An address of the web: what pages and messages show may run nothing."""
    text = read_text(fields, key, node)
    if text is None or _LINK.fullmatch(text):
        return text
    bare = re.fullmatch(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:/[!-~]*)?", text)
    fields.add("want_link", node, f"https://{text}" if bare else "", key=key)
    return None


def read_zone(fields: Asker, key: str, node: Node) -> str | None:
    text = read_text(fields, key, node)
    if text is None:
        return None
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder of the zone files
        fields.add("unknown_zone", node, text=text)
        return None
    return text


def read_texts(
    fields: Asker, key: str, node: Node, item: Callable[[Asker, str, Node], str | None] = read_text
) -> tuple[str, ...]:
    """One text or a list of texts."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    read = (item(fields, key, each) for each in nodes)
    return tuple(text for text in read if text is not None)


def shown(node: Node) -> str:
    """The value as it may be quoted in a sentence."""
    if isinstance(node, Scalar):
        return node.text if len(node.text) <= 60 else node.text[:57] + "..."  # noqa: PLR2004 - one line of a terminal
    return "[...]" if isinstance(node, Sequence) else "{...}"
