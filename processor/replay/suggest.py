"""Proposes a rule's limits from what was normal, with the number of alerts that each choice would have made.

It proposes; it changes nothing. The same core decides the alerts of each choice, over the same history.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from processor.engine.core import Core
from processor.model.district import District
from processor.model.rule import Override, OverrideLayer, Parameter, Rule
from processor.model.time import EpochMs
from processor.ports.history import Answered, Feedback, History, Judged
from processor.replay.backtest import Asked, Run, look_back, within
from processor.replay.backtest_sift import batches
from processor.replay.suggest_choices import Basis, Value, overrides, site_p99, twice_largest
from processor.replay.suggest_judged import Known, count, kept, within_time
from processor.replay.suggest_normal import Distribution, Observer, Values, at_of, distribution
from processor.replay.suggest_related import looked_at, only, related
from processor.replay.suggest_result import Choice, DeviceNormal, Suggestion, Suggestions
from processor.replay.suggest_thresholds import Threshold, thresholds_of

DEVICES_SHOWN: Final = 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at: the time, the communities (none: all), and the devices (none: all)."""

    since: EpochMs | None = None
    until: EpochMs | None = None
    communities: Collection[str] = ()
    only: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    """A choice before it was tried."""

    threshold: Threshold
    basis: Basis
    value: Value
    own: Mapping[str, Value]


class _Tried(NamedTuple):
    """What a choice made."""

    alerts: int
    subjects: int
    kept: Known


