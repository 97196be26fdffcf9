"""Why a rule does not fire, or why nobody is told that it does: the reasons in the order in which they count.

Long because one table of reasons belongs together with the words of each.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from processor.engine.inspection import (
    ClearSeen,
    Freshness,
    HoldSeen,
    Inspection,
    NodeSeen,
    Part,
    Restraint,
    RestraintKind,
)
from processor.model.alert import AlertState
from processor.model.evidence import Verdict
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.replay.explain_words import doubt_about, in_chinese, instant, length, spaced


class Reason(StrEnum):
    """The first of these that holds is the answer."""

    NO_SUCH_RULE = "no_such_rule"
    NO_SUCH_DEVICE = "no_such_device"
    DISABLED = "disabled"
    NOT_SELECTED = "not_selected"
    WATCHES_ALERTS = "watches_alerts"  # it looks at alerts of other rules, and none of them asks for it
    NO_GROUP = "no_group"  # a rule over groups, and the device is in none
    SCHEDULE = "schedule"
    UNKNOWN = "unknown"
    FALSE = "false"
    SAMPLES = "samples"
    HOLD = "hold"
    # From here on it fires.
    SHADOW = "shadow"
    PARENT = "parent"
    MUTED = "muted"
    COOLDOWN = "cooldown"
    LIMIT = "limit"
    LATCHED = "latched"  # it has cleared and waits for a person
    RECOVERING = "recovering"
    FIRES = "fires"


FIRING: Final = frozenset(
    {
        Reason.SHADOW,
        Reason.PARENT,
        Reason.MUTED,
        Reason.COOLDOWN,
        Reason.LIMIT,
        Reason.LATCHED,
        Reason.RECOVERING,
        Reason.FIRES,
    }
)
"""With one of these the alert stands."""

SILENCING: Final = {
    RestraintKind.SHADOW: Reason.SHADOW,
    RestraintKind.PARENT: Reason.PARENT,
    RestraintKind.MUTED: Reason.MUTED,
    RestraintKind.COOLDOWN: Reason.COOLDOWN,
    RestraintKind.LIMIT: Reason.LIMIT,
}
PARTS: Final[dict[Part, Text]] = {
    Part.PROFILE: Text(zh="设备模板", en="profile"),
    Part.TAG: Text(zh="标签", en="tag"),
    Part.COMMUNITY: Text(zh="社区", en="community"),
    Part.BUILDING: Text(zh="楼栋", en="building"),
    Part.DEVICE: Text(zh="设备", en="device"),
    Part.MAINS: Text(zh="市电供电", en="mains"),
    Part.EXCEPT_DEVICE: Text(zh="排除的设备", en="excepted device"),
    Part.EXCEPT_PROFILE: Text(zh="排除的设备模板", en="excepted profile"),
    Part.EXCEPT_TAG: Text(zh="排除的标签", en="excepted tag"),
    Part.EXCEPT_COMMUNITY: Text(zh="排除的社区", en="excepted community"),
    Part.EXCEPT_BUILDING: Text(zh="排除的楼栋", en="excepted building"),
}


class Blocked(msgspec.Struct, frozen=True):
    """One reason with its words, and until when it holds by itself, where that is known."""

    reason: Reason
    text: Text
    until: EpochMs | None = None
    by: str = ""  # the alert that speaks for this one, or the person who muted it


def reasons(seen: Inspection, zone: str) -> tuple[Blocked, ...]:
    """Everything that stands in the way, the first first; of an alert that fires: what keeps it quiet, or FIRES."""
    if seen.alert is not None and seen.alert.state in (AlertState.FIRING, AlertState.RECOVERING):
        quiet, standing = _quiet(seen.restraints, zone), _standing(seen, zone)
        # What came when people had been told already holds back only what would be told next.
        return (*quiet, standing) if seen.alert.withheld else (standing, *quiet)
    found = [*_not_looked_at(seen), *_closed(seen, zone)]
    if not found:
        found += [*_holds(seen, zone), *_conditions(seen)]
    return (*found, *_quiet(seen.restraints, zone))


def _not_looked_at(seen: Inspection) -> Iterable[Blocked]:
    if not seen.enabled:
        note = f"：{seen.note}" if seen.note else ""
        note_en = f": {seen.note}" if seen.note else ""
        text = Text(zh=f"规则已停用（enabled: false）{note}", en=f"the rule is off (enabled: false){note_en}")
        yield Blocked(Reason.DISABLED, text)
    if not seen.selected:
        refused = [asked for asked in seen.asked if not asked.ok]
        wants = "; ".join(
            f"{PARTS[asked.part].en}: {'/'.join(asked.wanted)}, {asked.has or 'none'}" for asked in refused
        )
        wants_zh = "；".join(
            f"{PARTS[asked.part].zh}：{'/'.join(asked.wanted)}，该设备为 {asked.has or '无'}" for asked in refused
        )
        yield Blocked(
            Reason.NOT_SELECTED,
            Text(
                zh=f"规则不看这台设备（applies_to {wants_zh}）",
                en=f"the rule does not look at this device (applies_to {wants})",
            ),
        )
    elif seen.watches:
        yield Blocked(Reason.WATCHES_ALERTS, _watched_words(seen))
    elif seen.enabled and not seen.holds:
        yield Blocked(
            Reason.NO_GROUP,
            Text(zh="这台设备不在该规则的任何群组里", en="the device is in no group of this rule"),
        )


def _watched_words(seen: Inspection) -> Text:
    if not seen.watched:
        return Text(zh="它只看其他规则的告警，而目前没有", en="it watches alerts of other rules, and there are none")
    counts = _counts(seen)
    return Text(zh=f"它只看其他规则的告警次数：{counts.zh}", en=f"it watches how often other rules fire: {counts.en}")


def _counts(seen: Inspection) -> Text:
    return Text(
        zh="；".join(f"{each.what} {length(each.within_ms).zh}内 {each.count}/{each.needed}" for each in seen.watched),
        en="; ".join(
            f"{each.what} {each.count} of {each.needed} within {length(each.within_ms).en}" for each in seen.watched
        ),
    )


def _closed(seen: Inspection, zone: str) -> Iterable[Blocked]:
    if seen.open is False and seen.opens_at is not None:
        opens = instant(seen.opens_at, zone)
        text = Text(zh=f"不在生效时段内，下次生效 {opens}", en=f"its schedule is closed; it opens at {opens}")
        yield Blocked(Reason.SCHEDULE, text, seen.opens_at)


def _holds(seen: Inspection, zone: str) -> Iterable[Blocked]:
    for hold in seen.holds:
        if hold.condition.verdict is not True or hold.on:
            continue
        if hold.left_ms:
            yield Blocked(Reason.HOLD, _hold_words(hold, zone), None if hold.periodic else hold.due_at)
        elif hold.samples < hold.samples_needed:
            yield Blocked(
                Reason.SAMPLES,
                Text(
                    zh=f"L{hold.level} 需要连续 {hold.samples_needed} 次读数成立，目前 {hold.samples} 次",
                    en=f"L{hold.level} needs {hold.samples_needed} readings in a row, and has {hold.samples}",
                ),
            )


def _hold_words(hold: HoldSeen, zone: str) -> Text:
    held, needed, left = length(hold.held_ms), length(hold.for_ms), length(hold.left_ms or 0)
    since = instant(hold.since or 0, zone)
    if hold.periodic:
        due = instant(hold.due_at or 0, zone)
        return Text(
            zh=f"L{hold.level} 自 {since} 起按读数时间已持续 {held.zh}，需 {needed.zh}，等待 {due} 或之后的读数",
            en=f"L{hold.level} has held for {held.en} of {needed.en} since {since} on the readings' own time; "
            f"it waits for a reading of {due} or later",
        )
    return Text(
        zh=f"L{hold.level} 自 {since} 起已持续 {held.zh}，需 {needed.zh}，还差 {left.zh}",
        en=f"L{hold.level} has held for {held.en} of {needed.en} since {since}; {left.en} are left",
    )


def _conditions(seen: Inspection) -> Iterable[Blocked]:
    """Unknown before false: a level that cannot be told may be true."""
    verdicts: Sequence[Verdict] = [hold.condition.verdict for hold in seen.holds]
    if None in verdicts:
        yield Blocked(Reason.UNKNOWN, _unknown_words(seen))
    for hold in seen.holds:
        if hold.condition.verdict is False:
            said = "; ".join(dict.fromkeys(node.text for node in deciding(hold.condition)))
            text = Text(
                zh=f"L{hold.level} 的条件不成立：{in_chinese(said)}",
                en=f"the condition of L{hold.level} is false: {said}",
            )
            yield Blocked(Reason.FALSE, text)


def _unknown_words(seen: Inspection) -> Text:
    doubts = [doubt_about(point) for point in seen.points if point.freshness is not Freshness.FRESH]
    if doubts:
        return Text(zh="；".join(each.zh for each in doubts), en="; ".join(each.en for each in doubts))
    unknown = [hold.condition for hold in seen.holds if hold.condition.verdict is None]
    said = "; ".join(dict.fromkeys(node.text for condition in unknown for node in deciding(condition)))
    return Text(zh=f"还无法判断：{in_chinese(said)}", en=f"it cannot be told: {said}")


def deciding(node: NodeSeen) -> list[NodeSeen]:
    """The smallest conditions that make the node what it is: the false ones of a false `and`, all of a false `or`."""
    same = [part for part in node.parts if part.is_condition and part.verdict is node.verdict]
    return [found for part in same for found in deciding(part)] if same else [node]


def _quiet(restraints: Iterable[Restraint], zone: str) -> Iterable[Blocked]:
    for restraint in restraints:
        reason = SILENCING.get(restraint.kind)
        if reason is not None:
            yield Blocked(reason, _restraint_words(restraint, zone), restraint.until, restraint.by)


def _restraint_words(restraint: Restraint, zone: str) -> Text:
    until = "" if restraint.until is None else instant(restraint.until, zone)
    more = f"（{restraint.detail}）" if restraint.detail else ""
    more_en = f" ({restraint.detail})" if restraint.detail else ""
    match restraint.kind:
        case RestraintKind.SHADOW:
            return Text(zh=f"规则处于影子运行，只记录不通知{more}", en=f"the rule is in shadow{more_en}")
        case RestraintKind.PARENT:
            return Text(zh=f"上级告警 {restraint.by} 已在触发", en=f"its parent {restraint.by} fires")
        case RestraintKind.MUTED:
            return Text(
                zh=f"已被 {restraint.by} 静默至 {until}{more}", en=f"{restraint.by} muted it until {until}{more_en}"
            )
        case RestraintKind.COOLDOWN:
            return Text(zh=f"处于冷却期，至 {until}", en=f"it was answered a short while ago: cooldown until {until}")
        case _:
            return Text(
                zh=f"同类告警过多，由汇总告警 {restraint.by} 代表",
                en=f"too many alerts of this rule: {restraint.by} speaks for all",
            )


def _standing(seen: Inspection, zone: str) -> Blocked:
    alert, clear = seen.alert, seen.clear
    assert alert is not None  # noqa: S101 - asked for by the caller
    if alert.latched:
        text = Text(
            zh="已恢复，但自锁，等待有人复位", en="it has cleared but is latched: it waits for a person's reset"
        )
        return Blocked(Reason.LATCHED, text)
    if alert.state is AlertState.RECOVERING and clear is not None:
        text = _recovering_words(clear, zone)
        return Blocked(Reason.RECOVERING, text, None if clear.periodic else clear.due_at)
    if seen.watches:
        return Blocked(Reason.FIRES, _counts(seen))
    return Blocked(Reason.FIRES, _firing_words(seen))


def _firing_words(seen: Inspection) -> Text:
    """What holds now; of an alert that only stands: why it is not over."""
    conditions = [hold.condition for hold in seen.holds if hold.on] or [hold.condition for hold in seen.holds]
    true = [condition for condition in conditions if condition.verdict is True]
    said = "; ".join(dict.fromkeys(condition.text for condition in true or conditions))
    if true:
        return Text(zh=in_chinese(said), en=said)
    if any(condition.verdict is None for condition in conditions):
        why = _unknown_words(seen)
        return Text(zh=f"现在无法判断是否已结束，{why.zh}", en=f"whether it is over cannot be told, {why.en}")
    return Text(
        zh=f"条件已不成立，但尚未满足恢复条件：{in_chinese(said)}",
        en=f"its condition is no longer true, but the way back is not met: {said}",
    )


def _recovering_words(clear: ClearSeen, zone: str) -> Text:
    left = length(clear.left_ms or 0)
    if not clear.periodic:
        return Text(zh=f"正在恢复，还需 {left.zh}", en=f"it is recovering; {left.en} are left")
    due = instant(clear.due_at or 0, zone)
    return Text(
        zh=f"正在恢复，等待 {due} 或之后的读数仍满足恢复条件",
        en=f"it is recovering, and waits for a reading of {due} or later that still meets the clear condition",
    )


def sentence(rule: str, subject: str, first: Blocked) -> Text:
    """The one plain sentence."""
    why = first.text
    if first.reason not in FIRING:
        return Text(
            zh=f"{rule} 在 {subject} 上没有触发，因为{spaced(why.zh)}。",
            en=f"{rule} does not fire on {subject} because {why.en}.",
        )
    if first.reason in SILENCING.values():
        return Text(
            zh=f"{rule} 在 {subject} 上已触发，但没有通知任何人，因为{spaced(why.zh)}。",
            en=f"{rule} fires on {subject}, but nobody is told because {why.en}.",
        )
    if first.reason is Reason.FIRES:
        return Text(zh=f"{rule} 在 {subject} 上已触发：{why.zh}。", en=f"{rule} fires on {subject}: {why.en}.")
    return Text(
        zh=f"{rule} 在 {subject} 上的告警仍在：{why.zh}。", en=f"The alert of {rule} on {subject} stands: {why.en}."
    )
