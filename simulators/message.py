"""What passes between a simulated device and the broker: docs/simulator-topics.md as types."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from processor.model.time import EpochMs

Field: TypeAlias = bool | int | float | str | list[int] | list[float] | list[dict[str, bool | int | float | str]]
Body: TypeAlias = Mapping[str, Field]

COMMAND_FILTER = "v1/+/+/+/command"


class Channel(StrEnum):
    """The last level of a device's topics."""

    TELEMETRY = "telemetry"
    COMMAND = "command"
    REPLY = "reply"


class Event(msgspec.Struct, frozen=True):
    """One message of a device at one moment.

    `shows` names the causes (faults) whose traces a perfect detector could see in this payload. A `withheld` event was
    never sent (the device is silent, the network lost it): its absence may be what shows the cause.
    """

    at: EpochMs
    device: str
    topic: str
    payload: bytes
    shows: tuple[str, ...] = ()
    withheld: bool = False


class Command(msgspec.Struct, frozen=True):
    """A command as a device understands it."""

    id: str
    cmd: str
    port: int | str | None = None
    percent: float | None = None
    expires_at: EpochMs | None = None
    ttl_s: float | None = None

    def expired(self, now: EpochMs) -> bool:
        """True once its lifetime is over; a command without one lives for ever, a `ttl_s` counts from receipt."""
        return (self.expires_at is not None and now > self.expires_at) or (self.ttl_s is not None and self.ttl_s <= 0)

    def port_number(self) -> int | None:
        """The port it names, None when it names none that is a number."""
        try:
            return None if self.port is None else int(self.port)
        except ValueError:
            return None


_ENCODER = msgspec.json.Encoder()
_COMMAND_DECODER = msgspec.json.Decoder(Command)


def topic_of(*, community: str, family: str, wire: str, channel: Channel) -> str:
    """The topic of one channel of one device."""
    return f"v1/{community}/{family}/{wire}/{channel}"


def encode(body: Body) -> bytes:
    """The payload of `body`: compact JSON in the order of its keys."""
    return _ENCODER.encode(body)


def decode_command(payload: bytes) -> Command | None:
    """The command in `payload`, None when it is not one."""
    try:
        return _COMMAND_DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
