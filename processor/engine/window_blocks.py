"""Windows too long to keep every reading: they keep what each hour came to.

A block is a row of numbers; a window is its blocks joined. The window begins with the block in which it should begin,
so it is up to one block longer than asked. All blocks but the newest are joined once an hour and remembered.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import Final, NamedTuple

from processor.engine.window import Dump, finite
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.reading import Value
from processor.model.time import HOUR, DurationMs, EpochMs

Row = tuple[float, ...]


class Fold(NamedTuple):
    """How readings become a row, rows become one, and a row becomes the answer."""

    width: int
    start: Callable[[EpochMs, float], Row]
    join: Callable[[Row, Row], Row]
    answer: Callable[[WindowSpec, Row], float | None]


def ends(spec: WindowSpec, size: float, elapsed: float, first: float, last: float) -> float | None:
    """What the oldest and the newest reading say, `elapsed` apart."""
    match spec.kind:
        case WindowKind.FIRST:
            return first
        case WindowKind.LAST:
            return last
        case WindowKind.DELTA:
            return last - first if size > 1 else None
        case _:
            # The last digit of two readings a second apart is a "rate" of many units a minute: unknown until half of
            # the window is seen.
            return (last - first) / elapsed if elapsed and elapsed * 2 >= spec.length_ms else None


def _spread(one: Row, other: Row) -> Row:
    size = one[0] + other[0]
    apart = other[1] - one[1]
    mean = one[1] + apart * other[0] / size
    return size, mean, one[2] + other[2] + apart * apart * one[0] * other[0] / size


def _outer(one: Row, other: Row) -> Row:
    first = one if one[1] <= other[1] else other
    last = one if one[3] > other[3] else other
    return one[0] + other[0], first[1], first[2], last[3], last[4]


_SUMS: Final = Fold(2, lambda _at, value: (1.0, value), lambda a, b: (a[0] + b[0], a[1] + b[1]), lambda _, row: row[1])
_ENDS: Final = Fold(
    5,
    lambda at, value: (1.0, float(at), value, float(at), value),
    _outer,
    lambda spec, row: ends(spec, row[0], row[3] - row[1], row[2], row[4]),
)
FOLDS: Final[dict[WindowKind, Fold]] = {
    WindowKind.AVG: _SUMS._replace(answer=lambda _, row: row[1] / row[0]),
    WindowKind.SUM: _SUMS,
    WindowKind.COUNT: _SUMS,
    WindowKind.MIN: Fold(1, lambda _, value: (value,), min, lambda _, row: row[0]),
    WindowKind.MAX: Fold(1, lambda _, value: (value,), max, lambda _, row: row[0]),
    WindowKind.STDDEV: Fold(
        3,
        lambda _, value: (1.0, value, 0.0),
        _spread,
        lambda _, row: float((row[2] / (row[0] - 1)) ** 0.5) if row[0] > 1 else None,
    ),
    WindowKind.FIRST: _ENDS,
    WindowKind.LAST: _ENDS,
    WindowKind.DELTA: _ENDS,
    WindowKind.RATE: _ENDS,
    # what is put in are changes: how many, and whether the block's first reading was one (its pair is in no window)
    WindowKind.CHANGES: Fold(
        2, lambda _, changed: (0.0, changed), lambda a, b: (a[0] + b[0] + b[1], a[1]), lambda _, row: row[0]
    ),
    # what is put in are milliseconds of truth
    WindowKind.DURATION: Fold(1, lambda _, true_ms: (true_ms,), lambda a, b: (a[0] + b[0],), lambda _, row: row[0]),
}


class Blocks:
    """A window of blocks of `block_ms`, for every kind that `FOLDS` names."""

    __slots__ = ("_block_ms", "_columns", "_fold", "_joined", "_newest", "_numbers", "_spec")

    def __init__(self, spec: WindowSpec, block_ms: DurationMs = HOUR) -> None:
        self._spec = spec
        self._block_ms = block_ms
        self._fold = FOLDS[spec.kind]
        self._numbers: array[int] = array("q")
        self._columns: tuple[array[float], ...] = tuple(array("d") for _ in range(self._fold.width))
        self._newest: EpochMs | None = None
        self._joined: Row | None = None  # all blocks but the newest; a memo: it changes no answer

    def add(self, at: EpochMs, sample: Value | None) -> None:
        """Take one reading at time `at`; a late one goes into its own block."""
        value = finite(sample)
        if value is not None:
            self._put(at, value)

    def _put(self, at: EpochMs, value: float) -> None:
        number = at // self._block_ms
        row = self._fold.start(at, value)
        if self._newest is None or at > self._newest:
            self._newest = at
        numbers = self._numbers
        if numbers and number == numbers[-1]:
            self._join_into(-1, row)
        elif not numbers or number > numbers[-1]:
            self._insert(len(numbers), number, row)
            self._leave(self._newest)
        elif number >= self._first_block(self._newest):
            index = bisect_left(numbers, number)
            if numbers[index] == number:
                self._join_into(index, row)
            else:
                self._insert(index, number, row)

    def _join_into(self, index: int, row: Row) -> None:
        # The late reading comes second: what a block says of its end is the newest reading's word.
        for column, number in zip(self._columns, self._fold.join(self._row(index), row), strict=True):
            column[index] = number
        if index >= 0:
            self._joined = None

    def _insert(self, index: int, number: int, row: Row) -> None:
        self._numbers.insert(index, number)
        for column, part in zip(self._columns, row, strict=True):
            column.insert(index, part)
        self._joined = None

    def _row(self, index: int) -> Row:
        return tuple(column[index] for column in self._columns)

    def _first_block(self, end: EpochMs) -> int:
        return (end - self._spec.length_ms) // self._block_ms

    def _leave(self, end: EpochMs) -> None:
        gone = bisect_left(self._numbers, self._first_block(end))
        if gone:
            del self._numbers[:gone]
            for column in self._columns:
                del column[:gone]
            self._joined = None

    def _end(self, now: EpochMs) -> EpochMs:
        newest = self._newest or 0
        return max(now, newest) if self._spec.held else newest

    def value(self, now: EpochMs) -> float | None:
        """The answer over the blocks of the window."""
        if self._numbers:
            self._leave(self._end(now))
        row = self._all()
        if row is None:
            return 0.0 if self._spec.kind in {WindowKind.COUNT, WindowKind.CHANGES} else None
        return self._fold.answer(self._spec, row)

    def _all(self) -> Row | None:
        size = len(self._numbers)
        if not size:
            return None
        last = self._row(-1)
        if size == 1:
            return last
        if self._joined is None:
            joined = self._row(0)
            for index in range(1, size - 1):
                joined = self._fold.join(joined, self._row(index))
            self._joined = joined
        return self._fold.join(self._joined, last)

    def next_reach(self, after: EpochMs, _bound: float | None) -> EpochMs | None:
        """When the oldest block leaves the window."""
        if not self._spec.held or not self._numbers:
            return None
        leaves = (self._numbers[0] + 1) * self._block_ms + self._spec.length_ms
        return leaves + max(0, (after - leaves) // self._block_ms + 1) * self._block_ms

    def extent(self) -> tuple[int, EpochMs | None, EpochMs | None]:
        """How many blocks there are, the begin of the oldest, and the newest reading."""
        if not self._numbers:
            return 0, None, self._newest
        return len(self._numbers), self._numbers[0] * self._block_ms, self._newest

    def dump(self) -> Dump:
        """What a snapshot keeps."""
        newest = [] if self._newest is None else [float(self._newest)]
        return [newest, list(self._numbers), *(list(column) for column in self._columns)]

    def load(self, dump: Dump) -> None:
        """Go on from a snapshot."""
        newest, numbers, *columns = dump
        self._newest = int(newest[0]) if newest else None
        self._numbers = array("q", map(int, numbers))
        self._columns = tuple(array("d", column) for column in columns)
        self._joined = None
