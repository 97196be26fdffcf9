"""What a backtest came to: plain frozen figures, the same for text, JSON and the page. Durations are milliseconds."""

import msgspec

from processor.model.reading import Value
from processor.model.rule import Level
from processor.model.text import Text
from processor.model.time import DurationMs, EpochMs
from processor.replay.difference import Episode, EpisodePair

FORMAT_VERSION = 1


class Alarm(Episode, frozen=True):
    """One alert that fired. `opened`: its condition began then; `began_before`: it fired before counting began."""

    opened: EpochMs = 0
    evidence: str = ""
    began_before: bool = False


class RuleFigures(msgspec.Struct, frozen=True):
    """One rule. `levels`: alerts by the gravest level they had; `unfired`: conditions that began and never fired."""

    rule: str
    name: Text
    alerts: int = 0
    levels: dict[str, int] = {}
    devices: int = 0
    median_ms: DurationMs | None = None
    p95_ms: DurationMs | None = None
    standing: int = 0
    standing_before: int = 0
    unfired: int = 0
    unknown_ms: DurationMs = 0
    transitions: int = 0
    withheld: dict[str, int] = {}
    chattering: int = 0
    commands_sent: int = 0
    commands_refused: dict[str, int] = {}
    commands_failed: int = 0
    orders: int = 0
    reminders: int = 0


class DayLoad(msgspec.Struct, frozen=True):
    """One local day: alerts by level, orders opened, reminders, commands sent."""

    day: str
    alerts: dict[str, int] = {}
    orders: int = 0
    reminders: int = 0
    commands: int = 0


class WorkerLoad(msgspec.Struct, frozen=True):
    """What one worker would have had: orders (shared evenly by those on duty for each) and messages."""

    person: str
    orders: float
    orders_per_day: float
    orders_on_worst_day: float
    messages: int


class Load(msgspec.Struct, frozen=True):
    """The work a rule set makes. `over_limit`: worker-days with more than `limit` orders."""

    days: tuple[DayLoad, ...] = ()
    roles: dict[str, int] = {}
    workers: tuple[WorkerLoad, ...] = ()
    workers_counted: int = 0
    per_worker_day: float = 0.0
    limit: float = 5.0
    over_limit: int = 0
    unassigned_orders: int = 0


class Flood(msgspec.Struct, frozen=True):
    """More alerts of one community in ten minutes than one person can take in (ISA-18.2)."""

    community: str
    begin: EpochMs
    end: EpochMs
    alerts: int


class Noisy(msgspec.Struct, frozen=True):
    """A subject with many alerts, and its part of all."""

    subject: str
    alerts: int
    share: float
    rules: tuple[str, ...]


class Account(msgspec.Struct, frozen=True):
    """One rule set over the time that is counted."""

    name: str
    rules_hash: str
    rules: tuple[RuleFigures, ...]
    load: Load
    floods: tuple[Flood, ...]
    noisiest: tuple[Noisy, ...]
    alarms: tuple[Alarm, ...]
    alarms_left_out: int = 0


class RuleChange(msgspec.Struct, frozen=True):
    """One rule on both sides: its alerts before and after, and of the pairs how many are of each kind."""

    rule: str
    before: int
    after: int
    same: int
    added: int
    removed: int
    moved: int
    level: int


class Comparison(msgspec.Struct, frozen=True):
    """This rule set (`after`) against what was recorded, or against another rule set (`before`).

    `differences` are the alerts that are not the same; with very many only the first, and `left_out` counts the rest.
    """

    before: str
    tolerance_ms: DurationMs
    rules: tuple[RuleChange, ...]
    differences: tuple[EpisodePair, ...]
    left_out: int = 0


class Source(msgspec.Struct, frozen=True):
    """What was read, with the warm-up. `unknown_devices`: readings of devices that are not configured.

    `complete` is false where the run was stopped: then `until` is how far it came.
    """

    names: tuple[str, ...]
    since: EpochMs
    until: EpochMs
    warm_up_ms: DurationMs
    readings: int
    unknown_devices: int
    bad_rows: int
    bad_row_examples: tuple[str, ...] = ()
    complete: bool = True
    seconds: float = 0.0


class PointLimit(msgspec.Struct, frozen=True):
    """A number the rule holds the point against, in the point's unit, as it is written. `level` None: the way back."""

    value: float
    text: str
    level: Level | None = None


class PointValues(msgspec.Struct, frozen=True):
    """One point's values in the order of time, in its own unit, and the limits it is held against."""

    point: str
    unit: str
    samples: tuple[tuple[EpochMs, Value], ...]
    limits: tuple[PointLimit, ...] = ()


class AlarmValues(msgspec.Struct, frozen=True):
    """What the device said around one alert."""

    alert: str
    since: EpochMs
    until: EpochMs
    points: tuple[PointValues, ...]


class Result(msgspec.Struct, frozen=True):
    """Everything. `compared_with`: the account of the record or of the other rule set; `values`: for the page only."""

    source: Source
    account: Account
    compared_with: Account | None = None
    comparison: Comparison | None = None
    values: tuple[AlarmValues, ...] = ()
    zone: str = "Asia/Shanghai"
    version: int = FORMAT_VERSION
