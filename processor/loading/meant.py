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
_MAIN_KEYS: Final = {"command": "command", "verify": "when", "applies_to": "profile"}
"""What is meant by a bare value where the example does not begin with it."""

_FIRST_KEY: Final = re.compile(r"\{([a-z_]+): [^{}]*\}")
_NEEDS_NO_QUOTES: Final = re.compile(r"\w[^,:#\[\]{}\"\\]*")
_LONGEST_REPEATED: Final = 80
_LEAP_YEAR: Final = 2000  # has every day a year may have
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
    plain = text if hours is None else f"{hours[1]}:00-{hours[2]}:00"
    found = _TWO_CLOCKS.fullmatch(plain) or _CLOCK.fullmatch(plain)
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
    try:
        ends = [date(_LEAP_YEAR, int(month), int(day)) for month, day in ((found[1], found[2]), (found[3], found[4]))]
    except ValueError:  # there is no such day
        return ""
    said = "..".join(f"{end:%m-%d}" for end in ends)
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


def under_its_key(text: str, key: str, example: str) -> str:
    """A bare value where keys are needed, as YAML: under the main key of the example."""
    found = _FIRST_KEY.fullmatch(example)
    main = _MAIN_KEYS.get(key) or (found[1] if found else "")
    if not main or len(text) > _LONGEST_REPEATED:
        return ""
    if _NEEDS_NO_QUOTES.fullmatch(text):
        return f"{{{main}: {text}}}"
    quoted = "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'
    return f"{{{main}: {quoted}}}"
