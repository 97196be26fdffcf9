"""Checks the units that operators write, with the language's own table of units."""

from processor.language.faults import meant_unit
from processor.language.units import conversion, unit
from processor.loading.fields import Fields
from processor.model.profile import Point


def check_units(fields: Fields, point: Point) -> None:
    """Note units nobody knows, and pairs that cannot be converted."""
    for key, text in (("unit", point.unit), ("payload_unit", point.payload_unit)):
        if unit(text) is None:
            fields.add("unknown_unit", fields.take(key), meant_unit(text), unit=text)
            return
    if point.payload_unit and conversion(point.payload_unit, point.unit) is None:
        words = {"key": "payload_unit", "unit": point.payload_unit, "other": point.unit or "1"}
        fields.add("unit_differs", fields.take("payload_unit"), **words)
