"""The names of an alert's life. The table of the life itself is `processor.engine.alert_life`."""

from enum import StrEnum

import msgspec

from processor.model.rule import Level
from processor.model.time import EpochMs


class AlertState(StrEnum):
    """Where one rule on one subject stands."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    UNKNOWN = "unknown"


class AlertCause(StrEnum):
    """What can happen to an alert; with the state it decides the next state."""

    TRUE = "true"  # some trigger's condition became true, its hold still runs
    REACHED = "reached"  # some trigger's condition held long enough
    FALSE = "false"  # no trigger's condition is true
    UNKNOWN = "unknown"  # cannot be told
    CLEARING = "clearing"  # the clear condition became true, its hold runs
    CLEARED = "cleared"  # the clear condition held long enough (and, if latched, a person reset it)
    RELAPSED = "relapsed"  # the clear condition is no longer true before its hold was over
    LEVEL = "level"  # the level rose or fell
    RELEASED = "released"  # what withheld its answer is over: it is answered now
    RULE_CHANGED = "rule_changed"  # a reload changed the rule's meaning or took it away
    SUBJECT_GONE = "subject_gone"  # the device left the configuration


class Withheld(StrEnum):
    """Why an alert that fires is told to nobody and does not act; it is evaluated and recovers all the same."""

    SHADOW = "shadow"  # its rule only shows what it would do
    PARENT = "parent"  # a rule named in `suppressed_by` fires on the same subject or on a place of it
    MUTED = "muted"  # a named person said so, until an instant
    COOLDOWN = "cooldown"  # it was answered a short while ago
    LIMIT = "limit"  # too many alerts of this rule: one roll-up alert speaks for all


class Transition(msgspec.Struct, frozen=True):
    """One numbered step of an alert; (alert, number) is unique for ever."""

    alert: str
    number: int
    rule: str
    subject: str
    community: str
    before: AlertState
    after: AlertState
    cause: AlertCause
    level: Level
    opened_at: EpochMs
    reading_at: EpochMs | None
    decided_at: EpochMs
    evidence: str
    rules_hash: str
    late: bool = False
    withheld: Withheld | None = None
    withheld_by: str = ""  # the parent's or the roll-up's alert, or the person who muted
