"""Words that came from outside as they may stand in a message to people: no line ends, no signs that steer, no markup.

The operators' own words are only shortened; a payload's text also loses what a chat might take for a link or a call.
"""

import math
import unicodedata
from typing import Final

from processor.model.reading import Value

MOST_OF_A_VALUE: Final = 60
MOST_OF_THE_EVIDENCE: Final = 400
MOST_OF_A_TEXT: Final = 2_000

# Control, format (direction, zero width), surrogate, private and unassigned signs; line and paragraph separators.
_UNSAID: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Their full-width likenesses read the same and mean nothing to a chat. What compares two values is left in evidence.
_LINKING: Final = str.maketrans({"[": "［", "]": "］", "`": "｀", "@": "＠"})
_MARKUP: Final = str.maketrans(
    {
        "<": "＜",
        ">": "＞",
        "&": "＆",
        "*": "＊",
        "_": "＿",
        "#": "＃",
        "|": "｜",
        "\\": "＼",
        "~": "～",
        "{": "｛",
        "}": "｝",
    }
)
_UNITS: Final = {"degC": "°C", "degF": "°F", "ohm": "Ω", "m3": "m³", "m3/h": "m³/h", "uS/cm": "μS/cm"}
_WHOLE_FROM: Final = 1_000  # a number of four digits needs no fraction


def bounded(text: str, most: int) -> str:
    """At most so many characters on one line, without signs nobody sees."""
    shown = text[: most + 1] if text.isascii() and text.isprintable() else _visible(text[: 4 * most])
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def evidence_text(text: str) -> str:
    """The words of the evidence, which may hold what a payload said."""
    return bounded(text, MOST_OF_THE_EVIDENCE).translate(_LINKING).replace("://", "：//")


def foreign(text: str) -> str:
    """A payload's own text."""
    return evidence_text(bounded(text, MOST_OF_A_VALUE)).translate(_MARKUP)


def _visible(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(sign) in _UNSAID else sign for sign in text).split())


def number_text(value: float, unit: str) -> str:
    """A number as people write it, with its unit: four digits that count, a whole number in full."""
    if not math.isfinite(value):
        return "?"
    digits = f"{value:.0f}" if abs(value) >= _WHOLE_FROM or value.is_integer() else f"{value:.4g}"
    shown = bounded(digits, MOST_OF_A_VALUE)
    if not unit:
        return shown
    return f"{shown}%" if unit == "%" else f"{shown} {_UNITS.get(unit, unit)}"


def value_text(value: Value, unit: str, language: str) -> str:
    """A value of the operators' own: a number with its unit, yes or no, or a text."""
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    return bounded(value, MOST_OF_A_VALUE) if isinstance(value, str) else number_text(value, unit)
