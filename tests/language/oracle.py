"""A second, slow, obvious reading of the language: straight over the tree, in fractions, nothing shared with the first.

It has its own table of units and its own idea of staleness. Where a float could round to the other side of a bound
(sums, quotients, conversions of what is no constant), it says `TooClose` instead of taking sides.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from processor.language.compiled import WindowKind
from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Length,
    Missing,
    Name,
    Negative,
    NightMin,
    Node,
    Not,
    Number,
    Or,
    Quoted,
    Since,
    TagTest,
    TimeIn,
    Truth,
)
from processor.model.profile import Point
from processor.model.rule import Parameter
from tests.language.district import ATTRIBUTES, NOW, PARAMETERS, POINTS, ZONE, View

KELVIN_AT_ZERO_CELSIUS = Fraction("273.15")
BASE = {
    "": Fraction(1),
    "mA": Fraction(1, 1000),
    "A": Fraction(1),
    "W": Fraction(1),
    "kW": Fraction(1000),
    "K": Fraction(1),
    "degC": Fraction(1),
    "L/min": Fraction(1),
    "W/min": Fraction(1, 60),
    "kW/h": Fraction(1000, 3600),
    "s": Fraction(1),
    "min": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
    "nights": Fraction(86400),
    "mA/d": Fraction(1, 86_400_000),
    "K/d": Fraction(1, 86400),
    "L/min/d": Fraction(1, 86400),
}


class TooClose(Exception):  # noqa: N818  # it is an answer, not an error
    """Two numbers so near that rounding may decide."""


@dataclass(frozen=True)
class Amount:
    """A number in base units. `exact` when a float in the point's own unit would hold it without rounding."""

    value: Fraction
    exact: bool


Answer = Amount | bool | str | None
WindowAnswers = Mapping[tuple[WindowKind, int], float | None]


@dataclass(frozen=True)
class Oracle:
    """One device at one instant. `windows` are the answers of running windows, by kind and length."""

    device: View
    windows: WindowAnswers

    def verdict(self, node: Node) -> bool | None:
        answer = self.answer(node)
        assert answer is None or isinstance(answer, bool)
        return answer

    def answer(self, node: Node) -> Answer:  # noqa: PLR0911, PLR0912, C901  # an interpreter is one long case
        match node:
            case Truth(value=truth):
                return truth
            case Quoted(value=text):
                return text
            case Number():
                return Amount(base(Fraction(node.text), node.unit), exact=True)
            case Name(name=name):
                return self.named(name)
            case Negative():
                return self.arithmetic("-", Amount(Fraction(0), exact=True), self.answer(node.operand))
            case Arithmetic():
                return self.arithmetic(node.operator, self.answer(node.left), self.answer(node.right))
            case Compare():
                return self.compare(node)
            case Among():
                return self.among(node)
            case TagTest():
                return ATTRIBUTES.get(node.tag) in node.values
            case Not():
                verdict = self.verdict(node.operand)
                return None if verdict is None else not verdict
            case And():
                return least([self.verdict(part) for part in node.parts])
            case Or():
                opposite = least([None if v is None else not v for v in (self.verdict(part) for part in node.parts)])
                return None if opposite is None else not opposite
            case Aggregate() | Since() | NightMin():
                return self.window(node)
            case Missing():
                return self.missing(node)
            case TimeIn():
                return time_in(node)
            case _:
                raise AssertionError(node)

    def named(self, name: str) -> Answer:
        if name in PARAMETERS:
            return parameter_value(PARAMETERS[name])
        if name not in POINTS:
            return name  # a member of an enum
        value = self.device.values[sorted(POINTS).index(name)]
        if value is None or self.stale(name):
            return None
        if isinstance(value, float):
            return None if math.isnan(value) else Amount(base(Fraction(value), POINTS[name].unit), exact=True)
        return value

    def stale(self, name: str) -> bool:
        point: Point = POINTS[name]
        limit = point.stale_after_ms or (None if point.every_ms is None else 2 * point.every_ms)
        if limit is None:
            return False
        heard = self.device.last_arrival if point.on_change else self.device.arrivals[sorted(POINTS).index(name)]
        return NOW - heard > limit

    def arithmetic(self, operator: str, left: Answer, right: Answer) -> Answer:
        if left is None or right is None:
            return None
        assert isinstance(left, Amount)
        assert isinstance(right, Amount)
        if operator == "/":
            return None if right.value == 0 else Amount(left.value / right.value, exact=False)
        results = {"+": left.value + right.value, "-": left.value - right.value, "*": left.value * right.value}
        return Amount(results[operator], exact=False)

    def compare(self, node: Compare) -> bool | None:
        left, right = self.answer(node.left), self.answer(node.right)
        if isinstance(node.right, Name) and isinstance(node.left, Name) and node.right.name not in POINTS:
            right = right if isinstance(right, Amount) or right is None else self.named(node.right.name)
        if left is None or right is None:
            return None
        if not (isinstance(left, Amount) and isinstance(right, Amount)):
            return (left == right) is (node.operator == "==")
        return ordered(node.operator, left, right, constant=is_constant(node.left) or is_constant(node.right))

    def among(self, node: Among) -> bool | None:
        subject = self.answer(node.subject)
        if subject is None:
            return None
        choices = [self.answer(choice) for choice in node.choices]
        if isinstance(subject, Amount):
            return any(isinstance(c, Amount) and ordered("==", subject, c, constant=True) for c in choices)
        return subject in choices

    def window(self, node: Aggregate | Since | NightMin) -> Answer:  # noqa: PLR0911  # an interpreter is one long case
        if any(self.stale(name) for name in point_names(node.operand, asked=False)):
            return None
        kind = window_of(node)[0]
        value = self.windows[window_of(node)]
        if value is None or math.isnan(value):
            return None
        if kind is WindowKind.FLAT:
            return value > 0
        exact = Fraction(value)
        if kind in {WindowKind.COUNT, WindowKind.CHANGES}:
            return Amount(exact, exact=True)
        if kind in {WindowKind.DURATION, WindowKind.SINCE}:
            return Amount(exact / 1000, exact=False)
        (name,) = point_names(node.operand)
        unit = POINTS[name].unit
        if kind in {WindowKind.RATE, WindowKind.SLOPE}:
            return Amount(exact * BASE[unit] * 1000, exact=False)
        differs = kind in {WindowKind.DELTA, WindowKind.STDDEV}
        return Amount(exact * BASE[unit] if differs else base(exact, unit), exact=True)

    def missing(self, node: Missing) -> bool:
        index = None if node.point is None else sorted(POINTS).index(node.point.name)
        heard = self.device.last_arrival if index is None else self.device.arrivals[index]
        return NOW - heard >= length_ms(node.length)


