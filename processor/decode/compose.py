"""A command's topic and payload for one device. Pure; what fills a placeholder can never break out of its text."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from processor.model.device import Device
from processor.model.profile import CommandSpec, Profile
from processor.model.time import EpochMs

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
NUMERIC: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*):number\}")
FIELD: Final = re.compile(r"\{([^{}]+)\}")
FORBIDDEN: Final = re.compile(r"[/+#\x00-\x1f\x7f\ud800-\udfff]")
"""What no captured level of a topic may hold: it would change which topic it is."""


class NotComposable(ValueError):  # noqa: N818 - a state of the configuration, as an operator would say it
    """The device lacks what the command needs, or has it in a form no topic may have."""


def compose(
    spec: CommandSpec, device: Device, profile: Profile, command_id: str, *, expires_at: EpochMs = 0
) -> tuple[str, str]:
    """(topic, payload) of the command; NotComposable names what is missing (`uncomposable` asks beforehand).

    Placeholders: `{device}` is the id on the wire, `{community}`, `{building}`, `{gateway}`, `{id}` and any tag of the
    device are what they say, `{command_id}` and `{expires_at}` (ms since 1970) are for payloads. Where a profile puts
    wire ids together (`element_device`), the id is taken apart again, and its fields win: for the port "e1-p3"
    `{device}` is "e1" and `{port}` is "3". `"{port:number}"` as a whole text of the payload becomes the number 3.
    """
    fields = captured(device, profile)
    topic = PLACEHOLDER.sub(lambda found: _level(fields, found[1], spec), spec.topic)
    return topic, _payload(spec, {**fields, "command_id": command_id, "expires_at": str(expires_at)})


def uncomposable(spec: CommandSpec, device: Device, profile: Profile) -> str:
    """Why the command can never be composed for this device, or "" where it can."""
    try:
        compose(spec, device, profile, "")
    except NotComposable as error:
        return str(error)
    return ""


def captured(device: Device, profile: Profile) -> dict[str, str]:
    """Everything a placeholder of this device may name."""
    wire = device.wire or device.id
    own = {
        "id": device.id,
        "device": wire,
        "community": device.community,
        "building": device.building,
        "gateway": device.gateway,
    }
    tags = {**profile.tags, **device.tags}
    return {**tags, **{name: text for name, text in own.items() if text}, **_taken_apart(wire, profile)}


def _taken_apart(wire: str, profile: Profile) -> dict[str, str]:
    for listen in profile.listen:
        if listen.element_device:
            found = _pattern(listen.element_device).fullmatch(wire)
            if found is not None:
                names = FIELD.findall(listen.element_device)
                return dict(zip(names, found.groups(), strict=True))
    return {}


def _pattern(template: str) -> re.Pattern[str]:
    pieces = FIELD.split(template)  # literals and field names, in turn
    return re.compile("".join("(.+)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)), re.DOTALL)


def _level(fields: Mapping[str, str], name: str, spec: CommandSpec) -> str:
    text = _field(fields, name, spec)
    if not text or FORBIDDEN.search(text):
        raise NotComposable(f"command {spec.name}: {{{name}}} is {text!r}, which cannot be a level of a topic")
    return text


def _field(fields: Mapping[str, str], name: str, spec: CommandSpec) -> str:
    try:
        return fields[name]
    except KeyError:
        raise NotComposable(f"command {spec.name}: the device has no {{{name}}}; give it a tag of that name") from None


def _payload(spec: CommandSpec, fields: Mapping[str, str]) -> str:
    try:
        template = json.loads(spec.payload)
    except ValueError:  # a bare word such as OFF
        return PLACEHOLDER.sub(lambda found: _field(fields, found[1], spec), spec.payload)
    return json.dumps(_filled(template, fields, spec), ensure_ascii=False, separators=(",", ":"))


def _filled(template: Any, fields: Mapping[str, str], spec: CommandSpec) -> Any:  # noqa: ANN401 - a JSON tree
    if isinstance(template, dict):
        return {key: _filled(value, fields, spec) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, fields, spec) for value in template]
    if not isinstance(template, str):
        return template
    number = NUMERIC.fullmatch(template)
    if number is not None:
        return _number(_field(fields, number[1], spec), number[1], spec)
    return PLACEHOLDER.sub(lambda found: _field(fields, found[1], spec), template)


def _number(text: str, name: str, spec: CommandSpec) -> int:
    if text.isascii() and text.isdigit() and len(text) < len(str(2**53)):
        return int(text)
    raise NotComposable(f"command {spec.name}: {{{name}}} is {text!r}, which is no number")
