"""MQTT packets: gmqtt's builders and properties behind typed functions, and the few shapes we read ourselves."""

import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from gmqtt.client import Message as GmqttMessage
from gmqtt.mqtt.package import (
    DisconnectPacket,
    LoginPackageFactor,
    PublishPacket,
    SubscribePacket,
    UnsubscribePacket,
)
from gmqtt.mqtt.property import Property
from gmqtt.mqtt.utils import unpack_variable_byte_integer
from gmqtt.subscription import Subscription

from processor.adapters.mqtt.settings import BrokerSettings, Version

PINGREQ: Final = b"\xc0\x00"
_LAST_ID: Final = 0xFFFF
# MQTT 5 only: a retained message comes when the subscription is new, not again after every reconnect.
_RETAINED_FOR_NEW_SUBSCRIPTION: Final = 1


class Kind(IntEnum):
    """The high half of a packet's first byte."""

    CONNACK = 0x20
    PUBLISH = 0x30
    PUBACK = 0x40
    PUBREC = 0x50
    PUBREL = 0x60
    PUBCOMP = 0x70
    SUBACK = 0x90
    UNSUBACK = 0xB0
    PINGRESP = 0xD0
    DISCONNECT = 0xE0


class MalformedPacket(Exception):  # noqa: N818 - ends a connection, never leaves the adapter
    """What came is not MQTT."""


class Connack(NamedTuple):
    """The broker's answer to CONNECT. `properties` are empty on 3.1.1."""

    session_present: bool
    code: int
    properties: dict[str, Any]

    def number(self, name: str, default: int) -> int:
        """A numeric property, or `default` where the broker said nothing."""
        return int(self.properties.get(name, default))


class Encoder:
    """Builds the packets we send; it is the `protocol` that gmqtt's builders expect."""

    proto_name = b"MQTT"

    def __init__(self, version: Version) -> None:
        self.proto_ver = int(version)
        self.id_generator = self
        self._last = 0
        self.in_use: set[int] = set()

    def next_id(self) -> int:
        """A packet identifier that waits for no answer."""
        while True:
            self._last = self._last % _LAST_ID + 1
            if self._last not in self.in_use:
                return self._last

    def connect(self, settings: BrokerSettings, *, clean_start: bool, receive_maximum: int | None) -> bytes:
        properties: dict[str, int] = {}
        if not clean_start:
            properties["session_expiry_interval"] = settings.session_expiry_s
        if receive_maximum is not None:
            properties["receive_maximum"] = receive_maximum
        # gmqtt counts characters, not bytes, of what it is given as str
        return bytes(
            LoginPackageFactor.build_package(
                settings.client_id.encode(),
                None if settings.username is None else settings.username.encode(),
                None if settings.password is None else settings.password.encode(),
                clean_start,
                settings.keepalive_s,
                self,
                **properties,
            )
        )

    def subscribe(self, filters: Sequence[str]) -> tuple[int, bytes]:
        handling = _RETAINED_FOR_NEW_SUBSCRIPTION if self.proto_ver == Version.V5 else 0
        # at most QoS 1: the broker downgrades QoS 2, whose handshake would buy nothing (readings are recognised)
        wanted = [Subscription(one, qos=1, retain_handling_options=handling) for one in filters]
        mid, packet = SubscribePacket.build_package(wanted, self)
        return int(mid), bytes(packet)

    def unsubscribe(self, filters: Sequence[str]) -> tuple[int, bytes]:
        mid, packet = UnsubscribePacket.build_package([one.encode() for one in filters], self)
        return int(mid), bytes(packet)

    def publish(self, topic: str, payload: bytes, *, expiry_s: int | None) -> tuple[int, bytes]:
        """A QoS 1 PUBLISH, never retained."""
        properties = {} if expiry_s is None else {"message_expiry_interval": expiry_s}
        mid, packet = PublishPacket.build_package(GmqttMessage(topic, payload, qos=1, **properties), self)
        return int(mid), bytes(packet)

    def disconnect(self) -> bytes:
        return bytes(DisconnectPacket.build_package(self))


def read_connack(body: bytes, version: Version) -> Connack:
    if len(body) < 2:  # noqa: PLR2004 - flags and code
        raise MalformedPacket("CONNACK is too short")
    properties = _properties(body[2:]) if version is Version.V5 and len(body) > 2 else {}  # noqa: PLR2004 - as above
    return Connack(bool(body[0] & 1), body[1], properties)


def read_mid(body: bytes) -> int:
    if len(body) < 2:  # noqa: PLR2004 - a packet identifier
        raise MalformedPacket("a packet identifier is missing")
    return int.from_bytes(body[:2], "big")


def read_reason(body: bytes) -> int:
    """The reason code of a PUBACK; a short one (always, on 3.1.1) means success."""
    return body[2] if len(body) > 2 else 0  # noqa: PLR2004 - after the packet identifier


def read_suback(body: bytes, version: Version) -> tuple[int, bytes]:
    """(packet identifier, one granted QoS or refusal per filter)."""
    mid = read_mid(body)
    rest = body[2:]
    if version is Version.V5:
        size, rest = unpack_variable_byte_integer(rest)
        rest = rest[size:]
    return mid, rest


def _properties(packet: bytes) -> dict[str, Any]:
    try:
        size, rest = unpack_variable_byte_integer(packet)
        rest = rest[:size]
        found: dict[str, Any] = {}
        while rest:
            kind = Property.factory(id_=rest[0])
            if kind is None:
                raise MalformedPacket(f"unknown property {rest[0]}")
            values, rest = kind.loads(rest[1:])
            found.update(values)
    except (IndexError, ValueError, struct.error) as error:
        raise MalformedPacket(f"properties: {error}") from error
    return found
