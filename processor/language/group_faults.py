"""What can be wrong with a group test, each said once, in both languages, with its cure."""

from collections.abc import Iterable

from processor.language.fault import ExpressionFault, closest, fault


def group_in_device(column: int) -> ExpressionFault:
    return fault(
        "group_in_device",
        column,
        zh="群组条件（count of、share of、any of、all of）只能用 and、or、not 连接，"
        "不能写在另一群组的 where、时间窗、计算、预检或验证之内",
        en="a group test (count of, share of, any of, all of) cannot stand inside another's where, a window, "
        "a calculation, a precheck or a proof; join it with and, or, not",
    )


def device_in_group(column: int) -> ExpressionFault:
    return fault(
        "device_in_group",
        column,
        zh="单个设备的条件不能与群组条件并列，请写在 where 之后",
        en="a condition over one device cannot stand beside a group test; write it after where",
    )


def group_without_limit(column: int, aggregate: str) -> ExpressionFault:
    example = ">= 3" if aggregate == "count" else ">= 60 %"
    return fault(
        "group_without_limit",
        column,
        zh=f"“{aggregate} of”的条件之后需要写数量，例如“{example}”",
        en=f'"{aggregate} of" needs a limit after its condition, such as "{example}"',
    )


def unknown_word(word: str, column: int, allowed: Iterable[str]) -> ExpressionFault:
    known = list(allowed)
    listed = ", ".join(known)
    return fault(
        "unknown_group_word",
        column,
        zh=f"群组不认识“{word}”，可用的是：{listed}",
        en=f'a group does not know "{word}", only: {listed}',
        suggestion=closest(word, known),
    )


def crosses_communities(word: str, column: int) -> ExpressionFault:
    return fault(
        "group_crosses_communities",
        column,
        zh=f"群组不能跨社区（“{word}”）：各社区的状态各自保存、各自判断，才能分开运行；请写 by community，或更小的地点",
        en=f'a group cannot cross communities ("{word}"): each community keeps its own state and decides alone, so '
        "that communities can run apart; write by community, or a smaller place",
    )


def mixed_groups(column: int, first: str, second: str) -> ExpressionFault:
    return fault(
        "mixed_groups",
        column,
        zh=f"同一表达式里的群组要按同一种地点：by {first} 与 by {second} 不能混用",
        en=f"the group tests of one expression group by one kind of place, not by {first} and by {second}",
    )


def bad_group_limit(column: int, aggregate: str, shown: str) -> ExpressionFault:
    zh, en = ("不带单位的个数", "a plain number") if aggregate == "count" else ("百分数", "a percentage")
    example = "3" if aggregate == "count" else "60 %"
    return fault(
        "bad_group_limit",
        column,
        zh=f"{aggregate} of 的限值要写{zh}，例如 {example}，而不是“{shown}”",
        en=f'the limit of "{aggregate} of" is {en}, such as {example}, not "{shown}"',
    )
