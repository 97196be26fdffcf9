"""What people read of an alert: the line they see first, and the text below it. Nothing about any person."""

from typing import Final

from processor.engine.alerts import AlertRecord
from processor.engine.safe_text import evidence_text
from processor.engine.subjects import Subject
from processor.model.disposition import Disposition
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


def not_accepted(order: str) -> Text:
    """Why people are told again of an order."""
    return Text(zh=f"工单 {order} 至今无人接单", en=f"nobody has accepted order {order} yet")


def not_proved(given: Disposition) -> Text:
    """Why people are told of a command: a person must go."""
    what = f"{given.command} → {given.device or '-'}"
    return Text(zh=f"指令 {what} 未见效，须有人到场", en=f"{what}: no proof that it worked, somebody must go")


def body(record: AlertRecord, subject: Subject, evidence: Text, said: Text, runbook: str) -> Text:
    """What the rule says, where, why, which order, and where more is to be read; nothing about any person."""
    order = record.order
    return Text(
        zh=_lines(
            said.zh,
            f"位置：{subject.place}",
            f"依据：{evidence_text(evidence.zh)}",
            f"工单：{order}" if order else "",
            f"处置手册：{runbook}" if runbook else "",
        ),
        en=_lines(
            said.en,
            f"Place: {subject.place}",
            f"Evidence: {evidence_text(evidence.en)}",
            f"Order: {order}" if order else "",
            f"Runbook: {runbook}" if runbook else "",
        ),
    )


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
