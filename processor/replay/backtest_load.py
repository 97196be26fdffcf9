"""The work that alerts make for people: orders and reminders, by day, role and worker."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

from processor.model.effect import RemindPeople
from processor.model.person import EVERYWHERE, Person
from processor.model.rule import Level
from processor.model.time import DAY, SECOND, EpochMs
from processor.replay.backtest_result import DayLoad, Load, WorkerLoad

ORDERS_PER_WORKER_DAY: Final = 5.0
"""What a worker can do well in a day beside the daily rounds (78 workers: 390 a day in all)."""

SHOWN_WORKERS: Final = 20


class Workload:
    """Counts as the effects come. Bounded by days, roles and people."""

    def __init__(self, people: Mapping[str, Person], zone: tzinfo) -> None:
        self._people = people
        self._zone = zone
        self._days: dict[str, Counter[str]] = defaultdict(Counter)
        self._roles: Counter[str] = Counter()
        self._messages: Counter[str] = Counter()
        self._shares: dict[str, Counter[str]] = defaultdict(Counter)  # by worker: part of orders by day
        self._open: dict[str, str] = {}  # orders that nobody was told of yet, with their day
        self._day = _days(zone)

    def alert(self, at: EpochMs, level: Level) -> None:
        """An alert began to fire."""
        self._days[self._day(at)][level.name] += 1

    def order(self, at: EpochMs, order: str) -> None:
        """An order was opened; whose it is, its first reminder tells."""
        day = self._day(at)
        self._days[day]["orders"] += 1
        self._open[order] = day

    def command(self, at: EpochMs) -> None:
        """A command would be sent."""
        self._days[self._day(at)]["commands"] += 1

    def reminder(self, at: EpochMs, reminder: RemindPeople) -> None:
        """People are told; the first telling of an order is the telling of those whose order it is."""
        day = self._day(at)
        self._days[day]["reminders"] += 1
        self._roles.update(reminder.roles)
        told = self._on_duty(reminder)
        self._messages.update(told)
        if reminder.order in self._open and told:
            opened = self._open.pop(reminder.order)
            for person in told:
                self._shares[person][opened] += 1 / len(told)  # type: ignore[assignment]  # a Counter of parts

    def load(self, begin: EpochMs, end: EpochMs) -> Load:
        """The account over [begin, end)."""
        days = max((end - begin) / DAY, 1.0)  # an hour's orders, told by the day, would be 24 times what they are
        worker_days = [part for shares in self._shares.values() for part in shares.values()]
        workers = sorted((self._worker(name, days) for name in self._people), key=lambda one: (-one.orders, one.person))
        total = sum(one.orders for one in workers)
        return Load(
            days=tuple(_day_load(day, found) for day, found in sorted(self._days.items())),
            roles=dict(self._roles.most_common()),
            workers=tuple(one for one in workers if one.orders or one.messages)[:SHOWN_WORKERS],
            workers_counted=len(workers),
            per_worker_day=total / len(workers) / days if workers else 0.0,
            limit=ORDERS_PER_WORKER_DAY,
            over_limit=sum(part > ORDERS_PER_WORKER_DAY for part in worker_days),
            unassigned_orders=len(self._open),
        )

    def _worker(self, name: str, days: float) -> WorkerLoad:
        shares = self._shares.get(name) or Counter()
        total = float(sum(shares.values()))
        worst = float(max(shares.values(), default=0))
        return WorkerLoad(name, round(total, 3), round(total / days, 3), round(worst, 3), self._messages[name])

    def _on_duty(self, reminder: RemindPeople) -> list[str]:
        places = {EVERYWHERE, reminder.scope, reminder.grid} - {""}
        roles = set(reminder.roles)
        return [
            person.id
            for person in self._people.values()
            if roles.intersection(person.roles) and places.intersection(person.covers)
        ]


def _day_load(day: str, found: Counter[str]) -> DayLoad:
    alerts = {level.name: found[level.name] for level in Level if found[level.name]}
    return DayLoad(day, alerts, found["orders"], found["reminders"], found["commands"])


def _days(zone: tzinfo) -> Callable[[EpochMs], str]:
    """The local day of an instant; asked for each effect, and effects of one minute come together."""

    @lru_cache(maxsize=4_096)
    def of_minute(minute: int) -> str:
        return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).date().isoformat()

    return lambda at: of_minute(at // (60 * SECOND))
