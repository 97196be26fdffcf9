"""Which device a topic or payload means."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from processor.decode.faults import Fault, Unfit, shown, wrong_type
from processor.decode.paths import Path, canonical, parse_path
from processor.model.device import Device
from processor.model.profile import Listen
from processor.model.reading import RejectionReason

COMMUNITY: Final = "community"
FIELD: Final = re.compile(r"\{([^{}]+)\}")  # a capture of the topic, or a path into the payload
ID_CHARS: Final = 256
EVERYDAY: Final = 1_000_000  # whole numbers up to here are surely good as a part of an id


class Registry:
    """The devices of one profile by their id on the wire."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self._by_wire: dict[str, Device | tuple[Device, ...]] = {}
        for device in devices:
            wire = device.wire or device.id
            known = self._by_wire.get(wire)
            if known is None:
                self._by_wire[wire] = device
            else:
                self._by_wire[wire] = (*known, device) if isinstance(known, tuple) else (known, device)

    def find(self, wire: str, community: str | None) -> Device:
        """The device called `wire`, in `community` where the topic names one; Unfit where there is no such."""
        found = self._by_wire.get(wire)
        if isinstance(found, Device):
            if community is None or found.community == community:
                return found
            raise Unfit(
                RejectionReason.DEVICE_MISMATCH,
                f"the topic says community {shown(community)}, but {shown(wire)} is registered in {found.community}",
            )
        if found is None:
            raise Unfit(RejectionReason.UNKNOWN_DEVICE, f"no device {shown(wire)} is registered for this topic")
        return _one_of(found, wire, community)


def _one_of(devices: tuple[Device, ...], wire: str, community: str | None) -> Device:
    """Communities may use the same ids on the wire; then only the topic can tell them apart."""
    here = [device for device in devices if device.community == community]
    if len(here) == 1:
        return here[0]
    if community is None or here:
        raise Unfit(
            RejectionReason.UNKNOWN_DEVICE, f"{len(here or devices)} devices are called {shown(wire)} on the wire"
        )
    raise Unfit(
        RejectionReason.DEVICE_MISMATCH, f"{shown(wire)} is registered in other communities than the topic says"
    )


class Naming:
    """How a listen names its devices: by captures alone, or with fields of the payload too.

    `keys` are the payload's fields it needs; `name` turns the captures into a function of their raw values.
    """

    def __init__(self, listen: Listen, captures: tuple[str, ...]) -> None:
        template = listen.element_device or _as_template(listen.device)
        self._pieces: list[tuple[bool, str]] = []  # (a field, its name) or (a literal, its text)
        at = 0
        for found in FIELD.finditer(template):
            self._pieces += [(False, template[at : found.start()]), (True, found[1])]
            at = found.end()
        self._pieces = [piece for piece in [*self._pieces, (False, template[at:])] if piece[1]]
        self._captured = frozenset(captures)
        fields = [text for is_field, text in self._pieces if is_field and text not in self._captured]
        self.keys: tuple[Path, ...] = tuple(parse_path(field) for field in fields)

    def name(self, captures: Mapping[str, str]) -> Callable[[tuple[Any, ...]], str]:
        """From the raw values of `keys` to the id on the wire; Unfit where one of them is no scalar."""
        pieces = [
            None if is_field and text not in self._captured else captures[text] if is_field else text
            for is_field, text in self._pieces
        ]

        if pieces.count(None) == 1:
            hole = pieces.index(None)
            head = "".join(piece or "" for piece in pieces[:hole])
            tail = "".join(piece or "" for piece in pieces[hole + 1 :])
            return lambda raws: head + _text(raws[0]) + tail

        def named(raws: tuple[Any, ...]) -> str:
            rest = iter(raws)
            return "".join(_text(next(rest)) if piece is None else piece for piece in pieces)

        return named


def _as_template(device: str) -> str:
    return f"{{{device}}}"


def _text(raw: object) -> str:
    if type(raw) is int and 0 <= raw < EVERYDAY:
        return str(raw)
    if raw is None:
        raise Unfit(RejectionReason.MISSING_FIELD, "the field that names the device is missing")
    if isinstance(raw, Fault):
        raise Unfit(raw.reason, raw.detail)
    text = None if isinstance(raw, bool) else canonical(raw)
    if text is None or not 0 < len(text) <= ID_CHARS:
        raise wrong_type(raw, "a device's id")
    return text
