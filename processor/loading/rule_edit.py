"""Small edits of a rule's text that leave every other character, and every comment, where it was."""

from typing import Final

from processor.loading.nodes import Mapping, Scalar
from processor.loading.scalars import BOOLEANS
from processor.loading.yaml_strict import parse_yaml

SHADOW: Final = "shadow"


def without_shadow(text: str, rule: str) -> str | None:
    """The text of a rules file in which this rule no longer has `shadow: true`; None where it has none.

    On a line of its own the key goes (a comment behind it stays); inside braces its value becomes false.
    """
    table = _rule(text, rule)
    value = table.entries.get(SHADOW) if table is not None else None
    if table is None or not isinstance(value, Scalar) or BOOLEANS.get(value.text) is not True:
        return None
    key = table.keys[SHADOW]
    begin = text.rfind("\n", 0, key.begin) + 1
    end = text.find("\n", value.end)
    end = len(text) if end < 0 else end
    before, behind = text[begin : key.begin], text[value.end : end]
    if before.strip() or (behind.strip() and not behind.lstrip().startswith("#")):
        return f"{text[: value.begin]}false{text[value.end :]}"
    if behind.strip():
        return f"{text[:begin]}{before}{behind.lstrip()}{text[end:]}"
    return text[:begin] + text[end + 1 :]


def rule_text(text: str, rule: str) -> str | None:
    """The lines of one rule, with the comments inside it; None where the file has no such rule."""
    root = parse_yaml("rules/rule.yaml", text)[0].root
    if not isinstance(root, Mapping) or rule not in root.keys:
        return None
    lines = [key.line for key in root.keys.values()]
    first = root.keys[rule].line
    last = min((line for line in lines if line > first), default=None)
    found = text.splitlines(keepends=True)[first - 1 : None if last is None else last - 1]
    while found and (not found[-1].strip() or found[-1].startswith("#")):
        found.pop()  # what stands above the next rule belongs to it
    return "".join(found)


def _rule(text: str, rule: str) -> Mapping | None:
    root = parse_yaml("rules/rule.yaml", text)[0].root
    found = root.entries.get(rule) if isinstance(root, Mapping) else None
    return found if isinstance(found, Mapping) else None
