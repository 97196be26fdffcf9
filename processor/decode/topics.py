"""Topic templates with captures: "v1/{community}/leak/{device}/telemetry"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

CAPTURE: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHARED: Final = ("$share", "$queue", "$exclusive")
"""First levels that brokers take for orders rather than for topics; a profile must not give orders."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template: the MQTT filter that covers it, and how to match a topic."""

    text: str
    filter: str
    levels: int
    captures: tuple[str, ...]
    _pattern: re.Pattern[str]

    def match(self, topic: str) -> dict[str, str] | None:
        """The captured fields, or None where the topic is not of this shape."""
        found = self._pattern.fullmatch(topic)
        return found.groupdict() if found else None


def parse_template(text: str) -> Template:
    """The template `text` means; ValueError names what is wrong with it."""
    levels = text.split("/")
    captures = tuple(CAPTURE.findall(text))
    problem = _problem(text, levels, captures)
    if problem:
        raise ValueError(f'topic "{text}": {problem}')
    pattern = "/".join(_level_pattern(level) for level in levels)
    wide = "/".join("+" if level == "+" or CAPTURE.search(level) else level for level in levels)
    return Template(text, wide, len(levels), captures, re.compile(pattern, re.DOTALL))


def covering(filters: Iterable[str]) -> tuple[str, ...]:
    """The filters that no other one covers, sorted: a broker need not match, or deliver, anything twice for them."""
    distinct = sorted(set(filters))
    return tuple(one for one in distinct if not any(other != one and _covers(other, one) for other in distinct))


def _covers(wide: str, narrow: str) -> bool:
    ours, theirs = wide.split("/"), narrow.split("/")
    if len(ours) != len(theirs) or (ours[0] == "+" and theirs[0].startswith("$")):
        return False  # MQTT: a leading + does not match the broker's own topics
    return all(a in ("+", b) for a, b in zip(ours, theirs, strict=True))


def _problem(text: str, levels: list[str], captures: tuple[str, ...]) -> str:
    if not text or "\x00" in text or "#" in text:
        return "it must have characters, and neither # nor NUL among them"
    if levels[0] in SHARED:
        return f"{levels[0]} is an order to the broker, not a topic; the daemon subscribes by itself"
    if any("+" in level and level != "+" for level in levels):
        return "+ must stand alone between slashes; write {name} to capture a part of a level"
    if len(set(captures)) != len(captures):
        return "a capture's name stands twice"
    if "{" in CAPTURE.sub("", text) or "}" in CAPTURE.sub("", text):
        return "a capture is written {name}, of letters, digits and _"
    return "a part must stand between two captures of one level" if "}{" in text else ""


def _level_pattern(level: str) -> str:
    if level == "+":
        return "[^/]*"
    pattern, at = "", 0
    for found in CAPTURE.finditer(level):
        pattern += re.escape(level[at : found.start()]) + f"(?P<{found[1]}>[^/]+)"
        at = found.end()
    return pattern + re.escape(level[at:])
