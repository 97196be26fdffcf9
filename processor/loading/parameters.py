"""Reads the named numbers of a rule."""

from collections.abc import Collection
from typing import Final

from processor.language.grammar import KEYWORDS
from processor.language.units import conversion
from processor.loading import scalars
from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Scalar
from processor.loading.typed import NAME, read_quantity
from processor.model.reading import Value
from processor.model.rule import Parameter
from processor.model.text import Text

MOST_PARAMETERS: Final = 100


def read_parameters(parent: Fields, given: Collection[str] = ()) -> dict[str, Parameter]:
    """Every parameter of the rule, by name; those `given` may have names that expressions could not say."""
    entries = parent.mapping("parameters", "{alarm: 300 mA}")
    block = parent.take("parameters")
    found = {}
    if len(entries) > MOST_PARAMETERS:
        parent.add("too_many_of", block, key="parameters", count=len(entries), limit=MOST_PARAMETERS)
    for name, node in list(entries.items())[:MOST_PARAMETERS]:
        if name not in given and not NAME.fullmatch(name) and isinstance(block, Mapping):
            parent.add("want_name", block.keys[name], text=name, words=" ".join(KEYWORDS))
        parameter = _read_parameter(parent, name, node)
        if parameter is not None:
            found[name] = parameter
    return found


def _read_parameter(parent: Fields, name: str, node: Node) -> Parameter | None:
    place = parent.report.document.place(node)
    if not isinstance(node, Mapping):
        read = read_value(parent, name, node)
        return None if read is None else Parameter(name, read[0], read[1], place=place)
    owner = Text(zh=f"{parent.owner.zh}的参数“{name}”", en=f'{parent.owner.en}, parameter "{name}"')
    fields = Fields(node, parent.report, owner, key=name)
    default = fields.one("default", read_value, required=True)
    low, high = fields.one("min", read_quantity), fields.one("max", read_quantity)
    fields.finish()
    if default is None:
        return None
    value, unit = default
    least, most = _bound(fields, "min", low, unit), _bound(fields, "max", high, unit)
    if least is not None and most is not None and least > most:
        fields.add("bounds_order", fields.take("min"))
    return Parameter(name, value, unit, low=least, high=most, place=place)


def _bound(fields: Fields, key: str, bound: tuple[float, str] | None, unit: str) -> float | None:
    """The bound in the parameter's own unit."""
    if bound is None:
        return None
    change = conversion(bound[1], unit)
    if change is None:
        fields.add("unit_differs", fields.take(key), key=key, unit=bound[1] or "1", other=unit or "1")
        return None
    return bound[0] * change.scale + change.offset


def read_value(fields: Fields, key: str, node: Node) -> tuple[Value, str] | None:
    """A quantity, true or false, or a quoted text; with its unit ("" for none)."""
    if isinstance(node, Scalar) and node.plain and node.text in scalars.BOOLEANS:
        return scalars.BOOLEANS[node.text], ""
    if isinstance(node, Scalar) and not node.plain and scalars.quantity(node.text) is None:
        return node.text, ""
    return read_quantity(fields, key, node)
