"""A scope's frozen plan: its devices, what each of them is looked at for, and its group rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from processor.engine.alerts import Hold, Terms
from processor.engine.blueprint import Blueprint, parsed
from processor.engine.draughtsman import Draughtsman, GroupTestPlan, commands
from processor.engine.groups import BoundGroupRule, BoundGroupTrigger
from processor.engine.holds import fall_ms, hold_ms
from processor.engine.selection import Named
from processor.language.compiled import CompiledCondition, WindowRegistry
from processor.language.faults import ExpressionError
from processor.language.group import compile_group, group_tests
from processor.language.group_terms import group_test
from processor.language.nodes import Node, TagTest
from processor.language.peers import Subject, subject_of, terms_of
from processor.language.schedule import Schedule
from processor.language.tallies import GroupTest
from processor.language.walking import points_used, walk
from processor.model.calendar import Calendar
from processor.model.device import Device
from processor.model.district import District
from processor.model.place import PlaceKind
from processor.model.rule import Parameter, Rule, Trigger, Watch
from processor.model.source import SourceText


@dataclass(frozen=True, slots=True)
class ScopePlan:
    """What one scope runs on. Everything in it is shared and never changes; a reload makes another plan."""

    scope: str
    district: District
    devices: Mapping[str, Device]
    blueprint: Callable[[Device], Blueprint]
    group: Callable[[str, str], BoundGroupRule]
    """(rule, place) -> the group rule with the parameters in force there."""
    peer: Callable[[str, str, str], GroupTest]
    """(rule, key, place) -> a device rule's group test with the parameters in force there."""
    draughtsman: Draughtsman
    parents: Mapping[str, PlaceKind | None]
    """Rules that answer for others (`suppressed_by`), with what they group by; None: they look at single devices."""
    watches: Mapping[Watch, Rule]

    def parameters(self, rule: Rule) -> dict[str, Parameter]:
        """The parameters of a rule that looks at no device, as they are in this community."""
        return self.draughtsman.parameters(rule, _standing_in(self.scope))

    def targets(self, device: Device, target: str) -> list[str]:
        """The devices a command's `target` means, seen from `device`: itself, a linked one, all behind its gateway."""
        if target == "self" or (target == "same_gateway" and not device.gateway):
            return [device.id]
        if target == "same_gateway":
            return sorted(
                other.id
                for other in self.devices.values()
                if other.gateway == device.gateway and other.profile == device.profile
            )
        linked = device.links.get(target)
        return [linked] if linked is not None and linked in self.devices else []

    def condition(
        self, text: SourceText, device: str, parameters: Mapping[str, Parameter] | None = None
    ) -> CompiledCondition:
        """A condition over `device` for a precheck or a proof: over its newest values only, so without windows."""
        registry = WindowRegistry()
        compiled = self.draughtsman.condition(text, self.devices[device], parameters or {}, registry)
        if registry.specs:
            raise ValueError(f"{text.place}: a precheck or a proof looks at newest values only, not at windows")
        return compiled


class Plans:
    """Makes the plan of every scope of a district."""

    def __init__(self, district: District) -> None:
        self._district = district
        enabled = [rule for rule in district.rules.values() if rule.enabled]
        rules = parents_first([rule for rule in enabled if rule.watches is None])
        self._watches = {rule.watches: rule for rule in enabled if rule.watches is not None}
        self._parents = {
            rule.id: _grouped_by(rule) for rule in rules if any(rule.id in other.suppressed_by for other in rules)
        }
        self._group_rules = {rule.id for rule in rules if _is_group(rule)}
        self._groups: dict[tuple[str, tuple[Parameter, ...]], BoundGroupRule] = {}
        tests = [plan for rule in rules if rule.id in self._group_rules for plan in _test_plans(rule)]
        device_rules = [rule for rule in rules if rule.id not in self._group_rules]
        asked = [plan for rule in device_rules for plan in _peer_plans(rule)]
        self._draughtsman = Draughtsman(district, device_rules, tests, asked)
        self._named = Named(rules, district.overrides, {tag for rule in rules for tag in _tags_asked(rule)})
        self._blueprints: dict[tuple[object, ...], Blueprint] = {}
        self._scopes: dict[str, dict[str, Device]] = {}
        for device in district.devices.values():
            self._scopes.setdefault(device.community, {})[device.id] = device

    def scopes(self) -> list[str]:
        """Every community that has a device, in a stable order."""
        return sorted(self._scopes)

    def plan(self, scope: str) -> ScopePlan:
        """The plan of one scope; a community without devices gets an empty one."""
        devices = self._scopes.get(scope, {})
        return ScopePlan(
            scope=scope,
            district=self._district,
            devices=devices,
            blueprint=self._blueprint,
            group=self._group,
            peer=self._peer,
            draughtsman=self._draughtsman,
            parents=self._parents,
            watches=self._watches,
        )

    def _group(self, rule: str, place: str) -> BoundGroupRule:
        found = self._district.rules[rule]
        parameters = self._draughtsman.parameters(found, _standing_in(place))
        key = (rule, tuple(parameters.values()))
        if key not in self._groups:
            self._groups[key] = _bind_group(found, parameters, self._district.zone, self._district.calendar)
        return self._groups[key]

    def _peer(self, rule: str, key: str, place: str) -> GroupTest:
        found = self._district.rules[rule]
        node = terms_of(_trees(found))[key]
        test, wrong = group_test(node, self._draughtsman.parameters(found, _standing_in(place)))
        if test is None:
            raise ExpressionError(wrong)
        return test

    def _blueprint(self, device: Device) -> Blueprint:
        signature = self._named.signature(device)
        found = self._blueprints.get(signature)
        if found is None:
            found = self._blueprints[signature] = self._draughtsman.draw(device)
        return found


