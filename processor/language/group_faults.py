"""What can be wrong with a group test, each said once, in both languages, with its cure."""

from collections.abc import Iterable, Sequence
from typing import Final

from processor.language.fault import ExpressionFault, closest, fault

SHOWN: Final = 3
"""How many devices a warning names."""


def group_in_device(column: int) -> ExpressionFault:
    return fault(
        "group_in_device",
        column,
        zh="群组条件（count of、share of、any of、all of）不能写在另一群组的 where、预检或验证之内；"
        "请用 and、or、not 连接，或写在时间窗里",
        en="a group test (count of, share of, any of, all of) cannot stand inside another's where, a precheck or "
        "a proof; join it with and, or, not, or put it in a window",
    )


def device_in_group(column: int) -> ExpressionFault:
    return fault(
        "device_in_group",
        column,
        zh="单个设备的条件不能与群组条件并列，请写在 where 之后",
        en="a condition over one device cannot stand beside a group test; write it after where",
    )


def group_without_limit(column: int, aggregate: str, meant: str = "") -> ExpressionFault:
    example = ">= 3" if aggregate == "count" else ">= 60 %"
    return fault(
        "group_without_limit",
        column,
        zh=f"“{aggregate} of”的条件之后需要写数量，例如“{example}”",
        en=f'"{aggregate} of" needs a limit after its condition, such as "{example}"',
        suggestion=meant,
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


def place_on_devices(column: int) -> ExpressionFault:
    return fault(
        "place_on_devices",
        column,
        zh="这个条件只问地点，但规则另有单个设备的条件，所以每台设备各报一次，而不是一处报一次；若要一处一报，请拆成两条规则",
        en="this condition asks about a place only, but the rule has conditions over a device elsewhere, so each "
        "device alarms, not the place once; for one alert for each place make two rules",
    )


def no_such_place(by: str, column: int, devices: Sequence[str], *, of_place: bool) -> ExpressionFault:
    number = len(devices)
    some = ", ".join(devices[:SHOWN]) + ("…" if number > SHOWN else "")
    zh = "它们不属于任何群组" if of_place else "对它们这个条件永远是未知"
    en = "they belong to no group" if of_place else "for them the condition is never known"
    return fault(
        "no_such_place",
        column,
        zh=f"{number} 台设备没有 {by}（{some}）：{zh}；请补全设备的位置，或缩小 applies_to",
        en=f"{number} of the rule's devices have no {by} ({some}): {en}; complete their place or narrow applies_to",
    )


def shared_gateway(column: int, gateway: str, communities: Sequence[str]) -> ExpressionFault:
    listed = ", ".join(communities)
    return fault(
        "shared_gateway",
        column,
        zh=f"网关“{gateway}”跨了几个社区（{listed}）：群组不跨社区，各社区分别判断；请给网关分别命名，或确认就是要分开判断",
        en=f'the gateway "{gateway}" serves several communities ({listed}): a group does not cross them, each is '
        "judged alone; name the gateways apart if that is not one device",
    )


def not_asked(profile: str, why: ExpressionFault) -> ExpressionFault:
    return fault(
        "not_asked",
        why.column,
        zh=f"“{profile}”有这些测点，但这样问不通（{why.what.zh}），所以它们不是成员；请用 tag(profile) 写明问谁",
        en=f'devices of "{profile}" have the points but cannot be asked this ({why.what.en}), so they are no members; '
        "say whom to ask with tag(profile)",
    )


def mixed_groups(column: int, first: str, second: str) -> ExpressionFault:
    return fault(
        "mixed_groups",
        column,
        zh=f"同一表达式里的群组要按同一种地点：by {first} 与 by {second} 不能混用",
        en=f"the group tests of one expression group by one kind of place, not by {first} and by {second}",
    )


def _as_share(shown: str) -> str:
    """A share that is written as a part of one, in percent."""
    try:
        value = float(shown)
    except ValueError:
        return ""
    return f"{value * 100:g} %" if 0 < value <= 1 else f"{value:g} %" if 1 < value <= 100 else ""  # noqa: PLR2004  # percent


def bad_group_limit(column: int, aggregate: str, shown: str) -> ExpressionFault:
    zh, en = ("不带单位的个数", "a plain number") if aggregate == "count" else ("百分数", "a percentage")
    example = "3" if aggregate == "count" else "60 %"
    return fault(
        "bad_group_limit",
        column,
        zh=f"{aggregate} of 的限值要写{zh}，例如 {example}，而不是“{shown}”",
        en=f'the limit of "{aggregate} of" is {en}, such as {example}, not "{shown}"',
        suggestion=_as_share(shown) if aggregate == "share" else "",
    )
