"""What a window of time means: its operand, its length, its unit, and whose local days count."""

from typing import Final

from processor.language import faults, nodes, quantities, unit_faults, window_faults
from processor.language.compiled import WindowKind
from processor.language.format import format_node
from processor.language.plan import ConditionPlan, Constant, NumberPlan, PointValue, Stood, Windowed, has_point
from processor.language.resolver import NUMBERS, Operand, Resolver, TextConstant, described
from processor.language.schedule import is_zone
from processor.language.units import BARE, is_temperature_scale
from processor.model.text import Text
from processor.model.time import DAY, HOUR, DurationMs

LONGEST_KEPT_MS: Final[DurationMs] = 48 * HOUR
"""Up to this every reading is kept; a longer window keeps hours, or whole local days (docs/language.md)."""

MOST_DAYS: Final = 92
"""A quarter of a year of local days: what a season's baseline needs, and what the memory of a device bears."""

LEAST_SLOPE_DAYS: Final = 4
"""A slope is unknown under four days with readings, so a shorter one would never be known."""

MOST_NIGHTS: Final = 31

_OF_ANYTHING: Final = frozenset({WindowKind.COUNT, WindowKind.CHANGES, WindowKind.FLAT})
_RANKS: Final = frozenset({WindowKind.MEDIAN, WindowKind.PERCENTILE})
_AT_SAME_HOUR: Final = _RANKS | {WindowKind.AVG, WindowKind.MIN, WindowKind.MAX}


def aggregate(resolver: Resolver, node: nodes.Aggregate) -> Operand | None:
    """`avg(x, 5 min)` and its kin."""
    operand = _operand(resolver, node)
    length_ms = _length(resolver, node)
    if operand is None or length_ms is None or not _looks_at_a_point(resolver, operand, node.operand.column):
        return None
    measured = operand.unit if isinstance(operand, NUMBERS) else BARE
    if node.kind is WindowKind.SUM and is_temperature_scale(measured):
        resolver.refuse(unit_faults.offset_arithmetic(node.operand.column, measured.text))
        return None
    comes_out, differs = quantities.window_unit(node.kind, measured)
    if isinstance(operand, NUMBERS) and node.kind not in _OF_ANYTHING:
        differs = differs or quantities.is_difference(operand)
    by_days = _counts_days(node.kind, length_ms, same_hour=node.same_hour)
    window = Windowed(
        node.kind,
        operand,
        length_ms,
        comes_out,
        format_node(node),
        differs,
        percent=node.percent,
        zone=resolver.zone if by_days else "",
        same_hour=node.same_hour,
    )
    return Stood(window) if node.kind is WindowKind.FLAT else window


def since(resolver: Resolver, node: nodes.Since) -> Operand | None:
    """`since(valve == open)`."""
    operand = resolver.condition(node.operand)
    if operand is None or not _looks_at_a_point(resolver, operand, node.operand.column):
        return None
    unit, _ = quantities.window_unit(WindowKind.SINCE, BARE)
    return Windowed(WindowKind.SINCE, operand, 0, unit, format_node(node))


def night_min(resolver: Resolver, node: nodes.NightMin) -> Operand | None:
    """`night_min(flow, 02:00-04:00, 3 nights)`."""
    operand = resolver.number(node.operand)
    nights = _nights(resolver, node.nights)
    if operand is None or nights is None or not _looks_at_a_point(resolver, operand, node.operand.column):
        return None
    if not _is_zone(resolver, node.column):
        return None
    return Windowed(
        WindowKind.NIGHT_MIN,
        operand,
        nights * DAY,
        operand.unit,
        format_node(node),
        quantities.is_difference(operand),
        zone=resolver.zone,
        night=(node.begin_minute, node.end_minute, nights),
    )


def _operand(resolver: Resolver, node: nodes.Aggregate) -> NumberPlan | ConditionPlan | PointValue | None:
    if node.kind is WindowKind.DURATION:
        return resolver.condition(node.operand)
    if node.kind not in _OF_ANYTHING:
        return resolver.number(node.operand)
    operand = resolver.operand(node.operand)
    unfit = isinstance(operand, PointValue) and node.kind is WindowKind.COUNT
    if isinstance(operand, TextConstant) or (operand is not None and unfit):
        expected = Text(zh="测点、数值或条件", en="a point, a number or a condition")
        resolver.refuse(faults.wrong_kind(node.operand.column, described(node.operand, operand), expected))
        return None
    return operand


def _looks_at_a_point(resolver: Resolver, operand: NumberPlan | ConditionPlan | PointValue, column: int) -> bool:
    if not has_point(operand):
        resolver.refuse(faults.window_without_point(column))
        return False
    return True


def _counts_days(kind: WindowKind, length_ms: DurationMs, *, same_hour: bool) -> bool:
    return same_hour or kind is WindowKind.SLOPE or (kind in _RANKS and length_ms > LONGEST_KEPT_MS)


def _swapped(resolver: Resolver, node: nodes.Aggregate) -> bool:
    """Whether the length stands first and what is looked at second: `avg(5 min, power)`."""
    operand, length = node.operand, node.length
    if not isinstance(operand, nodes.Number) or not isinstance(length, nodes.Name):
        return False
    if length.name in resolver.parameters:
        return False
    resolver.refuse(resolver.no_length(length, f"{length.name}, {format_node(operand)}"))
    return True


def _length(resolver: Resolver, node: nodes.Aggregate) -> DurationMs | None:
    if _swapped(resolver, node):
        return None
    length_ms = resolver.length(node.length)
    if node.same_hour and node.kind not in _AT_SAME_HOUR:
        resolver.refuse(window_faults.no_same_hour(node.column, str(node.kind)))
        return None
    if length_ms is None or not _counts_days(node.kind, length_ms, same_hour=node.same_hour):
        return length_ms
    least = LEAST_SLOPE_DAYS if node.kind is WindowKind.SLOPE else 1
    if length_ms % DAY or not least <= length_ms // DAY <= MOST_DAYS:
        said = format_node(node.length)
        resolver.refuse(window_faults.not_whole_days(node.length.column, said, least, MOST_DAYS))
        return None
    return length_ms if _is_zone(resolver, node.column) else None


def _nights(resolver: Resolver, node: nodes.Length | None) -> int | None:
    if node is None:
        return 1
    if isinstance(node, nodes.Number):
        found = resolver.noted(quantities.literal(node.text, "", node.column)) if node.unit in _NIGHTS else None
    else:
        found = _nights_parameter(resolver, node)
        if found is None and resolver.faults:
            return None
    if found is not None and found.unit.is_bare and found.value.denominator == 1 and 1 <= found.value <= MOST_NIGHTS:
        return int(found.value)
    resolver.refuse(window_faults.bad_nights(node.column, format_node(node), MOST_NIGHTS))
    return None


_NIGHTS: Final = ("night", "nights", "")


def _nights_parameter(resolver: Resolver, node: nodes.Name) -> Constant | None:
    if node.name not in resolver.parameters:
        resolver.refuse(faults.not_a_parameter(node.name, node.column, resolver.parameters))
        return None
    found = resolver.parameter(node)
    return found if isinstance(found, Constant) else None


def _is_zone(resolver: Resolver, column: int) -> bool:
    if is_zone(resolver.zone):
        return True
    resolver.refuse(faults.bad_zone(resolver.zone, column))
    return False
