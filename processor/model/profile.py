"""What a kind of device says and obeys: the typed form of config/profiles/*.yaml."""

from enum import StrEnum

import msgspec

from processor.model.reading import Value
from processor.model.source import SourcePlace, SourceText
from processor.model.text import Text
from processor.model.time import DurationMs


class PointKind(StrEnum):
    """The type of a point's values."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    TEXT = "text"


class TimeFormat(StrEnum):
    """How a payload writes its time."""

    EPOCH_S = "epoch_s"
    EPOCH_MS = "epoch_ms"
    EPOCH_US = "epoch_us"
    EPOCH_NS = "epoch_ns"
    ISO = "iso"


class PayloadFormat(StrEnum):
    """How a payload is written."""

    JSON = "json"
    SCALAR = "scalar"  # the whole payload is one value: text, number, true/false/on/off


class Point(msgspec.Struct, frozen=True):
    """One named quantity. `path` is where the payload has it; `unit` is the unit of every stored value.

    A periodic point (`every_ms` set) is stale `stale_after_ms` after it last arrived (2 periods unless told).
    An on-change point (`on_change`) stands until it changes or the device is offline (silent for `stale_after_ms`
    of the device as a whole; None: never).
    """

    name: str
    kind: PointKind
    path: str = ""
    listen: int | None = None  # index into Profile.listen when only one of several topics carries it; None: any
    unit: str = ""
    payload_unit: str = ""  # unit the payload uses when it differs from `unit`; "" means the same
    scale: float = 1.0
    offset: float = 0.0
    low: float | None = None
    high: float | None = None
    # payload text/number/boolean written as text -> member of the enum; for a boolean "true"/"false"; for a number or a
    # text the value to take instead. 1.0 is written "1", true is "true".
    members: dict[str, str] = {}
    number_as_text: bool = False  # a number written as JSON text ("12.5") is taken; without it that is a wrong type
    default: Value | None = None
    required: bool = False
    every_ms: DurationMs | None = None
    on_change: bool = False
    stale_after_ms: DurationMs | None = None
    name_text: Text = Text()


class TimeField(msgspec.Struct, frozen=True):
    """Where the payload carries its time. `zone` is the IANA zone of ISO times written without an offset."""

    path: str
    format: TimeFormat
    zone: str = "UTC"


class Listen(msgspec.Struct, frozen=True):
    """One topic template such as "v1/{community}/leak/{device}/telemetry" and how its payload is laid out.

    `device` names the captured field, or "$.path" of the payload, that holds the device's id *on the wire*; `split`
    is the path of an array whose elements are separate readings (arrays of devices or of points), "" for none, "$" for
    the payload itself; `element_device` is the template that names the device of each element, e.g. "{device}-p{port}",
    whose fields are topic captures or scalar fields of the element (of the payload where nothing is split).
    Under `split` every path starts at the element, and "$.path" at the payload.
    """

    template: str
    format: PayloadFormat = PayloadFormat.JSON
    device: str = "device"
    split: str = ""
    element_device: str = ""
    history: bool = False
    time: TimeField | None = None
    reply: bool = False  # carries answers to commands rather than readings; `reply_id`/`reply_ok` say where
    reply_id: str = "id"
    reply_ok: str = ""
    reply_accepted: tuple[str, ...] = ("true", "1", "ok", "OK", "success")  # what `reply_ok` holds when it is a yes
    backlog: bool = False  # the device stores and sends later: a time up to 24 h past is believed (Flag.LATE)


class CommandSpec(msgspec.Struct, frozen=True):
    """One command the device kind takes. The platform alone sends it only when `makes_safer` is true.

    `payload` is JSON text with "{command_id}" (and captures of the device's topic) as placeholders. `effect` is the
    read-back condition over the device's own points that proves it, `within_ms` its deadline.
    """

    name: str
    topic: str
    payload: str
    makes_safer: bool
    effect: SourceText | None = None
    within_ms: DurationMs = 30_000
    lifetime_ms: DurationMs = 30_000
    text: Text = Text()


class Profile(msgspec.Struct, frozen=True):
    """A kind of device: how its topics and payloads become points, and which commands it takes."""

    name: str
    listen: tuple[Listen, ...]
    points: dict[str, Point]
    commands: dict[str, CommandSpec] = {}
    time: TimeField | None = None
    tags: dict[str, str] = {}
    text: Text = Text()
    place: SourcePlace = SourcePlace()
