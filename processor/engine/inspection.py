"""What can be said of one rule on one subject at one instant: plain, frozen values for people and programs to read.

Long because it is one document, whose parts make sense only together.
"""

from enum import StrEnum

import msgspec

from processor.model.alert import AlertState
from processor.model.disposition import Interlock
from processor.model.evidence import Verdict
from processor.model.order import OrderState
from processor.model.reading import Value
from processor.model.rule import Level
from processor.model.time import DurationMs, EpochMs


class Part(StrEnum):
    """A part of `applies_to`, asked one after the other."""

    PROFILE = "profile"
    TAG = "tag"
    COMMUNITY = "community"
    BUILDING = "building"
    DEVICE = "device"
    MAINS = "mains"
    EXCEPT_DEVICE = "except_device"
    EXCEPT_PROFILE = "except_profile"
    EXCEPT_TAG = "except_tag"
    EXCEPT_COMMUNITY = "except_community"
    EXCEPT_BUILDING = "except_building"


class Asked(msgspec.Struct, frozen=True):
    """One part of the selector, what it wants, what the device has, and whether that lets the device in."""

    part: Part
    wanted: tuple[str, ...]
    has: str
    ok: bool


class ParameterSeen(msgspec.Struct, frozen=True):
    """A parameter in force, the layer that gave it and where it is written; `default` is the rule's own value."""

    name: str
    value: Value
    unit: str
    layer: str
    place: str
    default: Value
    default_unit: str
    low: float | None = None
    high: float | None = None


class Freshness(StrEnum):
    """How far a point's value can be trusted now."""

    FRESH = "fresh"
    STALE = "stale"
    WAITING = "waiting"  # no value has come yet, or what was known before our own down time is too old
    NOT_A_NUMBER = "not_a_number"


class PointSeen(msgspec.Struct, frozen=True):
    """A point's newest value. `age_ms` counts from its arrival; `silent_ms` is what staleness is measured by.

    `stale_after_ms` None: it stands for ever. `with_device`: any message of the device keeps it fresh.
    """

    device: str
    name: str
    value: Value | None
    unit: str
    freshness: Freshness
    at: EpochMs | None
    arrived: EpochMs | None
    age_ms: DurationMs | None
    silent_ms: DurationMs
    stale_after_ms: DurationMs | None
    stale_at: EpochMs | None
    with_device: bool
    periodic: bool


class LimitSeen(msgspec.Struct, frozen=True):
    """A number that a point is held against, in the point's unit, and how it is written."""

    point: str
    operator: str
    value: float
    text: str


class WindowSeen(msgspec.Struct, frozen=True):
    """A running window: how long it is, how many samples it holds and from when to when."""

    key: str
    length_ms: DurationMs
    samples: int | None = None
    first_at: EpochMs | None = None
    last_at: EpochMs | None = None


class NodeSeen(msgspec.Struct, frozen=True):
    """One node of an expression: a condition with its verdict, or a number with its value (None: unknown).

    `text` is what was looked at with its values; `said` is how the operator wrote it, where that is known.
    """

    text: str
    is_condition: bool
    verdict: Verdict = None
    value: float | None = None
    unit: str = ""
    window: WindowSeen | None = None
    parts: tuple["NodeSeen", ...] = ()


class MemberSeen(msgspec.Struct, frozen=True):
    """One device in a group test: whether it is true, when it last was, and whether it counts at present."""

    device: str
    unit: str
    verdict: Verdict
    counts: bool
    true_at: EpochMs | None = None
    fresh: bool = False


class TallySeen(msgspec.Struct, frozen=True):
    """One group test with its members, those that count first."""

    text: str
    count: int
    unknown: int
    total: int
    within_ms: DurationMs
    members: tuple[MemberSeen, ...]


