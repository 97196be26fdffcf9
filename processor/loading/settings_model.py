"""How the daemon runs: the typed form of wardwatch.yaml. Times are kept in milliseconds, sizes in bytes."""

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from processor.loading import scalars
from processor.model.time import DAY, HOUR, MINUTE, SECOND

_SIZES: Final = {"B": 1, "kB": 1_000, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def _milliseconds(value: object) -> object:
    found = scalars.duration(value) if isinstance(value, str) else value
    if found is None:
        raise PydanticCustomError("want_duration", "a time with a unit is needed, such as 30 s")
    return found


def _bytes(value: object) -> object:
    found = scalars.quantity(value) if isinstance(value, str) else None
    if found is None:
        if isinstance(value, str):
            raise PydanticCustomError("want_size", "a size is needed, such as 20 GiB")
        return value
    number, unit = found
    if number < 0 or unit not in {*_SIZES, ""}:
        raise PydanticCustomError("want_size", "a size is needed, such as 20 GiB")
    return round(number * _SIZES.get(unit, 1))


def _truth(value: object) -> object:
    if isinstance(value, str):
        if value not in scalars.BOOLEANS:
            raise PydanticCustomError("want_truth", "true or false is needed")
        return scalars.BOOLEANS[value]
    return value


def is_time(metadata: object) -> bool:
    """Whether a field with this beside its type is a length of time."""
    return isinstance(metadata, BeforeValidator) and metadata.func is _milliseconds


def is_size(metadata: object) -> bool:
    """Whether a field with this beside its type is a number of bytes."""
    return isinstance(metadata, BeforeValidator) and metadata.func is _bytes


Milliseconds = Annotated[int, BeforeValidator(_milliseconds)]
Bytes = Annotated[int, BeforeValidator(_bytes)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class Section(BaseModel):
    """A part of the settings: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Tls(Section):
    """`ca` "" trusts the authorities this machine trusts; `certificate` and `key` where the broker asks who we are."""

    ca: str = ""
    certificate: str = ""
    key: str = ""
    server_name: str = ""

    @model_validator(mode="after")
    def _pair(self) -> "Tls":
        if bool(self.certificate) != bool(self.key):
            raise PydanticCustomError("want_pair", "certificate and key belong together")
        return self


class Broker(Section):
    """The MQTT broker. `client_id` is fixed, so that the broker keeps our session while we are away."""

    host: str = Field("127.0.0.1", min_length=1)
    port: Port = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: str = Field("wardwatch", min_length=1, max_length=128)
    username: str = ""
    password: SecretStr | None = None
    password_file: str = ""
    tls: Tls | None = None
    keepalive: Annotated[Milliseconds, Field(ge=5 * SECOND, le=18 * HOUR)] = 30 * SECOND
    session_expiry: Annotated[Milliseconds, Field(ge=0)] = 7 * DAY
    receive_maximum: int = Field(4_000, ge=1, le=65_535)


class Store(Section):
    """The journal. `path` is relative to the folder the daemon was started in."""

    path: str = Field("wardwatch.db", min_length=1)
    retention_days: float = Field(30, gt=0, allow_inf_nan=False)
    retention_bytes: Bytes | None = None
    history_days: float = Field(400, gt=0, allow_inf_nan=False)
    checkpoint: Annotated[Milliseconds, Field(ge=SECOND, le=HOUR)] = MINUTE
    dead_letters: int = Field(100_000, ge=0)
    dead_letter_bytes: Bytes = 256 * 2**20


class Influx(Section):
    """InfluxDB 2, or what speaks its write protocol. Off while `url` is empty."""

    enabled: Truth = True
    url: str = Field("", pattern="^(https?://.+)?$")
    org: str = ""
    bucket: str = ""
    token: SecretStr | None = None
    token_file: str = ""
    timeout: Annotated[Milliseconds, Field(ge=100, le=5 * MINUTE)] = 10 * SECOND
    ca: str = ""
    tags: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether readings go there."""
        return self.enabled and bool(self.url)

    @model_validator(mode="after")
    def _whole(self) -> "Influx":
        if self.active and not (self.org and self.bucket):
            raise PydanticCustomError("want_influx", "url needs org and bucket beside it")
        return self


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket or a port that is none
        return False


class ChannelSettings(Section):
    """One way to tell people. A webhook's `url` and `secret` are secrets.

    `personal` adds names and phone numbers: only for a service that passes each worker their own message.
    """

    kind: Literal["console", "log", "webhook"]
    url: SecretStr | None = None
    url_file: str = ""
    secret: SecretStr | None = None
    secret_file: str = ""
    timeout: Annotated[Milliseconds, Field(ge=100, le=MINUTE)] = 5 * SECOND
    personal: Truth = False

    @model_validator(mode="after")
    def _reachable(self) -> "ChannelSettings":
        if self.kind == "webhook":
            if self.url is None and not self.url_file:
                raise PydanticCustomError("want_url", "a webhook needs url_file, or its url in the environment")
            if self.url is not None and not _is_address(self.url.get_secret_value()):
                raise PydanticCustomError("want_address", "the url begins with http:// or https:// and names a host")
            # One whose file could not be read has been noted already.
            if not (self.secret_file if self.secret is None else self.secret.get_secret_value()):
                raise PydanticCustomError(
                    "want_secret", "a webhook needs secret_file, or its secret in the environment"
                )
        return self


class Limits(Section):
    """What one message may cost, and when a batch is closed."""

    payload_bytes: Annotated[Bytes, Field(ge=64, le=256 * 2**20)] = 256 * 1024
    depth: int = Field(32, ge=1, le=200)
    parts: int = Field(2_000, ge=1, le=100_000)
    batch_messages: int = Field(2_000, ge=1, le=100_000)
    batch: Annotated[Milliseconds, Field(ge=1, le=SECOND)] = 20
    queue: int = Field(20_000, ge=100, le=10_000_000)


class Console(Section):
    """The HTTP edge. Without `token` everything under /api is closed; health and metrics are open."""

    host: str = Field("127.0.0.1", min_length=1)
    port: Port = 8080
    token: SecretStr | None = None
    token_file: str = ""


class Automation(Section):
    """How long the commands of a new or changed rule are only shown; 0 s: they act at once."""

    probation: Annotated[Milliseconds, Field(ge=0, le=400 * DAY)] = 14 * DAY


class ShadowSettings(Section):
    """A directory of rules that the daemon runs beside its own, in a process of their own; "": none."""

    rules: str = ""


class Log(Section):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(BaseSettings):
    """All of wardwatch.yaml. Made from what it is given only: `load_settings` brings file and environment together."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    broker: Broker = Broker()
    store: Store = Store()
    influx: Influx = Influx()
    channels: dict[str, ChannelSettings] = {"console": ChannelSettings(kind="console")}
    limits: Limits = Limits()
    console: Console = Console()
    log: Log = Log()
    automation: Automation = Automation()
    shadow: ShadowSettings = ShadowSettings()
    rules: str = ""
    language: Literal["zh", "en"] = "zh"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller gives: reading the process's own environment here would be a hidden input."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    def shadow_folder(self, config: Path) -> Path | None:
        """The folder of rules to run in shadow, named relative to the folder of the settings."""
        return config / self.shadow.rules if self.shadow.rules else None

    def rules_folder(self, config: Path) -> Path | None:
        """The folder of rules beside or away from the configuration folder; None: look in the usual places."""
        return config / self.rules if self.rules else None
