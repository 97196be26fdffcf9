"""Paths into a payload: `a.b`, `temp[0]`, `"odd.name".x`, `list[name=power].value`, `$.of_the_root`, `.` for itself."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from processor.decode.faults import wrong_type


class Select(NamedTuple):
    """The first element of an array of objects whose `key` is `text`: an array of points."""

    key: str
    text: str


Step: TypeAlias = str | int | Select


class Path(NamedTuple):
    """Where a value stands. `root`: starts at the payload even where the payload is split."""

    root: bool
    steps: tuple[Step, ...]


_STEP: Final = re.compile(
    r"""
    (?P<plain>[^.\[\]"]+)
    | "(?P<quoted>(?:[^"\\]|\\.)+)"
    | \[(?P<index>\d{1,6})\]
    | \["(?P<key>(?:[^"\\]|\\.)+)"\]
    | \[(?P<name>[^\]="]+)=(?P<value>[^\]"]*)\]
    """,
    re.VERBOSE,
)
_ESCAPED: Final = re.compile(r"\\(.)")


def parse_path(text: str) -> Path:
    """The path `text` means; ValueError names what is wrong with it."""
    root = text == "$" or text.startswith(("$.", "$["))
    rest = text[1:] if root else text
    if rest in ("", "."):
        return Path(root, ())
    steps: list[Step] = []
    at = 1 if root and rest.startswith(".") else 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if found is None:
            raise ValueError(f'path "{text}" cannot be read from "{rest[at:]}" on: write a.b, a[0], or "odd name".b')
        steps.append(_step(found))
        at = _next_step(rest, found.end(), text)
    return Path(root, tuple(steps))


def fetch(tree: object, steps: Sequence[Step]) -> object:
    """What stands at `steps`, or None where there is nothing; Unfit where something else is in the way."""
    for step in steps:
        if tree is None:
            return None
        if isinstance(step, str):
            tree = _member(tree, step)
        elif isinstance(step, int):
            tree = _element(tree, step)
        else:
            tree = _selected(tree, step)
    return tree


def canonical(raw: object) -> str | None:
    """A scalar as text, one text for one meaning (1 and 1.0 are "1", true is "true"); None where it is no scalar."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, int):
        return str(raw) if -(2**63) <= raw < 2**64 else None
    return repr(raw) if isinstance(raw, float) else None


def _step(found: re.Match[str]) -> Step:
    parts = found.groupdict()
    if parts["index"] is not None:
        return int(parts["index"])
    if parts["name"] is not None:
        return Select(parts["name"].strip(), parts["value"].strip())
    quoted = parts["quoted"] or parts["key"]
    return _ESCAPED.sub(r"\1", quoted) if quoted else str(parts["plain"])


def _next_step(rest: str, at: int, text: str) -> int:
    """The start of the step after the one that ended at `at`."""
    if at == len(rest) or rest[at] == "[":
        return at
    if rest[at] == "." and at + 1 < len(rest):
        return at + 1
    raise ValueError(f'path "{text}": "{rest[at:]}" cannot follow; steps are joined by "." or written [0]')


def _member(tree: object, key: str) -> object:
    if isinstance(tree, dict):
        return tree.get(key)
    raise wrong_type(tree, f'an object with "{key}"')


def _element(tree: object, index: int) -> object:
    if isinstance(tree, list):
        return tree[index] if index < len(tree) else None
    raise wrong_type(tree, "an array")


def _selected(tree: object, step: Select) -> object:
    if not isinstance(tree, list):
        raise wrong_type(tree, "an array")
    for element in tree:
        if isinstance(element, dict) and canonical(element.get(step.key)) == step.text:
            return element
    return None
