"""Proposals of `suggest` as text, with the lines to paste. Nothing here, or anywhere in `suggest`, writes a file."""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from processor.cli.tables import moment
from processor.model.text import Text
from processor.model.time import DAY
from processor.replay.explain_words import length
from processor.replay.suggest_choices import Basis
from processor.replay.suggest_judged import Known
from processor.replay.suggest_normal import Distribution
from processor.replay.suggest_result import Choice, DeviceNormal, Suggestion, Suggestions

BASES: Final = {
    Basis.CURRENT: Text(zh="现值", en="as it is"),
    Basis.TWICE_LARGEST: Text(zh="2 × 最大正常值", en="2 x the largest normal value"),
    Basis.SITE_P99: Text(zh="1.5 × 全区 p99", en="1.5 x the site's p99"),
    Basis.BY_DEVICE: Text(zh="1.5 × 全区 p99，个别设备另设", en="1.5 x the site's p99, some devices apart"),
}
LOW_BASES: Final = {
    Basis.CURRENT: Text(zh="现值", en="as it is"),
    Basis.TWICE_LARGEST: Text(zh="最小正常值 / 2", en="half the smallest normal value"),
    Basis.SITE_P99: Text(zh="全区 p1 / 1.5", en="the site's p1 / 1.5"),
    Basis.BY_DEVICE: Text(zh="全区 p1 / 1.5，个别设备另设", en="the site's p1 / 1.5, some devices apart"),
}

ENOUGH: Final = 14 * DAY
SHORT: Final = Text(
    zh="注意：这段历史只有 {length}，不到 14 天，看不出昼夜、周末和用电高峰的差别：以下建议仅供参考。",
    en="Mind: this is {length} of history, less than 14 days. It does not show nights, weekends and busy hours: "
    "take what follows as a first guess.",
)


