"""Checks parameter values against units and bounds, with the language's own table of units."""

from processor.language.faults import meant_unit
from processor.language.units import conversion, unit
from processor.loading.report import About
from processor.model.reading import Value
from processor.model.rule import Override, Parameter
from processor.model.source import SourcePlace


def check_unit(about: About, text: str, place: SourcePlace) -> bool:
    """Whether the unit is known; noted when it is not."""
    if unit(text) is not None:
        return True
    about.note("unknown_unit", place, words={"unit": text}, suggestion=meant_unit(text))
    return False


def check_parameter(about: About, parameter: Parameter) -> None:
    """Note an unknown unit, and a default outside its own bounds."""
    if check_unit(about, parameter.unit, parameter.place):
        check_bounds(about, parameter, parameter.value, parameter.place)


def check_value(about: About, parameter: Parameter, override: Override) -> None:
    """Note an override's value that `parameter` cannot take."""
    value, text, place = override.value, override.unit, override.place
    if not check_unit(about, text, place):
        return
    change = conversion(text or parameter.unit, parameter.unit)
    if change is None or isinstance(value, float) != isinstance(parameter.value, float):
        words = {"key": parameter.name, "unit": text or str(value), "other": parameter.unit or "1"}
        about.note("unit_differs", place, words=words)
    elif isinstance(value, float):
        check_bounds(about, parameter, value * change.scale + change.offset, place)


def check_bounds(about: About, parameter: Parameter, value: Value, place: SourcePlace) -> None:
    """Note a value, already in the parameter's unit, that is outside its bounds."""
    if not isinstance(value, float):
        return
    low, high = parameter.low, parameter.high
    if (low is not None and value < low) or (high is not None and value > high):
        words = {"key": parameter.name, "low": _shown(low, parameter.unit), "high": _shown(high, parameter.unit)}
        about.note("out_of_bounds", place, words=words)


def _shown(bound: float | None, text: str) -> str:
    return "…" if bound is None else f"{bound:g} {text}".strip()
