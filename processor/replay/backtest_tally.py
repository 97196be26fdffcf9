"""Counts what left a core, or what was recorded: the same counting for both, so that they can be compared."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from processor.model.disposition import Disposition, DispositionState
from processor.model.effect import AlertChanged, DispositionChanged, Effect, OrderChanged, RemindPeople
from processor.model.time import HOUR, MINUTE, SECOND, DurationMs, EpochMs
from processor.replay.backtest_episodes import Episodes
from processor.replay.backtest_load import Workload
from processor.replay.backtest_result import Alarm, Flood

DURATIONS: Final = 20_000
"""So many durations of one rule tell its median and p95 well enough; later ones replace every n-th."""

CHATTERS: Final[tuple[tuple[int, DurationMs], ...]] = ((3, 60 * SECOND), (6, HOUR))
"""An alert that begins so often within so long chatters (DOMAIN.md, XR-08)."""

FLOOD_ALERTS: Final = 10
FLOOD_WITHIN_MS: Final[DurationMs] = 10 * MINUTE
"""More alerts than this in ten minutes are more than one person can take in (ISA-18.2)."""

SUBJECTS: Final = 200_000
"""Subjects that are told apart in the counts; beyond, only the totals go on."""


class RuleTally:
    """One rule's counts."""

    __slots__ = (
        "chattering",
        "durations",
        "ended",
        "failed",
        "levels",
        "orders",
        "refused",
        "reminders",
        "sent",
        "standing",
        "standing_before",
        "subjects",
        "transitions",
        "withheld",
    )

    def __init__(self) -> None:
        self.levels: Counter[str] = Counter()
        self.subjects: Counter[str] = Counter()
        self.durations: list[DurationMs] = []
        self.ended = 0
        self.withheld: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.chattering: set[str] = set()
        self.transitions = self.standing = self.standing_before = 0
        self.sent = self.failed = self.orders = self.reminders = 0

    def ended_after(self, duration: DurationMs) -> None:
        """An alert was over after so long."""
        self.ended += 1
        if len(self.durations) < DURATIONS:
            self.durations.append(duration)
        else:
            self.durations[(self.ended * 7_919) % DURATIONS] = duration


class Tally:
    """All counts of one account from `since` on. `only`: the subjects that count; empty: all."""

    def __init__(self, since: EpochMs, workload: Workload, only: Collection[str] = ()) -> None:
        self.since = since
        self.workload = workload
        self.episodes = Episodes(since)
        self.rules: dict[str, RuleTally] = defaultdict(RuleTally)
        self.floods: list[Flood] = []
        self._only = frozenset(only)
        self._begins: dict[str, deque[EpochMs]] = {}
        self._recent: dict[str, deque[EpochMs]] = defaultdict(deque)
        self._flooded: dict[str, Flood] = {}
        self._takers: dict[type, Callable[[EpochMs, Any], None]] = {
            AlertChanged: self._alert,
            DispositionChanged: self._disposition,
            OrderChanged: self._order,
            RemindPeople: self._reminder,
        }

    def take(self, at: EpochMs, effects: Sequence[Effect]) -> None:
        """What happened at an instant."""
        takers = self._takers
        for effect in effects:
            taker = takers.get(effect.__class__)
            if taker is not None:
                taker(at, effect)

    def finish(self, until: EpochMs) -> None:
        """Nothing more comes: what stands, stands at the end."""
        for episode in self.episodes.finish(until):
            tally = self.rules[episode.rule]
            tally.standing += 1
            self._fired(tally, episode)
        self.floods += self._flooded.values()
        self._flooded = {}

    # ---- kinds of effect ----------------------------------------------------------------------------------------

    def _alert(self, at: EpochMs, effect: AlertChanged) -> None:
        step = effect.transition
        if self._only and step.subject not in self._only:
            return
        episode, began = self.episodes.take(step, at)
        if at < self.since:
            return
        tally = self.rules[step.rule]
        tally.transitions += 1
        if step.withheld is not None and began:
            tally.withheld[str(step.withheld)] += 1
        if began:
            self.workload.alert(at, step.level)
            self._chatter(tally, f"{step.rule}@{step.subject}", at)
            self._flood(step.community, at)
        if episode is not None and episode.ended is not None:
            tally.ended_after(episode.ended - episode.began)
            self._fired(tally, episode)

    def _fired(self, tally: RuleTally, episode: Alarm) -> None:
        if episode.began_before:
            tally.standing_before += 1
            return
        tally.levels[episode.level.name] += 1
        if episode.subject in tally.subjects or len(tally.subjects) < SUBJECTS:
            tally.subjects[episode.subject] += 1

    def _disposition(self, at: EpochMs, effect: DispositionChanged) -> None:
        done = effect.disposition
        if not self._counts(at, done):
            return
        tally = self.rules[done.rule]
        if done.state is DispositionState.SENT:
            tally.sent += 1
            self.workload.command(at)
        elif done.state is DispositionState.REFUSED:
            tally.refused[str(done.interlock or "unknown")] += 1
        elif done.state is DispositionState.FAILED:
            tally.failed += 1

    def _counts(self, at: EpochMs, done: Disposition) -> bool:
        return at >= self.since and (not self._only or done.alert.split("/", 1)[-1].rpartition("/")[0] in self._only)

    def _order(self, at: EpochMs, effect: OrderChanged) -> None:
        order = effect.order
        if at >= self.since and order.number == 1 and (not self._only or order.subject in self._only):
            self.rules[order.rule].orders += 1
            self.workload.order(at, order.id)

    def _reminder(self, at: EpochMs, effect: RemindPeople) -> None:
        if at >= self.since and (not self._only or effect.subject in self._only):
            self.rules[effect.rule].reminders += 1
            self.workload.reminder(at, effect)

    # ---- too many -----------------------------------------------------------------------------------------------

    def _chatter(self, tally: RuleTally, key: str, at: EpochMs) -> None:
        begins = self._begins.get(key)
        if begins is None:
            if len(self._begins) >= SUBJECTS:
                return
            begins = self._begins[key] = deque(maxlen=max(times for times, _ in CHATTERS))
        begins.append(at)
        for times, within in CHATTERS:
            if len(begins) >= times and at - begins[-times] <= within:
                tally.chattering.add(key)

    def _flood(self, community: str, at: EpochMs) -> None:
        recent = self._recent[community]
        recent.append(at)
        while recent[0] <= at - FLOOD_WITHIN_MS:
            recent.popleft()
        standing = self._flooded.get(community)
        if standing is not None and at - standing.end > FLOOD_WITHIN_MS:
            self.floods.append(self._flooded.pop(community))
            standing = None
        if len(recent) > FLOOD_ALERTS:
            begin = recent[0] if standing is None else standing.begin
            alerts = len(recent) if standing is None else standing.alerts + 1
            self._flooded[community] = Flood(community, begin, at, alerts)
