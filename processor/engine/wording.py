"""What people read of an alert: the line they see first, and the text below it. Nothing about any person."""

from typing import Final

from processor.engine.alerts import AlertRecord
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


def body(record: AlertRecord, subject: Subject, evidence: str) -> Text:
    """Where, why, and which order; nothing about any person."""
    return Text(
        zh=f"位置：{subject.place}\n依据：{evidence}" + (f"\n工单：{record.order}" if record.order else ""),
        en=f"Place: {subject.place}\nEvidence: {evidence}" + (f"\nOrder: {record.order}" if record.order else ""),
    )
