"""What a fault of an expression is: a stable code, a place, both languages, and what was perhaps meant.

`ExpressionFault.column` counts from 1 within the expression's own text; the loader adds the place of the text.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from processor.model.text import Text

# fmt: off
USUAL_UNITS: Final = (
    "A", "mA", "uA", "V", "mV", "kV", "W", "kW", "MW", "VA", "kVA", "var", "kvar",
    "Wh", "kWh", "Ah", "Hz", "ohm", "K", "degC", "degF", "%", "ppm", "s", "ms", "min",
    "h", "d", "week", "m", "cm", "mm", "km", "m3", "L", "mL", "L/min", "L/h", "m3/h",
    "Pa", "kPa", "MPa", "bar", "g", "kg", "mg", "mg/L", "ug/L", "NTU", "pH", "uS/cm", "K/min",
    "W/min", "dB", "dBm", "lx", "rpm", "S",
)
# fmt: on
"""What a mistyped unit is compared with."""


_CALLED: Final = {
    "毫安": "mA", "安": "A", "安培": "A", "微安": "uA", "伏": "V", "伏特": "V", "毫伏": "mV", "千伏": "kV",
    "瓦": "W", "瓦特": "W", "千瓦": "kW", "度电": "kWh", "千瓦时": "kWh", "赫兹": "Hz", "度": "degC",
    "摄氏度": "degC", "C": "degC", "°": "degC", "F": "degF", "开": "K", "秒": "s", "秒钟": "s", "毫秒": "ms",
    "分": "min", "分钟": "min", "m": "min", "mins": "min", "M": "min", "时": "h", "小时": "h", "hr": "h",
    "hrs": "h", "H": "h", "天": "d", "日": "d", "D": "d", "周": "week", "星期": "week", "米": "m",
    "厘米": "cm", "毫米": "mm", "公里": "km", "升": "L", "毫升": "mL", "立方": "m3", "立方米": "m3",
    "吨": "m3", "升/分": "L/min", "升/分钟": "L/min", "升/小时": "L/h", "毫克/升": "mg/L", "帕": "Pa",
    "千帕": "kPa", "兆帕": "MPa", "公斤": "kg", "千克": "kg", "克": "g", "百分比": "%", "％": "%",
    "percent": "%", "lpm": "L/min", "amp": "A", "amps": "A", "mAmp": "mA", "mAmps": "mA", "milliamp": "mA", "volt": "V",
    "volts": "V", "watt": "W", "watts": "W", "celsius": "degC", "Celsius": "degC", "fahrenheit": "degF", "deg": "degC",
    "hertz": "Hz", "liter": "L", "liters": "L", "litre": "L", "litres": "L", "sec": "s", "secs": "s", "hour": "h",
    "hours": "h", "day": "d", "days": "d", "minute": "min", "minutes": "min", "seconds": "s", "second": "s",
}  # fmt: skip
"""What people call units."""

READINGS: Final = frozenset({"samples", "sample", "readings", "reading", "times", "次", "x"})
"""What people call readings that they count."""

COUNTED: Final = READINGS | {"time", "devices", "units", "pcs", "个", "台", "个设备", "台设备"}
"""What people write behind a number of things, which has no unit."""

_OF_TIME: Final = frozenset({"ms", "s", "min", "h", "d", "week"})


def meant_unit(word: str, *, time: bool = False) -> str:
    """The unit that was probably meant, or ""; of time only, where a time is wanted."""
    called = _CALLED.get(word, "")
    if time:
        return called if called in _OF_TIME else ""
    return "" if word == "m" else (called or closest(word, USUAL_UNITS))


NOTHING: Final = Text()


@dataclass(frozen=True, slots=True)
class ExpressionFault:
    """One fault: a stable code, where, what, and perhaps what was meant; `hint`: what there is, where that helps."""

    code: str
    column: int
    what: Text
    suggestion: str = ""
    hint: Text = NOTHING


class ExpressionError(ValueError):
    """Raised when a faulty expression is compiled although `check` would have named its faults."""

    def __init__(self, faults: Iterable[ExpressionFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"column {fault.column}: {fault.what.en}" for fault in self.faults))


ASKED_OTHERWISE: Final = {
    **dict.fromkeys(("null", "none", "nil", "nan", "unknown", "stale"), "missing(…, 15 min)"),
    **dict.fromkeys(("hour", "now", "clock", "time", "time_of_day"), "time in 22:00-06:00"),
    **dict.fromkeys(("weekday", "weekend", "today", "day", "month", "date"), "active: {days: [sat, sun]}"),
}
"""What is neither a point nor a function anywhere, and is asked in another way."""


def closest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that was probably meant, or ""."""
    known = list(candidates)
    folded = {candidate.lower(): candidate for candidate in known}
    if word.lower() in folded:
        return folded[word.lower()]
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else ""


def fault(code: str, column: int, *, zh: str, en: str, suggestion: str = "", hint: Text = NOTHING) -> ExpressionFault:
    """One fault in both languages."""
    return ExpressionFault(code, column, Text(zh=zh, en=en), suggestion, hint)