class HoldSeen(msgspec.Struct, frozen=True):
    """One way to a level: its condition now, and how far its hold has come.

    `periodic`: the hold runs on the readings' own time, and only a reading can complete it (`due_at` is then the
    earliest time that reading may have). `paused`: the pause between readings that would begin the hold again.
    """

    level: Level
    condition: NodeSeen
    for_ms: DurationMs
    samples_needed: int
    samples: int
    periodic: bool
    on: bool
    since: EpochMs | None = None
    held_ms: DurationMs = 0
    left_ms: DurationMs | None = None
    due_at: EpochMs | None = None
    pause_ms: DurationMs | None = None
    false_since: EpochMs | None = None
    fall_ms: DurationMs = 0
    fresh: bool = False
    own_clear: NodeSeen | None = None
    tallies: tuple[TallySeen, ...] = ()


class ClearSeen(msgspec.Struct, frozen=True):
    """The way back: the clear condition now (None: "no level is true any more"), and its hold."""

    condition: NodeSeen | None
    for_ms: DurationMs
    periodic: bool
    since: EpochMs | None = None
    left_ms: DurationMs | None = None
    due_at: EpochMs | None = None


class CommandSeen(msgspec.Struct, frozen=True):
    """An automatic command of the answer, and what would forbid it now; the ledger would name the first."""

    level: Level
    device: str
    command: str
    interlocks: tuple[Interlock, ...] = ()
    running: str = ""  # the command id, while one is under way


class AlertSeen(msgspec.Struct, frozen=True):
    """The alert as it stands. `withheld` is why nobody is told of it, `withheld_by` who or what does that."""

    id: str
    state: AlertState
    level: Level
    steps: int
    opened_at: EpochMs
    latched: bool = False  # it has cleared but waits for a person
    late: bool = False
    withheld: str = ""
    withheld_by: str = ""
    order: str = ""
    order_state: OrderState | None = None
    reminders: int = 0


class TimerKind(StrEnum):
    """What an instant is at which time alone may change something."""

    HOLD = "hold"
    FALL = "fall"
    CLEAR = "clear"
    SCHEDULE = "schedule"
    TIME_OF_DAY = "time_of_day"
    STALE = "stale"
    SILENCE = "silence"
    EXPIRY = "expiry"
    COMMAND = "command"
    ORDER = "order"
    MUTE = "mute"
    COOLDOWN = "cooldown"
    CHATTER = "chatter"
    PROBATION = "probation"


class Timer(msgspec.Struct, frozen=True, order=True):
    """One such instant."""

    at: EpochMs
    kind: TimerKind
    detail: str = ""


class RestraintKind(StrEnum):
    """What holds an answer or its commands back while the rule is looked at all the same."""

    SHADOW = "shadow"
    PARENT = "parent"
    MUTED = "muted"
    COOLDOWN = "cooldown"
    LIMIT = "limit"
    CHATTER = "chatter"
    PROBATION = "probation"
    KILL_SWITCH = "kill_switch"


class Restraint(msgspec.Struct, frozen=True):
    """One of them, by whom (a person, a parent's alert) and until when, where that is known."""

    kind: RestraintKind
    by: str = ""
    until: EpochMs | None = None
    detail: str = ""


class CountSeen(msgspec.Struct, frozen=True):
    """What a rule that watches alerts counts: how often, of how many, within which time."""

    what: str
    count: int
    needed: int
    within_ms: DurationMs


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one rule on one subject. `open` None: the rule has no schedule; `member_of` names the group
    that was looked at in place of a device of it."""

    rule: str
    subject: str
    at: EpochMs
    asked: tuple[Asked, ...] = ()
    selected: bool = False
    enabled: bool = True
    note: str = ""
    member_of: str = ""
    parameters: tuple[ParameterSeen, ...] = ()
    points: tuple[PointSeen, ...] = ()
    limits: tuple[LimitSeen, ...] = ()
    holds: tuple[HoldSeen, ...] = ()
    clear: ClearSeen | None = None
    gap: str = ""
    open: bool | None = None
    opens_at: EpochMs | None = None
    alert: AlertSeen | None = None
    restraints: tuple[Restraint, ...] = ()
    commands: tuple[CommandSeen, ...] = ()
    timers: tuple[Timer, ...] = ()
    settling_until: EpochMs | None = None
    watches: str = ""
    watched: tuple[CountSeen, ...] = ()
