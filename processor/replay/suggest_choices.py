"""Values that a limit could take, from what is normal: far enough from it, round, and within the parameter's bounds."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from processor.language.units import is_temperature_scale, unit
from processor.model.rule import Parameter
from processor.replay.suggest_normal import Distribution

TWICE: Final = 2.0
HALF_AGAIN: Final = 1.5
NEAR: Final = 1.2
"""A limit nearer to the largest normal value than this factor will be crossed by what is normal."""
DIGITS: Final = 2
ROUND: Final = 1e-9
OVERRIDES_AT_MOST: Final = 20


class Basis(StrEnum):
    """What a choice rests on."""

    CURRENT = "current"
    TWICE_LARGEST = "twice_largest"
    SITE_P99 = "site_p99"
    BY_DEVICE = "by_device"


class Value(msgspec.Struct, frozen=True):
    """A value for a parameter; `bounded`: the parameter's min or max held it back."""

    value: float
    bounded: bool = False


def away(normal: float, median: float, factor: float, *, is_high: bool, shifted: bool) -> float:
    """`factor` times a normal value.

    Where zero means nothing (degC, values around zero): as far again from the median as the value itself is.
    """
    if shifted or normal <= 0 or median < 0:
        return normal + (normal - median) * (factor - 1.0)
    return normal * factor if is_high else normal / factor


def is_shifted(parameter: Parameter) -> bool:
    """Whether the unit's zero is a convention, so that twice a value means nothing."""
    found = unit(parameter.unit)
    return found is not None and is_temperature_scale(found)


def offered(value: float, parameter: Parameter, *, is_high: bool) -> Value:
    """The value, rounded away from what is normal, within the parameter's bounds."""
    rounded = rounded_away(value, is_high=is_high)
    low = -math.inf if parameter.low is None else parameter.low
    high = math.inf if parameter.high is None else parameter.high
    within = min(max(rounded, low), high)
    return Value(within, bounded=within != rounded)


def rounded_away(value: float, *, is_high: bool) -> float:
    """Two digits are enough for a limit that people remember."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    digits = DIGITS - 1 - math.floor(math.log10(abs(value)))
    scaled = value * 10.0**digits
    # What is round already stays: 380.00000000000006 is 380.
    whole = (
        round(scaled) if abs(scaled - round(scaled)) < ROUND else math.ceil(scaled) if is_high else math.floor(scaled)
    )
    return whole / 10.0**digits if digits >= 0 else whole * 10.0**-digits


def extreme(normal: Distribution, *, is_high: bool) -> float:
    """The normal value nearest to the limit."""
    return normal.most if is_high else normal.least


def edge(normal: Distribution, *, is_high: bool) -> float:
    """The value that one in a hundred normal ones lies beyond."""
    return normal.p99 if is_high else normal.p1


def twice_largest(normal: Distribution, parameter: Parameter, *, is_high: bool) -> Value:
    """2 x the largest normal value (half the smallest, where the rule looks for low ones)."""
    found = away(extreme(normal, is_high=is_high), normal.median, TWICE, is_high=is_high, shifted=is_shifted(parameter))
    return offered(found, parameter, is_high=is_high)


def site_p99(normal: Distribution, parameter: Parameter, *, is_high: bool) -> Value:
    """1.5 x what 99 % of all normal values stay under."""
    found = away(
        edge(normal, is_high=is_high), normal.median, HALF_AGAIN, is_high=is_high, shifted=is_shifted(parameter)
    )
    return offered(found, parameter, is_high=is_high)


def overrides(
    devices: Mapping[str, Distribution], default: Value, parameter: Parameter, *, is_high: bool
) -> dict[str, Value]:
    """Own values for the devices whose normal values come near to the default, or cross it; the farthest first."""
    found: dict[str, Value] = {}
    shifted = is_shifted(parameter)
    for name, normal in devices.items():
        own = extreme(normal, is_high=is_high)
        near = away(own, normal.median, NEAR, is_high=is_high, shifted=shifted)
        if near > default.value if is_high else near < default.value:
            value = twice_largest(normal, parameter, is_high=is_high)
            if value.value != default.value:
                found[name] = value
    ordered = sorted(found, key=lambda name: (-found[name].value if is_high else found[name].value, name))
    return {name: found[name] for name in ordered[:OVERRIDES_AT_MOST]}
