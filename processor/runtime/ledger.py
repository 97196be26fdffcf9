"""Every number of the daemon, gathered when somebody asks."""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from processor.engine.core import Core
from processor.model.alert import AlertState, Withheld
from processor.model.time import SECOND, EpochMs
from processor.ports.console import CompanionFigures, Figures
from processor.ports.journal import Outbox
from processor.runtime.companion import Companion
from processor.runtime.counters import Counters
from processor.runtime.delivery import Delivery
from processor.runtime.embedded import Embedded
from processor.runtime.series import SeriesFeed


class Ledger:
    """Holds the parts that count. Parts that start later are given when they are there."""

    def __init__(
        self, counters: Counters, outbox: Outbox, path: Path, connections: Callable[[], Mapping[str, bool]]
    ) -> None:
        self.counters = counters
        self.embedded: Embedded | None = None
        self.delivery: Delivery | None = None
        self.feeds: list[SeriesFeed] = []
        self.problems = 0
        self.reloads: Counter[str] = Counter()
        self.refused = False
        self.companion: Companion | None = None
        self.restore_s = 0.0
        self._outbox = outbox
        self._path = path
        self._connections = connections
        self._waiting: Mapping[str, int] = {}
        self._oldest_s = 0.0
        self._now: EpochMs = 0

    def read(self, outcome: str, problems: int) -> None:
        """Say that the files were read again: "taken", "same" or "refused"."""
        self.reloads[outcome] += 1
        self.problems = problems
        self.refused = outcome == "refused"

    def look(self, now: EpochMs) -> None:
        """Ask the store what has to be asked; blocking, so not on the loop's thread."""
        self._now = now
        self._waiting = self._outbox.waiting()
        oldest = self._outbox.due(now, 1)
        self._oldest_s = max(0, now - oldest[0].due_at) / SECOND if oldest else 0.0

    def figures(self, core: Core | None, *, version: str) -> Figures:
        """Everything at this moment. What the store knows is as old as the last `look`."""
        counters, embedded = self.counters, self.embedded
        offset = embedded.offset if embedded else 0
        return Figures(
            counts=counters.counts(),
            messages=counters.messages,
            in_flight=counters.in_flight,
            dead_letters=dict(counters.dead_letters),
            dropped=dict(counters.dropped),
            transitions=dict(counters.transitions),
            shadow_transitions=dict(counters.shadow_transitions),
            commands=dict(counters.dispositions),
            orders=dict(counters.orders),
            reminders=self._reminders(),
            outbox_waiting=self._waiting,
            outbox_oldest_s=self._oldest_s,
            commit_s=counters.commit_s.distribution(),
            batch_readings=counters.batch_readings.distribution(),
            journal_offset=offset,
            journal_bytes=self._path.stat().st_size if self._path.exists() else 0,
            disk_free_bytes=shutil.disk_usage(self._path.parent).free,
            broker_connected=self._connections(),
            last_message_at=embedded.last_message_at if embedded else None,
            sink_lag_blocks={feed.status.sink: max(0, offset - feed.status.position) for feed in self.feeds},
            alerts_firing=_firing(core),
            rules=len(core.district.rules) if core else 0,
            devices=len(core.district.devices) if core else 0,
            configuration_problems=self.problems,
            reloads=dict(self.reloads),
            shadow=self.companion.figures() if self.companion else CompanionFigures(),
            configuration_refused=self.refused,
            on_probation=_on_probation(core, self._now),
            automation_stopped=sum(s.commands.budgets.stopped for s in core.scopes.values()) if core else 0,
            wake_lag_s=embedded.wake_lag_ms / SECOND if embedded else 0.0,
            restore_s=self.restore_s,
            version=version,
            rules_hash=core.district.hash if core else "",
        )

    def _reminders(self) -> dict[str, int]:
        if self.delivery is None:
            return {}
        found = self.delivery.counters
        tag = "remind_people"
        return {"sent": found.delivered[tag], "refused": found.failed[tag], "unreachable": found.retried[tag]}


def _firing(core: Core | None) -> dict[str, int]:
    standing = (
        [record for scope in core.scopes.values() for record, _ in scope.response.standing.values()] if core else []
    )
    told = [each for each in standing if each.state is AlertState.FIRING and each.withheld is not Withheld.SHADOW]
    return dict(Counter(record.level.name for record in told))


def _on_probation(core: Core | None, now: EpochMs) -> int:
    return sum(now < until for until in core.district.probation.values()) if core else 0
