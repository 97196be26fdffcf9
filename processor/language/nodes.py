"""What an expression says, as written: a frozen tree whose every node knows its column (from 1; equality ignores it).

Names are not yet resolved here: whether `open` is a point, a parameter or an enum's member is `resolve.py`'s business.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from processor.language.compiled import WindowKind


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, so that conversion can be exact; `unit` "" is a bare number."""

    text: str
    unit: str = ""
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in double quotes: an enum member or a tag's value that is not a plain name."""

    value: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A point, a parameter or an enum member; only its surroundings can tell."""

    name: str
    column: int = field(default=1, compare=False)


Length: TypeAlias = Number | Name
"""A length of time: `5 min`, or a parameter that holds one."""


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`; the minus of a plain number is part of the number instead."""

    operand: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`, operator one of + - * /."""

    operator: str
    left: "Node"
    right: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`, operator one of < <= == != >= >."""

    operator: str
    left: "Node"
    right: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """`subject in (a, b, c)`."""

    subject: "Node"
    choices: tuple["Node", ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class TagTest:
    """`tag(role) == feeder` or `tag(room) in (electric, lift)`; a device without the tag has none of the values."""

    tag: str
    values: tuple[str, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`avg(x, 5 min)` and its kin; the operand may be a number or a condition. `percent` is the 99 of `p99(x, 1 d)`;
    `same_hour` says that `at same hour` follows.
    """

    kind: WindowKind
    operand: "Node"
    length: Length
    column: int = field(default=1, compare=False)
    percent: int = 0
    same_hour: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """`since(valve == open)`: how long ago the condition was last true."""

    operand: "Node"
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class NightMin:
    """`night_min(flow, 02:00-04:00, 3 nights)`; without `nights` the last one. Minutes as in `TimeIn`."""

    operand: "Node"
    begin_minute: int
    end_minute: int
    nights: Length | None
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """`missing(15 min)` for the whole device, `missing(flow, 15 min)` for one point."""

    point: Name | None
    length: Length
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class TimeIn:
    """`time in 22:00-06:00`: minutes after local midnight; an end not after the begin is the next day's."""

    begin_minute: int
    end_minute: int
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """`count of devices where W >= 3 within 10 min by riser`; `any` and `all` have neither operator nor limit."""

    aggregate: str
    of: str
    where: "Node"
    operator: str
    limit: Length | None
    within: Length | None
    by: str
    column: int = field(default=1, compare=False)
    of_column: int = field(default=1, compare=False)
    by_column: int = field(default=1, compare=False)


Node: TypeAlias = (
    Number
    | Quoted
    | Truth
    | Name
    | Negative
    | Arithmetic
    | Compare
    | Among
    | TagTest
    | Not
    | And
    | Or
    | Aggregate
    | Since
    | NightMin
    | Missing
    | TimeIn
    | Group
)
