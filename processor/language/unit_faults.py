"""What can be wrong with units, each said once, in both languages, with its cure."""

from processor.language.fault import COUNTED, ExpressionFault, fault, meant_unit
from processor.model.text import Text


def unknown_unit(unit: str, column: int) -> ExpressionFault:
    if unit.lower() in COUNTED:
        return fault(
            "unknown_unit",
            column,
            zh=f"次数没有单位：删去“{unit}”",
            en=f'a count has no unit: leave "{unit}" out',
        )
    return fault(
        "unknown_unit",
        column,
        zh=f"不认识单位“{unit}”",
        en=f'unknown unit "{unit}"',
        suggestion=meant_unit(unit),
    )


def unit_mismatch(column: int, left: str, right: str, said: str = "") -> ExpressionFault:
    """`said`: the right side where that is a fixed number."""
    cure = ""
    if said and left == f"{right}/ms":
        cure = f"{said}/min"
    elif said and right == "%":
        cure = f"{said} * …"
    one, other = _shown_unit(left), _shown_unit(right)
    return fault(
        "unit_mismatch",
        column,
        zh=f"单位不同类，不能比较或相加：{one.zh} 与 {other.zh}",
        en=f"units of different kinds cannot be compared or added: {one.en} and {other.en}",
        suggestion=cure,
    )


def _shown_unit(text: str) -> Text:
    """A unit as people write it: what is counted by the millisecond is shown by the minute."""
    if text == "ms":
        return Text(zh="时间（s、min、h）", en="a time (s, min, h)")
    if text.endswith("/ms"):
        return Text(zh=f"{text.removesuffix('ms')}min", en=f"{text.removesuffix('ms')}min")
    return Text(zh=text or "无单位", en=text or "no unit")


def unit_missing(column: int, number: str, unit: str) -> ExpressionFault:
    return fault(
        "unit_missing",
        column,
        zh=f"数字“{number}”需要单位，例如“{number} {unit}”",
        en=f'the number "{number}" needs a unit, such as "{number} {unit}"',
        suggestion=f"{number} {unit}",
    )


def temperature_kind(column: int, cure: str) -> ExpressionFault:
    return fault(
        "temperature_kind",
        column,
        zh="温度与温差不能比较：温度用 degC，温差用 K",
        en="a temperature cannot be compared with a difference of temperatures: write degC for one, K for the other",
        suggestion=cure,
    )


def offset_arithmetic(column: int, unit: str) -> ExpressionFault:
    return fault(
        "offset_arithmetic",
        column,
        zh=f"{unit} 的零点是约定的，不能这样计算；只能相减，或加减 K",
        en=f"{unit} has an arbitrary zero: it can only be subtracted, or have K added to it",
    )
