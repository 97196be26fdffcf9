"""What a story looks like over time: the points' values, the limits they are held against, the alert's states."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from processor.engine.inspection import Inspection, NodeSeen
from processor.model.alert import AlertState, Transition
from processor.model.reading import Reading
from processor.model.time import DAY, MINUTE, DurationMs, EpochMs
from processor.ports.records import Records
from processor.replay.explain import EPISODES, Story

TIMES_THE_LONGEST: Final = 4
LEAST_MS: Final[DurationMs] = 30 * MINUTE
MOST_MS: Final[DurationMs] = 7 * DAY
BEFORE_THE_FIRST: Final = 10
READINGS_AT_MOST: Final = 20_000


class Limit(msgspec.Struct, frozen=True):
    """A line across the plot."""

    value: float
    text: str


class Series(msgspec.Struct, frozen=True):
    """One point's values by device time, oldest first; true is 1, false 0, and `names` says what other numbers mean."""

    point: str
    unit: str
    ats: tuple[EpochMs, ...]
    values: tuple[float, ...]
    limits: tuple[Limit, ...] = ()
    names: tuple[str, ...] = ()


class Span(msgspec.Struct, frozen=True):
    """How the alert stood from one instant to another."""

    state: AlertState
    begin: EpochMs
    end: EpochMs


class Plot(msgspec.Struct, frozen=True):
    """All of it, for [since, until]."""

    title: str
    since: EpochMs
    until: EpochMs
    series: tuple[Series, ...]
    spans: tuple[Span, ...]
    cut: bool = False
    """There were more readings than are drawn: the oldest are missing."""


def plotted(story: Story, records: Records, window_ms: DurationMs | None = None) -> Plot:
    """The plot of a story that ends at its instant; `window_ms` None: four times the longest hold or window."""
    seen = story.inspection
    since = story.at - (window_ms or (_longest(seen) if seen else LEAST_MS))
    if seen is None:
        return Plot("", since, story.at, (), ())
    devices = dict.fromkeys(point.device for point in seen.points)
    series: list[Series] = []
    cut = False
    for device in devices:
        readings = list(records.readings(device=device, since=since, until=story.at + 1, limit=READINGS_AT_MOST))
        cut = cut or len(readings) >= READINGS_AT_MOST
        series += _series(seen, device, readings)
    title = f"{story.rule} · {seen.subject}"
    spans = tuple(_spans(seen.subject, story, records, since))
    return Plot(title, since if window_ms else _begin(since, story.at, series), story.at, tuple(series), spans, cut)


def _begin(since: EpochMs, until: EpochMs, series: Sequence[Series]) -> EpochMs:
    """Where the drawing begins: not long before the first value, for a daemon that was started a while ago has none."""
    first = min((each.ats[0] for each in series if each.ats), default=since)
    return max(since, first - (until - first) // BEFORE_THE_FIRST)


def _longest(seen: Inspection) -> DurationMs:
    lengths = [hold.for_ms for hold in seen.holds] + [hold.fall_ms for hold in seen.holds]
    lengths += [seen.clear.for_ms] if seen.clear else []
    lengths += [length for hold in seen.holds for length in _windows(hold.condition)]
    return min(max(TIMES_THE_LONGEST * max(lengths, default=0), LEAST_MS), MOST_MS)


def _windows(node: NodeSeen) -> Iterator[DurationMs]:
    if node.window is not None:
        yield node.window.length_ms
    for part in node.parts:
        yield from _windows(part)


def _series(seen: Inspection, device: str, readings: Sequence[Reading]) -> Iterator[Series]:
    for point in seen.points:
        if point.device != device:
            continue
        found = [(reading.at, reading.values[point.name]) for reading in readings if point.name in reading.values]
        found.sort(key=lambda pair: pair[0])
        words = sorted({value for _, value in found if isinstance(value, str)})
        yield Series(
            point=point.name,
            unit=point.unit,
            ats=tuple(at for at, _ in found),
            values=tuple(float(words.index(value) if isinstance(value, str) else value) for _, value in found),
            limits=tuple(Limit(limit.value, limit.text) for limit in seen.limits if limit.point == point.name),
            names=tuple(words) if words else ("false", "true") if _is_boolean(found) else (),
        )


def _is_boolean(found: Sequence[tuple[EpochMs, object]]) -> bool:
    return bool(found) and all(isinstance(value, bool) for _, value in found)


def _spans(subject: str, story: Story, records: Records, since: EpochMs) -> Iterator[Span]:
    alerts = records.alerts(subject=subject, rule=story.rule, limit=EPISODES)
    steps: list[Transition] = [step for each in alerts for step in records.transitions(each.transition.alert)]
    past = sorted(
        (step for step in steps if step.decided_at <= story.at), key=lambda step: (step.decided_at, step.number)
    )
    for step, after in zip(past, [*past[1:], None], strict=True):
        end = story.at if after is None else after.decided_at
        if end >= since:
            yield Span(step.after, max(step.decided_at, since), end)
