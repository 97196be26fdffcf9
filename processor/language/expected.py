"""What may stand where an expression stops making sense: the mend of a slip that no other form explains."""

from collections.abc import Collection
from typing import Final

from processor.model.text import Text

_KINDS: Final = (
    ("NAME", "测点、带单位的数字或函数", 'a point, a number with its unit, a function or "("'),
    ("QUANTITY", "时间长度，例如 5 min", "a length of time, such as 5 min"),
    ("CLOCK_RANGE", "一天中的时段，例如 02:00-04:00", "a part of the day, such as 02:00-04:00"),
    ("COMPARE", "比较，例如“>= 300 mA”", 'a comparison, such as ">= 300 mA"'),
    ("COMMA", "“,”", '","'),
    ("BY", "“by”和地点，例如 by riser", '"by" and a place, such as "by riser"'),
    ("OF", "“of”", '"of"'),
    ("WHERE", "“where”和条件", '"where" and a condition'),
    ("LPAR", "“(”", '"("'),
    ("AND", "“and”或“or”", '"and" or "or"'),
    ("RPAR", "“)”", '")"'),
)
"""Kinds of tokens, in the order in which they are named."""


def wanted(accepted: Collection[str]) -> Text:
    """What may stand here, of the tokens that are accepted, or nothing where that is not known."""
    left = set(accepted)
    if "NAME" in left:  # what begins a value: the rest of it goes without saying
        left -= {"QUANTITY", "LPAR", "QUOTED", "TRUE", "FALSE"}
    if "COMPARE" in left and "COMMA" in left:
        left -= {"COMPARE", "AND"}  # within a function that still lacks its window
    named = [(zh, en) for token, zh, en in _KINDS if token in left]
    if not named:
        return Text(zh="", en="")
    zh, en = "、".join(each for each, _ in named), ", ".join(each for _, each in named)
    return Text(zh=f"；这里可以写{zh}", en=f"; what may stand here: {en}")
