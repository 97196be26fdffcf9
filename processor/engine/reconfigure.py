"""From one plan to the next without forgetting: what means the same goes on, what changed is closed and says so."""

from collections.abc import Collection
from typing import Any

import msgspec

from processor.engine.plan import ScopePlan
from processor.engine.scope import Scope
from processor.engine.snapshot import restore, snapshot
from processor.model.alert import AlertCause
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.time import EpochMs


def meaning(district: District, rule: str) -> Any:  # noqa: ANN401 - plain nested data, only compared
    """Everything that decides what a rule does, without where it was written."""
    found = district.rules.get(rule)
    overrides = [override for override in district.overrides if override.rule == rule]
    return _without_places(msgspec.to_builtins((found, overrides)))


def _without_places(data: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(data, dict):
        return {key: _without_places(value) for key, value in data.items() if key != "place"}
    if isinstance(data, list | tuple):
        return [_without_places(value) for value in data]
    return data


def unchanged(before: District, after: District) -> frozenset[str]:
    """The rules that mean in both the same."""
    both = before.rules.keys() & after.rules.keys()
    return frozenset(rule for rule in both if meaning(before, rule) == meaning(after, rule))


def carry_over(old: Scope, plan: ScopePlan, same: Collection[str], now: EpochMs) -> tuple[Scope, list[Effect]]:
    """A scope on the new plan with the old one's state, and what has to be told about alerts that end with it.

    `same` are the rules whose running state goes on.
    """
    before = old.plan.district
    new = Scope(plan)
    dropped = restore(new, snapshot(old), keep=lambda rule: rule in same)
    effects: list[Effect] = []
    for record in dropped:
        cause = AlertCause.RULE_CHANGED if record.rule not in same else AlertCause.SUBJECT_GONE
        effects += old.stepping.end(record, before.rules[record.rule], cause, now)
    for device in new.devices.values():
        if not device.last_arrival:
            device.begin(now)
    new.peers.answer_all(now, effects)
    new.clockwork.rearm(now)
    return new, effects
