"""Reads rules/*.yaml."""

import re
from typing import Final

from processor.loading.answers import read_answer
from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Sequence
from processor.loading.parameters import read_parameters
from processor.loading.report import Report, nearest
from processor.loading.typed import ID, read_texts
from processor.model.rule import Active, Answer, Clear, Gap, Level, Rule, Selector, Trigger
from processor.model.source import SourceText
from processor.model.text import Text

_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]|24):([0-5]\d)")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES: Final = 24 * 60


def read_rules(report: Report, zone: str) -> list[Rule]:
    """The rules of one file, in its order; `zone` is that of schedules which name none."""
    root = report.document.root
    if root is None:
        return []
    fields = Fields(root, report, key="rules", example="{EL-01: {name: ..., levels: ...}}")
    keys = root.keys if isinstance(root, Mapping) else {}
    rules = []
    entries = fields.entries_of("rules", root) if isinstance(root, Mapping) else {}
    for name, node in entries.items():
        if not ID.fullmatch(name):
            fields.add("want_id", keys[name], text=name)
        owner = Text(zh=f"规则“{name}”", en=f'rule "{name}"')
        about = Fields(node, report, owner, key=name, example="{name: ..., applies_to: ..., levels: ...}")
        rules.append(_read_rule(about, name, zone))
    return rules


def _read_rule(fields: Fields, name: str, zone: str) -> Rule:
    triggers, level_answers = _read_levels(fields)
    answer = fields.take("answer")
    rule = Rule(
        id=name,
        name=fields.text2("name", name, required=True),
        applies_to=_read_selector(fields),
        triggers=triggers,
        clear=_read_clear(fields),
        parameters=read_parameters(fields),
        gap=fields.choice("gap", Gap, Gap.UNKNOWN),
        latched=fields.flag("latched"),
        active=_read_active(fields, zone),
        answer=Answer() if answer is None else read_answer(fields, answer),
        level_answers=level_answers,
        text=fields.text2("text"),
        runbook=fields.text("runbook"),
        source=fields.text("source"),
        enabled=fields.flag("enabled", default=True),
        place=fields.report.document.place(fields.node),
    )
    fields.finish()
    return rule


def _read_selector(parent: Fields) -> Selector:
    node = parent.take("applies_to", required=True)
    if node is None:
        return Selector()
    fields = Fields(node, parent.report, parent.owner, key="applies_to", example="{profile: leak_sensor}")
    tags = {name: read_texts(fields, name, value) for name, value in fields.mapping("tags", "{role: feeder}").items()}
    selector = Selector(
        profiles=fields.ids("profile"),
        tags=tags,
        communities=fields.texts("community"),
        buildings=fields.texts("building"),
        devices=fields.texts("device"),
        except_devices=fields.texts("except"),
        mains=fields.boolean("mains"),
    )
    fields.finish()
    return selector


def _read_levels(fields: Fields) -> tuple[tuple[Trigger, ...], dict[Level, Answer]]:
    triggers: list[Trigger] = []
    answers: dict[Level, Answer] = {}
    entries = fields.mapping("levels", "{L2: {when: ..., for: 30 s}}", required=True)
    block = fields.take("levels")
    known = {level.name: level for level in Level}
    for name, node in entries.items():
        level = known.get(name)
        if level is None:
            where = block.keys[name] if isinstance(block, Mapping) else node
            fields.add("want_choice", where, nearest(name, known), key="levels", text=name, choices=", ".join(known))
            continue
        nodes = node.items if isinstance(node, Sequence) else [node]
        triggers += [_read_trigger(fields, level, each, answers) for each in nodes]
    if block is not None and not entries and isinstance(block, Mapping):
        fields.add("no_trigger", block)
    return tuple(triggers), answers


def _read_trigger(parent: Fields, level: Level, node: Node, answers: dict[Level, Answer]) -> Trigger:
    owner = Text(zh=f"{parent.owner.zh} {level.name}", en=f"{parent.owner.en}, {level.name}")
    fields = Fields(node, parent.report, owner, key=level.name, example="{when: residual_current >= 300 mA, for: 30 s}")
    answer = fields.take("answer")
    if answer is not None and level in answers:
        fields.add("two_answers", answer)
    elif answer is not None:
        answers[level] = read_answer(fields, answer)
    trigger = Trigger(
        level=level,
        when=fields.expression("when", required=True) or SourceText(""),
        for_ms=fields.duration("for") or 0,
        samples=fields.integer("samples", 1, 1, 1_000),
        clear_when=fields.expression("clear_when"),
        clear_for_ms=fields.duration("clear_for"),
    )
    fields.finish()
    return trigger


def _read_clear(parent: Fields) -> Clear:
    node = parent.take("clear")
    if node is None:
        return Clear()
    fields = Fields(node, parent.report, parent.owner, key="clear", example="{when: ..., for: 10 min}")
    clear = Clear(when=fields.expression("when"), for_ms=fields.duration("for") or 0)
    fields.finish()
    return clear


def _read_active(parent: Fields, zone: str) -> Active | None:
    node = parent.take("active")
    if node is None:
        return None
    fields = Fields(node, parent.report, parent.owner, key="active", example='{daily: "22:00-06:00"}')
    begin, end = fields.one("daily", _read_span, required=True) or (0, _DAY_MINUTES)
    active = Active(begin_minute=begin, end_minute=end, zone=fields.zone("zone", zone), days=_read_days(fields))
    fields.finish()
    return active


def _read_span(fields: Fields, key: str, node: Node) -> tuple[int, int] | None:
    texts = read_texts(fields, key, node)
    found = _SPAN.fullmatch(texts[0].strip()) if len(texts) == 1 else None
    if found is None:
        fields.add("bad_daily", node, text=", ".join(texts))
        return None
    hours = [int(part) for part in found.groups()]
    begin, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if begin == end or end > _DAY_MINUTES:
        fields.add("bad_daily", node, text=texts[0])
        return None
    return begin, end


def _read_days(fields: Fields) -> tuple[int, ...]:
    texts = fields.texts("days")
    for text in texts:
        if text not in _DAYS:
            suggestion = nearest(text, _DAYS)
            fields.add("want_choice", fields.take("days"), suggestion, key="days", text=text, choices=", ".join(_DAYS))
    return tuple(sorted({_DAYS.index(text) for text in texts if text in _DAYS})) or tuple(range(7))
