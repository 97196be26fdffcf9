"""Readings as InfluxDB line protocol: one line a reading, its profile the measurement, its place the tags."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Final, TypeAlias

from processor.model.device import Device
from processor.model.reading import Reading, Value

Describe: TypeAlias = Callable[[str], Device | None]
"""The device of this id as the configuration knows it now; None when it left."""

UNKNOWN_MEASUREMENT: Final = "unknown_device"
TEXT_LIMIT: Final = 1_000  # characters of a text value; InfluxDB refuses a line with more than 64 KiB in one
NAME_LIMIT: Final = 200  # characters of a tag; each distinct one costs the database memory for ever
OWN_TAGS_LIMIT: Final = 8
_CACHE_LIMIT: Final = 200_000
_KEYS_LIMIT: Final = 10_000

# What no escape exists for: line ends, NUL, and a backslash, which would escape the separator that follows it.
_UNWRITABLE: Final = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\x00": None, "\\": "/"})
_MEASUREMENT: Final = str.maketrans({",": r"\,", " ": r"\ "})
_KEY: Final = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\="})
_QUOTED: Final = str.maketrans({'"': r"\"", "\\": r"\\", "\n": " ", "\r": " ", "\x00": None})


def measurement(name: str) -> str:
    """A measurement's name, escaped. A leading # would make the line a comment."""
    clean = name.translate(_UNWRITABLE)[:NAME_LIMIT].translate(_MEASUREMENT)
    return "_" + clean[1:] if clean.startswith("#") else clean or "_"


def key(name: str) -> str:
    """A tag's key or value, or a field's key, escaped."""
    return name.translate(_UNWRITABLE)[:NAME_LIMIT].translate(_KEY) or "_"


def field(value: Value) -> str | None:
    """A field's value; None for a number the protocol cannot say (infinite, not a number)."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return f'"{value[:TEXT_LIMIT].translate(_QUOTED)}"'
    number = float(value)
    return repr(number) if isfinite(number) else None


def beginning(device_id: str, device: Device | None, own_tags: Sequence[str] = ()) -> str:
    """Measurement and tags. Never a room or a person: series are read by many (DESIGN.md 5.12)."""
    if device is None:
        return f"{UNKNOWN_MEASUREMENT},device={key(device_id)}"
    tags = {
        **{name: device.tags.get(name, "") for name in own_tags[:OWN_TAGS_LIMIT]},
        "building": device.building,
        "community": device.community,
        "device": device_id,
        "riser": device.riser,
    }
    told = ",".join(f"{key(name)}={key(value)}" for name, value in sorted(tags.items()) if value)
    return f"{measurement(device.profile)},{told}"


class Lines:
    """Writes lines; remembers each device's beginning until the configuration gives another device for the id."""

    def __init__(self, describe: Describe, own_tags: Sequence[str] = ()) -> None:
        self._describe = describe
        self._own_tags = tuple(own_tags)
        self._keys: dict[str, str] = {}
        self._beginnings: dict[str, tuple[Device | None, str]] = {}

    def line(self, reading: Reading) -> bytes | None:
        """The line of a reading with its time in milliseconds; None where it has no value to write."""
        fields = [
            f"{self._field_key(name)}={said}"
            for name, value in reading.values.items()
            if (said := field(value)) is not None
        ]
        if not fields:
            return None
        return f"{self._beginning(reading.device)} {','.join(fields)} {reading.at}".encode("utf-8", "replace")

    def _field_key(self, name: str) -> str:
        """`key`, remembered: profiles have few names and every line needs some."""
        known = self._keys.get(name)
        if known is None:
            if len(self._keys) >= _KEYS_LIMIT:
                self._keys.clear()
            known = self._keys[name] = key(name)
        return known

    def _beginning(self, device_id: str) -> str:
        device = self._describe(device_id)
        known = self._beginnings.get(device_id)
        if known is not None and known[0] is device:
            return known[1]
        if len(self._beginnings) >= _CACHE_LIMIT:
            self._beginnings.clear()
        made = beginning(device_id, device, self._own_tags)
        self._beginnings[device_id] = (device, made)
        return made
