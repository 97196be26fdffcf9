"""Tests that need no value: silence, which is never unknown, and the time of day."""

from collections.abc import Callable

from processor.language.compiled import DeviceView, Evaluate
from processor.language.plan import Silent
from processor.language.schedule import Schedule
from processor.model.evidence import Verdict
from processor.model.time import EpochMs


def silent(plan: Silent) -> Evaluate:
    """Whether nothing came for the limit; waiting began at registration, so a device that never spoke is silent too."""
    limit = plan.limit_ms
    if plan.point is None:

        def device(view: DeviceView, now: EpochMs) -> Verdict:
            return now - view.last_arrival >= limit

        return device
    slot = plan.point.slot

    def point(view: DeviceView, now: EpochMs) -> Verdict:
        return now - view.arrivals[slot] >= limit

    return point


def time_of_day(schedule: Schedule) -> Callable[[object, EpochMs], Verdict]:
    """Whether the schedule is open; what is known until the next edge is kept, since calendars are dear."""
    known: list[tuple[EpochMs, EpochMs, bool]] = [(1, 0, False)]  # from, until, open; a memo: it changes no answer

    def evaluate(_view: object, now: EpochMs) -> Verdict:
        begin, end, verdict = known[0]
        if begin <= now < end:
            return verdict
        verdict = schedule.is_open(now)
        known[0] = (now, schedule.next_edge(now), verdict)
        return verdict

    return evaluate
