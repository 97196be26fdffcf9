"""Small plots as SVG: text stays text, colours come from the page, so they are light or dark with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Final

from processor.model.reading import Value
from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs, EpochMs
from processor.replay.backtest_result import Alarm, AlarmValues, DayLoad, PointValues

WIDTH: Final = 960
LEFT: Final = 56
RIGHT: Final = 12
LEVELS: Final = ("L1", "L2", "L3", "L4")
LANE: Final = 16
CHART: Final = 150
BARS: Final = 180
TICKS: Final = 8
TEXT: Final = 12
NARROWEST: Final = 2.0
DRAWN: Final = 4_000
"""So many alerts of one rule are drawn; with more the lane is full anyway."""

_STEPS: Final[tuple[DurationMs, ...]] = (
    *(size * SECOND for size in (1, 5, 15, 30)),
    *(size * MINUTE for size in (1, 5, 15, 30)),
    *(size * HOUR for size in (1, 2, 3, 6, 12)),
    *(size * DAY for size in (1, 2, 7, 14, 30, 90, 365)),
)


class Axis:
    """Where an instant stands, from left to right."""

    def __init__(self, since: EpochMs, until: EpochMs, zone: tzinfo) -> None:
        self.since = since
        self.until = max(until, since + 1)
        self._zone = zone

    def x(self, at: EpochMs) -> float:
        """The place of an instant; what lies outside stands at the edge."""
        share = (min(max(at, self.since), self.until) - self.since) / (self.until - self.since)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self, top: float, bottom: float) -> str:
        """Lines and local times."""
        span = self.until - self.since
        step = next((size for size in _STEPS if span / size <= TICKS), _STEPS[-1])
        moved = datetime.fromtimestamp(self.since / SECOND, UTC).astimezone(self._zone).utcoffset()
        offset = int(moved.total_seconds() * SECOND) if moved else 0
        first = -(-(self.since + offset) // step) * step - offset
        parts = []
        for at in range(first, self.until, step):
            x = self.x(at)
            parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>')
            parts.append(f'<text class="tick" x="{x}" y="{bottom + 14}">{self._said(at, step)}</text>')
        return "".join(parts)

    def _said(self, at: EpochMs, step: DurationMs) -> str:
        local = datetime.fromtimestamp(at / SECOND, UTC).astimezone(self._zone)
        if step >= DAY or (local.hour == 0 and local.minute == 0 and step >= MINUTE):
            return f"{local:%m-%d}"
        return f"{local:%H:%M}" if step >= MINUTE else f"{local:%H:%M:%S}"


def picture(height: float, parts: Iterable[str], title: str) -> str:
    """A drawing that takes the width it gets; on a small screen it is moved sideways, for its text must be read."""
    return (
        f'<div class="scroll"><svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg></div>"
    )


def timeline(rows: Sequence[tuple[str, Sequence[Alarm]]], axis: Axis, title: str) -> str:
    """Alerts as bars from when they fired to when they ended, a lane for each name."""
    bottom = len(rows) * (LANE + 4) + 4
    parts = [axis.ticks(0, bottom)]
    for number, (name, alarms) in enumerate(rows):
        top = 4 + number * (LANE + 4)
        parts.append(f'<text class="name" x="{LEFT - 6}" y="{top + 12}">{escape(name)}</text>')
        parts += [_bar(alarm, axis, top) for alarm in alarms[:DRAWN]]
    return picture(bottom + 22, parts, title)


def _bar(alarm: Alarm, axis: Axis, top: float) -> str:
    begin, end = axis.x(alarm.began), axis.x(axis.until if alarm.ended is None else alarm.ended)
    said = f"{alarm.subject} {alarm.level.name} {alarm.evidence}"
    width = max(NARROWEST, round(end - begin, 1))
    shade = " held" if alarm.withheld else ""
    return (
        f'<rect class="{alarm.level.name}{shade}" x="{begin}" y="{top}" width="{width}" height="{LANE}">'
        f"<title>{escape(said)}</title></rect>"
    )


def days(load: Sequence[DayLoad], title: str) -> str:
    """A column for each day: alerts by level, one upon the other."""
    most = max((sum(day.alerts.values()) for day in load), default=0) or 1
    room = (WIDTH - LEFT - RIGHT) / max(1, len(load))
    parts = [_height(most, 8, BARS)]
    for number, day in enumerate(load):
        x = LEFT + number * room
        bottom = float(BARS)
        for level in LEVELS:
            count = day.alerts.get(level, 0)
            height = count / most * (BARS - 8)
            bottom -= height
            if count:
                parts.append(
                    f'<rect class="{level}" x="{x + room * 0.1:.1f}" y="{bottom:.1f}" width="{room * 0.8:.1f}" '
                    f'height="{height:.1f}"><title>{day.day} {level}: {count}</title></rect>'
                )
        if number % max(1, len(load) // 12) == 0:
            parts.append(f'<text class="tick" x="{x + room / 2:.1f}" y="{BARS + 14}">{day.day[5:]}</text>')
    return picture(BARS + 22, parts, title)


def values(found: AlarmValues, alarm: Alarm, axis: Axis, title: str) -> str:
    """The points of a device around an alert, one below the other; the alert is shaded."""
    drawn = [point for point in found.points if point.samples]
    parts = []
    for number, point in enumerate(drawn):
        top = number * (CHART + 24.0) + 16
        begin, end = axis.x(alarm.began), axis.x(alarm.ended or axis.until)
        parts.append(
            f'<rect class="{alarm.level.name} shade" x="{begin}" y="{top}" width="{max(NARROWEST, end - begin):.1f}" '
            f'height="{CHART}"/>'
        )
        parts.append(axis.ticks(top, top + CHART))
        parts.append(_line(point, axis, top))
        unit = f" {point.unit}" if point.unit else ""
        parts.append(f'<text class="label" x="{LEFT}" y="{top - 4}">{escape(point.point + unit)}</text>')
    return picture(len(drawn) * (CHART + 24.0) + 24, parts, title) if drawn else ""


def _line(point: PointValues, axis: Axis, top: float) -> str:
    members: dict[str, float] = {}
    numbers = [(at, _number(value, members)) for at, value in point.samples]
    limits = [] if members else [limit.value for limit in point.limits]
    low, high = min(*limits, *(value for _, value in numbers)), max(*limits, *(value for _, value in numbers))
    if high == low:
        low, high = low - 1, high + 1

    def height(value: float) -> float:
        return top + 6 + (high - value) / (high - low) * (CHART - 12)

    places = [(axis.x(at), height(value)) for at, value in numbers]
    scale = _members(members, low, high, top) if members else _range(low, high, top) + _limits(point, height)
    if members or isinstance(point.samples[0][1], bool):
        (x, y), rest = places[0], places[1:]
        path = f"M{x},{y:.1f}" + "".join(f"H{x}V{y:.1f}" for x, y in rest)  # it stands until it changes
        return f'{scale}<path class="line" d="{path}"/>'
    path = " ".join(f"{x},{y:.1f}" for x, y in places)
    return f'{scale}<polyline class="line" points="{path}"/>'


def _limits(point: PointValues, height: Callable[[float], float]) -> str:
    """A line for each number the point is held against, said where it begins; no two of these one over the other."""
    parts = []
    beneath = 0.0
    for limit in sorted(point.limits, key=lambda limit: -limit.value):
        y, kind = height(limit.value), limit.level.name if limit.level else "back"
        beneath = max(beneath + TEXT, y - 3)
        said = f"{limit.level.name} {limit.text}" if limit.level else limit.text
        parts.append(f'<line class="limit {kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="bound {kind}" x="{LEFT + 4}" y="{beneath:.1f}">{escape(said)}</text>')
    return "".join(parts)


def _number(value: Value, members: dict[str, float]) -> float:
    """A member of an enum stands as high as it was met."""
    return members.setdefault(value, float(len(members))) if isinstance(value, str) else float(value)


def _members(members: Mapping[str, float], low: float, high: float, top: float) -> str:
    return "".join(
        f'<text class="scale" x="{LEFT - 6}" y="{top + 10 + (high - at) / (high - low) * (CHART - 12):.1f}">'
        f"{escape(name)}</text>"
        for name, at in members.items()
    )


def _range(low: float, high: float, top: float) -> str:
    return (
        f'<text class="scale" x="{LEFT - 6}" y="{top + 10}">{high:.4g}</text>'
        f'<text class="scale" x="{LEFT - 6}" y="{top + CHART - 2}">{low:.4g}</text>'
    )


def _height(most: int, top: float, bottom: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{top}" y2="{top}"/>'
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>'
        f'<text class="scale" x="{LEFT - 6}" y="{top + 8}">{most}</text>'
    )
