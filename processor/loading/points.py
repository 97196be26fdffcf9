"""Reads the points of a profile."""

from dataclasses import dataclass
from typing import Final

from processor.language.grammar import KEYWORDS
from processor.loading.fields import Fields
from processor.loading.listening import read_path
from processor.loading.nodes import Mapping, Node, Sequence
from processor.loading.typed import NAME, read_boolean, read_number, read_text, shown
from processor.loading.unit_words import check_units
from processor.model.profile import Point, PointKind
from processor.model.reading import Value
from processor.model.text import Text
from processor.model.time import DurationMs

_NUMBERS_ONLY: Final = ("unit", "payload_unit", "scale", "offset", "range", "number_as_text")


@dataclass(frozen=True, slots=True)
class PointDefaults:
    """What the profile says for points that do not say it themselves."""

    every_ms: DurationMs | None
    offline_after_ms: DurationMs | None
    listens: dict[str, int]
    faulty: bool = False
    """It says a period that cannot be read: that is noted already."""


def read_points(parent: Fields, defaults: PointDefaults) -> dict[str, Point]:
    """Every point of the profile, by name."""
    entries = parent.mapping("points", "{wet: {path: wet, type: boolean, on_change: true}}", required=True)
    root = parent.take("points")
    points = {}
    for name, node in entries.items():
        if not NAME.fullmatch(name):
            where = root.keys[name] if isinstance(root, Mapping) else node
            parent.add("want_name", where, text=name, words=" ".join(KEYWORDS))
        points[name] = _read_point(parent, name, node, defaults)
    return points


def _read_point(parent: Fields, name: str, node: Node, defaults: PointDefaults) -> Point:
    owner = Text(zh=f"{parent.owner.zh}的测点“{name}”", en=f'{parent.owner.en}, point "{name}"')
    fields = Fields(node, parent.report, owner, key=name, example="{path: temp, unit: degC, every: 60 s}")
    kind = fields.choice("type", PointKind, PointKind.ENUM if fields.has("enum") else PointKind.NUMBER)
    _refuse_foreign_keys(fields, kind)
    every, on_change = _period(fields, defaults)
    members = _members(fields, kind)
    low, high = _range(fields)
    scale, offset = fields.number("scale"), fields.number("offset")
    if scale == 0:
        fields.add("scale_zero", fields.take("scale"))
    stale = fields.duration("stale_after", 1)
    point = Point(
        name=name,
        kind=kind,
        path=read_path(fields, "path", name),
        listen=_from(fields, defaults),
        unit=fields.text("unit"),
        payload_unit=fields.text("payload_unit"),
        scale=1.0 if scale is None else scale,
        offset=0.0 if offset is None else offset,
        low=low,
        high=high,
        members=members,
        default=_default(fields, kind, members),
        required=fields.flag("required"),
        number_as_text=fields.flag("number_as_text"),
        every_ms=every,
        on_change=on_change,
        stale_after_ms=defaults.offline_after_ms if stale is None and on_change else stale,
        name_text=fields.text2("name", name),
    )
    check_units(fields, point)
    fields.finish()
    return point


def _refuse_foreign_keys(fields: Fields, kind: PointKind) -> None:
    for key in _NUMBERS_ONLY:
        if kind is not PointKind.NUMBER and fields.has(key):
            fields.add("only_for", fields.take(key), key=key, types="number")
    if kind is not PointKind.ENUM and fields.has("enum"):
        fields.add("only_for", fields.take("enum"), key="enum", types="enum")
    if kind is PointKind.ENUM and fields.has("map"):
        fields.add("only_for", fields.take("map"), key="map", types="boolean, number, text")


def _period(fields: Fields, defaults: PointDefaults) -> tuple[DurationMs | None, bool]:
    every, on_change = fields.duration("every", 1), fields.flag("on_change")
    if on_change and fields.has("every"):
        fields.add("point_both", fields.take("every"))
    elif not on_change and not fields.has("every"):
        every = defaults.every_ms
        if every is None and not defaults.faulty:
            fields.add("point_period", fields.node)
    return (None if on_change else every), on_change


def _range(fields: Fields) -> tuple[float | None, float | None]:
    node = fields.take("range")
    if node is None:
        return None, None
    if not isinstance(node, Sequence) or len(node.items) != 2:  # noqa: PLR2004 - a pair
        fields.add("want_list", node, key="range", example="[0, 100]")
        return None, None
    low, high = (read_number(fields, "range", item) for item in node.items)
    if low is not None and high is not None and low > high:
        fields.add("range_order", node)
    return low, high


def _from(fields: Fields, defaults: PointDefaults) -> int | None:
    name = fields.text("from")
    if name and name not in defaults.listens:
        fields.add("unknown_listen", fields.take("from"), text=name)
    return defaults.listens.get(name)


def _members(fields: Fields, kind: PointKind) -> dict[str, str]:
    node = fields.take("enum" if kind is PointKind.ENUM else "map")
    if node is None:
        if kind is PointKind.ENUM and not fields.has("enum"):
            fields.add("enum_missing", fields.node)
        return {}
    if isinstance(node, Sequence) and kind is PointKind.ENUM:
        members = [read_text(fields, "enum", item) for item in node.items]
        return {member: member for member in members if member is not None}
    entries = fields.entries_of("enum" if kind is PointKind.ENUM else "map", node, '{"1": open, "0": closed}')
    read = {payload: _member(fields, payload, value, kind) for payload, value in entries.items()}
    return {payload: member for payload, member in read.items() if member is not None}


def _member(fields: Fields, key: str, node: Node, kind: PointKind) -> str | None:
    if kind is PointKind.BOOLEAN:
        flag = read_boolean(fields, key, node)
        return None if flag is None else str(flag).lower()
    if kind is PointKind.NUMBER:
        return None if read_number(fields, key, node) is None else shown(node)
    return read_text(fields, key, node)


def _default(fields: Fields, kind: PointKind, members: dict[str, str]) -> Value | None:
    node = fields.take("default")
    if node is None:
        return None
    if kind is PointKind.NUMBER:
        return read_number(fields, "default", node)
    if kind is PointKind.BOOLEAN:
        return read_boolean(fields, "default", node)
    text = read_text(fields, "default", node)
    if kind is PointKind.ENUM and text is not None and text not in members.values():
        fields.add("not_a_member", node, text=text, choices=", ".join(sorted(set(members.values()))))
    return text
