"""Checks topic templates such as "v1/{community}/leak/{device}/telemetry"."""

import re
from typing import Final

from processor.loading.fields import Fields
from processor.loading.nodes import Scalar

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CAPTURE: Final = re.compile(r"\{([^{}]*)\}")
_WRONG: Final[dict[str, tuple[str, str]]] = {
    "empty": ("it is empty", "是空的"),
    "level": ("a topic may not begin with /, end with / or hold //", "主题不能以 / 开头或结尾，也不能有 //"),
    "hash": ("# is not allowed; name the levels", "不允许 #；请写明各级"),
    "plus": ("+ must be a whole level", "+ 必须独占一级"),
    "plus_command": ("+ is not allowed in a command's topic", "指令的主题不允许 +"),
    "capture": ("a capture is a name in braces, such as {device}", "捕获应是花括号里的名字，如 {device}"),
    "joined": ("a text must stand between two captures of one level", "同一级的两个捕获之间要有文字"),
    "twice": ("a capture is there twice", "同名的捕获出现了两次"),
    "dollar": ("$ topics are the broker's own", "以 $ 开头的主题属于服务器自己"),
}


def captures_of(template: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(_CAPTURE.findall(template))


def check_template(fields: Fields, node: Scalar, *, command: bool = False) -> bool:
    """Note what is wrong with the template; a command's topic has no wildcards."""
    reason = _reason(node.text, command=command)
    if reason is None:
        return True
    en, zh = _WRONG[reason]
    fields.add("bad_template", node, text=node.text, reason=en, reason_zh=zh)
    return False


def _reason(text: str, *, command: bool) -> str | None:
    levels = text.split("/")
    reasons = (reason for level in levels if (reason := _level_reason(level, command=command)))
    names = captures_of(text)
    checks = (
        ("empty", not text),
        ("level", "" in levels),
        ("hash", "#" in text),
        ("dollar", text.startswith("$")),
        ("twice", len(set(names)) < len(names)),
    )
    return next((reason for reason, wrong in checks if wrong), None) or next(reasons, None)


def _level_reason(level: str, *, command: bool) -> str | None:
    if "+" in level:
        return "plus_command" if command else ("plus" if level != "+" else None)
    bare = _CAPTURE.sub("", level)
    names = captures_of(level)
    if "{" in bare or "}" in bare or not all(_NAME.fullmatch(name) for name in names):
        return "capture"
    return "joined" if "}{" in level and not command else None
