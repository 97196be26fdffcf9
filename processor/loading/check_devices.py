"""Checks devices against profiles, places and each other. There may be 100,000: only faults are looked up again."""

import re
from collections.abc import Iterator
from typing import Final

from processor.decode.compose import FORBIDDEN, captured, uncomposable
from processor.decode.topics import CAPTURE
from processor.loading.devices_csv import column_of
from processor.loading.draft import Draft
from processor.loading.kinds import Kind
from processor.loading.report import Report, nearest
from processor.model.device import Device
from processor.model.place import PlaceKind
from processor.model.profile import CommandSpec, Profile
from processor.model.source import SourcePlace
from processor.model.text import Text

_DEEPEST: Final = 3
_NAMED: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::number)?\}")
_EVERY_DEVICE_HAS: Final = frozenset({"id", "device", "community"})
_OF_THE_COMMAND: Final = frozenset({"command_id", "expires_at"})
_KINDS: Final = {1: Text(zh="社区", en="community"), 2: Text(zh="楼栋", en="building"), 3: Text(zh="立管", en="riser")}


def check_devices(draft: Draft) -> None:
    """Note devices of no profile, at no place, with links to nothing, or that share an id on the wire."""
    for device in draft.devices.values():
        if draft.reports[device.place.file].full:
            continue
        if device.profile not in draft.profiles:
            _miss_profile(draft, device)
        place = device.riser or device.building or device.community
        if place not in draft.places.places:
            _miss_place(draft, device)
        if device.links:
            _check_links(draft, device)
    _check_wires(draft)
    _check_commands(draft)


def place_of(draft: Draft, device: Device, key: str, role: str = "") -> SourcePlace:
    """Where the value of `key` of this device stands."""
    report = draft.reports[device.place.file]
    column = report.columns.get(f"link.{role}" if role else key)
    if report.columns:
        line = device.place.line
        text = report.document.line_text(line)
        return SourcePlace(device.place.file, line, 1 if column is None else column_of(text, column))
    return report.where("devices", device.id, key, *((role,) if role else ()))


def _note(draft: Draft, device: Device, code: str, key: str, **words: str) -> None:
    suggestion, role = words.pop("suggestion", ""), words.pop("role_key", "")
    owner = Text(zh=f"设备“{device.id}”", en=f'device "{device.id}"')
    report: Report = draft.reports[device.place.file]
    report.note(code, place_of(draft, device, key, role), words, owner=owner, suggestion=suggestion)


def _miss_profile(draft: Draft, device: Device) -> None:
    if device.profile and Kind.PROFILE not in draft.unread:
        suggestion = nearest(device.profile, draft.profiles)
        words = {"kind": "profile", "kind_zh": "设备模板", "name": device.profile, "suggestion": suggestion}
        _note(draft, device, "no_such", "profile", **words)


def _miss_place(draft: Draft, device: Device) -> None:
    if not device.community or Kind.PLACES in draft.unread:
        return
    places = draft.places.places
    wrong = next((p for p in (device.community, device.building, device.riser) if p and p not in places), device.riser)
    kind = _KINDS[min(wrong.count("/") + 1, _DEEPEST)]
    siblings = [path for path in places if path.rpartition("/")[0] == wrong.rpartition("/")[0]]
    suggestion = nearest(wrong, siblings)
    _note(draft, device, "no_such", "place", kind=kind.en, kind_zh=kind.zh, name=wrong, suggestion=suggestion)


def _check_links(draft: Draft, device: Device) -> None:
    for role, name in device.links.items():
        other = draft.devices.get(name)
        if name == device.id:
            _note(draft, device, "link_self", "links", role_key=role)
        elif other is None and Kind.DEVICES not in draft.unread:
            here = [each.id for each in draft.devices.values() if each.community == device.community]
            words = {"kind": "device", "kind_zh": "设备", "name": name, "suggestion": nearest(name, here)}
            _note(draft, device, "no_such", "links", role_key=role, **words)
        elif other is not None and other.community != device.community:
            _note(draft, device, "link_crosses", "links", role_key=role, role=role, name=name, other=other.community)


def _check_wires(draft: Draft) -> None:
    """One topic and one id on the wire must mean one device; communities may repeat ids if the topic names them."""
    shapes = {name: tuple(_shapes(profile)) for name, profile in draft.profiles.items()}
    taken: dict[tuple[str, str, str], Device] = {}
    for device in draft.devices.values():
        for shape, names_community in shapes.get(device.profile, ()):
            key = (shape, device.community if names_community else "", device.wire or device.id)
            first = taken.setdefault(key, device)
            if first is not device:
                words = {"wire": device.wire, "other": first.id, "first": str(first.place)}
                _note(draft, device, "same_wire", "wire", **words)
                break


def _check_commands(draft: Draft) -> None:
    """A topic or payload may need what a device does not say, such as a tag, or a wire id that fits into a topic."""
    special = {name: [spec for spec in p.commands.values() if _is_special(spec)] for name, p in draft.profiles.items()}
    for device in draft.devices.values():
        profile = draft.profiles.get(device.profile)
        if profile is None or not profile.commands:
            continue
        for spec in profile.commands.values() if FORBIDDEN.search(device.wire) else special[profile.name]:
            if uncomposable(spec, device, profile):
                lacking = sorted(_named(spec) - captured(device, profile).keys() - _OF_THE_COMMAND)
                code, capture = ("capture_missing", lacking[0]) if lacking else ("uncomposable", "")
                _note(draft, device, code, "id", name=spec.name, capture=capture)
                break


def _is_special(spec: CommandSpec) -> bool:
    """Whether the command names more than every device has."""
    return not _named(spec) <= _EVERY_DEVICE_HAS | _OF_THE_COMMAND


def _named(spec: CommandSpec) -> set[str]:
    return {found[1] for text in (spec.topic, spec.payload) for found in _NAMED.finditer(text)}


def _shapes(profile: Profile) -> Iterator[tuple[str, bool]]:
    for listen in profile.listen:
        yield CAPTURE.sub("{}", listen.template), "{community}" in listen.template


def places_of_kind(draft: Draft, kind: PlaceKind) -> list[str]:
    """The paths of every place of this kind."""
    return [place.path for place in draft.places.places.values() if place.kind is kind]
