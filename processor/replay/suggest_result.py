"""What `suggest` proposes: plain frozen figures, the same for text and JSON. Values are in the parameter's unit."""

import msgspec

from processor.model.text import Text
from processor.model.time import EpochMs
from processor.replay.suggest_choices import Basis
from processor.replay.suggest_judged import Known
from processor.replay.suggest_normal import Distribution


class DeviceNormal(msgspec.Struct, frozen=True):
    """What is normal on one device, and how many of its values were left out."""

    device: str
    normal: Distribution
    left_out: int


class Choice(msgspec.Struct, frozen=True):
    """A value for the whole district, with own values for some devices, and what it would have made; `kept`: how many
    of the alerts that people judged would have been told again."""

    basis: Basis
    value: float
    bounded: bool
    alerts: int
    subjects: int
    devices: dict[str, float] = {}
    kept: Known = Known()


class Suggestion(msgspec.Struct, frozen=True):
    """One limit. `devices` are those nearest to it, or beyond."""

    parameter: str
    unit: str
    measured: str
    is_high: bool
    current: float
    low: float | None
    high: float | None
    place: str
    normal: Distribution | None
    left_out: int
    devices: tuple[DeviceNormal, ...]
    choices: tuple[Choice, ...]


class Suggestions(msgspec.Struct, frozen=True):
    """All limits of a rule. `related`: rules during whose alerts nothing is normal, beside this one's own.
    `judged`: the rule's alerts of that time whose orders people fed back as false or true."""

    rule: str
    name: Text
    source: str
    since: EpochMs
    until: EpochMs
    readings: int
    related: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    judged: Known = Known()
