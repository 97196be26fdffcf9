"""The whole language over a whole history, the slow way: every value, window and verdict from all messages, each time.

`Oracle` reads the expression, `window_oracle` the windows; here is what a device is at an instant, and which samples
its windows have got. Nothing is shared with the engine, and nothing is kept from one instant to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import cast
from zoneinfo import ZoneInfo

from processor.language.compiled import WindowKind, WindowSpec
from processor.language.nodes import Aggregate, Length, Missing, Name, NightMin, Node, Since, TimeIn
from processor.model.reading import Value
from processor.model.time import DAY, HOUR
from tests.language.district import PARAMETERS, POINTS, ZONE, View
from tests.language.oracle import BASE, Amount, Answer, Oracle, base, length_ms, point_names
from tests.language.window_oracle import answer as window_answer

SLOTS = sorted(POINTS)
STANDING = {WindowKind.DURATION, WindowKind.SINCE, WindowKind.FLAT, WindowKind.NIGHT_MIN}


@dataclass(frozen=True)
class Message:
    """What came: the device's time, when it was handled, and its values."""

    at: int
    now: int
    values: Mapping[str, Value]


def device_after(messages: Sequence[Message], began: int) -> View:
    """The device after these messages: each point's newest value by device time, and when that came."""
    values: dict[str, Value] = {}
    ats = dict.fromkeys(SLOTS, 0)
    arrivals = dict.fromkeys(SLOTS, began)
    for message in messages:
        for name, value in message.values.items():
            if message.at >= ats[name]:
                values[name], ats[name], arrivals[name] = value, message.at, message.now
    last = messages[-1].now if messages else began
    return View([values.get(name) for name in SLOTS], [arrivals[name] for name in SLOTS], last)


def device_as_said(messages: Sequence[Message], began: int) -> View:
    """As the newest message says it is: also where that is older than what is known, for the windows' sake."""
    view, message = device_after(messages, began), messages[-1]
    for name, value in message.values.items():
        view.values[SLOTS.index(name)] = value
        view.arrivals[SLOTS.index(name)] = message.now
    return view


