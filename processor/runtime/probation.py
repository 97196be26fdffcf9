"""How long a new or changed automatic answer only shows what it would do (DOMAIN.md 2.1, interlock 6). Pure.

A rule's trial begins when its meaning came into force and goes on as long as that is not interrupted, in shadow too.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from processor.engine.reconfigure import meaning
from processor.model.district import District
from processor.model.rule import Rule
from processor.model.time import DurationMs, EpochMs
from processor.ports.rule_sets import Trial

# What people read, and whether it acts at all, does not change what it would do.
WORDS: Final = frozenset({"name", "text", "note", "runbook", "source", "shadow", "enabled"})


def acts(rule: Rule) -> bool:
    """Whether a rule has any automatic command."""
    return bool(rule.answer.commands) or any(answer.commands for answer in rule.level_answers.values())


def trials_of(
    district: District,
    now: EpochMs,
    *,
    before: District | None = None,
    trials: Mapping[str, Trial] | None = None,
    before_at: EpochMs | None = None,
) -> dict[str, Trial]:
    """The trial of every rule that acts, in force or in shadow.

    It goes on from the set before (`before` with its `trials`) where the meaning is the same, else it begins now. A
    rule of before without a trial (a store of an older version) has had its answer since `before_at`.
    """
    known = trials or {}
    found: dict[str, Trial] = {}
    for name, rule in district.rules.items():
        if not rule.enabled or not acts(rule):
            continue
        same = before is not None and _ran(before, name) and _does(before, name) == _does(district, name)
        standing = known.get(name, Trial(now if before_at is None else before_at))
        found[name] = standing if same else Trial(now)
    return found


def approved(trials: Mapping[str, Trial], rules: Collection[str], person: str) -> dict[str, Trial]:
    """The trials after a named person let these rules act."""
    return {
        name: msgspec.structs.replace(trial, approved=person) if name in rules and not trial.approved else trial
        for name, trial in trials.items()
    }


def probation_of(district: District, trials: Mapping[str, Trial], period_ms: DurationMs) -> dict[str, EpochMs]:
    """Until when which rule's commands are only shown. What is over stays in it: it means the same at every restart."""
    if period_ms <= 0:
        return {}
    return {
        name: trial.since + period_ms
        for name, trial in sorted(trials.items())
        if not trial.approved and not district.rules[name].shadow
    }


def under(district: District, probation: Mapping[str, EpochMs], rules_hash: str = "") -> District:
    """The same district under this probation; its hash then names both, so that a replay gets what was in force."""
    named = rules_hash or set_hash(district.hash, probation)
    return msgspec.structs.replace(district, probation=dict(probation), hash=named)


def set_hash(content_hash: str, probation: Mapping[str, EpochMs]) -> str:
    """The name of these files under this probation; without any it is the files' own."""
    if not probation:
        return content_hash
    told = msgspec.json.encode([content_hash, sorted(probation.items())])
    return hashlib.sha256(told).hexdigest()


def _ran(district: District, rule: str) -> bool:
    found = district.rules.get(rule)
    return found is not None and found.enabled


def _does(district: District, rule: str) -> Any:  # noqa: ANN401 - plain nested data, only compared
    found, overrides = meaning(district, rule)
    return {key: value for key, value in found.items() if key not in WORDS}, overrides