def parents_first(rules: Sequence[Rule]) -> list[Rule]:
    """The rules in their order, but each after those that answer for it: of one moment, the parent is seen first."""
    known = {rule.id: rule for rule in rules}
    ordered: dict[str, Rule] = {}

    def put(rule: Rule, above: frozenset[str]) -> None:
        for parent in rule.suppressed_by:
            if parent in known and parent not in ordered and parent not in above:
                put(known[parent], above | {rule.id})
        ordered.setdefault(rule.id, rule)

    for rule in rules:
        put(rule, frozenset())
    return list(ordered.values())


def _grouped_by(rule: Rule) -> PlaceKind | None:
    """What a group rule groups by, None for a rule over single devices."""
    if not _is_group(rule):
        return None
    return next(test.by for trigger in rule.triggers for test in group_tests(parsed(trigger.when.text)))


def _is_group(rule: Rule) -> bool:
    return subject_of(_trees(rule), rule.parameters) is Subject.PLACE


def _trees(rule: Rule) -> list[Node]:
    """Every condition of the rule."""
    texts = [text for trigger in rule.triggers for text in (trigger.when, trigger.clear_when) if text]
    return [parsed(text.text) for text in (*texts, *filter(None, [rule.clear.when]))]


def _tags_asked(rule: Rule) -> set[str]:
    """The tags that the rule's conditions ask about, of the device and of those around it."""
    return {node.tag for tree in _trees(rule) for node in walk(tree) if isinstance(node, TagTest)}


def _expressions(rule: Rule) -> Iterator[SourceText]:
    """The rule's group expressions in the order their tests are numbered: triggers, then the clear condition."""
    for trigger in rule.triggers:
        yield trigger.when
    if rule.clear.when:
        yield rule.clear.when


def _test_plans(rule: Rule) -> list[GroupTestPlan]:
    tests = [test for text in _expressions(rule) for test in group_tests(parsed(text.text))]
    return [
        GroupTestPlan(rule, number, test.by, test.where, _points(rule, test.where)) for number, test in enumerate(tests)
    ]


def _peer_plans(rule: Rule) -> list[GroupTestPlan]:
    """The group tests inside a device rule."""
    return [
        GroupTestPlan(rule, 0, PlaceKind(term.by), term.where, _points(rule, term.where), key)
        for key, term in terms_of(_trees(rule)).items()
    ]


def _points(rule: Rule, where: Node) -> frozenset[str]:
    return frozenset(points_used(where) - rule.parameters.keys())


def _standing_in(place: str) -> Device:
    """A place as overrides see it: nothing but a community and a building."""
    levels = place.split("/")
    return Device(id="", profile="", community=levels[0], building="/".join(levels[:2]) if len(levels) > 1 else "")


def _bind_group(rule: Rule, parameters: Mapping[str, Parameter], zone: str, calendar: Calendar) -> BoundGroupRule:
    bound: list[BoundGroupTrigger] = []
    first = 0
    for number, text in enumerate(_expressions(rule)):
        compiled = compile_group(parsed(text.text), parameters, zone, rule.id)
        tests = tuple(range(first, first + len(compiled.tests)))
        first += len(tests)
        trigger = rule.triggers[min(number, len(rule.triggers) - 1)]
        bound.append(BoundGroupTrigger(_hold(rule, trigger, parameters), compiled, tests, number))
    triggers = tuple(bound[: len(rule.triggers)])
    every_test = [test for trigger in bound for test in trigger.condition.tests]
    return BoundGroupRule(
        rule=rule,
        by=every_test[0].by,
        triggers=triggers,
        withins=tuple(test.within_ms for test in every_test),
        units=tuple(test.of for test in every_test),
        clear=bound[len(triggers)] if rule.clear.when else None,
        terms=Terms(
            rule,
            tuple(t.hold for t in triggers),
            clear_given=bool(rule.clear.when),
            clear_periodic=False,
            clear_for_ms=hold_ms(parameters, rule.clear.for_named, rule.clear.for_ms),
        ),
        schedule=Schedule.of(rule.active, calendar) if rule.active else None,
        commands=commands(rule),
    )


def _hold(rule: Rule, trigger: Trigger, parameters: Mapping[str, Parameter]) -> Hold:
    # A group is judged when it is looked at, not on one device's clock: time is core time, samples do not count.
    return Hold(
        level=trigger.level,
        for_ms=hold_ms(parameters, trigger.for_named, trigger.for_ms),
        samples=1,
        periodic=False,
        gap_ms=None,
        fall_ms=fall_ms(rule, trigger, parameters),
    )
