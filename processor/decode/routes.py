"""What a topic leads to: one device, the devices its payload names, answers to commands, or nothing."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias
from zlib import crc32

from processor.decode.fastway import NO_ARRAY
from processor.decode.faults import Fault, Unfit, wrong_type
from processor.decode.layout import Layout, Part
from processor.decode.letters import Envelope
from processor.decode.limits import DecodeLimits
from processor.decode.paths import canonical
from processor.decode.shape import Raws
from processor.decode.stamp import WRONG, Stamp
from processor.model.device import Device
from processor.model.inputs import CommandReply
from processor.model.reading import Reading, Rejection, RejectionReason
from processor.model.time import EpochMs

Outcome: TypeAlias = Reading | Rejection | CommandReply
FindDevice: TypeAlias = Callable[[Raws], Device]
"""From the payload's fields that name the device to the device; Unfit where there is none."""

INDEX_BYTES: Final = 4
COMMAND_ID_CHARS: Final = 256


class Route(Protocol):
    """Decodes the payloads of one topic."""

    def read(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        """The outcomes of one message, at least one."""


class BoundRoute:
    """Readings of one known device, not split: the way nearly every message takes. One stays for each device."""

    __slots__ = ("_device", "_layout", "_limits", "_stamp")

    def __init__(self, layout: Layout, stamp: Stamp, device: str, limits: DecodeLimits) -> None:
        self._layout = layout
        self._stamp = stamp
        self._device = device
        self._limits = limits

    def read(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        try:
            part = self._layout.whole(payload)
            at, flags_now, clock = self._stamp.instant(part.time, arrived, flags)
        except Unfit as why:
            return (Envelope(topic, payload, arrived, self._limits).reject(why, self._device),)
        if flags_now & WRONG and clock is None:
            self._stamp.note_clock(part.time, arrived, part.values)
        if not part.faults and clock is None:
            return (Reading(self._device, at, arrived, part.values, flags_now, crc32(payload)),)
        envelope = Envelope(topic, payload, arrived, self._limits)
        return _outcomes(part, self._device, self._stamp, envelope, mark=crc32(payload), flags=flags)


class PartsRoute:
    """Readings of the devices that the payload names, or of the elements of its array.

    `owner` is the device the topic itself names, where it names one: an empty array is its heartbeat.
    """

    __slots__ = ("_find", "_layout", "_limits", "_owner", "_stamp")

    def __init__(
        self, layout: Layout, stamp: Stamp, find: FindDevice, limits: DecodeLimits, owner: str | None = None
    ) -> None:
        self._layout = layout
        self._stamp = stamp
        self._find = find
        self._limits = limits
        self._owner = owner

    def read(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        envelope = Envelope(topic, payload, arrived, self._limits)
        try:
            parts = self._layout.parts(payload)
        except Unfit as why:
            return (envelope.reject(why, self._owner),)
        if not parts:
            return self._empty(envelope, arrived, flags, crc32(payload))
        outcomes: list[Outcome] = []
        fingerprint = crc32(payload)
        for index, part in enumerate(parts):
            mark = crc32(index.to_bytes(INDEX_BYTES, "big"), fingerprint)
            try:
                device = self._find(part.keys).id
            except Unfit as why:
                outcomes.append(envelope.reject(why))
            else:
                outcomes += _outcomes(part, device, self._stamp, envelope, mark=mark, flags=flags)
        return outcomes

    def _empty(self, envelope: Envelope, arrived: EpochMs, flags: int, fingerprint: int) -> Sequence[Outcome]:
        if self._owner is None:
            return (envelope.reject(Unfit(RejectionReason.MISSING_FIELD, "the array of the parts is empty")),)
        at, flags, _ = self._stamp.instant(None, arrived, flags)
        return (Reading(self._owner, at, arrived, {}, flags, fingerprint),)


class ReplyRoute:
    """Answers to commands: `keys` of the layout end with the command's id and, where the profile says, success."""

    __slots__ = ("_accepted", "_find", "_layout", "_limits")

    def __init__(self, layout: Layout, find: FindDevice, accepted: frozenset[str] | None, limits: DecodeLimits) -> None:
        self._layout = layout
        self._find = find
        self._accepted = accepted
        self._limits = limits

    def read(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        del flags
        try:
            keys = list(self._layout.whole(payload).keys)
            accepted = self._accepted is None or canonical(keys.pop()) in self._accepted
            command = _command_id(keys.pop())
            device = self._find(tuple(keys))
            return (CommandReply(device.community, device.id, command, accepted, arrived),)
        except Unfit as why:
            return (Envelope(topic, payload, arrived, self._limits).reject(why),)


class SeveralRoutes:
    """Several listen entries share a topic: each says what it knows, none complains of what is meant for the others."""

    __slots__ = ("_routes",)

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = tuple(routes)

    def read(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        outcomes = [outcome for route in self._routes for outcome in route.read(topic, payload, arrived, flags)]
        return [outcome for outcome in outcomes if not _for_others(outcome)] or outcomes[:1]


class NoRoute:
    """A topic no device of the district has."""

    __slots__ = ("_limits", "_why")

    def __init__(self, why: Fault, limits: DecodeLimits) -> None:
        self._why = why
        self._limits = limits

    def read(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        del flags
        return (Envelope(topic, payload, arrived, self._limits).reject(self._why),)


def _outcomes(part: Part, device: str, stamp: Stamp, envelope: Envelope, *, mark: int, flags: int) -> list[Outcome]:
    """A reading of what is good, and beside it one dead letter that names all that is not."""
    arrived = envelope.arrived
    try:
        at, flags, clock = stamp.instant(part.time, arrived, flags)
    except Unfit as why:
        return [envelope.reject(why, device)]
    outcomes: list[Outcome] = []
    if part.values or not part.faults:
        if flags & WRONG and clock is None:
            stamp.note_clock(part.time, arrived, part.values)
        # What was left out is part of what this reading is: once the profile is mended, the whole one is another.
        for fault in part.faults:
            mark = crc32(fault.name.encode(), mark)
        outcomes.append(Reading(device, at, arrived, part.values, flags, mark))
    faults = part.faults if clock is None else (clock, *part.faults)
    if faults:
        outcomes.append(envelope.name_faults(faults, device))
    return outcomes


def _for_others(outcome: Outcome) -> bool:
    if not isinstance(outcome, Rejection):
        return False
    strange = outcome.reason in (RejectionReason.UNKNOWN_DEVICE, RejectionReason.DEVICE_MISMATCH)
    return strange or (outcome.reason is RejectionReason.MISSING_FIELD and outcome.detail == NO_ARRAY)


def _command_id(raw: object) -> str:
    if raw is None:
        raise Unfit(RejectionReason.MISSING_FIELD, "the answer names no command")
    if isinstance(raw, Fault):
        raise Unfit(raw.reason, raw.detail)
    text = canonical(raw)
    if text is None or not 0 < len(text) <= COMMAND_ID_CHARS:
        raise wrong_type(raw, "a command's id")
    return text