class Suggester:
    """Proposals for one rule over one history, which is read twice. `run` once."""

    def __init__(
        self, history: History, district: District, rule: Rule, wanted: Wanted, feedback: Feedback | None = None
    ) -> None:
        self._history = history
        self._feedback = feedback
        self._judged: tuple[Judged, ...] = ()
        # A rule that is off or in shadow is tried as if it were in force.
        self._rule = msgspec.structs.replace(rule, enabled=True, shadow=False)
        self._whole = msgspec.structs.replace(district, rules={**district.rules, rule.id: self._rule})
        self._wanted = wanted
        self._communities = wanted.communities or looked_at(district, rule)
        self._thresholds = thresholds_of(rule, district.zone)
        self._related = related(self._whole, rule)
        self._first: EpochMs | None = None
        self._last: EpochMs | None = None

    def run(self, progress: Progress = lambda _done, _total: None) -> Suggestions:
        """The proposals."""
        total = 2 * self._history.extent().total
        observer = self._observe(lambda done: progress(done, total))
        planned = [plan for threshold in self._thresholds for plan in self._plan(threshold, observer)]
        self._judged = self._judge()
        counts = self._try(planned, lambda done: progress(total // 2 + done, total))
        return Suggestions(
            rule=self._rule.id,
            name=self._rule.name,
            source=self._history.name,
            since=self._span[0],
            until=self._span[1],
            judged=count(self._judged),
            readings=observer.readings,
            related=tuple(name for name in self._related if name != self._rule.id),
            suggestions=tuple(self._suggestion(each, observer, planned, counts) for each in self._thresholds),
        )

    def _observe(self, progress: Callable[[int], None]) -> Observer:
        core = Core(within(only(self._whole, self._related), self._communities))
        observer = Observer(core, self._rule, self._thresholds, self._related)
        begin = None if self._wanted.since is None else self._wanted.since - look_back(core)
        for stretch in self._history.stretches(begin, self._wanted.until):
            for given in (stretch.inputs[:1], stretch.inputs[-1:]):
                at = stretch.now if stretch.now is not None else at_of(stretch, given[0]) if given else None
                self._first = at if self._first is None else self._first
                self._last = at if at is not None else self._last
            observer.take(stretch, self._wanted.since)
            progress(stretch.done)
        return observer

    @property
    def _span(self) -> tuple[EpochMs, EpochMs]:
        """The time that is counted."""
        since = self._wanted.since or self._first or 0
        return since, self._wanted.until or (self._last or since) + 1

    def _judge(self) -> tuple[Judged, ...]:
        """What people found this rule's alerts of that time to be."""
        if self._feedback is None:
            return ()
        return within_time(self._feedback.judged(self._rule.id), *self._span, self._wanted.only)

    def _plan(self, threshold: Threshold, observer: Observer) -> list[_Planned]:
        parameter = self._rule.parameters[threshold.parameter]
        current = Value(_number(parameter))
        planned = [_Planned(threshold, Basis.CURRENT, current, {})]
        normal = self._normal(threshold, observer)
        site = distribution(list(self._values(threshold, observer).values()))
        if site is None:
            return planned
        for basis, offer in ((Basis.TWICE_LARGEST, twice_largest), (Basis.SITE_P99, site_p99)):
            planned.append(_Planned(threshold, basis, offer(site, parameter, is_high=threshold.is_high), {}))
        default = planned[-1].value
        own = overrides(normal, default, parameter, is_high=threshold.is_high)
        if own:
            planned.append(_Planned(threshold, Basis.BY_DEVICE, default, own))
        return planned

    def _values(self, threshold: Threshold, observer: Observer) -> dict[str, Values]:
        found = observer.values[threshold.parameter]
        return {name: values for name, values in found.items() if not self._wanted.only or name in self._wanted.only}

    def _normal(self, threshold: Threshold, observer: Observer) -> dict[str, Distribution]:
        found = {name: distribution([values]) for name, values in self._values(threshold, observer).items()}
        return {name: normal for name, normal in found.items() if normal is not None}

    def _try(self, planned: Sequence[_Planned], progress: Callable[[int], None]) -> list[_Tried]:
        """What each choice makes, all choices in one pass."""
        asked = Asked(since=self._wanted.since, until=self._wanted.until, only=self._wanted.only)
        narrow = within(only(self._whole, {self._rule.id, *self._rule.suppressed_by}), self._communities)
        runs = [Run(str(number), self._changed(narrow, plan), asked, Answered()) for number, plan in enumerate(planned)]
        if not runs:
            return []
        begin = None if asked.since is None else asked.since - max(run.look_back_ms for run in runs)
        for batch in batches(self._history.stretches(begin, asked.until)):
            for run in runs:
                run.turn(batch)
            progress(batch[-1].done)
        return [self._counted(run) for run in runs]

    def _counted(self, run: Run) -> _Tried:
        found = run.finish(*self._span)
        figures = {each.rule: each for each in found.rules}.get(self._rule.id)
        again = kept(self._judged, (alarm for alarm in found.alarms if alarm.rule == self._rule.id))
        return _Tried(figures.alerts, figures.devices, again) if figures else _Tried(0, 0, again)

    def _changed(self, district: District, plan: _Planned) -> District:
        """The district with the choice in place of what is said of this parameter now; the current one as it is."""
        if plan.basis is Basis.CURRENT:
            return district
        name, rule = plan.threshold.parameter, district.rules[self._rule.id]
        parameter = msgspec.structs.replace(rule.parameters[name], value=plan.value.value)
        changed = msgspec.structs.replace(rule, parameters={**rule.parameters, name: parameter})
        kept = [each for each in district.overrides if (each.rule, each.parameter) != (rule.id, name)]
        own = [
            Override(rule.id, name, OverrideLayer.DEVICE, device, value.value, parameter.unit)
            for device, value in plan.own.items()
        ]
        return msgspec.structs.replace(district, rules={**district.rules, rule.id: changed}, overrides=(*kept, *own))

    def _suggestion(
        self,
        threshold: Threshold,
        observer: Observer,
        planned: Sequence[_Planned],
        counts: Sequence[_Tried],
    ) -> Suggestion:
        parameter = self._rule.parameters[threshold.parameter]
        values = self._values(threshold, observer)
        normal = self._normal(threshold, observer)
        order = sorted(normal, key=lambda name: -normal[name].most if threshold.is_high else normal[name].least)
        return Suggestion(
            parameter=parameter.name,
            unit=parameter.unit,
            measured=threshold.text,
            is_high=threshold.is_high,
            current=_number(parameter),
            low=parameter.low,
            high=parameter.high,
            place=str(parameter.place),
            normal=distribution(list(values.values())),
            left_out=sum(each.left_out for each in values.values()),
            devices=tuple(DeviceNormal(name, normal[name], values[name].left_out) for name in order[:DEVICES_SHOWN]),
            choices=tuple(
                Choice(
                    basis=plan.basis,
                    value=plan.value.value,
                    bounded=plan.value.bounded,
                    alerts=tried.alerts,
                    subjects=tried.subjects,
                    kept=tried.kept,
                    devices={name: own.value for name, own in plan.own.items()},
                )
                for plan, tried in zip(planned, counts, strict=True)
                if plan.threshold.parameter == parameter.name
            ),
        )


def _number(parameter: Parameter) -> float:
    assert isinstance(parameter.value, int | float)  # noqa: S101 - only numbers are thresholds
    return float(parameter.value)
