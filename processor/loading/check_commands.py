"""Checks automatic commands: that their targets take them, that they make things safer, and that they can be proved."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Final, TypeAlias

from processor.language.vocabulary import Vocabulary
from processor.loading.draft import Draft
from processor.loading.kinds import Kind
from processor.loading.matching import Fleet
from processor.loading.nodes import Mapping
from processor.loading.proofs import check_proof
from processor.loading.report import About, nearest
from processor.model.problem import Severity
from processor.model.profile import CommandSpec, Profile
from processor.model.rule import CommandAnswer, Rule
from processor.model.source import SourcePlace

Words: TypeAlias = Dictionary[str, object]

SELF_TARGETS: Final = frozenset({"self", "same_gateway"})


@dataclass(frozen=True, slots=True)
class CommandCheck:
    """One command of one rule under check."""

    draft: Draft
    fleet: Fleet
    rule: Rule
    answer: CommandAnswer
    about: About

    def note(
        self, code: str, key: str, words: Words, suggestion: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        """Note a problem at `key` of the command."""
        self.about.note(code, self.place(key), words=words, suggestion=suggestion, severity=severity)

    def place(self, key: str) -> SourcePlace:
        """Where `key` of the command stands."""
        node = self.about.report.marked.get(self.answer.place)
        below = node.entries.get(key) if isinstance(node, Mapping) else None
        return self.answer.place if below is None else self.about.report.document.place(below)


def check_commands(draft: Draft, fleet: Fleet, rule: Rule, about: About) -> None:
    """Note every problem of every automatic command of the rule."""
    for answer in (rule.answer, *rule.level_answers.values()):
        for command in answer.commands:
            _check_command(CommandCheck(draft, fleet, rule, command, about))


def _check_command(check: CommandCheck) -> None:
    targets = _targets(check, check.answer.target)
    if not targets and check.answer.target not in SELF_TARGETS:
        _note_missing_link(check, "target", check.answer.target)
    for profile in targets:
        spec = profile.commands.get(check.answer.command)
        if spec is not None:
            _check_spec(check, profile, spec)
        elif check.answer.command:  # else it is noted already that there is none
            suggestion = nearest(check.answer.command, profile.commands)
            words = {"profile": profile.name, "name": check.answer.command}
            check.note("no_such_command", "command", words, suggestion)
    _check_conditions(check, targets)


def _check_spec(check: CommandCheck, profile: Profile, spec: CommandSpec) -> None:
    if not spec.makes_safer and check.draft.sure(Kind.PROFILE):
        check.note("not_safer", "command", {"profile": profile.name, "name": spec.name})
    if spec.effect is None and check.answer.verify is None:
        check.note("no_read_back", "command", {"profile": profile.name, "name": spec.name})


def _check_conditions(check: CommandCheck, targets: list[Profile]) -> None:
    zone, verify = check.draft.places.zone, check.answer.verify
    if check.answer.precheck is not None:
        kinds = [Vocabulary.of(profile) for profile in targets]
        check_proof(check.about, check.answer.precheck, kinds, zone)
    if verify is None:
        return
    provers = _targets(check, verify.target) or _linked_from(check, targets, verify.target)
    if not provers and verify.target not in SELF_TARGETS:
        _note_missing_link(check, "verify", verify.target)
    check_proof(check.about, verify.when, [Vocabulary.of(profile) for profile in provers], zone)


def _targets(check: CommandCheck, target: str) -> list[Profile]:
    """The profiles of the devices that the target means for any device of the rule."""
    profiles = check.draft.profiles
    selector = check.rule.applies_to
    if target in SELF_TARGETS:
        named = [name for name in selector.profiles if name in profiles] or check.fleet.profiles(selector)
        return [profiles[name] for name in named]
    names = {device.profile for device in check.fleet.links(selector, target)}
    return [profiles[name] for name in sorted(names & profiles.keys())]


def _linked_from(check: CommandCheck, targets: list[Profile], role: str) -> list[Profile]:
    """The proof may also be named from the command's target: a valve's own flow meter."""
    profiles, devices = check.draft.profiles, check.draft.devices
    links = (device.links.get(role, "") for each in targets for device, _ in check.fleet.linked.get(each.name, ()))
    names = {devices[link].profile for link in links if link in devices}
    return [profiles[name] for name in sorted(names & profiles.keys())]


def _note_missing_link(check: CommandCheck, key: str, name: str) -> None:
    whole = check.draft.sure(Kind.DEVICES, Kind.PROFILE)
    if whole and check.fleet.profiles(check.rule.applies_to):
        roles = {role for entries in check.fleet.linked.values() for device, _ in entries for role in device.links}
        suggestion = nearest(name, (roles - {name}) | SELF_TARGETS)
        check.note("link_missing", key, {"name": name}, suggestion, Severity.WARNING)
