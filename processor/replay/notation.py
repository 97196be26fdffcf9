"""The short notation of a series: "80x5 420 80+10x6 _x3 wet!retained" becomes samples, one for each step of time.

`80` is one value, `80x5` five of it; `80+10x6` is 80, 90, … 130, and `80-10x6` falls; `wet` and `true` are words; `_`
and `_x3` say that nothing comes. `420!late` is marked: how it comes (see `Mark`), for each sample of a repetition.
`(5x180 0x60)x28` repeats a pattern, such as a day's.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from processor.model.reading import Value

LONGEST: Final = 100_000
"""Samples of one series: a minute's period for two months."""

_WORD: Final = re.compile(r"\((?P<pattern>[^()]*)\)x(?P<count>[0-9]{1,6})(?=\s|$)|\S+")
_MARKED: Final = re.compile(r"(?P<body>[^!]+)(?:!(?P<mark>[a-z_]+))?")
_REPEATED: Final = re.compile(r"(?P<value>.+?)x(?P<count>[0-9]{1,6})")
_NUMBER: Final = r"-?(?:\d+(?:\.\d*)?|\.\d+)"
_RAMP: Final = re.compile(rf"(?P<first>{_NUMBER})(?P<step>[+-](?:\d+(?:\.\d*)?|\.\d+))")
_PLAIN: Final = re.compile(_NUMBER)


class Mark(StrEnum):
    """How a sample comes, when not as a device's fresh word."""

    RETAINED = "retained"  # the broker had kept it
    REDELIVERED = "redelivered"  # MQTT DUP, not seen before
    DUPLICATE = "duplicate"  # it comes, and then the very same message again
    LATE = "late"  # sent later than its time (`delay`, ten minutes unless told)
    HISTORY = "history"  # on a topic of stored readings, later than its time as above
    CLOCK_OFF = "clock_off"  # the device's clock was off, so the arrival counts
    NO_TIME = "no_time"  # the payload carries no time
    FUTURE = "future"  # its time lies ten minutes ahead


@dataclass(frozen=True, slots=True)
class Sample:
    """One step of a series: a value, or None when nothing comes."""

    value: Value | None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class NotationFault:
    """What cannot be read, and the offset of its first character in the text."""

    offset: int
    zh: str
    en: str


def read_series(text: str, words: frozenset[str] | None) -> list[Sample] | NotationFault:
    """The samples of the text, or the first thing in it that cannot be read.

    `words` are what may stand there (an enum's members), an empty set for any word, None for numbers.
    """
    samples: list[Sample] = []
    for found in _WORD.finditer(text):
        part, count = _pattern(found, words) if found["count"] else (_part(found.group(), words), 1)
        if isinstance(part, NotationFault):
            return part
        if isinstance(part, str):
            return _fault(found.start(), part, words)
        if len(samples) + len(part) * count > LONGEST:
            en, zh = f"more than {LONGEST} samples", f"超过 {LONGEST} 个样本"
            return NotationFault(found.start(), zh, en)
        samples += part * count
    return samples or _fault(0, text, words)


def _pattern(found: re.Match[str], words: frozenset[str] | None) -> tuple[list[Sample] | NotationFault, int]:
    """The samples between the brackets, and how often they come."""
    inside = read_series(found["pattern"], words)
    if isinstance(inside, NotationFault):
        inside = replace(inside, offset=inside.offset + found.start("pattern"))
    return inside, int(found["count"])


def _part(token: str, words: frozenset[str] | None) -> list[Sample] | str:
    """The samples of one word; the word itself when it is none."""
    marked = _MARKED.fullmatch(token)
    if marked is None or (marked["mark"] and marked["mark"] not in set(Mark)):
        return token
    mark = Mark(marked["mark"]) if marked["mark"] else None
    body, count = marked["body"], 1
    repeated = _REPEATED.fullmatch(body)
    if repeated is not None and not (words and body in words):
        body, count = repeated["value"], int(repeated["count"])
    ramp = _RAMP.fullmatch(body) if words is None else None
    if count > LONGEST:
        return token
    if ramp is not None:
        first, step = float(ramp["first"]), float(ramp["step"])
        # rounded, so that 0.1 steps are the numbers people mean
        return [Sample(round(first + step * number, 9), mark) for number in range(count)]
    value = _value(body, words)
    return token if value is None and body != "_" else [Sample(value, mark)] * count


def _value(body: str, words: frozenset[str] | None) -> Value | None:
    if body == "_":
        return None
    if words is not None:
        return body if not words or body in words else None
    return float(body) if _PLAIN.fullmatch(body) else None


def _fault(offset: int, token: str, words: frozenset[str] | None) -> NotationFault:
    shown = token if len(token) <= 40 else token[:37] + "..."  # noqa: PLR2004 - one line of a terminal
    members = ", ".join(sorted(words)) if words else "80, 80x5, 80+10x6, _x3"
    return NotationFault(
        offset,
        zh=f"看不懂“{shown}”；可以写 {members}，后面可加 x次数 和 !{'、!'.join(Mark)}",
        en=f'cannot read "{shown}"; write {members}, then perhaps x and a count, and one of !{", !".join(Mark)}',
    )
