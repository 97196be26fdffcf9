"""What a file says of a point becomes the point's value: number, boolean, member or text, in the point's own unit."""

import re
import sys
from collections.abc import Callable
from typing import Final, TypeAlias

from processor.adapters.history.faults import shown
from processor.language.units import conversion
from processor.model.profile import Point, PointKind
from processor.model.reading import Value
from processor.model.text import Text

WORDS: Final = {"true": True, "t": True, "1": True, "on": True, "false": False, "f": False, "0": False, "off": False}
LONGEST_TEXT: Final = 1_000
_HEADING: Final = re.compile(r"(?P<name>[^\s\[(]+)\s*(?:[\[(](?P<unit>[^\])]*)[\])])?")

Convert: TypeAlias = Callable[[object], Value]
"""Raises NotAValue."""


class NotAValue(ValueError):  # noqa: N818 - what it is, not what went wrong
    """It cannot be this point's value; `why` is for people."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def heading(text: str) -> tuple[str, str]:
    """A column's name and unit: "flow [L/min]" is ("flow", "L/min")."""
    found = _HEADING.fullmatch(text.strip().lstrip("\ufeff"))
    return (found["name"], found["unit"] or "") if found else (text.strip(), "")


def bounds(point: Point) -> tuple[float, float]:
    """The least and the greatest value; neither is infinite, so that an infinite or undefined number is outside."""
    low = -sys.float_info.max if point.low is None else point.low
    return low, sys.float_info.max if point.high is None else point.high


def converter(point: Point, unit: str) -> Convert:
    """How the point's values are read when the file writes them in `unit` ("": in the point's own)."""
    if point.kind is PointKind.NUMBER:
        return _number(point, unit)
    return _boolean if point.kind is PointKind.BOOLEAN else _member(point)


def plain(point: Point, unit: str) -> bool:
    """Whether the point's values are numbers that need no conversion."""
    return point.kind is PointKind.NUMBER and unit in {"", point.unit}


def unit_fault(point: Point, unit: str) -> Text | None:
    """Why a column in this unit cannot be the point."""
    if plain(point, unit) or point.kind is not PointKind.NUMBER or conversion(unit, point.unit) is not None:
        return None
    return Text(
        zh=f"列 {point.name} 的单位 {shown(unit)} 不能换算成 {point.unit}",
        en=f"the unit {shown(unit)} of column {point.name} cannot be converted into {point.unit}",
    )


def _number(point: Point, unit: str) -> Convert:
    low, high = bounds(point)
    changed = None if plain(point, unit) else conversion(unit, point.unit)

    def read(raw: object) -> float:
        try:
            value = float(raw)  # type: ignore[arg-type]  # what is no number says so
        except (TypeError, ValueError):
            raise NotAValue(Text(f"{shown(raw)} 不是数", f"{shown(raw)} is not a number")) from None
        value = value if changed is None else value * changed.scale + changed.offset
        if not low <= value <= high:
            allowed = f"{low:g} .. {high:g} {point.unit}"
            raise NotAValue(Text(f"{shown(raw)} 超出 {allowed}", f"{shown(raw)} is outside of {allowed}"))
        return value

    return read


def _boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    found = WORDS.get(str(raw).strip().lower())
    if found is None:
        raise NotAValue(Text(f"{shown(raw)} 不是 true 或 false", f"{shown(raw)} is not true or false"))
    return found


def _member(point: Point) -> Convert:
    members = frozenset(point.members.values())

    def read(raw: object) -> str:
        text = str(raw)
        found = text if text in members or not members else point.members.get(text)
        if found is None or len(found) > LONGEST_TEXT:
            listed = ", ".join(sorted(members)[:8])
            raise NotAValue(Text(f"{shown(raw)} 不是 {listed} 之一", f"{shown(raw)} is not one of {listed}"))
        return found

    return read
