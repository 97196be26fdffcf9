"""The MQTT broker as the runtime sees it: messages in (acknowledged by us, later), messages out."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from processor.model.time import EpochMs


class Message(NamedTuple):
    """One PUBLISH as it came. `receipt` is what `acknowledge` takes back; None for QoS 0."""

    topic: str
    payload: bytes
    retained: bool
    redelivered: bool
    receipt: object | None
    arrived: int


class Sent(msgspec.Struct, frozen=True):
    """The broker acknowledged it."""


class Refused(msgspec.Struct, frozen=True):
    """The other side will never take this one; do not try again."""

    reason: str


class Unreachable(msgspec.Struct, frozen=True):
    """Not now; try again with the same key. `retry_after_ms` when the other side said so."""

    reason: str
    retry_after_ms: int | None = None


Outcome = Sent | Refused | Unreachable


class Ingest(Protocol):
    """The receiving connection. It hands every message to `on_message` in order and acknowledges nothing by itself."""

    connected: bool
    connected_at: EpochMs
    """When the present connection came up: what comes shortly after may have waited in the broker. 0: never."""

    @property
    def subscribed(self) -> bool:
        """Whether the broker has answered every subscription of the present connection: messages come from now on."""

    async def start(self, on_message: Callable[[Message], None]) -> None:
        """Connect (retrying for ever with backoff) and subscribe; returns at once."""

    def acknowledge(self, receipts: Sequence[object]) -> None:
        """PUBACK these; receipts of a lost connection are ignored (the broker sends those messages again)."""

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Replace the set of topic filters."""

    async def stop(self) -> None: ...


class Publisher(Protocol):
    """The sending connection: alerts and commands, so that they never queue behind PUBACKs."""

    connected: bool

    async def start(self) -> None: ...

    async def publish(self, topic: str, payload: bytes, *, expiry_s: int | None = None, key: str = "") -> Outcome:
        """QoS 1, never retained; resolves when the broker acknowledged or it became clear that it did not."""

    async def stop(self) -> None: ...
