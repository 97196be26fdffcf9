"""Checks how rules depend on each other: who is suppressed by whom, and who watches the alerts of all."""

from collections.abc import Mapping as Dictionary
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
        place, found = _at(about, rule, "suppressed_by", parent), draft.rules.get(parent)
        if parent == rule.id:
            about.note("own_parent", place)
        elif found is None and Kind.RULES not in draft.unread:
            words = {"kind": "rule", "kind_zh": "规则", "name": parent}
            about.note("no_such", place, words=words, suggestion=nearest(parent, draft.rules))
        elif found is not None and not found.enabled and rule.enabled:
            about.note("parent_off", place, words={"name": parent}, severity=Severity.WARNING)
        circle = _circle(draft, rule, parent)
        if circle and min(circle) == rule.id:  # once for each circle, not for each rule of it
            shown = " → ".join([*circle[:_CIRCLE_SHOWN], *(["…"] if len(circle) > _CIRCLE_SHOWN else []), rule.id])
            about.note("parent_circle", place, words={"circle": shown})


def _circle(draft: Draft, rule: Rule, parent: str) -> list[str]:
    """The rules from `rule` by `parent` back to itself, [] when that way does not lead back."""
    came_from = {parent: rule.id}
    open_ = [] if parent == rule.id else [parent]
    while open_:
        at = open_.pop(0)
        for above in draft.rules[at].suppressed_by if at in draft.rules else ():
            if above == rule.id:
                way = [at]
                while way[-1] != rule.id:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if above not in came_from:
                came_from[above] = at
                open_.append(above)
    return []


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
