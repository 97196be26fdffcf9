"""Lengths of time, instants, verdicts and evidence as people read them, in both languages."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from processor.engine.inspection import Freshness, NodeSeen, PointSeen
from processor.language.explain import lasting
from processor.model.evidence import Verdict
from processor.model.text import Text
from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs, EpochMs

VERDICTS: Final[dict[Verdict, Text]] = {
    True: Text(zh="成立", en="true"),
    False: Text(zh="不成立", en="false"),
    None: Text(zh="未知", en="unknown"),
}
_ZH_UNITS: Final = ((DAY, "天"), (HOUR, "小时"), (MINUTE, "分钟"), (SECOND, "秒"))


def length(length_ms: DurationMs) -> Text:
    """A length of time in the largest unit that it fills."""
    for size, name in _ZH_UNITS:
        if length_ms >= size:
            return Text(zh=f"{length_ms / size:.3g} {name}", en=lasting(length_ms))
    return Text(zh="0 秒" if not length_ms else f"{length_ms} 毫秒", en="0 s" if not length_ms else lasting(length_ms))


_LENGTH: Final = r"([0-9.e+]+) (d|h|min|s|ms)"
_UNITS: Final = {"d": "天", "h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒"}
_EVIDENCE: Final = (
    (re.compile(rf"no value yet, waiting since {_LENGTH}"), "尚无数值，已等待 {}"),
    (re.compile(rf"device silent since {_LENGTH}"), "设备已静默 {}"),
    (re.compile(rf"no value since {_LENGTH}"), "已无数值 {}"),
    (re.compile(rf"nothing for {_LENGTH}"), "已静默 {}"),
)
_WORDS: Final = (
    ("not enough to tell", "数据不足，无法判断"),
    (": not a number", "：不是数值"),
    ("two conditions agree", "两个条件一致"),
    (" unknown)", " 未知)"),
)
_SHARE: Final = re.compile(r"\b(\d+) of (\d+) (?:devices|others)")
_CLOCK: Final = re.compile(r" \(it is ([^()]*)\)")


def in_chinese(evidence: str) -> str:
    """The words of evidence in Chinese; names, values and the operators' own expressions stay as they are."""
    for pattern, said in _EVIDENCE:
        for found in pattern.finditer(evidence):
            evidence = evidence.replace(found[0], said.format(f"{found[1]} {_UNITS[found[2]]}"))
    for english, chinese in _WORDS:
        evidence = evidence.replace(english, chinese)
    evidence = _SHARE.sub(r"\2 台中 \1 台", evidence)
    return _CLOCK.sub(r"（现为 \1）", evidence)


def spaced(zh: str) -> str:
    """Chinese that goes on with a Latin letter or a digit has a space before it."""
    return f" {zh}" if zh[:1].isascii() else zh


def instant(at: EpochMs, zone: str) -> str:
    """An instant on the district's clocks."""
    try:
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(ZoneInfo(zone))
    except (OverflowError, ValueError):  # a device may claim any time
        return str(at)
    return f"{local:%Y-%m-%d %H:%M:%S}"


def shown(value: object, unit: str) -> str:
    """A value with its unit, "?" where there is none."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g} {unit}".rstrip() if isinstance(value, int | float) else str(value)


def node_value(node: NodeSeen) -> Text:
    """What a node came to: its verdict, or its value."""
    if node.is_condition:
        return VERDICTS[node.verdict]
    if node.value is None:
        return Text(zh="未知", en="unknown")
    if node.unit == "ms":
        return length(round(node.value))
    said = shown(node.value, node.unit)
    return Text(zh=said, en=said)


def doubt_about(point: PointSeen) -> Text:
    """Why a point says nothing now; empty where it does."""
    silent = length(point.silent_ms)
    limit = length(point.stale_after_ms or 0)
    who = Text(zh="设备", en="the device") if point.with_device else Text(zh=point.name, en=point.name)
    match point.freshness:
        case Freshness.WAITING:
            return Text(
                zh=f"{point.name} 尚无数值（已等待 {silent.zh}）",
                en=f"{point.name} has no value yet (waiting for {silent.en})",
            )
        case Freshness.STALE:
            return Text(
                zh=f"{who.zh} 已 {silent.zh} 没有上报，{point.name} 超过 {limit.zh} 即视为未知",
                en=f"{who.en} has said nothing for {silent.en}, and {point.name} is unknown after {limit.en}",
            )
        case Freshness.NOT_A_NUMBER:
            return Text(zh=f"{point.name} 不是数值", en=f"{point.name} is not a number")
        case _:
            return Text()
