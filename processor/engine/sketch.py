"""Many numbers in little memory: how many fell into each of fixed, narrow ranges. Order does not matter.

Each power of two is cut into 32 equal ranges, on both sides of zero; a number answers as the middle of its range, at
most 1.6 % off (0.4 % on the average). No logarithm is taken, so that every machine makes the same ranges.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import frexp, ldexp
from typing import Final

_PARTS: Final = 32
_LEAST_POWER: Final = -63  # smaller than any unit's last digit: what is nearer to zero is zero
_MOST_POWER: Final = 64
BUCKETS: Final = (_MOST_POWER - _LEAST_POWER + 1) * _PARTS
"""Ranges on each side of zero: a bucket is between -BUCKETS and BUCKETS."""

_SEVEN_BITS: Final = 0x7F
_MORE: Final = 0x80


def bucket(value: float) -> int:
    """The range that `value` falls into; greater numbers have greater or equal ones. 0 is zero."""
    mantissa, power = frexp(abs(value))
    if power < _LEAST_POWER or value == 0:
        return 0
    if power > _MOST_POWER:
        return BUCKETS if value > 0 else -BUCKETS
    found = (power - _LEAST_POWER) * _PARTS + int((mantissa - 0.5) * 2 * _PARTS) + 1
    return found if value > 0 else -found


def middle(found: int) -> float:
    """What a number of this range answers as."""
    if found == 0:
        return 0.0
    power, part = divmod(abs(found) - 1, _PARTS)
    size = ldexp(0.5 + (part + 0.5) / (2 * _PARTS), power + _LEAST_POWER)
    return size if found > 0 else -size


def ranked(counts: Mapping[int, int], percent: int) -> float | None:
    """The number that `percent` of all are at most (nearest rank); 50 takes the middle two when they are even."""
    total = sum(counts.values())
    if not total:
        return None
    if percent == 50 and total % 2 == 0:  # noqa: PLR2004  # the median of an even number
        return (_at_rank(counts, total // 2) + _at_rank(counts, total // 2 + 1)) / 2
    return _at_rank(counts, max(1, -(-total * percent // 100)))


def _at_rank(counts: Mapping[int, int], rank: int) -> float:
    for found in sorted(counts):
        rank -= counts[found]
        if rank <= 0:
            return middle(found)
    raise ValueError(rank)  # ranks are at most the total


def packed(counts: Mapping[int, int]) -> bytes:
    """The counts as few bytes, some three for each range in use. Keys are whole numbers from 0 on."""
    out = bytearray()
    before = 0
    for key in sorted(counts):
        _write(out, key - before)
        _write(out, counts[key])
        before = key
    return bytes(out)


def unpacked(text: bytes) -> dict[int, int]:
    """What `packed` made, as it was."""
    counts: dict[int, int] = {}
    numbers = _numbers(text)
    key = 0
    for step in numbers:
        key += step
        counts[key] = next(numbers)
    return counts


def bound(parts: Sequence[bytes]) -> bytes:
    """Several packed counts as one, from which each can be taken without reading the others."""
    return array("H", map(len, parts)).tobytes() + b"".join(parts)


def part_of(text: bytes, index: int, size: int) -> bytes:
    """The packed counts of that place, of `size` that were bound."""
    lengths = array("H", text[: 2 * size])
    begin = 2 * size + sum(lengths[:index])
    return text[begin : begin + lengths[index]]


def _write(out: bytearray, number: int) -> None:
    while number > _SEVEN_BITS:
        out.append(number & _SEVEN_BITS | _MORE)
        number >>= 7
    out.append(number)


def _numbers(text: Iterable[int]) -> Iterator[int]:
    number = shift = 0
    for byte in text:
        number |= (byte & _SEVEN_BITS) << shift
        shift += 7
        if byte < _MORE:
            yield number
            number = shift = 0