def base(value: Fraction, unit: str) -> Fraction:
    return value * BASE[unit] + (KELVIN_AT_ZERO_CELSIUS if unit == "degC" else 0)


def parameter_value(parameter: Parameter) -> Answer:
    value = parameter.value
    return Amount(base(Fraction(value), parameter.unit), exact=True) if isinstance(value, float) else value


def least(verdicts: list[bool | None]) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def ordered(operator: str, left: Amount, right: Amount, *, constant: bool) -> bool:
    """Compared, unless rounding could have a say: two measured sides may also be in two units."""
    difference = abs(left.value - right.value)
    scale = max(abs(left.value), abs(right.value), Fraction(1))
    if not (left.exact and right.exact and constant) and difference <= scale / 10**9:
        raise TooClose
    answers = {
        "<": left.value < right.value,
        "<=": left.value <= right.value,
        "==": left.value == right.value,
        "!=": left.value != right.value,
        ">=": left.value >= right.value,
        ">": left.value > right.value,
    }
    return answers[operator]


def is_constant(node: Node) -> bool:
    return isinstance(node, Number) or (isinstance(node, Name) and node.name in PARAMETERS)


def point_names(node: Node, *, asked: bool = True) -> set[str]:
    """The points an expression looks at; `asked=False` without those that only `missing` asks about."""
    match node:
        case Name(name=name):
            return {name} & set(POINTS)
        case Missing() | Number() | Quoted() | Truth() | TagTest() | TimeIn():
            return {node.point.name} if asked and isinstance(node, Missing) and node.point is not None else set()
        case Not() | Negative() | Aggregate() | Since() | NightMin():
            return point_names(node.operand, asked=asked)
        case And() | Or():
            return set().union(*(point_names(part, asked=asked) for part in node.parts))
        case Arithmetic() | Compare():
            return point_names(node.left, asked=asked) | point_names(node.right, asked=asked)
        case Among():
            return point_names(node.subject, asked=asked)
        case _:
            raise AssertionError(node)


def length_ms(length: Length) -> int:
    if isinstance(length, Name):
        value = PARAMETERS[length.name].value
        assert isinstance(value, float)
        return int(Fraction(value) * BASE[PARAMETERS[length.name].unit] * 1000)
    return int(Fraction(length.text) * BASE[length.unit] * 1000)


def window_of(node: Aggregate | Since | NightMin) -> tuple[WindowKind, int]:
    """Kind and length of what an expression asks a window."""
    match node:
        case Aggregate():
            return node.kind, length_ms(node.length)
        case Since():
            return WindowKind.SINCE, 0
    nights = 1
    if isinstance(node.nights, Number):
        nights = int(node.nights.text)
    elif node.nights is not None:
        nights = int(str(PARAMETERS[node.nights.name].value).removesuffix(".0"))
    return WindowKind.NIGHT_MIN, nights * 86_400_000


def time_in(node: TimeIn) -> bool:
    local = datetime.fromtimestamp(NOW / 1000, ZoneInfo(ZONE))
    minute = local.hour * 60 + local.minute
    if node.begin_minute < node.end_minute:
        return node.begin_minute <= minute < node.end_minute
    return minute >= node.begin_minute or minute < node.end_minute
