"""Checks the units that operators write, with the language's own table of units."""

from processor.loading.fields import Fields
from processor.model.profile import Point


def check_units(fields: Fields, point: Point) -> None:
    """Note units nobody knows, and pairs that cannot be converted."""
    del fields, point
