"""Reads where a profile's readings come from: topics, payload layouts, times."""

from dataclasses import dataclass
from typing import Final

from processor.decode.paths import parse_path
from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Scalar, Sequence
from processor.loading.templates import captures_of, check_template
from processor.loading.typed import read_text
from processor.model.profile import Listen, PayloadFormat, TimeField, TimeFormat

ACCEPTED: Final = Listen(template="").reply_accepted

_EXAMPLE: Final = "{topic: v1/{community}/leak/{device}/telemetry}"


def read_listens(fields: Fields) -> tuple[tuple[Listen, ...], dict[str, int]]:
    """The listen entries, and the index of each that has an `id`."""
    node = fields.take("listen", required=True)
    if node is None:
        return (), {}
    nodes = node.items if isinstance(node, Sequence) else [node]
    names: dict[str, int] = {}
    listens: list[Listen] = []
    for each in nodes:
        listen, name = _read_listen(fields, each)
        if name:
            names[name] = len(listens)
        listens.append(listen)
    if not nodes:
        fields.add("missing_key", node, key="topic")
    return tuple(listens), names


def _read_listen(parent: Fields, node: Node) -> tuple[Listen, str]:
    if isinstance(node, Scalar):
        topic = read_text(parent, "listen", node) or ""
        if topic and check_template(parent, node):
            _check_device(parent, node, "device", topic)
        return Listen(template=topic), ""
    fields = Fields(node, parent.report, parent.owner, key="listen", example=_EXAMPLE)
    listen = _read_full(fields)
    name = fields.identity("id")
    fields.finish()
    return listen, name


def _read_full(fields: Fields) -> Listen:
    topic_node = fields.take("topic", required=True)
    topic = "" if topic_node is None else read_text(fields, "topic", topic_node) or ""
    sound = isinstance(topic_node, Scalar) and bool(topic) and check_template(fields, topic_node)
    device = fields.text("device", "device")
    if device.startswith("$"):
        read_path(fields, "device", "")
    element_device = fields.text("element_device")
    if sound and not element_device:
        _check_device(fields, fields.take("device") or topic_node, device, topic)
    reply = fields.take("reply")
    answers = _Answers() if reply is None else _read_reply(fields, reply)
    time = fields.take("time")
    return Listen(
        template=topic,
        format=fields.choice("format", PayloadFormat, PayloadFormat.JSON),
        device=device,
        split=read_path(fields, "split", ""),
        element_device=element_device,
        history=fields.flag("history"),
        time=None if time is None else read_time(fields, time),
        reply=reply is not None,
        reply_id=answers.id,
        reply_ok=answers.ok,
        reply_accepted=answers.accepted,
        backlog=fields.flag("backlog"),
    )


def read_path(fields: Fields, key: str, default: str, *, required: bool = False) -> str:
    """A path into a payload that decode can read."""
    text = fields.text(key, default, required=required)
    try:
        parse_path(text)
    except ValueError:
        fields.add("bad_path", fields.take(key), text=text)
    return text


def _check_device(fields: Fields, node: Node | None, device: str, topic: str) -> None:
    if device.startswith("$"):
        return
    if device not in captures_of(topic):
        fields.add("unknown_capture", node, text=device)


@dataclass(frozen=True, slots=True)
class _Answers:
    id: str = "id"
    ok: str = ""
    accepted: tuple[str, ...] = ACCEPTED


def _read_reply(parent: Fields, node: Node) -> _Answers:
    fields = Fields(node, parent.report, parent.owner, key="reply", example="{id: id, ok: ok}")
    answers = _Answers(read_path(fields, "id", "id"), read_path(fields, "ok", ""), fields.texts("accepted") or ACCEPTED)
    fields.finish()
    return answers


def read_time(parent: Fields, node: Node) -> TimeField | None:
    """Where and how a payload writes its time."""
    fields = Fields(node, parent.report, parent.owner, key="time", example="{path: ts, format: epoch_ms}")
    read = TimeField(
        path=read_path(fields, "path", "", required=True),
        format=fields.choice("format", TimeFormat, TimeFormat.ISO, required=True),
        zone=fields.zone("zone", "UTC"),
    )
    fields.finish()
    return read if isinstance(node, Mapping) and read.path else None
