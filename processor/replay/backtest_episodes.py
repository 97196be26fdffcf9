"""Follows alerts from step to step and keeps those that fired. Bounded: what stands, and so many that are over."""

from collections.abc import Iterator
from typing import Final

import msgspec

from processor.model.alert import AlertState, Transition, Withheld
from processor.model.rule import Level
from processor.model.time import DurationMs, EpochMs
from processor.replay.backtest_result import Alarm

KEPT: Final = 100_000
"""More alerts than this nobody looks at one by one; their counts go on (some 300 bytes each)."""

ACTIVE: Final = frozenset({AlertState.FIRING, AlertState.RECOVERING})


class Running(msgspec.Struct):
    """An alert that is not ok."""

    step: Transition
    fired_at: EpochMs | None = None
    levels: list[Level] = []
    evidence: str = ""
    withheld: Withheld | None = None
    unknown_since: EpochMs | None = None
    began_before: bool = False


class Episodes:
    """The alerts of one account. `since` is where counting begins; before it, only what stands is remembered."""

    def __init__(self, since: EpochMs) -> None:
        self._since = since
        self._running: dict[str, Running] = {}
        self.kept: list[Alarm] = []
        self.left_out = 0
        self.unfired: dict[str, int] = {}
        self.unknown_ms: dict[str, DurationMs] = {}

    def take(self, step: Transition, now: EpochMs) -> tuple[Alarm | None, bool]:
        """One step: the episode that it ended, if any; and whether an alert began to fire with it."""
        running = self._running.get(step.alert)
        if running is None:
            running = self._running[step.alert] = Running(step)
        self._count_unknown(running, step, now)
        running.step = step
        began = step.after is AlertState.FIRING and running.fired_at is None
        if step.after in ACTIVE and (not running.levels or running.levels[-1] is not step.level):
            running.levels.append(step.level)
        if began:
            running.fired_at, running.evidence, running.withheld = now, step.evidence, step.withheld
            running.began_before = now < self._since
        if step.after is not AlertState.OK:
            return None, began
        del self._running[step.alert]
        return self._over(running, now), began

    def finish(self, now: EpochMs) -> Iterator[Alarm]:
        """The alerts that still stand at the end."""
        for running in self._running.values():
            if running.unknown_since is not None:
                self._add_unknown(running.step.rule, running.unknown_since, now)
            if running.fired_at is not None:
                episode = _episode(running, running.fired_at, None)
                self._keep(episode)
                yield episode

    def _over(self, running: Running, now: EpochMs) -> Alarm | None:
        if running.fired_at is None:
            if now >= self._since:
                rule = running.step.rule
                self.unfired[rule] = self.unfired.get(rule, 0) + 1
            return None
        if now < self._since:
            return None
        episode = _episode(running, running.fired_at, now)
        self._keep(episode)
        return episode

    def _keep(self, episode: Alarm) -> None:
        if len(self.kept) < KEPT:
            self.kept.append(episode)
        else:
            self.left_out += 1

    def _count_unknown(self, running: Running, step: Transition, now: EpochMs) -> None:
        if step.after is AlertState.UNKNOWN:
            running.unknown_since = now if running.unknown_since is None else running.unknown_since
        elif running.unknown_since is not None:
            self._add_unknown(step.rule, running.unknown_since, now)
            running.unknown_since = None

    def _add_unknown(self, rule: str, since: EpochMs, now: EpochMs) -> None:
        spent = now - max(since, self._since)
        if spent > 0:
            self.unknown_ms[rule] = self.unknown_ms.get(rule, 0) + spent


def _episode(running: Running, fired_at: EpochMs, ended_at: EpochMs | None) -> Alarm:
    step = running.step
    return Alarm(
        alert=step.alert,
        rule=step.rule,
        subject=step.subject,
        community=step.community,
        began=fired_at,
        ended=ended_at,
        level=min(running.levels),
        levels=tuple(running.levels),
        withheld=running.withheld,
        opened=step.opened_at,
        evidence=running.evidence,
        began_before=running.began_before,
    )
