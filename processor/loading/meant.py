"""What was perhaps meant by a word that cannot be taken: the mend that is shown beside the problem."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from typing import Final

from processor.language.faults import meant_unit
from processor.loading import scalars

_TRUE: Final = frozenset({"yes", "y", "on", "1", "是", "开", "启用", "对", "真", "true"})
_FALSE: Final = frozenset({"no", "n", "off", "0", "否", "关", "停用", "不", "假", "不是", "false"})
_CALLED: Final = {
    "float": "number", "double": "number", "int": "number", "integer": "number", "decimal": "number",
    "bool": "boolean", "switch": "boolean", "string": "text", "str": "text", "数字": "number",
    "ms": "epoch_ms", "s": "epoch_s", "timestamp": "epoch_ms", "unix": "epoch_s", "iso8601": "iso",
    "一级": "L1", "二级": "L2", "三级": "L3", "四级": "L4", "1": "L1", "2": "L2", "3": "L3", "4": "L4",
    "critical": "L1", "red": "L1", "红": "L1", "emergency": "L1", "orange": "L2", "橙": "L2", "major": "L2",
    "warning": "L3", "yellow": "L3", "黄": "L3", "minor": "L3", "blue": "L4", "蓝": "L4", "info": "L4",
    "中文": "zh", "cn": "zh", "zh-cn": "zh", "chinese": "zh", "english": "en",
}  # fmt: skip
_TIME: Final = re.compile(r"\s*-?\s*(\d+(?:\.\d+)?)\s*([^\s\d#，,。]*)")
_DAY: Final = re.compile(r"\s*(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})日?\s*")
_CLOCK: Final = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*")
_TWO_CLOCKS: Final = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*\D{1,3}\s*(\d{1,2})[:：](\d{2})\s*")
_TWO_HOURS: Final = re.compile(r"\s*(\d{1,2})\s*[-–~～至到]\s*(\d{1,2})\s*")
_SEASON: Final = re.compile(r"\s*(\d{1,2})[-/.月](\d{1,2})日?\D{1,4}(\d{1,2})[-/.月](\d{1,2})日?\s*")
_HOURS: Final = 24
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def truth(text: str) -> str:
    """`true` or `false`, or "" where that cannot be told."""
    word = text.strip().lower()
    said = "true" if word in _TRUE else "false" if word in _FALSE else ""
    return "" if said == text else said


def time(text: str) -> str:
    """A time with a unit."""
    found = _TIME.match(unicodedata.normalize("NFKC", text))
    if found is None:
        return ""
    number, unit = found.groups()
    known = unit if scalars.duration(f"1 {unit}") else meant_unit(unit, time=True)
    return f"{number} {known or 's'}" if known or not unit else ""


def day(text: str) -> str:
    """A date."""
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else ""
    except ValueError:  # there is no such day
        return ""


def span(text: str) -> str:
    """From one time of day to another."""
    hours = _TWO_HOURS.fullmatch(text)
    if hours is not None:
        text = f"{hours[1]}:00-{hours[2]}:00"
        return span(text) or text
    found = _TWO_CLOCKS.fullmatch(text) or _CLOCK.fullmatch(text)
    if found is None or any(int(hour) >= _HOURS for hour in found.groups()[::2]):
        return ""
    clocks = [
        f"{int(hour):02}:{minute}" for hour, minute in zip(found.groups()[::2], found.groups()[1::2], strict=True)
    ]
    said = "-".join(clocks if len(clocks) > 1 else [*clocks, "06:00"])
    return "" if said == text else said


def season(text: str) -> str:
    """From one day of the year to another."""
    found = _SEASON.fullmatch(text)
    if found is None:
        return ""
    days = [f"{int(month):02}-{int(day):02}" for month, day in ((found[1], found[2]), (found[3], found[4]))]
    said = "..".join(days)
    return "" if said == text else said


def identity(text: str) -> str:
    """An id, or a list of them."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if "," in plain or plain.startswith("["):
        parts = [part.strip() for part in plain.strip("[]").split(",")]
        return f"[{', '.join(parts)}]" if all(map(_ID.fullmatch, parts)) else ""
    joined = "-".join(plain.split())
    return joined if _ID.fullmatch(joined) else ""


def choice(text: str, choices: Collection[str]) -> str:
    """One of the choices by another name."""
    called = _CALLED.get(text.strip().lower(), "")
    return called if called in choices else ""
