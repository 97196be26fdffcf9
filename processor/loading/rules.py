"""Reads rules/*.yaml."""

from typing import Final

from processor.loading import meant
from processor.loading.answers import read_answer
from processor.loading.fields import Fields
from processor.loading.limits import WATCHED_NAMES, read_chatter, read_cooldown, read_limit, read_watches
from processor.loading.nodes import Mapping, Node, Scalar, Sequence
from processor.loading.parameters import read_parameters
from processor.loading.report import Report
from processor.loading.schedules import read_active
from processor.loading.selectors import read_selector
from processor.loading.triggers import read_clear, read_levels
from processor.loading.typed import ID, read_link
from processor.model.rule import Answer, Gap, Rule, Selector
from processor.model.text import Text

MOST_RULES: Final = 500
"""In one file: the check of a rule costs some 20 ms."""


def read_rules(report: Report, zone: str) -> list[Rule]:
    """The rules of one file, in its order; `zone` is that of schedules which name none."""
    root = report.document.root
    if root is None:
        return []
    fields = Fields(root, report, key="rules", example="{EL-01: {name: ..., levels: ...}}")
    keys = root.keys if isinstance(root, Mapping) else {}
    rules = []
    wrapper = _wrapper(root)
    if wrapper is not None:
        fields.add("wrapped", wrapper, key=wrapper.text)
        return []
    entries = fields.entries_of("rules", root) if isinstance(root, Mapping) else {}
    if len(entries) > MOST_RULES:
        fields.add("too_many_of", root, key="rules", count=len(entries), limit=MOST_RULES)
    for name, node in list(entries.items())[:MOST_RULES]:
        if not ID.fullmatch(name):
            fields.add("want_id", keys[name], meant.identity(name), text=name)
        owner = Text(zh=f"规则“{name}”", en=f'rule "{name}"')
        about = Fields(node, report, owner, key=name, example="{name: ..., applies_to: ..., levels: ...}")
        rules.append(_read_rule(about, name, zone))
    return rules


def _wrapper(root: Node) -> Scalar | None:
    """The key that everything stands below where rules should: of other formats, or of another kind of file."""
    if not isinstance(root, Mapping) or len(root.entries) != 1:
        return None
    ((name, node),) = root.entries.items()
    below = node.entries.values() if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else []
    looks = any(isinstance(each, Mapping) and {"levels", "applies_to"} & each.entries.keys() for each in below)
    return root.keys[name] if looks else None


def _read_rule(fields: Fields, name: str, zone: str) -> Rule:
    watches, watching = read_watches(fields), fields.has("watches")
    parameters = read_parameters(fields, WATCHED_NAMES if watching else frozenset())
    triggers, level_answers = read_levels(fields, parameters, watches=watching)
    answer = fields.take("answer")
    chatter, chatter_limited = read_chatter(fields)
    limit, limited = read_limit(fields)
    rule = Rule(
        id=name,
        name=fields.text2("name", name, required=True),
        applies_to=Selector() if watching else read_selector(fields),
        triggers=triggers,
        clear=read_clear(fields, parameters),
        parameters=parameters,
        gap=fields.choice("gap", Gap, Gap.UNKNOWN),
        latched=fields.flag("latched"),
        active=read_active(fields, zone),
        answer=Answer() if answer is None else read_answer(fields, answer),
        level_answers=level_answers,
        text=fields.text2("text"),
        runbook=fields.one("runbook", read_link) or "",
        source=fields.text("source"),
        enabled=fields.flag("enabled", default=True),
        shadow=fields.flag("shadow"),
        note=fields.text("note"),
        suppressed_by=fields.ids("suppressed_by"),
        cooldown_ms=read_cooldown(fields),
        watches=watches,
        chatter=chatter,
        chatter_limited=chatter_limited,
        limit=limit,
        limited=limited,
        place=fields.report.document.place(fields.node),
    )
    fields.finish()
    return rule
