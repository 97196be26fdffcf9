"""Units, at load time only: what a unit is made of, and the exact numbers that turn one into another.

`unit("mA")` answers None for what is no unit; `conversion("degF", "degC")` gives scale and offset, or None when the
two are of different kinds. Everything is an exact fraction, so `0.3 A` is 300 mA to the last bit.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Final

import pint

from processor.language.grammar import UNIT_PATTERN

# Our own short list instead of pint's file: the core reads no files, and nobody means the minim by "min".
_DEFINITIONS: Final = """
nano- = 1/1000000000 = n-
micro- = 1/1000000 = u-
milli- = 1/1000 = m-
centi- = 1/100 = c-
hecto- = 100 = h-
kilo- = 1000 = k-
mega- = 1000000 = M-
giga- = 1000000000 = G-
second = [time] = s
minute = 60 * second = min
hour = 3600 * second = h
day = 86400 * second = d
week = 7 * day
meter = [length] = m
gram = [mass] = g
ampere = [current] = A
kelvin = [temperature] = K
degree_Celsius = kelvin; offset: 273.15 = degC
rankine = 5/9 * kelvin
degree_Fahrenheit = 5/9 * kelvin; offset: 233.15 + 200 / 9 = degF
watt = 1000 * gram * meter ** 2 / second ** 3 = W
volt_ampere = watt = VA
volt_ampere_reactive = watt = var
volt = watt / ampere = V
ohm = volt / ampere
siemens = ampere / volt = S
watt_hour = watt * hour = Wh
joule = watt * second = J
ampere_hour = ampere * hour = Ah
newton = joule / meter = N
pascal = newton / meter ** 2 = Pa
bar = 100000 * pascal
liter = meter ** 3 / 1000 = L = l
hertz = 1 / second = Hz
percent = 1/100
ppm = 1/1000000
ppb = 1/1000000000
rotation = [rotation]
rpm = rotation / minute
ph_value = [acidity] = pH
turbidity_unit = [turbidity] = NTU
decibel = [decibel] = dB
decibel_milliwatt = [decibel_milliwatt] = dBm
lux = [illuminance] = lx
"""

_SPELLINGS: Final = {
    "℃": "degC",
    "°C": "degC",
    "°F": "degF",
    "µ": "u",
    "μ": "u",
    "\u03a9": "ohm",
    "\u2126": "ohm",  # the sign made for it; the two look alike
    "²": "2",
    "³": "3",
    "·": "*",
    "^": "",
    "%": "percent",
}
_SHAPE: Final = re.compile(UNIT_PATTERN)
_POWER: Final = re.compile(r"(?<=[A-Za-z])([23])")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """`base = value * scale + offset`; two units with one `dimension` can be converted into each other."""

    text: str
    scale: Fraction
    offset: Fraction
    dimension: tuple[tuple[str, Fraction], ...]

    @property
    def is_bare(self) -> bool:
        """A number without any unit; a percentage is not bare."""
        return not self.text and not self.dimension


BARE: Final = Unit("", Fraction(1), Fraction(0), ())


@dataclass(frozen=True, slots=True)
class Conversion:
    """`target = value * scale + offset`."""

    scale: float
    offset: float


@cache
def _registry() -> "pint.UnitRegistry[Fraction]":
    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    registry.load_definitions(_DEFINITIONS.splitlines())
    return registry


@lru_cache(maxsize=512)
def unit(text: str) -> Unit | None:
    """The unit of this text, or None when there is none; "" is the bare number."""
    if not text:
        return BARE
    if len(text) > _LONGEST or _SHAPE.fullmatch(text) is None:
        return None
    return _read(text)


def _read(text: str) -> Unit | None:
    plain = text
    for spelling, meant in _SPELLINGS.items():
        plain = plain.replace(spelling, meant)
    plain = _POWER.sub(r"**\1", plain)
    registry = _registry()
    if re.search(r"[/*]", plain):
        plain = plain.replace("degC", "kelvin").replace("degF", "rankine")  # a rate or a product is of differences
    try:
        parsed = registry.parse_units(plain)
        zero, one = (_base(registry, parsed, number) for number in (0, 1))
    except (pint.PintError, ValueError):
        return None
    kinds = tuple(sorted((str(name), Fraction(str(power))) for name, power in parsed.dimensionality.items() if power))
    return Unit(text, one - zero, zero, kinds)


def _base(registry: "pint.UnitRegistry[Fraction]", measured: pint.Unit, number: int) -> Fraction:
    magnitude = registry.Quantity(Fraction(number), measured).to_base_units().magnitude
    if not isinstance(magnitude, Fraction):
        raise TypeError(magnitude)  # the registry was told to count in fractions
    return magnitude


def conversion(source: str, target: str) -> Conversion | None:
    """How a number in `source` becomes one in `target`; None when either is no unit or their kinds differ."""
    first, second = unit(source), unit(target)
    if first is None or second is None or first.dimension != second.dimension:
        return None
    return Conversion(float(first.scale / second.scale), float((first.offset - second.offset) / second.scale))


def is_temperature_scale(measured: Unit) -> bool:
    """Whether the unit's zero is a convention, so that its differences have another unit."""
    return measured.offset != 0


def difference(measured: Unit) -> Unit:
    """The unit of the difference of two such values: K for degC."""
    if not is_temperature_scale(measured):
        return measured
    return Unit(
        "K" if measured.scale == 1 else f"{measured.text}_difference", measured.scale, Fraction(0), measured.dimension
    )


def combine(left: Unit, operator: str, right: Unit) -> Unit:
    """The unit of a product or a quotient."""
    sign = 1 if operator == "*" else -1
    powers = dict(left.dimension)
    for name, power in right.dimension:
        powers[name] = powers.get(name, Fraction(0)) + sign * power
    dimension = tuple(sorted((name, power) for name, power in powers.items() if power))
    scale = left.scale * right.scale if sign > 0 else left.scale / right.scale
    # what cancels out is a plain ratio, whatever it was made of
    text = (
        _combined_text(left.text, operator, right.text) if dimension or not (left.dimension or right.dimension) else ""
    )
    return Unit(text, scale, Fraction(0), dimension)


def _combined_text(left: str, operator: str, right: str) -> str:
    if not right or (operator == "/" and left == right):
        return left if not right else ""
    if not left:
        return right if operator == "*" else f"1/{right}"
    return f"{left}{operator}{right}"


MILLISECOND: Final = Unit("ms", Fraction(1, 1000), Fraction(0), (("[time]", Fraction(1)),))
