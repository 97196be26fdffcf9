"""What a single YAML word means: YAML 1.2 booleans and decimal numbers, times and quantities with units."""

import math
import re
from collections.abc import Mapping
from typing import Final

from processor.loading.nodes import Node, Scalar, Sequence
from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs

BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

_NUMBER: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_INTEGER: Final = re.compile(r"[-+]?\d+")
_NOT_FINITE: Final = re.compile(r"[-+]?\.?(inf|infinity)|\.?nan", re.IGNORECASE)
_QUANTITY: Final = re.compile(r"\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*?)?\s*")
_TIMES: Final[Mapping[str, DurationMs]] = {
    "ms": 1,
    "s": SECOND,
    "sec": SECOND,
    "second": SECOND,
    "seconds": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "minutes": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "d": DAY,
    "day": DAY,
    "days": DAY,
}


def is_not_finite(text: str) -> bool:
    """Whether the text is some spelling of infinity or not-a-number, or a number too large to hold."""
    return bool(_NOT_FINITE.fullmatch(text)) or (bool(_NUMBER.fullmatch(text)) and not math.isfinite(float(text)))


def number(text: str) -> float | None:
    """The finite number the text is, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def integer(text: str) -> int | None:
    """The whole number the text is (decimal, never octal), or None."""
    return int(text) if _INTEGER.fullmatch(text) and len(text) <= 20 else None  # noqa: PLR2004 - 64 bits have 20 digits


def quantity(text: str) -> tuple[float, str] | None:
    """The number and the unit ("" for none) that the text is, or None."""
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    value = float(found.group(1))
    return (value, found.group(2) or "") if math.isfinite(value) else None


def duration(text: str) -> DurationMs | None:
    """The time the text is, in milliseconds, or None; "0" needs no unit."""
    found = quantity(text)
    if found is None:
        return None
    value, unit = found
    if not unit:
        return 0 if value == 0 else None
    factor = _TIMES.get(unit)
    if factor is None or value < 0 or value * factor > 3_653 * DAY:
        return None
    return round(value * factor)


def plain_value(node: Node) -> object:
    """The tree as plain Python values by the YAML 1.2 core schema: for payloads, whose shape is the operator's."""
    if isinstance(node, Scalar):
        return _plain_scalar(node)
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(value) for key, value in node.entries.items()}


def _plain_scalar(node: Scalar) -> object:
    if not node.plain:
        return node.text
    if node.empty:
        return None
    if node.text in BOOLEANS:
        return BOOLEANS[node.text]
    whole = integer(node.text)
    if whole is not None:
        return whole
    decimal = number(node.text)
    return node.text if decimal is None else decimal
