"""What people read of an alert: the line they see first, and the text below it. Nothing about any person."""

from typing import Final

from processor.engine.alerts import AlertRecord
from processor.engine.safe_text import evidence_text
from processor.engine.subjects import Subject
from processor.model.rule import Level, Rule
from processor.model.text import Text

LEVEL_NAMES: Final = {
    Level.L1: Text(zh="红", en="L1 red"),
    Level.L2: Text(zh="橙", en="L2 orange"),
    Level.L3: Text(zh="黄", en="L3 yellow"),
    Level.L4: Text(zh="蓝", en="L4 blue"),
}


def title(record: AlertRecord, rule: Rule, subject: Subject) -> Text:
    """The line a person sees first: level, rule, subject."""
    level = LEVEL_NAMES[record.level]
    late_zh, late_en = ("（迟到数据）", " (late data)") if record.late else ("", "")
    return Text(
        zh=f"【{level.zh}】{rule.name.pick('zh')} {subject.name.pick('zh') or subject.key}{late_zh}",
        en=f"[{level.en}] {rule.name.pick('en')}: {subject.name.pick('en') or subject.key}{late_en}",
    )


def body(record: AlertRecord, subject: Subject, evidence: str, said: Text) -> Text:
    """What the rule says, where, why, and which order; nothing about any person."""
    why, order = evidence_text(evidence), record.order
    return Text(
        zh=_lines(said.zh, f"位置：{subject.place}", f"依据：{why}", f"工单：{order}" if order else ""),
        en=_lines(said.en, f"Place: {subject.place}", f"Evidence: {why}", f"Order: {order}" if order else ""),
    )


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
