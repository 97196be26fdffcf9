"""Reads what a rule's levels ask, for how long, and when they are over."""

from typing import Final

from processor.language.units import conversion
from processor.loading import meant, scalars
from processor.loading.answers import read_answer
from processor.loading.fields import LONG, Fields
from processor.loading.nodes import Mapping, Scalar, Sequence
from processor.loading.report import nearest
from processor.loading.typed import NAME, read_duration
from processor.model.rule import Answer, Clear, Level, Parameter, Rule, Trigger
from processor.model.source import SourceText
from processor.model.text import Text
from processor.model.time import DurationMs

Parameters = dict[str, Parameter]

MOST_TRIGGERS: Final = 20
"""Of one level: more are better said with `in`, or as several rules."""

_EXAMPLE: Final = "{when: residual_current >= 300 mA, for: 30 s}"


def read_levels(
    fields: Fields, parameters: Parameters, *, watches: bool
) -> tuple[tuple[Trigger, ...], dict[Level, Answer]]:
    """The triggers of every level, and the answers of those that have their own; one that `watches` asks nothing."""
    triggers: list[Trigger] = []
    answers: dict[Level, Answer] = {}
    entries = fields.mapping("levels", "{L2: {when: ..., for: 30 s}}", required=True)
    block = fields.take("levels")
    known = {level.name: level for level in Level}
    for name, node in entries.items():
        level = known.get(name)
        if level is None and fields.report.full:
            continue
        if level is None:
            where = block.keys[name] if isinstance(block, Mapping) else node
            fields.add(
                "want_choice",
                where,
                meant.choice(name, known) or nearest(name, known),
                key="levels",
                text=name,
                choices=", ".join(known),
            )
            continue
        owner = Text(zh=f"{fields.owner.zh} {level.name}", en=f"{fields.owner.en}, {level.name}")
        nodes = node.items if isinstance(node, Sequence) else [node]
        if len(nodes) > MOST_TRIGGERS:
            fields.add("too_many_of", node, key=name, count=len(nodes), limit=MOST_TRIGGERS)
        for each in nodes[:MOST_TRIGGERS]:
            inner = Fields(each, fields.report, owner, key=level.name, example=_EXAMPLE)
            _read_level_answer(inner, level, answers)
            triggers.append(Trigger(level, SourceText("")) if watches else _read_trigger(inner, level, parameters))
            inner.finish()
    if block is not None and not entries and isinstance(block, Mapping):
        fields.add("no_trigger", block)
    if watches and len(triggers) > 1:
        fields.add("one_level", block)
    return tuple(triggers), answers


def _read_level_answer(fields: Fields, level: Level, answers: dict[Level, Answer]) -> None:
    answer = fields.take("answer")
    if answer is not None and level in answers:
        fields.add("two_answers", answer)
    elif answer is not None:
        answers[level] = read_answer(fields, answer)


def _read_trigger(fields: Fields, level: Level, parameters: Parameters) -> Trigger:
    hold, hold_name = _read_hold(fields, "for", parameters)
    fall, fall_name = _read_hold(fields, "clear_for", parameters)
    return Trigger(
        level=level,
        when=fields.expression("when", required=True) or SourceText(""),
        for_ms=hold or 0,
        samples=fields.integer("samples", 1, 1, 1_000),
        clear_when=fields.expression("clear_when"),
        clear_for_ms=fall,
        for_named=hold_name,
        clear_for_named=fall_name,
    )


def read_clear(parent: Fields, parameters: Parameters) -> Clear:
    """When an alert of the rule is over."""
    node = parent.take("clear")
    if node is None:
        return Clear()
    fields = Fields(node, parent.report, parent.owner, key="clear", example="{when: ..., for: 10 min}")
    hold, name = _read_hold(fields, "for", parameters)
    clear = Clear(when=fields.expression("when"), for_ms=hold or 0, for_named=name)
    fields.finish()
    return clear


def _read_hold(fields: Fields, key: str, parameters: Parameters) -> tuple[DurationMs | None, str]:
    """A length of time, or the default of the parameter that names it and that name."""
    node = fields.take(key)
    if node is None:
        return None, ""
    name = node.text if isinstance(node, Scalar) and NAME.fullmatch(node.text) else ""
    if not name:
        return read_duration(fields, key, node, 0, LONG), ""
    if name not in parameters:
        times = [each for each, parameter in parameters.items() if time_of(parameter) is not None]
        fields.add("no_such_time", node, nearest(name, times) or meant.time(name), key=key, name=name)
        return None, ""
    hold = time_of(parameters[name])
    if hold is None:
        bare = parameters[name]
        timed = f"{name}: {bare.value:g} s" if not bare.unit and isinstance(bare.value, float) else ""
        fields.add("not_a_time", node, timed, key=key, name=name)
    return hold, name


def time_of(parameter: Parameter) -> DurationMs | None:
    """The length of time that the parameter's value is, or None when it is none, or too long or negative a one."""
    value = parameter.value
    change = None if isinstance(value, bool | str) or not parameter.unit else conversion(parameter.unit, "ms")
    if change is None or isinstance(value, bool | str):
        return scalars.duration("0") if value == 0 and not isinstance(value, bool) else None
    span = value * change.scale + change.offset
    return round(span) if 0 <= span <= LONG else None


def times_of(rule: Rule) -> frozenset[str]:
    """The parameters that the rule's holds name."""
    named = {name for trigger in rule.triggers for name in (trigger.for_named, trigger.clear_for_named)}
    return frozenset(named | {rule.clear.for_named}) - {""}
