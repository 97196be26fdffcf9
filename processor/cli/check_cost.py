"""`wardwatch check --cost`: what each rule keeps for each device, how much work it makes, which one is dear and why."""

import dataclasses
from typing import Final

from processor.cli.tables import show_table
from processor.model.district import District
from processor.model.text import Text
from processor.replay.cost_hints import hint
from processor.replay.rule_cost import ProfileCost, RuleCost, profile_costs, rule_costs

_HEADINGS: Final = Text(
    zh="规则,设备模板,设备数,窗口,每台字节,每台最多,告警时再加,合计字节,每条消息 µs,占比",
    en="rule,profile,devices,windows,bytes each,at most,while alarming,bytes in all,µs per message,share",
)
_TOGETHER: Final = Text(
    zh="设备模板,设备数,规则,窗口,每台字节,每台最多,其中窗口,其中群组,其中设备本身,每条消息 µs",
    en="profile,devices,rules,windows,bytes each,at most,of it windows,of it groups,of it the device,µs per message",
)
_DEAR: Final = Text(zh="最贵的规则，贵在哪里，怎样变便宜：", en="The dear rules, why, and what makes them cheaper:")
_NOTE: Final = Text(
    zh="字节是按模板写的上报周期把窗口装满后数出来的；“最多”是窗口自身的上限，设备报得再快也不超过。\n"
    "µs 是估计值：按 bench/unit_costs.py 实测的单价，在 docs/performance.md 所述的参考条件下，\n"
    "一条带全部测点的消息、设备一切正常时。几条规则共用的窗口只保存、只更新一份，见下表；\n"
    "占比：占全部字节或全部工作量，取大的。",
    en="Bytes are counted with windows full, devices reporting as often as their profiles say; at most: what the\n"
    "windows' own bounds allow, however fast they report. µs are an estimate, from the unit costs that\n"
    "bench/unit_costs.py measured, on the reference conditions of docs/performance.md: a message with every\n"
    "point, of a device of which nothing is wrong. What several rules ask for is kept, and fed, once: see the\n"
    "second table. Share: of all bytes or of all work, the larger.",
)


def show_cost(district: District, language: str) -> None:
    """Print both tables, and a hint for each dear rule."""
    costs = rule_costs(district)
    show_table(_HEADINGS.pick(language).split(","), [_row(cost) for cost in costs])
    print(_NOTE.pick(language))  # noqa: T201 - for people, on stdout
    show_table(_TOGETHER.pick(language).split(","), [_together(cost) for cost in profile_costs(district)])
    dear = [cost for cost in costs if cost.dear]
    if dear:
        print(_DEAR.pick(language))  # noqa: T201 - for people, on stdout
    for cost in dear:
        print(f"  {cost.rule} ({cost.profile}): {hint(cost).pick(language)}")  # noqa: T201 - for people, on stdout


def _row(cost: RuleCost) -> list[str]:
    numbers = [cost.devices, cost.windows, cost.bytes_per_device, cost.bytes_at_most, cost.alert_bytes, cost.total]
    return [cost.rule, cost.profile, *(f"{number:,}" for number in numbers), f"{cost.micros:.1f}", f"{cost.share:.0%}"]


def _together(cost: ProfileCost) -> list[str]:
    numbers = [cost.devices, cost.rules, cost.windows, cost.bytes_per_device, cost.bytes_at_most]
    parts = [cost.window_bytes, cost.member_bytes, cost.device_bytes]
    return [cost.profile, *(f"{number:,}" for number in (*numbers, *parts)), f"{cost.micros:.1f}"]


def cost_document(district: District) -> dict[str, object]:
    """The same for programs."""
    return {
        "estimated": "µs per message, by bench/unit_costs.py on the reference conditions of docs/performance.md",
        "rules": [_rule_document(cost) for cost in rule_costs(district)],
        "profiles": [
            {**_numbers(cost), "bytes_per_device": cost.bytes_per_device, "micros": round(cost.micros, 2)}
            for cost in profile_costs(district)
        ],
    }


def _rule_document(cost: RuleCost) -> dict[str, object]:
    said = hint(cost) if cost.dear else None
    return {
        **_numbers(cost),
        "bytes_per_device": cost.bytes_per_device,
        "bytes": cost.total,
        "micros": round(cost.micros, 2),
        "micros_of_conditions": round(cost.conditions, 2),
        "micros_of_groups": round(cost.groups, 2),
        "micros_of_waiting": round(cost.waiting, 2),
        "share": round(cost.share, 4),
        "dear": cost.dear,
        "hint": None if said is None else {"zh": said.zh, "en": said.en},
    }


def _numbers(cost: RuleCost | ProfileCost) -> dict[str, object]:
    """What is counted, as it is called."""
    return {
        field.name: value
        for field in dataclasses.fields(cost)
        if isinstance(value := getattr(cost, field.name), int | str) and not isinstance(value, bool)
    }
