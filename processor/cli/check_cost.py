"""`wardwatch check --cost`: what each rule keeps for each device, how much work it makes, which one is dear."""

from typing import Final

from processor.cli.tables import show_table
from processor.model.district import District
from processor.model.text import Text
from processor.replay.rule_cost import ProfileCost, RuleCost, profile_costs, rule_costs

_HEADINGS: Final = Text(
    zh="规则,设备类型,设备数,窗口,每台字节,合计字节,每条消息,",
    en="rule,profile,devices,windows,bytes each,bytes in all,work per message,",
)
_TOGETHER: Final = Text(zh="设备类型,设备数,窗口,每台字节", en="profile,devices,windows,bytes each")
_DEAR: Final = Text(zh="最贵", en="dear")
_NOTE: Final = Text(
    zh="每台字节：窗口装满时的状态；几条规则共用的窗口只保存一份，见下表。每条消息：以一次阈值比较为 1。",
    en="Bytes: the state when windows are full; what several rules ask for is kept once, see the second table.\n"
    "Work: 1 is the test of one threshold.",
)


def show_cost(district: District, language: str) -> None:
    """Print both tables."""
    rows = [_row(cost, language) for cost in rule_costs(district)]
    show_table(_HEADINGS.pick(language).split(","), rows)
    print(_NOTE.pick(language))  # noqa: T201 - for people, on stdout
    show_table(_TOGETHER.pick(language).split(","), [_together(cost) for cost in profile_costs(district)])


def _row(cost: RuleCost, language: str) -> list[str]:
    numbers = [cost.devices, cost.windows, cost.bytes_per_device, cost.total]
    dear = _DEAR.pick(language) if cost.dear else ""
    return [cost.rule, cost.profile, *(f"{number:,}" for number in numbers), f"{cost.work:g}", dear]


def _together(cost: ProfileCost) -> list[str]:
    return [cost.profile, f"{cost.devices:,}", f"{cost.windows:,}", f"{cost.bytes_per_device:,}"]


def cost_document(district: District) -> dict[str, object]:
    """The same for programs."""
    rules = [
        {
            "rule": cost.rule,
            "profile": cost.profile,
            "devices": cost.devices,
            "windows": cost.windows,
            "bytes_per_device": cost.bytes_per_device,
            "bytes": cost.total,
            "work": cost.work,
            "dear": cost.dear,
        }
        for cost in rule_costs(district)
    ]
    profiles = [
        {
            "profile": cost.profile,
            "devices": cost.devices,
            "windows": cost.windows,
            "bytes_per_device": cost.bytes_per_device,
        }
        for cost in profile_costs(district)
    ]
    return {"rules": rules, "profiles": profiles}