@dataclass(frozen=True)
class Program(Oracle):
    """One expression over one device at one instant, with everything that came before."""

    messages: Sequence[Message] = ()
    now: int = 0
    began: int = 0

    @classmethod
    def at(cls, messages: Sequence[Message], now: int, began: int) -> "Program":
        """After these messages, at `now`."""
        return cls(device_after(messages, began), {}, messages, now, began)

    def answer(self, node: Node) -> Answer:
        match node:
            case Since():
                return self.since(node)
            case NightMin():
                return self.night_min(node)
            case TimeIn():
                local = datetime.fromtimestamp(self.now / 1000, ZoneInfo(ZONE))
                minute = local.hour * 60 + local.minute
                begin, end = node.begin_minute, node.end_minute
                return begin <= minute < end if begin < end else minute >= begin or minute < end
            case _:
                return super().answer(node)

    def stale(self, name: str) -> bool:
        point = POINTS[name]
        limit = point.stale_after_ms or (None if point.every_ms is None else 2 * point.every_ms)
        if limit is None:
            return False
        heard = self.device.last_arrival if point.on_change else self.device.arrivals[SLOTS.index(name)]
        return self.now - heard > limit

    def missing(self, node: Missing) -> bool:
        index = None if node.point is None else SLOTS.index(node.point.name)
        heard = self.device.last_arrival if index is None else self.device.arrivals[index]
        return self.now - heard >= length_ms(node.length)

    def window(self, node: Aggregate | Since | NightMin) -> Answer:
        assert isinstance(node, Aggregate)
        kind, length = node.kind, length_ms(node.length)
        days = node.same_hour or kind is WindowKind.SLOPE
        ranks = kind in {WindowKind.MEDIAN, WindowKind.PERCENTILE}
        local = days or (ranks and length > 48 * HOUR)
        value = self.windowed(node.operand, kind, length, percent=node.percent, days=local, same_hour=node.same_hour)
        if value is None:
            return None
        exact = Fraction(value)
        if kind is WindowKind.FLAT:
            return exact > 0
        if kind in {WindowKind.COUNT, WindowKind.CHANGES}:
            return Amount(exact, exact=True)
        if kind is WindowKind.DURATION:
            return Amount(exact / 1000, exact=False)
        (name,) = point_names(node.operand)
        unit = POINTS[name].unit
        if kind in {WindowKind.RATE, WindowKind.SLOPE}:
            return Amount(exact * BASE[unit] * 1000, exact=False)
        differs = kind in {WindowKind.DELTA, WindowKind.STDDEV}
        return Amount(exact * BASE[unit] if differs else base(exact, unit), exact=False)

    def since(self, node: Since) -> Answer:
        value = self.windowed(node.operand, WindowKind.SINCE, 0)
        return None if value is None else Amount(Fraction(value) / 1000, exact=False)

    def night_min(self, node: NightMin) -> Answer:
        nights = 1 if node.nights is None else nights_of(node.nights)
        night = (node.begin_minute, node.end_minute, nights)
        value = self.windowed(node.operand, WindowKind.NIGHT_MIN, 0, days=True, night=night)
        (name,) = point_names(node.operand)
        return None if value is None else Amount(base(Fraction(value), POINTS[name].unit), exact=False)

    def windowed(
        self,
        operand: Node,
        kind: WindowKind,
        length: int,
        *,
        percent: int = 0,
        days: bool = False,
        same_hour: bool = False,
        night: tuple[int, int, int] | None = None,
    ) -> float | None:
        """What the window over `operand` says now, from every sample it has ever got."""
        if any(self.stale(name) for name in point_names(operand, asked=False)):
            return None
        looked_at = point_names(operand)
        any_point = any(isinstance(part, Missing) and part.point is None for part in parts_of(operand))
        held = all(POINTS[name].on_change for name in looked_at)
        # What stands until the device falls silent goes on standing with every message of the device.
        any_point |= kind in STANDING and held and any(stale_limit(name) is not None for name in looked_at)
        limits = [limit for name in looked_at if (limit := stale_limit(name)) is not None]
        spec = WindowSpec(
            key="",
            kind=kind,
            slots=frozenset(),
            length_ms=length,
            gap_ms=min(limits, default=None),
            held=held,
            sample=lambda _view, _now: None,
            percent=percent,
            zone=ZONE if days else "",
            same_hour=same_hour,
            night=night,
        )
        samples: list[tuple[int, Value | None]] = []
        for number, message in enumerate(self.messages, 1):
            if any_point or looked_at & set(message.values):
                before = self.messages[:number]
                then = Program(device_as_said(before, self.began), {}, before, message.now, self.began)
                samples.append((message.at, then.sample(operand, kind)))
        return window_answer(spec, samples, self.now)

    def sample(self, operand: Node, kind: WindowKind) -> Value | None:
        """What one message adds to a window over `operand`."""
        if isinstance(operand, Name) and operand.name in POINTS:
            value = self.device.values[SLOTS.index(operand.name)]
            known = value is not None and not self.stale(operand.name)
            if not known:
                return None
            if isinstance(value, str):
                return float(sum((place + 1) * ord(sign) for place, sign in enumerate(value)))
            return value
        found = self.answer(operand)
        if isinstance(found, Amount):
            return in_own_unit(operand, found)
        assert found is None or isinstance(found, bool)
        return float(found) if kind is WindowKind.CHANGES and found is not None else found


def in_own_unit(operand: Node, found: Amount) -> float:
    """A calculated number as a window holds it: in the unit of its point, a difference of degrees in kelvin."""
    (name,) = point_names(operand)
    unit = POINTS[name].unit
    zero = base(Fraction(0), unit) if not is_difference(operand) else Fraction(0)
    return float((found.value - zero) / BASE[unit])


def is_difference(operand: Node) -> bool:
    """Whether a window's answer is the difference of two values."""
    return isinstance(operand, Aggregate) and (
        operand.kind in {WindowKind.DELTA, WindowKind.STDDEV} or is_difference(operand.operand)
    )


def nights_of(length: Length) -> int:
    """How many nights: `3 nights`, or a parameter that is a bare number."""
    if isinstance(length, Name) and not PARAMETERS[length.name].unit:
        return int(cast("float", PARAMETERS[length.name].value))
    return length_ms(length) // DAY


def stale_limit(name: str) -> int | None:
    """How long a point's value stands, None for ever."""
    point = POINTS[name]
    return point.stale_after_ms or (None if point.every_ms is None else 2 * point.every_ms)


def parts_of(node: Node) -> list[Node]:
    """The node and everything below it."""
    found, waiting = [], [node]
    while waiting:
        part = waiting.pop()
        found.append(part)
        for name in ("operand", "left", "right", "subject"):
            child = getattr(part, name, None)
            if child is not None and not isinstance(child, str):
                waiting.append(child)
        waiting.extend(getattr(part, "parts", ()))
    return found
