"""The pieces of the tree that speak of time: windows, `since`, nights, time of day."""

from lark import Token

from processor.language import faults, window_faults
from processor.language.built import Built, join
from processor.language.compiled import WindowKind
from processor.language.nodes import Aggregate, Length, Name, NightMin, Number, TimeIn

_DAY = 24 * 60


def column_of(token: Token) -> int:
    """Where the token stands, from 1."""
    return (token.start_pos or 0) + 1


def length_of(built: Built) -> Length:
    """The length that a finished piece is."""
    if isinstance(built.node, Number | Name):
        return built.node
    raise TypeError(built.node)  # the grammar admits nothing else


def window(word: Token, operand: Built, length: Built, *, same_hour: bool) -> Built:
    """`avg(x, 5 min)`, `p99(x, 28 d) at same hour`."""
    text, column, fault = str(word), column_of(word), None
    kind, percent = WindowKind.PERCENTILE, 0
    if text[0] == "p" and text[1:].isdecimal():
        percent = int(text[1:]) if len(text) <= 3 else 0  # noqa: PLR2004  # more digits than p99 has
        if not 1 <= percent <= 99 or text[1] == "0":  # noqa: PLR2004  # a percentage
            fault = window_faults.bad_percentile(column, text if len(text) <= 8 else f"{text[:8]}...")  # noqa: PLR2004  # fits the line
    else:
        kind = WindowKind(text)
    node = Aggregate(kind, operand.node, length_of(length), column, percent, same_hour)
    return join(node, (operand, length), fault)


def night(word: Token, operand: Built, clock: Token, nights: Built | None) -> Built:
    """`night_min(x, 02:00-04:00, 3 nights)`."""
    begin, end, fault = _minutes(clock)
    if fault is None and begin == end:
        fault = window_faults.empty_night(column_of(clock), str(clock))
    count = None if nights is None else length_of(nights)
    parts = (operand,) if nights is None else (operand, nights)
    return join(NightMin(operand.node, begin, end, count, column_of(word)), parts, fault)


def time_in(word: Token, clock: Token) -> Built:
    """`time in 22:00-06:00`."""
    begin, end, fault = _minutes(clock)
    if fault is not None:
        fault = faults.bad_clock(column_of(word), str(clock))
    return Built(TimeIn(begin, end, column_of(word)), 1, fault)


def _minutes(clock: Token) -> tuple[int, int, faults.ExpressionFault | None]:
    minutes = []
    for side in str(clock).split("-"):
        hour, minute = (int(part) for part in side.strip().split(":"))
        minutes.append(hour * 60 + minute if minute < 60 else -1)  # noqa: PLR2004  # minutes of an hour
    begin, end = minutes
    fine = 0 <= begin < _DAY and 0 <= end <= _DAY
    return begin, end % _DAY, None if fine else faults.bad_clock(column_of(clock), str(clock))
