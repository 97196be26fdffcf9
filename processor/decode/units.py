"""From what a device sends to the unit its values are kept in: one exact multiplication, prepared once."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from processor.language.units import unit
from processor.model.profile import Point

EXACT: Final = 2**53  # integers up to here are exact as floats


@dataclass(frozen=True, slots=True)
class Affine:
    """stored = raw * factor + offset."""

    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    @property
    def identity(self) -> bool:
        return self.factor == 1 and self.offset == 0

    @property
    def divisor(self) -> float:
        """What to divide by where the conversion is nothing but a division (tenths, mA to A), else 0."""
        plain = self.factor.numerator == 1 and not self.offset and self.factor.denominator <= EXACT
        return float(self.factor.denominator) if plain else 0.0

    def function(self) -> Callable[[float], float]:
        """The conversion. 2354 tenths become 235.4 and not 235.40000000000003: a division by ten rounds only once."""
        offset, over, under = float(self.offset), self.factor.numerator, self.factor.denominator
        if under == 1 or max(abs(over), under) > EXACT:
            factor = float(self.factor)
            return lambda raw: raw * factor + offset
        return lambda raw: raw * over / under + offset


def conversion(point: Point) -> Affine:
    """From the payload's number to the point's unit; ValueError where the two units do not fit together."""
    scale, offset = _meant(point.scale), _meant(point.offset)
    if point.payload_unit in ("", point.unit):
        return Affine(scale, offset)
    source, target = unit(point.payload_unit), unit(point.unit)
    if source is None or target is None or source.dimension != target.dimension:
        raise ValueError(f'point {point.name}: a value in "{point.payload_unit}" does not become one in "{point.unit}"')
    factor = source.scale / target.scale
    return Affine(scale * factor, offset * factor + (source.offset - target.offset) / target.scale)


def _meant(number: float) -> Fraction:
    """The fraction the operator wrote: 0.1 is a tenth, not the nearest binary number."""
    return Fraction(repr(float(number)))
