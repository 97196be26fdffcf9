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


@dataclass(frozen=True, slots=True)
class ExpressionFault:
    """One fault: a stable code, where, what, and perhaps what was meant."""

    code: str
    column: int
    what: Text
    suggestion: str = ""


class ExpressionError(ValueError):
    """Raised when a faulty expression is compiled although `check` would have named its faults."""

    def __init__(self, faults: Iterable[ExpressionFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"column {fault.column}: {fault.what.en}" for fault in self.faults))


def closest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that was probably meant, or ""."""
    known = list(candidates)
    folded = {candidate.lower(): candidate for candidate in known}
    if word.lower() in folded:
        return folded[word.lower()]
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else ""


def fault(code: str, column: int, *, zh: str, en: str, suggestion: str = "") -> ExpressionFault:
    """One fault in both languages."""
    return ExpressionFault(code, column, Text(zh=zh, en=en), suggestion)
