"""What one set of files changed of another: rules by id, files by name, and the texts as people read a change."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from processor.loading.kinds import Kind, kind_of
from processor.loading.nodes import Mapping as Table
from processor.loading.nodes import Node, Scalar, Sequence
from processor.loading.yaml_strict import parse_yaml
from processor.ports.rule_sets import SetChanges

# The history keeps the diff of every set: a device table of a whole district that was replaced is cut.
LONGEST_DIFF: Final = 64 * 1024
# Comparing takes time in the square of the lines: beyond this a file is only named.
MOST_LINES: Final = 5_000


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> SetChanges:
    """What the texts of `after` changed. A rule is changed when its text is, comments and layout aside."""
    old, new = rules_in(before), rules_in(after)
    return SetChanges(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        files=tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name))),
        diff=text_diff(before, after),
    )


def text_diff(before: Mapping[str, str], after: Mapping[str, str], limit: int = LONGEST_DIFF) -> str:
    """A unified diff of every file that differs, at most `limit` characters of it."""
    text = "".join(_diffs(before, after))
    return text if len(text) <= limit else text[:limit].rpartition("\n")[0] + "\n…\n"


def rules_in(sources: Mapping[str, str]) -> dict[str, object]:
    """The rules that these texts write down, as nested texts without places."""
    found: dict[str, object] = {}
    for path, text in sources.items():
        if kind_of(path) is not Kind.RULES:
            continue
        root = parse_yaml(path, text)[0].root
        if isinstance(root, Table):
            found |= {name: _plain(node) for name, node in root.entries.items()}
    return found


def file_of_rule(sources: Mapping[str, str], rule: str) -> str | None:
    """The file in which a rule is written."""
    return next((path for path, text in sources.items() if rule in rules_in({path: text})), None)


def _plain(node: Node | None) -> object:
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [_plain(item) for item in node.items]
        case Table():
            return {key: _plain(value) for key, value in node.entries.items()}
        case _:
            return None


def _diffs(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        lines = (old or "").splitlines(keepends=True), (new or "").splitlines(keepends=True)
        if max(map(len, lines)) > MOST_LINES:
            yield f"--- {name}\n+++ {name}\n@@ {len(lines[0])} → {len(lines[1])} lines @@\n"
            continue
        names = ("/dev/null" if old is None else name), ("/dev/null" if new is None else name)
        for line in difflib.unified_diff(*lines, *names):
            yield line if line.endswith("\n") else f"{line}\n"
