"""Which rules and communities a proposal looks at: the rule, those during whose alerts nothing is normal either."""

from collections.abc import Collection

import msgspec

from processor.engine.blueprint import parsed
from processor.engine.selection import selects, tags_of
from processor.language.walking import points_used
from processor.model.district import District
from processor.model.rule import Rule


def related(district: District, rule: Rule) -> tuple[str, ...]:
    """This rule and those during whose alerts a device is not normal either: they look at a point that it looks at
    too, or answer for it (`suppressed_by`)."""
    own = _points(rule)
    found = [
        other.id
        for other in district.rules.values()
        if other.enabled and other.watches is None and (own & _points(other) or other.id in rule.suppressed_by)
    ]
    return tuple(dict.fromkeys([rule.id, *found]))


def looked_at(district: District, rule: Rule) -> tuple[str, ...]:
    """The communities in which the rule looks at any device."""
    found = [
        device.community
        for device in district.devices.values()
        if selects(rule.applies_to, device, tags_of(device, district.profiles[device.profile]))
    ]
    return tuple(dict.fromkeys(found))


def _points(rule: Rule) -> frozenset[str]:
    texts = [trigger.when.text for trigger in rule.triggers if trigger.when.text]
    return frozenset(point for text in texts for point in points_used(parsed(text)) - rule.parameters.keys())


def only(district: District, rules: Collection[str]) -> District:
    """The district with these rules only: the others cost time and change nothing of them."""
    kept = {name: rule for name, rule in district.rules.items() if name in rules}
    return msgspec.structs.replace(district, rules=kept)
