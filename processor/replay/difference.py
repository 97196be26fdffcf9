"""Two runs over the same time, compared: what was added, removed, moved in time, changed in level. Pure.

A run is what its alerts and automatic commands came to, as lists. Episodes of one rule on one subject belong together
where they overlap, else where they began within `near_ms` of each other; each belongs to one of the other run at most.
"""

from collections.abc import Hashable, Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from processor.model.alert import AlertState, Transition, Withheld
from processor.model.rule import Level
from processor.model.time import MINUTE, DurationMs, EpochMs
from processor.replay.pairing import Timed, end_of, paired

NEAR_MS: Final[DurationMs] = 10 * MINUTE
_STANDS: Final = frozenset({AlertState.FIRING, AlertState.RECOVERING})


class Episode(msgspec.Struct, frozen=True):
    """One alert from the moment it began to fire. `level` is the gravest it had; `ended` None: it still stands."""

    alert: str
    rule: str
    subject: str
    community: str
    began: EpochMs
    ended: EpochMs | None
    level: Level
    levels: tuple[Level, ...]  # in the order it had them
    withheld: Withheld | None = None  # when it began

    @property
    def key(self) -> Hashable:
        """What it is about: only episodes of one key belong together."""
        return (self.rule, self.subject)


class Act(msgspec.Struct, frozen=True):
    """One automatic command that was sent, or would have been."""

    began: EpochMs
    rule: str
    device: str
    command: str
    alert: str = ""

    @property
    def ended(self) -> EpochMs | None:
        """It is one moment."""
        return self.began

    @property
    def key(self) -> Hashable:
        """What it is about."""
        return (self.rule, self.device, self.command)


class Change(StrEnum):
    """How one of a pair differs from the other."""

    SAME = "same"
    ADDED = "added"  # only in the second run
    REMOVED = "removed"  # only in the first run
    MOVED = "moved"  # began or ended at another time
    LEVEL = "level"  # had other levels; it may have moved as well


class EpisodePair(msgspec.Struct, frozen=True):
    """What both runs had of one thing. One of the two may be missing, not both."""

    change: Change
    before: Episode | None
    after: Episode | None

    @property
    def episode(self) -> Episode:
        """The second run's, or else the first's."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - see above
        return found


class ActPair(msgspec.Struct, frozen=True):
    """A command of one run or of both."""

    change: Change
    before: Act | None
    after: Act | None

    @property
    def act(self) -> Act:
        """The second run's, or else the first's."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of them is there
        return found


class Difference(msgspec.Struct, frozen=True):
    """Everything both runs had, by time."""

    episodes: tuple[EpisodePair, ...] = ()
    acts: tuple[ActPair, ...] = ()

    def counts(self) -> dict[Change, int]:
        """How many episodes of each kind."""
        return _counted(pair.change for pair in self.episodes)

    def by_rule(self) -> dict[str, dict[Change, int]]:
        """The same for each rule that had any."""
        rules = sorted({pair.episode.rule for pair in self.episodes})
        return {rule: _counted(pair.change for pair in self.episodes if pair.episode.rule == rule) for rule in rules}


def episodes(transitions: Iterable[Transition]) -> list[Episode]:
    """The episodes that these steps tell of, in the order they began. Steps of one alert come in their order.

    One whose first steps are not among them begins at the first that says it stands.
    """
    found: dict[str, Episode] = {}
    for step in transitions:
        known = found.get(step.alert)
        if step.after in _STANDS:
            found[step.alert] = _begun(step) if known is None else _went_on(known, step)
        elif known is not None and known.ended is None:
            found[step.alert] = msgspec.structs.replace(known, ended=step.decided_at)
    return sorted(found.values(), key=lambda episode: (episode.began, episode.alert))


def compare(
    before: Sequence[Episode],
    after: Sequence[Episode],
    *,
    acts_before: Sequence[Act] = (),
    acts_after: Sequence[Act] = (),
    near_ms: DurationMs = NEAR_MS,
    same_within_ms: DurationMs = 0,
) -> Difference:
    """The difference between two runs; what moved by no more than `same_within_ms` counts as the same."""
    pairs = [EpisodePair(_changed(old, new, same_within_ms), old, new) for old, new in paired(before, after, near_ms)]
    acts = [
        ActPair(_presence(old, new) or _moved(old, new, same_within_ms), old, new)
        for old, new in paired(acts_before, acts_after, near_ms)
    ]
    return Difference(
        tuple(sorted(pairs, key=lambda pair: (pair.episode.began, pair.episode.rule, pair.episode.subject))),
        tuple(sorted(acts, key=lambda pair: (pair.act.began, pair.act.rule, pair.act.device))),
    )


def _changed(old: Episode | None, new: Episode | None, same_within_ms: DurationMs) -> Change:
    missing = _presence(old, new)
    if missing is not None or old is None or new is None:
        return missing or Change.SAME
    return Change.LEVEL if old.levels != new.levels else _moved(old, new, same_within_ms)


def _presence(old: Timed | None, new: Timed | None) -> Change | None:
    if old is None:
        return Change.ADDED
    return Change.REMOVED if new is None else None


def _moved(old: Timed | None, new: Timed | None, same_within_ms: DurationMs) -> Change:
    assert old is not None and new is not None  # noqa: S101, PT018 - asked only of what both runs have
    begin, end = abs(old.began - new.began), abs(end_of(old) - end_of(new))
    return Change.SAME if max(begin, end) <= same_within_ms else Change.MOVED


def _begun(step: Transition) -> Episode:
    return Episode(
        alert=step.alert,
        rule=step.rule,
        subject=step.subject,
        community=step.community,
        began=step.decided_at,
        ended=None,
        level=step.level,
        levels=(step.level,),
        withheld=step.withheld,
    )


def _went_on(known: Episode, step: Transition) -> Episode:
    if known.levels[-1] is step.level:
        return known
    return msgspec.structs.replace(known, level=min(known.level, step.level), levels=(*known.levels, step.level))


def _counted(changes: Iterable[Change]) -> dict[Change, int]:
    counts = dict.fromkeys(Change, 0)
    for change in changes:
        counts[change] += 1
    return counts
