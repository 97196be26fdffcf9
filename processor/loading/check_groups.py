"""Checks what a rule says of groups: of a place that is its subject, and of the devices around a device."""

from collections.abc import Sequence
from typing import Final

from processor.engine.groups import group_of
from processor.engine.selection import selects, tags_of
from processor.language import group_faults
from processor.language.faults import ExpressionFault
from processor.language.group import check_group
from processor.language.nodes import Group, Node
from processor.language.peers import Subject, asks_another, subject_of, terms_of
from processor.loading.expressions import Surroundings, check_on, faults_on, note, note_all
from processor.loading.kinds import Kind
from processor.loading.rule_check import RuleCheck
from processor.model.device import Device
from processor.model.place import PlaceKind
from processor.model.problem import Severity
from processor.model.source import SourceText

_NOT_A_MEMBER: Final = frozenset({"unknown_name", "unknown_point"})
"""Faults by which a kind of device is merely no member of a group test."""

Written = Sequence[tuple[SourceText, Node]]


def check_conditions(check: RuleCheck, written: Written, around: Surroundings) -> Subject:
    """Note every fault of the rule's conditions; what the rule has its alerts on."""
    subject = subject_of([tree for _, tree in written], around.parameters)
    for text, tree in written:
        if subject is Subject.DEVICE:
            check_on(check.about, text, tree, check.kinds, around, peers=True)
        else:
            for one in check_group(tree, (), around.parameters, zone=around.zone):
                note(check.about, text, one)
        for term in terms_of([tree]).values():
            _check_members(check, text, term, around, subject)
            if term.by in list(PlaceKind) and check.draft.sure(Kind.DEVICES, Kind.PROFILE, Kind.PLACES):
                _check_places(check, text, term, subject)
        if subject is Subject.DEVICE and subject_of([tree], around.parameters) is Subject.PLACE:
            note(check.about, text, group_faults.place_on_devices(tree.column), severity=Severity.WARNING)
    if subject is Subject.PLACE:
        _refuse_device_keys(check)
        _refuse_other_places(check, written)
    return subject


def _refuse_other_places(check: RuleCheck, written: Written) -> None:
    """Within one condition `check_group` has looked; the levels of a rule must agree as well."""
    firsts = [(text, term) for text, tree in written for term in list(terms_of([tree]).values())[:1]]
    for text, term in firsts:
        if term.by != firsts[0][1].by:
            note(check.about, text, group_faults.mixed_groups(term.by_column, firsts[0][1].by, term.by))


def _refuse_device_keys(check: RuleCheck) -> None:
    """A group is judged at the time it is looked at, so samples and a clearing of each trigger say nothing of it."""
    for trigger in check.rule.triggers:
        for key, said in (("samples", trigger.samples != 1), ("clear_when", trigger.clear_when is not None)):
            if said:
                check.note("not_for_groups", ["levels", trigger.level.name, key], key=key)


def _check_members(check: RuleCheck, text: SourceText, term: Group, around: Surroundings, subject: Subject) -> None:
    """A kind of device that lacks a point is no member; a group test that has no members at all is a mistake."""
    kinds = check.kinds
    if subject is Subject.DEVICE:
        kinds = [kind for kind in check.everyone if not asks_another(term.where, kind.profile)] or check.everyone
    found = {kind.profile: _anew(faults_on(term.where, kind, around)) for kind in kinds}
    members: dict[str, list[ExpressionFault]] = {
        kind: faults for kind, faults in found.items() if not any(one.code in _NOT_A_MEMBER for one in faults)
    }
    if subject is Subject.PLACE or not members or all(members.values()):
        note_all(check.about, text, members or _nearest(found))
        return
    for kind, faults in members.items():
        for one in faults:
            note(check.about, text, group_faults.not_asked(kind, one), severity=Severity.WARNING)


def _anew(faults: list[ExpressionFault]) -> list[ExpressionFault]:
    """Without a group test in it, which the check of the whole condition has named."""
    return [one for one in faults if one.code != "group_in_device"]


def _nearest(found: dict[str, list[ExpressionFault]]) -> dict[str, list[ExpressionFault]]:
    """Of kinds that all lack something, those that lack least: what was meant is most likely one of them."""

    def lacks(kind: str) -> tuple[int, int]:
        return len(found[kind]), sum(not one.suggestion for one in found[kind])

    least = min(map(lacks, found), default=None)
    return {kind: faults for kind, faults in found.items() if lacks(kind) == least}


def _check_places(check: RuleCheck, text: SourceText, term: Group, subject: Subject) -> None:
    """Warn of devices that have no such place: of them the test can never be told, or the group never knows."""
    by = PlaceKind(term.by)
    asking = _asking(check)
    lost = [device.id for device in asking if not group_of(device, by)]
    if lost and (subject is Subject.DEVICE or len(lost) == len(asking)):
        said = group_faults.no_such_place(term.by, term.by_column, lost, of_place=subject is Subject.PLACE)
        note(check.about, text, said, severity=Severity.WARNING)
    if by is PlaceKind.GATEWAY:
        for gateway, communities in _shared_gateways(check).items():
            said = group_faults.shared_gateway(term.by_column, gateway, communities)
            note(check.about, text, said, severity=Severity.WARNING)


def _asking(check: RuleCheck) -> list[Device]:
    profiles = check.draft.profiles
    return [
        device
        for device in check.draft.devices.values()
        if device.profile in profiles
        and selects(check.rule.applies_to, device, tags_of(device, profiles[device.profile]))
    ]


def _shared_gateways(check: RuleCheck) -> dict[str, list[str]]:
    behind: dict[str, set[str]] = {}
    for device in _asking(check):
        if device.gateway:
            behind.setdefault(device.gateway, set()).add(device.community)
    return {gateway: sorted(found) for gateway, found in behind.items() if len(found) > 1}
