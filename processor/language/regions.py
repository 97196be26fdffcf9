"""Sets of values: stretches of numbers, and choices among words. What conditions allow is told in these."""

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

Edge: TypeAlias = tuple[float, int]
"""A number and whether the end lies just above it (1), at it (0) or just below it (-1)."""

Stretch: TypeAlias = tuple[Edge, Edge]

_LOWEST: Final[Edge] = (-math.inf, 0)
_HIGHEST: Final[Edge] = (math.inf, 0)


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of numbers, each from its first end to its last one; none at all when `stretches` is empty."""

    stretches: tuple[Stretch, ...] = ((_LOWEST, _HIGHEST),)

    @classmethod
    def between(cls, low: float | None, high: float | None) -> "Spans":
        """From `low` to `high`, both in it; None: no end on that side."""
        return cls((((-math.inf if low is None else low, 0), (math.inf if high is None else high, 0)),))

    @classmethod
    def of(cls, operator: str, bound: float) -> "Spans":
        """The numbers for which `number operator bound` is true."""
        at, below, above = (bound, 0), (bound, -1), (bound, 1)
        table: dict[str, tuple[Stretch, ...]] = {
            "<": ((_LOWEST, below),),
            "<=": ((_LOWEST, at),),
            ">": ((above, _HIGHEST),),
            ">=": ((at, _HIGHEST),),
            "==": ((at, at),),
            "!=": ((_LOWEST, below), (above, _HIGHEST)),
        }
        return cls(table[operator])

    def meet(self, other: "Spans") -> "Spans":
        """The numbers that are in both."""
        both = (
            (max(low, other_low), min(high, other_high))
            for low, high in self.stretches
            for other_low, other_high in other.stretches
        )
        return Spans(tuple((low, high) for low, high in both if low <= high))

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        return not self.stretches


@dataclass(frozen=True, slots=True)
class Choice:
    """Some words, or (`but`) every word but these."""

    words: frozenset[object]
    but: bool = False

    def meet(self, other: "Choice") -> "Choice":
        """The words that are in both."""
        if self.but and other.but:
            return Choice(self.words | other.words, but=True)
        if self.but:
            return Choice(other.words - self.words)
        return Choice(self.words - other.words) if other.but else Choice(self.words & other.words)

    @property
    def empty(self) -> bool:
        """Whether no word is in it."""
        return not self.but and not self.words


Region: TypeAlias = Spans | Choice
EVERY_NUMBER: Final = Spans()
YES: Final = Choice(frozenset({True}))
NO: Final = Choice(frozenset({False}))
"""Of a thing that is so or is not."""


def meet(one: Region, other: Region) -> Region:
    """What is in both; two of different sorts are of different things, which is the caller's mistake."""
    if isinstance(one, Spans) and isinstance(other, Spans):
        return one.meet(other)
    if isinstance(one, Choice) and isinstance(other, Choice):
        return one.meet(other)
    raise TypeError(one, other)
