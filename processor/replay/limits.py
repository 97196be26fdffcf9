"""The numbers that a rule holds a device's own points against: what is drawn across a plot of them."""

from collections.abc import Iterator
from typing import NamedTuple

from processor.engine.blueprint import parsed
from processor.engine.selection import effective_parameters, tags_of
from processor.language.plan import Against, within
from processor.language.resolve import resolve
from processor.language.vocabulary import Vocabulary
from processor.model.device import Device
from processor.model.district import District
from processor.model.rule import Level, Rule
from processor.model.source import SourceText


class Limit(NamedTuple):
    """One of them, in the point's unit; `text` is how the rule writes it. `level` None: the way back."""

    point: str
    value: float
    text: str
    level: Level | None


def limits_of(district: District, device: Device, rule: Rule) -> tuple[Limit, ...]:
    """Every one of the rule's, with the parameters in force for the device; the way to a level before the way back."""
    overrides = [each for each in district.overrides if each.rule == rule.id]
    layered = effective_parameters(rule, device, overrides)
    parameters = {name: parameter for name, (parameter, _) in layered.items()}
    profile = district.profiles[device.profile]
    vocabulary, tags = Vocabulary.of(profile), tags_of(device, profile)
    zone = rule.active.zone if rule.active else district.zone
    found: list[Limit] = []
    for level, text in _conditions(rule):
        plan, _ = resolve(parsed(text.text), vocabulary, parameters, tags, zone=zone, peers=True, rule=rule.id)
        tests = (part for part in within(plan) if isinstance(part, Against)) if plan else ()
        found += [Limit(each.point.name, each.bound, f"{each.operator} {each.said_bound}", level) for each in tests]
    return tuple(dict.fromkeys(found))


def _conditions(rule: Rule) -> Iterator[tuple[Level | None, SourceText]]:
    for trigger in rule.triggers:
        yield trigger.level, trigger.when
    for way_back in (*(trigger.clear_when for trigger in rule.triggers), rule.clear.when):
        if way_back is not None:
            yield None, way_back
