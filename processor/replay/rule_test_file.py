"""Reads rules/*.test.yaml: every fault at once, with its place. The format is docs/rule-tests.md."""

from typing import Final

from processor.loading.fields import Fields
from processor.loading.nodes import Sequence
from processor.loading.parameters import read_value as read_parameter
from processor.loading.report import About, Report, nearest
from processor.loading.typed import read_choice
from processor.loading.values import check_value
from processor.loading.yaml_strict import parse_yaml
from processor.model.district import District
from processor.model.order import OrderResult
from processor.model.problem import Problem, Severity
from processor.model.rule import Override, OverrideLayer
from processor.model.text import Text
from processor.replay.rule_test import Act, Action, RuleTest
from processor.replay.rule_test_expect import read_expectations
from processor.replay.rule_test_words import Pack, known_rule, read_offset, read_start, refuse
from processor.replay.rule_test_world import end_of, read_devices, read_one_series, read_replies, several

_SERIES: Final = "{residual_current: 80x5 420, every: 60 s}"
_ACTION: Final = "{at: 5 min, accept: EL-01, by: p1}"
_EXAMPLE: Final = "{name: ..., device: {id: e1, profile: ...}, series: {...}, expect: {never: EL-01}}"
_ORDER_ACTS: Final = (Act.ACCEPT, Act.DONE, Act.CLOSE, Act.REOPEN, Act.RESET)


def read_tests(file: str, text: str, district: District) -> tuple[list[RuleTest], list[Problem]]:
    """The tests of one file and what is wrong with it; a file with an error has no tests."""
    document, problems = parse_yaml(file, text)
    report = Report(document, problems)
    if document.root is None or not isinstance(document.root, Sequence):
        if not problems:
            report.add("want_list", document.root, key="tests", example=f"[{_EXAMPLE}]")
        return [], report.problems
    pack, names = Pack(district), dict[str, str]()
    tests = []
    for item in document.root.items:
        fields = Fields(item, report, key="test", example=_EXAMPLE)
        test = _read_test(fields, pack)
        first = names.setdefault(test.name, str(test.place))
        if first != str(test.place):
            fields.add("same_id", fields.take("name"), id=test.name, first=first)
        tests.append(test)
    wrong = any(problem.severity is Severity.ERROR for problem in report.problems)
    return [] if wrong else tests, report.problems


def _read_test(fields: Fields, pack: Pack) -> RuleTest:
    name = fields.text("name", required=True)
    fields.owner = Text(zh=f"测试“{name}”", en=f'test "{name}"')
    in_force = fields.ids("in_force")
    pack = Pack(pack.district, in_force)
    for rule in in_force:
        known_rule(fields, pack, rule, fields.take("in_force"))
    devices = read_devices(fields, pack)
    series = tuple(read_one_series(each, pack, devices) for each in several(fields, "series", _SERIES))
    actions = tuple(_read_action(each, pack) for each in several(fields, "actions", _ACTION))
    expectations = read_expectations(fields, pack)
    ends = [end_of(each) for each in series]
    ends += [action.at_ms for action in actions] + [claim.last_ms for claim in expectations]
    until_ms = fields.one("until", read_offset)
    test = RuleTest(
        name=name,
        place=fields.report.document.place(fields.node),
        start=read_start(fields, pack.district.zone),
        until_ms=max(ends, default=0) if until_ms is None else until_ms,
        devices=devices,
        series=series,
        replies=read_replies(fields, pack, devices),
        actions=actions,
        settings=_read_settings(fields, pack),
        expectations=expectations,
        in_force=in_force,
    )
    fields.finish()
    return test


def _read_action(fields: Fields, pack: Pack) -> Action:
    at_ms = fields.one("at", read_offset, required=True)
    given = [act for act in Act if fields.take(act) is not None]
    if len(given) != 1:
        words = ", ".join(Act)
        refuse(fields, fields.node, Text(zh=f"要写且只写一个动作：{words}", en=f"say exactly one action: {words}"))
    act = given[0] if given else Act.ACCEPT
    rule = ""
    if act in _ORDER_ACTS:
        rule = known_rule(fields, pack, fields.text(act), fields.take(act))
    else:
        fields.boolean(act)
    node = fields.take("result")
    result = None if node is None else read_choice(fields, "result", node, choices=tuple(OrderResult))
    action = Action(
        at_ms=at_ms or 0,
        act=act,
        place=fields.report.document.place(fields.node),
        rule=rule,
        by=fields.text("by", "p1"),
        note=fields.text("note"),
        result=None if result is None else OrderResult(result),
    )
    fields.finish()
    return action


def _read_settings(parent: Fields, pack: Pack) -> tuple[Override, ...]:
    found = []
    about = About(parent.report, parent.owner)
    for rule, block in parent.mapping("parameters", "{EL-01: {alarm: 400 mA}}").items():
        known_rule(parent, pack, rule, block)
        if rule not in pack.district.rules:
            continue
        parameters = pack.district.rules[rule].parameters
        for name, node in parent.entries_of(rule, block, "{alarm: 400 mA}").items():
            read = read_parameter(parent, name, node)
            if name not in parameters:
                parent.add("no_such", node, nearest(name, parameters), kind="parameter", kind_zh="参数", name=name)
            elif read is not None:
                place = parent.report.document.place(node)
                setting = Override(rule, name, OverrideLayer.DEFAULT, "", read[0], read[1], place)
                check_value(about, parameters[name], setting)
                found.append(setting)
    return tuple(found)