class SuggestionPage:
    """The lines of a result in one language."""

    def __init__(self, found: Suggestions, language: str, zone: str) -> None:
        self._found = found
        self._language = language
        self._zone = ZoneInfo(zone)

    def lines(self) -> Iterator[str]:
        """Every line."""
        found = self._found
        span = f"{moment(found.since, self._zone)} – {moment(found.until, self._zone)}"
        yield f"{found.rule} {found.name.pick(self._language)} · {found.source} · {span}"
        if found.suggestions:
            yield self._normal()
        if found.suggestions and found.until - found.since < ENOUGH:
            yield SHORT.pick(self._language).format(length=length(found.until - found.since).pick(self._language))
        yield from self._judged()
        if not found.suggestions:
            yield self._say(
                "该规则没有与测点比较的数值参数。", "This rule has no numeric parameter that a point is compared with."
            )
        for suggestion in found.suggestions:
            yield ""
            yield from self._suggestion(suggestion)
        if any(suggestion.normal for suggestion in found.suggestions):
            yield from self._end()

    def _end(self) -> Iterator[str]:
        yield ""
        yield self._say(
            "以上只是建议，没有改动任何文件；粘贴后请运行 wardwatch check 与 wardwatch test。",
            "These are proposals: no file was changed. After pasting, run wardwatch check and wardwatch test.",
        )

    def _judged(self) -> Iterator[str]:
        known = self._found.judged
        if known != Known():
            yield self._say(
                f"该时段内经工单反馈：{known.false_alarms} 条误报，{known.true_alarms} 条真警。",
                f"Of that time's alerts people found {known.false_alarms} to be false and {known.true_alarms} true.",
            )

    def _normal(self) -> str:
        names, count = ", ".join(self._found.related), self._found.readings
        if not names:
            return self._say(
                f"{count} 次读数。正常：本规则在该设备上没有触发、没有恢复中时的值。",
                f"{count} readings. Normal: what was said while the rule did not fire or recover on the device.",
            )
        return self._say(
            f"{count} 次读数。正常：本规则及相关规则（{names}）在该设备上没有触发、没有恢复中时的值。",
            f"{count} readings. Normal: what was said while neither this rule nor a related one ({names}) fired or "
            "recovered on the device.",
        )

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _suggestion(self, found: Suggestion) -> Iterator[str]:
        sign = ">=" if found.is_high else "<="
        bounds = f"[{_number(found.low)} … {_number(found.high)}]"
        yield f"{found.parameter}: {found.measured} {sign} {self._value(found.current, found)}  {bounds}  {found.place}"
        if found.normal is None:
            yield "  " + self._say(
                "没有可用的正常值：这段时间、这些设备没有读数，或都在告警期间。请换 --from、--device 或数据来源。",
                "There are no normal values to go by: nothing was said in that time, or only during alerts. "
                "Try another --from, --device or source.",
            )
            return
        yield f"  {self._say('全区', 'district')}: {self._distribution(found.normal, found)}, " + self._say(
            f"另有 {found.left_out} 个值不计", f"{found.left_out} left out"
        )
        for device in found.devices:
            yield f"    {device.device}: {self._distribution(device.normal, found)}{self._left_out(device)}"
        yield "  " + self._say("可选值：", "Choices:")
        for choice in found.choices:
            yield f"    {self._choice(choice, found)}"
        yield from self._paste(found)

    def _left_out(self, device: DeviceNormal) -> str:
        if not device.left_out:
            return ""
        return self._say(f"，另有 {device.left_out} 个值不计", f", {device.left_out} left out")

    def _distribution(self, normal: Distribution, found: Suggestion) -> str:
        unit = f" {found.unit}" if found.unit else ""
        if found.is_high:
            parts = f"p50 {normal.median:.4g}, p99 {normal.p99:.4g}, max {normal.most:.4g}{unit}"
        else:
            parts = f"p50 {normal.median:.4g}, p1 {normal.p1:.4g}, min {normal.least:.4g}{unit}"
        return parts + self._say(f"（{normal.samples} 个值）", f" ({normal.samples} values)")

    def _choice(self, choice: Choice, found: Suggestion) -> str:
        basis = (BASES if found.is_high else LOW_BASES)[choice.basis].pick(self._language)
        bounded = self._say("（受上下限约束）", " (held by its bounds)") if choice.bounded else ""
        alerts = self._say(
            f"{choice.alerts} 条告警，{choice.subjects} 台设备或位置",
            f"{choice.alerts} {_many(choice.alerts, 'alert')} on {choice.subjects} "
            f"{_many(choice.subjects, 'device')} or {_many(choice.subjects, 'place')}",
        )
        return f"{self._value(choice.value, found)}  {basis}{bounded}: {alerts}{self._kept(choice.kept)}"

    def _kept(self, kept: Known) -> str:
        known = self._found.judged
        if known == Known():
            return ""
        false, true = f"{kept.false_alarms}/{known.false_alarms}", f"{kept.true_alarms}/{known.true_alarms}"
        return self._say(f"；仍会报：误报 {false}，真警 {true}", f"; keeps {false} false alarms, {true} true ones")

    def _value(self, value: float, found: Suggestion) -> str:
        return f"{_number(value)} {found.unit}".rstrip()

    def _paste(self, found: Suggestion) -> Iterator[str]:
        """The lines to paste: of each choice that is not what stands there now."""
        last = [choice for choice in found.choices if choice.basis is not Basis.CURRENT]
        for choice in last:
            if choice.basis is not Basis.BY_DEVICE:
                yield f"  # {found.place}  {(BASES if found.is_high else LOW_BASES)[choice.basis].pick(self._language)}"
                yield f"    {found.parameter}: {self._written(choice.value, found)}"
        for choice in last:
            if choice.devices:
                yield "  # config/overrides.yaml"
                for device, value in choice.devices.items():
                    changed = f"{{{found.parameter}: {self._value(value, found)}}}"
                    yield f"  - {{rule: {self._found.rule}, device: {device}, set: {changed}}}"

    def _written(self, value: float, found: Suggestion) -> str:
        parts = [f"default: {self._value(value, found)}"]
        parts += [f"min: {self._value(found.low, found)}"] if found.low is not None else []
        parts += [f"max: {self._value(found.high, found)}"] if found.high is not None else []
        return "{" + ", ".join(parts) + "}"


def _many(count: int, what: str) -> str:
    return what if count == 1 else f"{what}s"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
