"""What can be wrong with an expression, each said once, in both languages, with its cure.

Group tests have theirs in `group_faults.py`, windows in `window_faults.py`, units in `unit_faults.py`.
"""

from collections.abc import Collection, Iterable
from typing import Final

from processor.language.fault import (
    ASKED_OTHERWISE,
    NOTHING,
    USUAL_UNITS,
    ExpressionError,
    ExpressionFault,
    closest,
    fault,
    meant_unit,
)
from processor.model.text import Text

__all__ = ["USUAL_UNITS", "ExpressionError", "ExpressionFault", "closest", "fault", "meant_unit"]


_SHOWN: Final = 8


def unknown_name(
    name: str, column: int, points: Iterable[str], parameters: Iterable[str], tags: Collection[str] = ()
) -> ExpressionFault:
    known = [*points, *parameters]
    meant = closest(name, known) or ASKED_OTHERWISE.get(name, "") or (f"tag({name})" if name in tags else "")
    there, more = ", ".join(known[:_SHOWN]), "…" if len(known) > _SHOWN else ""
    hint = Text(zh=f"，可用的是：{there}{more}", en=f"; there are: {there}{more}")
    return fault(
        "unknown_name",
        column,
        zh=f"“{name}”既不是该设备模板的测点，也不是规则的参数",
        en=f'"{name}" is neither a point of the profile nor a parameter of the rule',
        suggestion=meant,
        hint=hint if known and not meant else NOTHING,
    )


def unknown_point(name: str, column: int, points: Iterable[str]) -> ExpressionFault:
    return fault(
        "unknown_point",
        column,
        zh=f"该设备模板没有测点“{name}”",
        en=f'the profile has no point "{name}"',
        suggestion=closest(name, points),
    )


def unknown_member(name: str, column: int, members: Iterable[str], point: str) -> ExpressionFault:
    known = list(members)
    listed = ", ".join(known[:12])
    return fault(
        "unknown_member",
        column,
        zh=f"测点“{point}”没有取值“{name}”，可用的是：{listed}",
        en=f'"{name}" is not a value of "{point}", which has: {listed}',
        suggestion=closest(name, known),
    )


def ambiguous_name(name: str, column: int, first: Text, second: Text) -> ExpressionFault:
    return fault(
        "ambiguous_name",
        column,
        zh=f"“{name}”既是{first.zh}又是{second.zh}，请改其中一个的名字",
        en=f'"{name}" is both {first.en} and {second.en}; rename one of them',
    )


def wrong_kind(column: int, what: Text, expected: Text, suggestion: str = "") -> ExpressionFault:
    return fault(
        "wrong_kind",
        column,
        zh=f"{what.zh}不能用在这里，这里需要{expected.zh}",
        en=f"{what.en} stands where {expected.en} is needed",
        suggestion=suggestion,
    )


def not_a_condition(column: int, what: Text, example: str) -> ExpressionFault:
    return fault(
        "not_a_condition",
        column,
        zh=f"{what.zh}不是条件，请与某个值比较，例如“{example}”",
        en=f'{what.en} is not a condition; compare it with something, such as "{example}"',
    )


def bad_length(column: int, zh: str, en: str, suggestion: str = "") -> ExpressionFault:
    return fault("bad_length", column, zh=zh, en=en, suggestion=suggestion)


def number_too_large(column: int, number: str) -> ExpressionFault:
    shown = number if len(number) <= 20 else f"{number[:17]}..."  # noqa: PLR2004  # fits one line of a terminal
    return fault("number_too_large", column, zh=f"数字“{shown}”太大", en=f'the number "{shown}" is too large')


def unordered(column: int, operator: str) -> ExpressionFault:
    return fault(
        "unordered",
        column,
        zh=f"文字与真假值没有大小，不能用“{operator}”，只能用“==”或“!=”",
        en=f'texts and truths have no order: "{operator}" cannot compare them, only "==" and "!=" can',
        suggestion="==",
    )


def tag_not_compared(column: int) -> ExpressionFault:
    return fault(
        "tag_not_compared",
        column,
        zh="tag(…) 需要与取值比较，例如 tag(role) == feeder",
        en="tag(...) has to be compared with a value, such as tag(role) == feeder",
    )


def tag_value(column: int) -> ExpressionFault:
    return fault(
        "tag_value",
        column,
        zh="标签的取值要写成名字或带双引号的文字",
        en="a tag's value is a name or a text in double quotes",
    )


def chained(column: int) -> ExpressionFault:
    return fault(
        "chained",
        column,
        zh="比较不能连写（a < b < c），请用 and 连接两个比较",
        en="comparisons cannot be chained (a < b < c); join two comparisons with and",
    )


def bad_clock(column: int, clock: str) -> ExpressionFault:
    return fault(
        "bad_clock",
        column,
        zh=f"“{clock}”不是一天中的时段，例如 22:00-06:00",
        en=f'"{clock}" is not a time of day, such as 22:00-06:00',
    )


def division_by_zero(column: int) -> ExpressionFault:
    return fault("division_by_zero", column, zh="除数是零", en="the divisor is zero")


def window_without_point(column: int) -> ExpressionFault:
    return fault(
        "window_without_point",
        column,
        zh="时间窗口内没有测点，它的值永远不变",
        en="the window looks at no point, so it can never change",
    )


def unknown_tag(tag: str, column: int, known: Iterable[str]) -> ExpressionFault:
    return fault(
        "unknown_tag",
        column,
        zh=f"没有设备带标签“{tag}”",
        en=f'no device has a tag "{tag}"',
        suggestion=closest(tag, known),
    )


def point_for_time(name: str, column: int, meant: str) -> ExpressionFault:
    return fault(
        "point_for_time",
        column,
        zh=f"“{name}”是测点，这里需要时间长度，例如 5 min；几个测点要各自比较，再用 and、or 连接",
        en=f'"{name}" is a point, and a length of time is needed here, such as 5 min; several points are compared '
        "each by itself, joined with and, or",
        suggestion=meant,
    )


def bad_parameter(name: str, column: int) -> ExpressionFault:
    return fault(
        "bad_parameter", column, zh=f"参数“{name}”不是有限的数", en=f'the parameter "{name}" is not a finite number'
    )


def not_a_parameter(name: str, column: int, parameters: Iterable[str]) -> ExpressionFault:
    return fault(
        "unknown_parameter",
        column,
        zh=f"规则没有参数“{name}”；这里需要时间长度，例如 5 min",
        en=f'the rule has no parameter "{name}"; a length of time is needed here, such as 5 min',
        suggestion=closest(name, parameters),
    )


def bad_zone(zone: str, column: int) -> ExpressionFault:
    return fault("bad_zone", column, zh=f"没有时区“{zone}”", en=f'there is no time zone "{zone}"')


def unquoted(name: str, column: int) -> ExpressionFault:
    return fault(
        "unquoted",
        column,
        zh=f'文字要加双引号：“{name}”写成 "{name}"',
        en=f'a text is written in double quotes: "{name}"',
        suggestion=f'"{name}"',
    )


def not_constant(column: int, shown: str) -> ExpressionFault:
    return fault(
        "not_constant",
        column,
        zh=f"“in (…)”里只能写固定的值，“{shown}”不是",
        en=f'only fixed values can stand in "in (...)", "{shown}" is not one',
    )


def point_first(column: int, point: str, operator: str, value: str) -> ExpressionFault:
    meant = f"{point} {operator} {value}"
    return fault(
        "point_first",
        column,
        zh=f"测点写在前面，取值写在后面：“{meant}”",
        en=f'the point comes first and its value second: "{meant}"',
        suggestion=meant,
    )
