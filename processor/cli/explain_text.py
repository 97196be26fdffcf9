"""A story of `explain` as text: one plain sentence first, then everything it rests on.

Long because the words of one page belong together.
"""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Final

from processor.cli.spoken import Code, evidence_words, spoken
from processor.cli.tables import moment
from processor.engine.inspection import (
    AlertSeen,
    Asked,
    CommandSeen,
    HoldSeen,
    Inspection,
    NodeSeen,
    ParameterSeen,
    PointSeen,
    TallySeen,
    Timer,
    TimerKind,
)
from processor.model.alert import AlertCause, AlertState, Transition, Withheld
from processor.model.disposition import DispositionState, Interlock
from processor.model.order import OrderState
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.replay.explain import Story
from processor.replay.explain_holds import HoldChange
from processor.replay.explain_reasons import FIRING, PARTS, Reason
from processor.replay.explain_words import doubt_about, length, node_value, shown

MARKS: Final = {True: "✓", False: "✗", None: "?"}
HEADS: Final = {
    "advice": Text(zh="怎么办", en="What to do"),
    "selected": Text(zh="适用范围", en="Does the rule look at it"),
    "parameters": Text(zh="参数", en="Parameters"),
    "points": Text(zh="测点", en="Points"),
    "levels": Text(zh="级别", en="Levels"),
    "clear": Text(zh="恢复条件", en="The way back"),
    "alert": Text(zh="告警", en="Alert"),
    "blocks": Text(zh="阻挡原因", en="What stands in the way"),
    "quiet": Text(zh="说明", en="How it stands"),
    "commands": Text(zh="自动指令（现在会怎样）", en="Commands, if they were decided now"),
    "timers": Text(zh="计时", en="Timers left"),
    "holds": Text(zh="持续时间的经过", en="What became of the holds"),
    "steps": Text(zh="最近的告警步骤", en="Last steps of the alert"),
    "notes": Text(zh="注意", en="Notes"),
}
BEFORE: Final = Text(
    zh="（{at} 之前的经过只知当时仍在计时的何时开始）",
    en="(of what was before {at} only the beginning of what then still ran is known)",
)
LAYERS: Final = {
    "default": Text(zh="规则默认", en="default"),
    "profile": Text(zh="设备模板", en="profile"),
    "community": Text(zh="社区", en="community"),
    "building": Text(zh="楼栋", en="building"),
    "device": Text(zh="设备", en="device"),
}
MEMBERS_SHOWN: Final = 30


