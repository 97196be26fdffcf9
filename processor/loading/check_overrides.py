"""Checks overrides against the rules they change and the things they change them for."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from msgspec.structs import replace

from processor.loading.check_bonds import check_watched
from processor.loading.check_devices import places_of_kind
from processor.loading.draft import Draft
from processor.loading.kinds import Kind
from processor.loading.nodes import Mapping
from processor.loading.report import About, Report, nearest
from processor.loading.triggers import time_of, times_of
from processor.loading.values import check_value
from processor.model.place import PlaceKind
from processor.model.rule import Override, OverrideLayer
from processor.model.source import SourcePlace
from processor.model.text import Text

Missed: TypeAlias = set[SourcePlace]
"""Where it is noted already that something does not exist."""

_LAYERS: Final = {
    OverrideLayer.PROFILE: ("profile", "设备模板", Kind.PROFILE),
    OverrideLayer.COMMUNITY: ("community", "社区", Kind.PLACES),
    OverrideLayer.BUILDING: ("building", "楼栋", Kind.PLACES),
    OverrideLayer.DEVICE: ("device", "设备", Kind.DEVICES),
}


def check_overrides(draft: Draft) -> None:
    """Note overrides of unknown rules, parameters or targets, values out of bounds, and repeated ones."""
    seen: dict[tuple[str, str, OverrideLayer, str], SourcePlace] = {}
    missed: set[SourcePlace] = set()
    for override in draft.overrides:
        report = draft.reports[override.place.file]
        _check_target(draft, report, override, missed)
        _check_parameter(draft, report, override, missed)
        key = (override.rule, override.parameter, override.layer, override.target)
        first = seen.setdefault(key, override.place)
        if first != override.place:
            report.note("override_again", override.place, {"first": first})


def _miss(report: Report, override: Override, words: dict[str, str], known: Iterable[str], missed: Missed) -> None:
    """Note at the value of its key, once for all parameters of the entry, that there is no such thing."""
    place = _value_of(report, override, words["kind"])
    if place not in missed:
        missed.add(place)
        report.note("no_such", place, words, suggestion=report.suggest(words["name"], frozenset(known)))


def _value_of(report: Report, override: Override, key: str) -> SourcePlace:
    """Where the value of `key` stands in the entry that an override is from."""
    entry = report.marked.get(override.place)
    return report.document.place(entry.entries.get(key, entry)) if isinstance(entry, Mapping) else override.place


def _check_target(draft: Draft, report: Report, override: Override, missed: Missed) -> None:
    kind, kind_zh, source = _LAYERS[override.layer]
    known = frozenset(_known(draft, override.layer))
    if override.target not in known and source not in draft.unread:
        words = {"kind": kind, "kind_zh": kind_zh, "name": override.target}
        _miss(report, override, words, known, missed)


def _known(draft: Draft, layer: OverrideLayer) -> Iterable[str]:
    if layer is OverrideLayer.PROFILE:
        return draft.profiles
    if layer is OverrideLayer.DEVICE:
        return draft.devices
    return places_of_kind(draft, PlaceKind.COMMUNITY if layer is OverrideLayer.COMMUNITY else PlaceKind.BUILDING)


def _check_parameter(draft: Draft, report: Report, override: Override, missed: Missed) -> None:
    rule = draft.rules.get(override.rule)
    if rule is None:
        if Kind.RULES not in draft.unread:
            words = {"kind": "rule", "kind_zh": "规则", "name": override.rule}
            _miss(report, override, words, draft.rules, missed)
        return
    owner = Text(zh=f"规则“{rule.id}”", en=f'rule "{rule.id}"')
    parameter = rule.parameters.get(override.parameter)
    if parameter is None:
        words = {"kind": "parameter", "kind_zh": "参数", "name": override.parameter}
        suggestion = nearest(override.parameter, rule.parameters)
        report.note("no_such", override.place, words, owner=owner, suggestion=suggestion)
        return
    about = About(report, owner)
    check_value(about, parameter, override)
    changed = replace(parameter, value=override.value, unit=override.unit or parameter.unit, place=override.place)
    if override.parameter in times_of(rule) and time_of(changed) is None:
        about.note("not_a_time", override.place, words={"key": "for", "name": override.parameter})
    if rule.watches is not None:
        check_watched(about, rule.watches, changed, override.place)
