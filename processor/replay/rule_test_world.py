"""Reads a test's world: its devices, what they report, and how they answer commands."""

from collections.abc import Mapping as Dictionary
from typing import Final

import msgspec

from processor.loading.devices import split_place
from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Scalar, Sequence
from processor.loading.report import nearest
from processor.loading.typed import read_choice
from processor.model.device import Device
from processor.model.reading import Value
from processor.model.text import Text
from processor.model.time import DAY, MINUTE, DurationMs
from processor.replay.notation import Mark
from processor.replay.rule_test import Reply, ReplyKind, Series
from processor.replay.rule_test_words import Pack, read_offset, read_samples, read_value, refuse

USUAL_PLACE: Final = "town/b1/r1"
USUAL_DELAY_MS: Final[DurationMs] = 10 * MINUTE
LONGEST_PERIOD_MS: Final[DurationMs] = 366 * DAY
_NO_POINTS: Final = ("device", "every", "start", "delay", "steady")


def several(parent: Fields, key: str, example: str) -> list[Fields]:
    """The keys of one mapping, or of each of a list."""
    node = parent.take(key)
    if node is None:
        return []
    nodes = node.items if isinstance(node, Sequence) else [node]
    return [Fields(each, parent.report, parent.owner, key=key, example=example) for each in nodes]


# ---- devices ------------------------------------------------------------------------------------------------------


def read_devices(parent: Fields, pack: Pack) -> dict[str, Device]:
    """Every device of the test, by id."""
    key = "devices" if parent.has("devices") else "device"
    parent.take(key, required=True)
    devices: dict[str, Device] = {}
    entries = several(parent, key, "{id: e1, profile: residual_current_monitor}")
    for fields in entries:
        for device in _read_device(fields, pack):
            if device.id in devices:
                fields.add("same_id", fields.take("id"), id=device.id, first=str(devices[device.id].place))
            devices[device.id] = device
    for fields in entries:
        links = fields.take("links")
        for node in links.entries.values() if isinstance(links, Mapping) else ():
            if isinstance(node, Scalar) and node.text not in devices:
                _no_device(fields, node, node.text, devices)
    return devices


def _read_device(fields: Fields, pack: Pack) -> list[Device]:
    """One device, or several that are alike (`id` is a list)."""
    ids = fields.ids("id", required=True)
    profile, profiles = fields.text("profile", required=True), pack.district.profiles
    if profile and profile not in profiles:
        words = {"kind": "profile", "kind_zh": "设备模板", "name": profile}
        fields.add("no_such", fields.take("profile"), nearest(profile, profiles), **words)
    community, building, riser = split_place(fields.text("place", USUAL_PLACE))
    model = Device(
        id="",
        profile=profile,
        community=community,
        building=building,
        riser=riser,
        floor=fields.text("floor"),
        room=fields.text("room"),
        gateway=fields.text("gateway"),
        tags=fields.words("tags"),
        links=fields.words("links"),
        critical=fields.boolean("critical"),
        mains=fields.flag("mains"),
        place=fields.report.document.place(fields.node),
    )
    fields.finish()
    return [msgspec.structs.replace(model, id=name, wire=name) for name in ids]


def _no_device(fields: Fields, node: Node | None, name: str, devices: Dictionary[str, Device]) -> None:
    fields.add("no_such", node, nearest(name, devices), kind="device", kind_zh="设备", name=name)


# ---- what devices report and answer -------------------------------------------------------------------------------


def read_one_series(fields: Fields, pack: Pack, devices: Dictionary[str, Device]) -> Series:
    """One block of readings."""
    names = fields.texts("device")
    for name in names:
        if name not in devices:
            _no_device(fields, fields.take("device"), name, devices)
    if not names and len(devices) > 1:
        said = Text(zh="有几台设备，要写明 device", en="there are several devices: say which, by device")
        refuse(fields, fields.node, said)
    names = tuple(name for name in names if name in devices) or tuple(devices)[:1]
    profile = devices[names[0]].profile if names else ""
    every_ms = fields.duration("every", 1, LONGEST_PERIOD_MS)
    start_ms, delay_ms = fields.one("start", read_offset), fields.one("delay", read_offset)
    steady = _read_values(fields, pack, profile, fields.mapping("steady", "{smoke: false}"))
    points = {}
    for name in [key for key in _keys(fields) if key not in _NO_POINTS]:
        node = fields.take(name)
        point = pack.point(profile, name)
        if node is None:
            continue
        if point is None:
            _no_point(fields, pack, profile, name)
            continue
        points[name] = read_samples(fields, name, node, point)
    if not fields.has("every") and any(len(samples) > 1 for samples in points.values()):
        fields.add("missing_key", fields.node, key="every")
    return Series(names, every_ms or 1, start_ms or 0, points, steady, USUAL_DELAY_MS if delay_ms is None else delay_ms)


def _keys(fields: Fields) -> list[str]:
    return list(fields.node.keys) if isinstance(fields.node, Mapping) else []


def _no_point(fields: Fields, pack: Pack, profile: str, name: str) -> None:
    found = pack.district.profiles.get(profile)
    if found is None:
        return  # the missing profile is already noted
    key = fields.node.keys.get(name) if isinstance(fields.node, Mapping) else None
    suggestion = nearest(name, [*found.points, *_NO_POINTS])
    fields.add("no_such", key, suggestion, kind=f"point of {profile}", kind_zh=f" {profile} 的测点", name=name)


def _read_values(fields: Fields, pack: Pack, profile: str, entries: Dictionary[str, Node]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, node in entries.items():
        point = pack.point(profile, name)
        if point is None:
            _no_point(fields, pack, profile, name)
            continue
        value = read_value(fields, name, node, point)
        if value is not None:
            found[name] = value
    return found


def end_of(series: Series) -> DurationMs:
    """The offset of its last arrival."""
    samples = [sample for points in series.points.values() for sample in points]
    steps = max((len(points) for points in series.points.values()), default=1)
    late = any(sample.mark in {Mark.LATE, Mark.HISTORY, Mark.DUPLICATE} for sample in samples)
    return series.start_ms + (steps - 1) * series.every_ms + (series.delay_ms if late else 0)


def read_replies(parent: Fields, pack: Pack, devices: Dictionary[str, Device]) -> dict[str, Reply]:
    """How devices answer commands; those that are not named never answer."""
    replies = {}
    for name, node in parent.mapping("reply", "{v1: accepted}").items():
        if name not in devices:
            block = parent.take("reply")
            key = block.keys.get(name) if isinstance(block, Mapping) else None
            _no_device(parent, key, name, devices)
            continue
        replies[name] = _read_reply(parent, pack, devices[name].profile, node)
    return replies


def _read_reply(parent: Fields, pack: Pack, profile: str, node: Node) -> Reply:
    if isinstance(node, Scalar):
        return Reply(ReplyKind(read_choice(parent, "reply", node, choices=tuple(ReplyKind)) or ReplyKind.NONE))
    fields = Fields(node, parent.report, parent.owner, key="reply", example="{answer: accepted, after: 2 s}")
    kind = fields.choice("answer", ReplyKind, ReplyKind.ACCEPTED)
    after_ms = fields.one("after", read_offset)
    report = _read_values(fields, pack, profile, fields.mapping("report", "{position: closed}"))
    fields.finish()
    return Reply(kind, 1_000 if after_ms is None else after_ms, tuple(report.items()))
