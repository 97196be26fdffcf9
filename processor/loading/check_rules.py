"""Checks rules against profiles, places, devices and people."""

from collections.abc import Iterable, Sequence
from typing import Final

from processor.language.nodes import Node
from processor.language.peers import Subject
from processor.language.units import unit
from processor.language.vocabulary import Vocabulary
from processor.language.walking import walk
from processor.loading.check_bonds import parameters_of
from processor.loading.check_commands import check_commands
from processor.loading.check_devices import places_of_kind
from processor.loading.check_groups import check_conditions
from processor.loading.check_sense import check_sense
from processor.loading.check_tags import check_tags
from processor.loading.check_texts import check_text
from processor.loading.draft import Draft
from processor.loading.expressions import Surroundings, read_tree
from processor.loading.kinds import Kind
from processor.loading.matching import Fleet
from processor.loading.nodes import Mapping
from processor.loading.report import About, nearest
from processor.loading.rule_check import RuleCheck
from processor.loading.triggers import times_of
from processor.loading.values import check_parameter
from processor.model.place import PlaceKind
from processor.model.problem import Severity
from processor.model.rule import Answer, Rule, Selector
from processor.model.source import SourceText
from processor.model.text import Text


def check_rules(draft: Draft) -> None:
    """Note every problem of every rule that another file decides."""
    fleet = Fleet.of(draft)
    vocabularies = {name: Vocabulary.of(profile) for name, profile in draft.profiles.items()}
    everyone = [vocabularies[name] for name in fleet.sorts] or list(vocabularies.values())
    for rule in draft.rules.values():
        owner = Text(zh=f"规则“{rule.id}”", en=f'rule "{rule.id}"')
        about = About(draft.reports[rule.place.file], owner)
        names = [name for name in rule.applies_to.profiles if name in vocabularies]
        if not names and not _lost_selector(about, rule):
            names = fleet.profiles(rule.applies_to)
        check = RuleCheck(draft, fleet, rule, about, [vocabularies[name] for name in names], everyone)
        _check_roles(check)
        if not rule.note and (rule.shadow or not rule.enabled):
            check.note("no_note", ["shadow"] if rule.shadow else ["enabled"], Severity.WARNING)
        if rule.watches is None:
            _check_selector(check)
            _check_parameters(check)
            check_commands(draft, fleet, rule, about)
        else:
            _note_unused(check, parameters_of(rule.watches) | check_text(about, rule, (), single=False))


def _lost_selector(about: About, rule: Rule) -> bool:
    """Whether nothing of `applies_to` may have been readable: then nobody knows which devices it means."""
    node = about.report.node(rule.id, "applies_to")
    empty = node is None or (isinstance(node, Mapping) and not node.entries)
    return rule.applies_to == Selector() and not empty and about.report.has_errors


def _check_selector(check: RuleCheck) -> None:
    selector, draft = check.rule.applies_to, check.draft
    missed = False
    for key, names in (
        ("profile", selector.profiles),
        ("community", selector.communities),
        ("building", selector.buildings),
        ("device", selector.devices),
    ):
        missed |= _miss(check, key, names, [key])
    _miss(check, "device", selector.except_devices, ["except", "device"])
    _miss(check, "profile", selector.except_profiles, ["except", "profile"])
    _miss(check, "community", selector.except_communities, ["except", "community"])
    _miss(check, "building", selector.except_buildings, ["except", "building"])
    whole = draft.sure(Kind.DEVICES, Kind.PROFILE, Kind.PLACES)
    if whole and not missed and check.rule.enabled and not check.fleet.profiles(selector):
        check.note("rule_without_devices", ["applies_to"], Severity.WARNING, suggestion=_nearest_tag(check))


def _nearest_tag(check: RuleCheck) -> str:
    """The tag that was perhaps meant by one whose value no device has."""
    tested = ((tag, value) for tag, values in check.rule.applies_to.tags.items() for value in values)
    return next((f"{tag}: {meant}" for tag, value in tested if (meant := check.value_meant(tag, value))), "")


_SORTS: Final = {
    "profile": (Kind.PROFILE, "设备模板"),
    "community": (Kind.PLACES, "社区"),
    "building": (Kind.PLACES, "楼栋"),
    "device": (Kind.DEVICES, "设备"),
}