class Page:
    """The lines of a story in one language, times on these clocks."""

    def __init__(self, story: Story, language: str, zone: tzinfo) -> None:
        self._story = story
        self._language = language
        self._zone = zone

    def lines(self) -> Iterator[str]:
        """Every line, without colours."""
        story = self._story
        name, subject = story.rule_name.pick(self._language), story.subject_name.pick(self._language)
        yield f"{story.rule} {name}".rstrip() + f" · {story.device} {subject}".rstrip() + f" · {self._at(story.at)}"
        yield story.sentence.pick(self._language)
        if story.runbook:
            yield self._say("处置手册：", "Runbook: ") + story.runbook
        yield from self._section("advice", [each.pick(self._language) for each in story.advice])
        if story.inspection is not None:
            yield from self._inspected(story.inspection)
        yield from self._section("blocks" if story.reason not in FIRING else "quiet", self._blocks())
        if story.inspection is not None:
            yield from self._section("commands", map(self._command, story.inspection.commands))
            yield from self._section("timers", map(self._timer, story.inspection.timers))
        yield from self._section("holds", self._holds())
        yield from self._section("steps", self._steps())
        yield from self._section("notes", [note.pick(self._language) for note in story.notes])

    def _inspected(self, seen: Inspection) -> Iterator[str]:
        yield from self._section("selected", map(self._asked, seen.asked))
        yield from self._section("parameters", map(self._parameter, seen.parameters))
        yield from self._section("points", map(self._point, seen.points))
        yield from self._section("levels", [line for hold in seen.holds for line in self._hold(hold)])
        yield from self._section("clear", self._clear(seen))
        yield from self._section("alert", self._alert(seen))

    def _section(self, head: str, lines: Iterable[str]) -> Iterator[str]:
        found = list(lines)
        if found:
            yield ""
            yield HEADS[head].pick(self._language)
            yield from (f"  {line}" for line in found)

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _code(self, kind: Code, code: str) -> str:
        return spoken(kind, code, self._language)

    def _withheld(self, step: AlertSeen | Transition) -> str:
        return f"{self._code(Withheld, step.withheld or '')} {step.withheld_by}".rstrip()

    def _at(self, at: EpochMs | None) -> str:
        return moment(at, self._zone)

    def _asked(self, asked: Asked) -> str:
        has = asked.has or self._say("无", "none")
        part = PARTS[asked.part].pick(self._language)
        return f"{MARKS[asked.ok]} {part}: {'/'.join(asked.wanted)} ({self._say('该设备为', 'it is')} {has})"

    def _parameter(self, seen: ParameterSeen) -> str:
        layer = LAYERS[seen.layer].pick(self._language)
        said = f"{seen.name} = {shown(seen.value, seen.unit)}   {layer}  {seen.place}".rstrip()
        if seen.layer == "default":
            return said
        default = shown(seen.default, seen.default_unit)
        return said + self._say(f"（规则默认 {default}）", f" (the rule's own: {default})")

    def _point(self, point: PointSeen) -> str:
        value = f"{point.name} = {shown(point.value, point.unit)}"
        doubt = doubt_about(point).pick(self._language)
        if doubt:
            return f"? {value}   {doubt}"
        age = length(point.age_ms or 0).pick(self._language)
        said = f"✓ {value}   " + self._say(f"{age}前", f"{age} old")
        if point.stale_after_ms is None:
            return said
        limit = length(point.stale_after_ms).pick(self._language)
        return said + self._say(f"（超过 {limit}没有读数即视为未知）", f" (unknown after {limit} of silence)")

    def _hold(self, hold: HoldSeen) -> Iterator[str]:
        needs = length(hold.for_ms).pick(self._language)
        samples = self._say(f"，连续 {hold.samples_needed} 次", f", {hold.samples_needed} readings in a row")
        state = self._say("已达到", "reached") if hold.on else node_value(hold.condition).pick(self._language)
        yield (
            f"L{hold.level} "
            + self._say("持续 ", "for ")
            + needs
            + (samples if hold.samples_needed > 1 else "")
            + f": {state}"
        )
        if hold.since is not None:
            held = length(hold.held_ms).pick(self._language)
            clock = (
                self._say("读数时间", "the readings' own time") if hold.periodic else self._say("系统时间", "our clock")
            )
            yield "  " + self._say(
                f"自 {self._at(hold.since)} 起成立，{held}，{hold.samples} 次读数（{clock}）",
                f"true since {self._at(hold.since)}: {held}, {_many(hold.samples, 'reading')} ({clock})",
            )
        yield from (f"  {line}" for line in self._tree(hold.condition))
        if hold.own_clear is not None:
            yield "  " + self._say("降级条件：", "falls when:")
            yield from (f"    {line}" for line in self._tree(hold.own_clear))
        for tally in hold.tallies:
            yield from (f"  {line}" for line in self._tally(tally))

    def _tree(self, node: NodeSeen, depth: int = 0) -> Iterator[str]:
        mark = MARKS[node.verdict] if node.is_condition else "·"
        value = "" if node.is_condition else f" = {node_value(node).pick(self._language)}"
        text = evidence_words(node.text, self._language)
        yield "  " * depth + f"{mark} {text}{value}{self._window(node)}"
        for part in node.parts:
            yield from self._tree(part, depth + 1)

    def _window(self, node: NodeSeen) -> str:
        window = node.window
        if window is None or window.samples is None:
            return ""
        if window.first_at is None:
            return self._say("（时间窗内没有样本）", " (no samples in the window)")
        return self._say(
            f"（{window.samples} 个样本，自 {self._at(window.first_at)}）",
            f" ({_many(window.samples, 'sample')} since {self._at(window.first_at)})",
        )

    def _tally(self, tally: TallySeen) -> Iterator[str]:
        yield self._say(
            f"{tally.text}：{tally.count}/{tally.total} 计入，{tally.unknown} 未知",
            f"{tally.text}: {tally.count} of {tally.total} count, {tally.unknown} unknown",
        )
        for member in tally.members[:MEMBERS_SHOWN]:
            when = "" if member.true_at is None else self._say("，最近成立 ", ", last true ") + self._at(member.true_at)
            counts = self._say("，计入", ", counts") if member.counts else ""
            yield f"  {MARKS[member.verdict]} {member.device}{counts}{when}"
        more = len(tally.members) - MEMBERS_SHOWN
        if more > 0:
            yield self._say(f"  …另有 {more} 个", f"  … and {more} more")

    def _clear(self, seen: Inspection) -> Iterator[str]:
        clear = seen.clear
        if clear is None:
            return
        needs = length(clear.for_ms).pick(self._language)
        if clear.condition is None:
            yield self._say(f"没有级别成立，持续 {needs}", f"no level true any more, for {needs}")
        else:
            yield self._say(f"持续 {needs}：", f"for {needs}:")
            yield from (f"  {line}" for line in self._tree(clear.condition))
        if clear.since is not None:
            left = length(clear.left_ms or 0).pick(self._language)
            yield self._say(
                f"自 {self._at(clear.since)} 起，还差 {left}", f"since {self._at(clear.since)}; {left} are left"
            )

    def _alert(self, seen: Inspection) -> Iterator[str]:
        alert = seen.alert
        if alert is None:
            yield self._code(AlertState, AlertState.OK)
            return
        yield f"{self._code(AlertState, alert.state)} L{alert.level}  {alert.id}  " + self._say(
            f"{alert.steps} 步，自 {self._at(alert.opened_at)}",
            f"{_many(alert.steps, 'step')}, since {self._at(alert.opened_at)}",
        )
        if alert.withheld:
            yield self._say("未通知：", "not told: ") + self._withheld(alert)
        if alert.order:
            stands = self._code(OrderState, alert.order_state or "")
            yield self._say("工单 ", "order ") + f"{alert.order} {stands}".rstrip()

    def _blocks(self) -> Iterator[str]:
        for number, blocked in enumerate(self._story.blocks, 1):
            reason = self._code(Reason, blocked.reason) + self._say("：", ": ")
            yield f"{number}. {reason}{blocked.text.pick(self._language)}"

    def _command(self, command: CommandSeen) -> str:
        device = command.device or "–"
        if command.running:
            said = self._say(f"执行中 {command.running}", f"under way {command.running}")
        elif command.interlocks:
            why = (self._code(Interlock, each) for each in dict.fromkeys(command.interlocks))
            said = self._say("不会发送：", "would not go: ") + self._say("；", "; ").join(why)
        else:
            said = self._say("会发送", "would go")
        return f"L{command.level} {command.command} → {device}: {said}"

    def _timer(self, timer: Timer) -> str:
        return f"{self._at(timer.at)}  {self._code(TimerKind, timer.kind)} {timer.detail}".rstrip()

    def _holds(self) -> Iterator[str]:
        for step in self._story.holds:
            yield f"{self._at(step.at)}  L{step.level} {self._code(HoldChange, step.change)}"
        if self._story.holds and self._story.checkpoint_at is not None:
            yield BEFORE.pick(self._language).format(at=self._at(self._story.checkpoint_at))

    def _steps(self) -> Iterator[str]:
        for step in self._story.steps:
            withheld = f"  [{self._withheld(step)}]" if step.withheld else ""
            states = f"{self._code(AlertState, step.before)} → {self._code(AlertState, step.after)}"
            cause, evidence = self._code(AlertCause, step.cause), evidence_words(step.evidence, self._language)
            yield f"{self._at(step.decided_at)}  #{step.number} {states} ({cause}) L{step.level}  {evidence}{withheld}"
        for done in self._story.commands:
            said = done.disposition
            why = f" ({self._code(Interlock, said.interlock)})" if said.interlock else ""
            state = self._code(DispositionState, said.state)
            yield f"{self._at(done.at)}  {said.command} → {said.device or '–'}: {state}{why}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
