"""From the operators' files to the set that comes into force: its probation, its name, and what the history says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processor.model.district import District
from processor.model.time import DurationMs, EpochMs
from processor.ports.rule_sets import RuleSet, RuleSets, SetChanges, SetRequest, Trial
from processor.runtime.probation import acts, approved, probation_of, trials_of, under
from processor.runtime.set_changes import changes_between

ALL: Final = "*"
"""In a request's `approve`: every rule."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A set that could come into force: its district under its probation, and its entry of the history."""

    district: District
    sources: dict[str, str]
    entry: RuleSet


class Sets:
    """Knows the set in force and makes the next. `period_ms` is how long a new automatic answer only shows itself."""

    def __init__(self, history: RuleSets | None, period_ms: DurationMs = 0) -> None:
        self._history = history
        self._period_ms = period_ms
        self._district: District | None = None
        self.newest: RuleSet | None = None

    def recall(self, files: District) -> District:
        """The district of today's files as it was in force when the daemon ended, where nothing has changed since.

        Without it a restart would read the kept files of the newest set beside today's.
        """
        self.newest = self._history.newest() if self._history is not None else None
        newest = self.newest
        if newest is None or newest.content_hash != files.hash:
            return files
        again = under(files, probation_of(files, newest.trials, self._period_ms)) if _whole(files, newest) else files
        return again if again.hash == newest.rules_hash else files

    def asked(self, content_hash: str) -> SetRequest | None:
        """What people asked about files of this content while no daemon ran, as one request: the last speaks."""
        found = [each for each in self._history.asked() if each.content_hash == content_hash] if self._history else []
        if not found:
            return None
        last = found[-1]
        names = tuple(dict.fromkeys(name for each in found for name in each.approve))
        return SetRequest(content_hash, last.person, last.cause, last.reason, names)

    def next(
        self,
        files: District,
        sources: dict[str, str],
        request: SetRequest,
        now: EpochMs,
        *,
        before: District | None,
        sources_before: dict[str, str] | None,
    ) -> Proposed:
        """The set that these files make after `before`, the district that was in force (None: there was none)."""
        newest = self.newest
        known = newest is not None and before is not None and newest.rules_hash == before.hash
        trials = trials_of(
            files,
            now,
            before=before,
            trials=newest.trials if known and newest else None,
            before_at=newest.at if known and newest and not newest.trials else None,
        )
        names = _named(request.approve, trials)
        early = tuple(sorted(name for name in names if not trials[name].approved))
        trials = approved(trials, early, request.person)
        district = under(files, probation_of(files, trials, self._period_ms))
        changes = changes_between(sources_before or {}, sources)
        entry = RuleSet(
            rules_hash=district.hash,
            content_hash=files.hash,
            at=now,
            author=request.person,
            cause=request.cause,
            reason=request.reason,
            before=before.hash if before is not None else "",
            changes=SetChanges(
                changes.added, changes.removed, changes.changed, early, changes.files, changes.diff if before else ""
            ),
            trials=trials,
        )
        return Proposed(district, sources, entry)

    def taken(self, entry: RuleSet) -> None:
        """Say that it is in force."""
        self.newest = entry


def on_probation(district: District, now: EpochMs) -> dict[str, EpochMs]:
    """The rules whose commands are only shown at this moment, and until when."""
    return {rule: until for rule, until in sorted(district.probation.items()) if now < until}


def _named(approve: Sequence[str], trials: dict[str, Trial]) -> list[str]:
    return list(trials) if ALL in approve else [name for name in approve if name in trials]


def _whole(files: District, newest: RuleSet) -> bool:
    """Whether every rule that acts has its trial: not so in the history of an older version."""
    acting = {name for name, rule in files.rules.items() if rule.enabled and acts(rule)}
    return newest.trials.keys() == acting