def _known(draft: Draft, key: str) -> Iterable[str]:
    if key == "profile":
        return draft.profiles
    if key == "device":
        return draft.devices
    return places_of_kind(draft, PlaceKind.COMMUNITY if key == "community" else PlaceKind.BUILDING)


def _miss(check: RuleCheck, key: str, names: Iterable[str], path: Sequence[str]) -> bool:
    """Note names of this sort that are not known; where a file could not be read nothing can be missed."""
    kind, zh = _SORTS[key]
    missed = False
    known = frozenset(_known(check.draft, key))
    for name in names if kind not in check.draft.unread else ():
        if name not in known and not check.about.report.full:
            suggestion = check.about.report.suggest(name, known)
            check.note("no_such", _path(check, path, name), kind=key, kind_zh=zh, name=name, suggestion=suggestion)
            missed = True
    return missed


def _path(check: RuleCheck, path: Sequence[str], name: str) -> list[str]:
    """Where the name stands: a list below `except` is one of devices."""
    block = check.about.report.where(check.rule.id, "applies_to", *path)
    above = check.about.report.where(check.rule.id, "applies_to", *path[:-1])
    return ["applies_to", *(path if block != above else path[:-1]), name]


def _check_parameters(check: RuleCheck) -> None:
    for parameter in check.rule.parameters.values():
        check_parameter(check.about, parameter)
    used: set[str] = set()
    written: list[tuple[SourceText, Node]] = []
    broken = _broken(check)
    zone = check.rule.active.zone if check.rule.active else check.draft.places.zone
    around = Surroundings(check.rule.parameters, zone, check.fleet.tags)
    for text in expressions_of(check.rule):
        tree = read_tree(check.about, text, check.point_called)
        if tree is None:
            used.update(check.rule.parameters)
            continue
        names = {name for part in walk(tree) if (name := getattr(part, "name", None))}
        used |= names
        check_tags(check, text, tree)
        if not names & broken:
            written.append((text, tree))
    subject = check_conditions(check, written, around)
    check_sense(check, dict(written), zone, subject)
    used |= times_of(check.rule) | check_text(check.about, check.rule, check.kinds, single=subject is Subject.DEVICE)
    if not _lost_levels(check):
        _note_unused(check, used)


def _broken(check: RuleCheck) -> set[str]:
    """The parameters of which something is noted already: what is said with them cannot be judged."""
    block = check.about.report.node(check.rule.id, "parameters")
    named = set(block.entries) if isinstance(block, Mapping) else set()
    known = check.rule.parameters
    return (named - known.keys()) | {name for name, parameter in known.items() if unit(parameter.unit) is None}


def _lost_levels(check: RuleCheck) -> bool:
    """Whether a level could not be read: it may use what nothing else does."""
    block = check.about.report.node(check.rule.id, "levels")
    named = set(block.entries) if isinstance(block, Mapping) else {""}
    return not named <= {trigger.level.name for trigger in check.rule.triggers}


def _note_unused(check: RuleCheck, used: Iterable[str]) -> None:
    for name in check.rule.parameters.keys() - used:
        check.note("parameter_unused", ["parameters", name], Severity.WARNING, key=name)


def expressions_of(rule: Rule) -> list[SourceText]:
    """Every condition of the rule, as its triggers and its clearing have them."""
    texts = [text for trigger in rule.triggers for text in (trigger.when, trigger.clear_when) if text]
    return texts if rule.clear.when is None else [*texts, rule.clear.when]


def _check_roles(check: RuleCheck) -> None:
    if not check.draft.sure(Kind.PEOPLE):
        return
    held = {role for person in check.draft.people.values() for role in person.roles}
    answers: list[tuple[Answer, list[str]]] = [(check.rule.answer, ["answer", "remind"])]
    answers += [
        (answer, ["levels", level.name, "answer", "remind"]) for level, answer in check.rule.level_answers.items()
    ]
    for answer, path in answers:
        for role in answer.remind:
            if role not in held:
                check.note("role_unheld", [*path, role], Severity.WARNING, name=role, suggestion=nearest(role, held))
