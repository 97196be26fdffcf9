"""Checks how rules depend on each other: who is suppressed by whom, and who watches the alerts of all."""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processor.loading.draft import Draft
from processor.loading.kinds import Kind
from processor.loading.report import About, nearest
from processor.loading.triggers import time_of
from processor.model.problem import Severity
from processor.model.rule import Parameter, Rule, Watch
from processor.model.source import SourcePlace
from processor.model.text import Text

_CIRCLE_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A parameter that a rule which watches must have: a number from `low` on, or a time."""

    example: str
    low: int = 0
    time: bool = False

    def takes(self, parameter: Parameter) -> bool:
        """Whether the parameter is one of this sort."""
        if self.time:
            return bool(time_of(parameter))
        value = parameter.value
        return isinstance(value, float) and value >= self.low and not parameter.unit and value.is_integer()

    @property
    def sort(self) -> Text:
        """What it is, in words."""
        if self.time:
            return Text(zh="大于零的时间", en="a time above zero")
        return Text(zh=f"不小于 {self.low} 的整数", en=f"a whole number from {self.low} on")


_WATCHES: Final[Dictionary[Watch, Dictionary[str, _Wanted]]] = {
    Watch.CHATTER: {
        "fast": _Wanted("3", low=2),
        "fast_within": _Wanted("60 s", time=True),
        "slow": _Wanted("6", low=2),
        "slow_within": _Wanted("1 h", time=True),
        "hold_factor": _Wanted("4", low=1),
    },
    Watch.FLOOD: {"devices": _Wanted("10", low=2), "within": _Wanted("10 min", time=True)},
}


def check_bonds(draft: Draft) -> None:
    """Note parents that are not there or go round in a circle, and rules that watch without what they need."""
    watching: dict[Watch, Rule] = {}
    for rule in draft.rules.values():
        about = About(draft.reports[rule.place.file], Text(zh=f"规则“{rule.id}”", en=f'rule "{rule.id}"'))
        _check_parents(draft, rule, about)
        if rule.watches is not None:
            first = watching.setdefault(rule.watches, rule)
            if first is not rule:
                words = {"watch": rule.watches, "other": first.id}
                about.note("watched_twice", _at(about, rule, "watches"), words=words)
            _check_watch(rule, rule.watches, about)
    _check_circles(draft)


def parameters_of(watch: Watch) -> frozenset[str]:
    """The parameters that a rule which watches this has."""
    return frozenset(_WATCHES[watch])


def check_watched(about: About, watch: Watch, parameter: Parameter, place: SourcePlace) -> None:
    """Note a value that a rule which watches this cannot take."""
    wanted = _WATCHES[watch].get(parameter.name)
    if wanted is not None and not wanted.takes(parameter):
        words = {"name": parameter.name, "example": wanted.example}
        words |= {"wanted_en": wanted.sort.en, "wanted_zh": wanted.sort.zh}
        about.note("watch_value", place, words=words)


def _at(about: About, rule: Rule, *path: str) -> SourcePlace:
    return about.report.where(rule.id, *path)


def _check_parents(draft: Draft, rule: Rule, about: About) -> None:
    for parent in rule.suppressed_by:
        found = draft.rules.get(parent)
        if about.report.full:
            return
        if parent == rule.id:
            about.note("own_parent", _at(about, rule, "suppressed_by", parent))
        elif found is None and Kind.RULES not in draft.unread:
            words = {"kind": "rule", "kind_zh": "规则", "name": parent}
            place = _at(about, rule, "suppressed_by", parent)
            about.note("no_such", place, words=words, suggestion=about.report.suggest(parent, draft.rules))
        elif found is not None and not found.enabled and rule.enabled:
            place = _at(about, rule, "suppressed_by", parent)
            about.note("parent_off", place, words={"name": parent}, severity=Severity.WARNING)


def _check_circles(draft: Draft) -> None:
    """Note each circle of parents once, at the first rule of it."""
    above = {rule.id: [each for each in rule.suppressed_by if each != rule.id] for rule in draft.rules.values()}
    while circle := _circle(above):
        rule = draft.rules[circle[0]]
        shown = " → ".join([*circle[:_CIRCLE_SHOWN], *(["…"] if len(circle) > _CIRCLE_SHOWN else []), circle[0]])
        about = About(draft.reports[rule.place.file], Text(zh=f"规则“{rule.id}”", en=f'rule "{rule.id}"'))
        about.note("parent_circle", _at(about, rule, "suppressed_by", circle[1]), words={"circle": shown})
        for each in circle:
            above[each] = []


def _circle(above: Dictionary[str, Sequence[str]]) -> list[str]:
    """Some circle, from its first rule in alphabetical order on; [] when there is none."""
    children: dict[str, list[str]] = {}
    for rule, parents in above.items():
        for parent in parents:
            children.setdefault(parent, []).append(rule)
    waiting = {rule: sum(parent in above for parent in parents) for rule, parents in above.items()}
    free = [rule for rule, count in waiting.items() if not count]
    while free:  # a rule whose parents are all free is free
        for child in children.get(free.pop(), ()):
            waiting[child] -= 1
            if not waiting[child]:
                free.append(child)
    bound = sorted(rule for rule, count in waiting.items() if count)
    if not bound:
        return []
    way = [bound[0]]
    while (parent := next(each for each in above[way[-1]] if waiting.get(each))) not in way:
        way.append(parent)
    circle = way[way.index(parent) :]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]


def _check_watch(rule: Rule, watch: Watch, about: About) -> None:
    for name, wanted in _WATCHES[watch].items():
        parameter = rule.parameters.get(name)
        if parameter is None:
            words = {"watch": watch, "name": name, "example": f"{name}: {wanted.example}"}
            suggestion = nearest(name, rule.parameters.keys() - _WATCHES[watch].keys())
            about.note("watch_parameter", _at(about, rule, "parameters"), words=words, suggestion=suggestion)
        else:
            check_watched(about, watch, parameter, _at(about, rule, "parameters", name))
    for answer in (rule.answer, *rule.level_answers.values()):
        for command in answer.commands:
            about.note("watch_command", command.place)
