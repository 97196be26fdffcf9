"""Checks that rules make sense with the values in force: with their defaults, and again wherever an override differs.

Only what is certain is said, and as a warning where somebody may have meant it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from processor.engine.selection import TARGETS, effective_parameters, selects, tags_of
from processor.language.peers import Subject
from processor.language.vocabulary import Vocabulary
from processor.loading.expressions import note
from processor.loading.report import About
from processor.loading.rule_check import RuleCheck
from processor.loading.sense_conditions import Found, KindSense, Trees
from processor.loading.sense_members import Members, Planner, limits_of
from processor.model.device import Device
from processor.model.problem import Severity
from processor.model.rule import Override, OverrideLayer, Parameter
from processor.model.source import SourcePlace

_MOST_SITUATIONS: Final = 200
SURE: Final = frozenset({"clear_contradicts"})
"""What nobody can have meant."""

_PLACE: Final = Vocabulary("", (), MappingProxyType({}))
"""A place itself has no points; all it says is what its members say."""

_OF_PLACES: Final = frozenset({OverrideLayer.COMMUNITY, OverrideLayer.BUILDING})


def check_sense(check: RuleCheck, trees: Trees, zone: str, subject: Subject) -> None:
    """Note what makes no sense in the conditions of a rule; of `trees`, faulty ones are let pass."""
    known: set[tuple[object, ...]] = set()
    for situation in _situations(check, zone, subject):
        for found in situation.found(trees):
            if found.key not in known:
                situation.note(found)
                known.add(found.key)


@dataclass(frozen=True, slots=True)
class Situation:
    """A rule with the parameters that are in force somewhere; `changed` are those that an override gave."""

    check: RuleCheck
    kinds: Sequence[Vocabulary]
    parameters: Mapping[str, Parameter]
    changed: Mapping[str, OverrideLayer]
    zone: str
    subject: Subject

    def note(self, found: Found) -> None:
        """Put it where it is written, or at the override that causes it."""
        severity = Severity.ERROR if found.fault.code in SURE else Severity.WARNING
        guilty = sorted(found.names & self.changed.keys(), key=lambda name: (-self.changed[name], name))
        if not guilty:
            note(self.check.about, found.text, found.fault, severity=severity)
            return
        place = self.parameters[guilty[0]].place
        about = About(self.check.draft.reports[place.file], self.check.about.owner)
        said = found.fault.what
        words = {"where": str(_place_of(self.check, found)), "said": said.en, "said_zh": said.zh}
        about.note("by_override", place, words=words, severity=severity)

    def found(self, trees: Trees) -> Iterator[Found]:
        """Everything that makes no sense for every kind of device the rule looks at."""
        place, profiles = self.subject is Subject.PLACE, self.check.draft.profiles
        members = Members.of(self.kinds if place else self.check.everyone, profiles, self.parameters, self.zone)
        by_kind = []
        for kind in [_PLACE] if place else self.kinds:
            planner, limits = Planner(kind, self.parameters, self.zone), limits_of(profiles.get(kind.profile))
            by_kind.append(list(KindSense(self.check.rule, planner, trees, members, limits).found()))
        for one in by_kind[0] if by_kind else ():
            if all(any(other.key == one.key for other in others) for others in by_kind[1:]):
                yield one


def _place_of(check: RuleCheck, found: Found) -> SourcePlace:
    """Where the text is written that an override made senseless."""
    place = found.text.place
    return place if place.file else check.rule.place


def _situations(check: RuleCheck, zone: str, subject: Subject) -> Iterator[Situation]:
    """The rule as it is written, and as overrides make it for some of its subjects; each set of values once."""
    yield Situation(check, check.kinds, check.rule.parameters, {}, zone, subject)
    overrides = [each for each in check.draft.overrides if each.rule == check.rule.id]
    seen: set[tuple[object, ...]] = set()
    place = subject is Subject.PLACE
    for device in _places(overrides) if place else _touched(check, overrides):
        layered = effective_parameters(check.rule, device, overrides)
        values = (device.profile, *((name, each.value, each.unit) for name, (each, _) in layered.items()))
        if values in seen or len(seen) >= _MOST_SITUATIONS:
            continue
        seen.add(values)
        parameters = {name: parameter for name, (parameter, _) in layered.items()}
        changed = {name: layer for name, (_, layer) in layered.items() if layer is not OverrideLayer.DEFAULT}
        kinds = [kind for kind in check.kinds if place or kind.profile == device.profile]
        if changed and kinds:
            yield Situation(check, kinds, parameters, changed, zone, subject)


def _places(overrides: Sequence[Override]) -> Iterator[Device]:
    """The places that overrides speak of, as overrides see them: nothing but a community and a building."""
    for override in overrides:
        if override.layer in _OF_PLACES:
            building = override.target if override.layer is OverrideLayer.BUILDING else ""
            yield Device(id="", profile="", community=override.target.split("/")[0], building=building)


def _touched(check: RuleCheck, overrides: Sequence[Override]) -> Iterator[Device]:
    """One device of each sort that the rule looks at and an override speaks of."""
    for override in overrides:
        if override.layer is OverrideLayer.DEVICE:
            device = check.draft.devices.get(override.target)
            profile = None if device is None else check.draft.profiles.get(device.profile)
            tags = {} if device is None or profile is None else tags_of(device, profile)
            if device is not None and profile is not None and selects(check.rule.applies_to, device, tags):
                yield device
            continue
        for sort in check.fleet.sorts.values():
            for device, tags in sort:
                if TARGETS[override.layer](device) == override.target and selects(check.rule.applies_to, device, tags):
                    yield device
