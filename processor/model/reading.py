"""What a device said at one moment, or why what came could not become that."""

from enum import IntFlag, StrEnum
from typing import TypeAlias

import msgspec

from processor.model.time import EpochMs

Value: TypeAlias = float | bool | str
"""A point's value: numbers in the point's own unit, booleans, or the member of an enum / a text."""


class Flag(IntFlag):
    """Qualities of a reading that decide what it may cause (DESIGN.md 5.6 and 6)."""

    RETAINED = 1  # the broker kept it: its moment is not now
    REDELIVERED = 2  # MQTT DUP: it may have been seen before
    NO_DEVICE_TIME = 4  # the payload carries no time: `at` is the arrival
    CLOCK_OFF = 8  # the device's clock is off by > 60 s: `at` is the arrival
    CLOCK_REFUSED = 16  # the device's clock is off by > 24 h: its time was refused
    HISTORY = 32  # the profile says this message carries stored, late history
    RETRIED = 64  # came out of the dead letters after a profile was mended
    # `at` differs from `arrived` by more than the freshness limit but is within 24 h on the profile's word (backlog)
    LATE = 128
    # came while the broker was handing over what it had kept for us: an old device time is then not a wrong clock
    BACKLOG = 256


class Reading(msgspec.Struct, frozen=True, array_like=True, tag="r", gc=False):
    """One device's values at one moment.

    `at` decides order and holds (device time where it can be trusted, else arrival); `arrived` decides absence and
    freshness. `fingerprint` is the CRC-32 of the payload: with (device, at) it recognises what comes again.
    """

    device: str
    at: EpochMs
    arrived: EpochMs
    values: dict[str, Value]
    flags: int = 0
    fingerprint: int = 0


class RejectionReason(StrEnum):
    """Why a message, or one part of it, became a dead letter."""

    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_DEVICE = "unknown_device"
    DEVICE_MISMATCH = "device_mismatch"
    UNDECODABLE = "undecodable"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    MISSING_FIELD = "missing_field"
    BAD_TIME = "bad_time"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY_PARTS = "too_many_parts"
    SINK_REFUSED = "sink_refused"
    INTERNAL = "internal"


class Rejection(msgspec.Struct, frozen=True):
    """A dead letter: what came, where, and why it is not a reading. `payload` may be cut; `size` is the true length."""

    reason: RejectionReason
    topic: str
    payload: bytes
    size: int
    arrived: EpochMs
    detail: str
    device: str | None = None
