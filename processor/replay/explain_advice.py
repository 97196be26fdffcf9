"""What somebody on duty does about it: one plain step for what stands in the way, and for what keeps a command back."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from processor.engine.inspection import Freshness, Inspection
from processor.model.disposition import Interlock
from processor.model.order import OrderState
from processor.model.text import Text
from processor.replay.explain_reasons import FIRING, Blocked, Reason

WHO: Final = '--person NAME --reason "…"'
STEPS: Final[Mapping[Reason, Text]] = MappingProxyType(
    {
        Reason.NO_SUCH_RULE: Text(
            "核对规则编号；规则清单见 rules/ 目录。", "Check the rule's id; the rules are in the folder rules/."
        ),
        Reason.NO_SUCH_DEVICE: Text(
            "核对设备编号；设备清单见 config/devices.yaml。",
            "Check the device's id; the devices are in config/devices.yaml.",
        ),
        Reason.DISABLED: Text(
            "这不是故障：规则是有意停用的。此事现在没有自动看护，请靠人工巡查。",
            "This is no fault: somebody switched the rule off. Nothing watches for it now but people.",
        ),
        Reason.NOT_SELECTED: Text(
            "若这台设备应由该规则看护，请负责规则的人修改 applies_to 或设备的标签。",
            "If the rule should look at this device, ask for applies_to or the device's tags to be changed.",
        ),
        Reason.WATCHES_ALERTS: Text(
            "无需处理；要看的是被它统计的那些规则的告警：wardwatch alerts。",
            "Nothing to do; look at the alerts of the rules it counts: wardwatch alerts.",
        ),
        Reason.NO_GROUP: Text(
            "若这台设备应计入，请负责配置的人核对它的位置与标签。",
            "If the device should count, ask who keeps the configuration to check its place and tags.",
        ),
        Reason.SCHEDULE: Text(
            "到时自动生效；在此之前没有自动看护，现场有异常请按现场情况处置。",
            "It opens by itself; until then only people watch: act on what you see.",
        ),
        Reason.UNKNOWN: Text(
            "看不到不等于没事：请到现场看，或打电话核实；再查设备的供电与网络（wardwatch readings {device}）。",
            "Not seen is not safe: go and look, or ring up; then check the device's power and network (wardwatch "
            "readings {device}).",
        ),
        Reason.FALSE: Text(
            "按规则一切正常。若现场确有异常，按现场情况处置，并请负责规则的人核对上述限值。",
            "By the rule all is well. If it is not, act on what you see, and have the limits above looked at.",
        ),
        Reason.SAMPLES: Text(
            "等下一次读数即可；现场已有危险就不要等规则，立即处置。",
            "Wait for the next readings; where you see danger, do not wait for the rule.",
        ),
        Reason.HOLD: Text(
            "到时会自动告警；现场已有危险就不要等规则，立即处置。",
            "It fires by itself when the time is over; where you see danger, do not wait for the rule.",
        ),
        Reason.SHADOW: Text(
            "规则还在试用，没有人收到通知：若确有此事，请像平常一样处置。",
            "The rule is on trial and nobody was told: if it is real, deal with it as ever.",
        ),
        Reason.PARENT: Text(
            "请处置上级告警：wardwatch alerts show {by}。它结束后这条若仍触发，会另行通知。",
            "Deal with the parent: wardwatch alerts show {by}. If this one still fires after it, people are told.",
        ),
        Reason.MUTED: Text(
            "到期后若仍触发会通知。不该静默的，用 wardwatch mute list 查看、wardwatch mute end 提前结束。",
            "If it still fires then, people are told. To end it before: wardwatch mute list, wardwatch mute end.",
        ),
        Reason.COOLDOWN: Text(
            "刚刚通知过，见 wardwatch orders；到期后若仍触发会再次通知。",
            "People were told a short while ago, see wardwatch orders; if it still fires then, they are told again.",
        ),
        Reason.LIMIT: Text(
            "同时这么多台，先查停电、断网或规则本身：wardwatch alerts show {by}。",
            "So many at once: look for a power cut, the network or the rule itself first: wardwatch alerts show {by}.",
        ),
        Reason.LATCHED: Text(
            f"到现场确认安全后复位：wardwatch alerts reset {{alert}} {WHO}",
            f"Go and see that it is safe, then: wardwatch alerts reset {{alert}} {WHO}",
        ),
        Reason.RECOVERING: Text(
            "不用复位；时间到且不再出现就自动结束。", "No reset is needed: it ends by itself if it stays so."
        ),
    }
)
OPEN_ORDER: Final = Text(
    "工单 {order} 还没有人接：wardwatch orders accept {order} --person NAME",
    "Nobody has taken order {order} yet: wardwatch orders accept {order} --person NAME",
)
TAKEN_ORDER: Final = Text(
    "工单 {order} 已有人处理：wardwatch orders show {order}", "Order {order} is in hand: wardwatch orders show {order}"
)
NO_ORDER: Final = Text(
    "没有未办结的工单；处置经过见 wardwatch alerts show {alert}",
    "There is no open work order; what was done: wardwatch alerts show {alert}",
)
BLIND: Final = Text(
    "设备此后没有可用的数据，告警不会自己消除：请到现场看。",
    "Nothing usable has come from the device since: the alert does not end by itself, go and look.",
)
COMMANDS: Final[Mapping[Interlock, Text]] = MappingProxyType(
    {
        Interlock.KILL_SWITCH: Text(
            f"指令不会自动下发（总开关已关）：由人操作，或恢复：wardwatch automation allow {WHO}",
            f"No command goes (they were stopped): do it by hand, or wardwatch automation allow {WHO}",
        ),
        Interlock.PROBATION: Text(
            f"指令不会自动下发（试运行期）：由人操作，或提前放行：wardwatch shadow approve {{rule}} {WHO}",
            f"No command goes (on probation): do it by hand, or wardwatch shadow approve {{rule}} {WHO}",
        ),
        Interlock.TARGET_SILENT: Text(
            "执行设备失联：请到现场手动操作，并查它的供电与网络。",
            "The device to command is silent: do it by hand there, and check its power and network.",
        ),
        Interlock.CHATTER: Text(
            "告警反复抖动：查传感器与接线，指令由人决定。",
            "The alert goes on and off: check the sensor and its wiring; whether to act is for a person.",
        ),
    }
)
BY_HAND: Final = Text(
    "这条指令不会自动下发（原因见下）：要不要操作由人决定。",
    "This command does not go by itself (why is said below): whether to act is for a person.",
)


def advice(seen: Inspection | None, device: str, rule: str, blocks: tuple[Blocked, ...]) -> tuple[Text, ...]:
    """What to do, the first thing first."""
    first = blocks[0]
    alert = seen.alert.id if seen is not None and seen.alert is not None else ""
    said = {"device": device, "rule": rule, "alert": alert, "by": first.by}
    found = [STEPS[first.reason]] if first.reason in STEPS else []
    if seen is not None and first.reason in FIRING:
        found += [*_of_the_alert(seen, first), *_of_commands(seen)]
        said["order"] = seen.alert.order if seen.alert is not None else ""
    return tuple(Text(zh=each.zh.format(**said), en=each.en.format(**said)) for each in dict.fromkeys(found))


def _of_the_alert(seen: Inspection, first: Blocked) -> Iterator[Text]:
    alert = seen.alert
    if alert is None:
        return
    if alert.order and alert.order_state in {OrderState.OPEN, OrderState.ACCEPTED}:
        yield OPEN_ORDER if alert.order_state is OrderState.OPEN else TAKEN_ORDER
    elif first.reason is Reason.FIRES:
        yield NO_ORDER
    if any(point.freshness is not Freshness.FRESH for point in seen.points) and first.reason is not Reason.LATCHED:
        yield BLIND


def _of_commands(seen: Inspection) -> Iterator[Text]:
    """Only of commands that would go but for this: what is done already, or under way, needs nobody."""
    for command in seen.commands:
        if command.running or not command.interlocks or Interlock.ALREADY_IN_EFFECT in command.interlocks:
            continue
        known = [COMMANDS[each] for each in COMMANDS if each in command.interlocks]
        yield known[0] if known else BY_HAND
