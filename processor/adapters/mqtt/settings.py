"""What one connection to the broker needs to know."""

from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path


class Version(IntEnum):
    """The protocol version as CONNECT writes it."""

    V311 = 4
    V5 = 5


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Files of the trust: the authority that signed the broker, and our own certificate where the broker asks for it.

    `ca` None means the authorities the machine trusts.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: str | None = field(default=None, repr=False)
    server_name: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Pauses between attempts: doubled from `first_s` to `longest_s`; `refused_s` where only a person can mend it."""

    first_s: float = 0.5
    longest_s: float = 30.0
    refused_s: float = 30.0


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and who we are. `client_id` is fixed, so that the broker keeps our session.

    `receive_maximum` bounds what we take before we acknowledge: announced on MQTT 5, and on both versions nothing more
    is read from the socket until some of it is acknowledged (the read that reaches the bound may pass it a little).
    `gather_s` is how long received messages may gather in the socket before the next read, under load.
    `in_flight` bounds what the publisher has sent or queued without an answer.
    """

    host: str
    client_id: str
    port: int = 1883
    version: Version = Version.V5
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsSettings | None = None
    keepalive_s: int = 30
    session_expiry_s: int = 7 * 24 * 3600
    receive_maximum: int = 10_000
    gather_s: float = 0.002
    in_flight: int = 1_000
    answer_within_s: float = 10.0
    retry: Retry = Retry()
