"""Reads profiles/*.yaml."""

import json
from typing import Final

from processor.loading.fields import Fields
from processor.loading.listening import read_listens, read_time
from processor.loading.nodes import Node, Scalar
from processor.loading.points import PointDefaults, read_points
from processor.loading.report import Report
from processor.loading.scalars import plain_value
from processor.loading.templates import check_template
from processor.loading.typed import read_expression
from processor.model.profile import CommandSpec, Profile
from processor.model.text import Text
from processor.model.time import SECOND, DurationMs

MAX_LIFETIME: Final[DurationMs] = 60 * SECOND
"""No command may reach a device later than this after it was decided (DESIGN.md 5.6)."""


def read_profile(report: Report) -> Profile | None:
    """The profile that the file describes, or None when it does not even have a name."""
    root = report.document.root
    if root is None:
        return None
    fields = Fields(root, report, key="profile", example="{profile: leak_sensor, ...}")
    name = fields.identity("profile", required=True)
    fields.owner = Text(zh=f"设备模板“{name}”", en=f'profile "{name}"') if name else fields.owner
    listens, names = read_listens(fields)
    every = fields.duration("every", 1)
    faulty = every is None and fields.has("every")
    defaults = PointDefaults(every, fields.duration("offline_after", 1), names, faulty=faulty)
    time_node = fields.take("time")
    profile = Profile(
        name=name,
        listen=listens,
        points=read_points(fields, defaults),
        time=None if time_node is None else read_time(fields, time_node),
        tags=fields.words("tags"),
        text=fields.text2("name", name),
        commands=_read_commands(fields),
        place=report.document.place(root),
    )
    fields.finish()
    return profile if name else None


def _read_commands(fields: Fields) -> dict[str, CommandSpec]:
    entries = fields.mapping("commands", "{close: {topic: ..., payload: ..., makes_safer: true}}")
    return {name: _read_command(fields, name, node) for name, node in entries.items()}


def _read_command(parent: Fields, name: str, node: Node) -> CommandSpec:
    owner = Text(zh=f"{parent.owner.zh}的指令“{name}”", en=f'{parent.owner.en}, command "{name}"')
    fields = Fields(node, parent.report, owner, key=name, example="{topic: ..., payload: ..., makes_safer: true}")
    effect = fields.take("effect")
    safer_missing = not fields.has("makes_safer")
    if safer_missing:
        fields.take("makes_safer", required=True)
    within, lifetime = fields.duration("within", SECOND), fields.duration("lifetime", SECOND, MAX_LIFETIME)
    spec = CommandSpec(
        name=name,
        topic=_command_topic(fields),
        payload=_payload(fields),
        makes_safer=False if safer_missing else fields.flag("makes_safer"),
        effect=None if effect is None else read_expression(fields, "effect", effect),
        within_ms=30 * SECOND if within is None else within,
        lifetime_ms=30 * SECOND if lifetime is None else lifetime,
        text=fields.text2("name", name),
    )
    fields.finish()
    return spec


def _command_topic(fields: Fields) -> str:
    topic = fields.text("topic", required=True)
    node = fields.take("topic")
    if isinstance(node, Scalar):
        check_template(fields, node, command=True)
    return topic


def _payload(fields: Fields) -> str:
    node = fields.take("payload", required=True)
    if node is None:
        return ""
    if isinstance(node, Scalar):
        return node.text
    return json.dumps(plain_value(node), ensure_ascii=False, separators=(",", ":"))
