"""What a rule's test says: devices, what they report, what people and devices do, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from processor.model.device import Device
from processor.model.order import OrderResult
from processor.model.reading import Value
from processor.model.rule import Override
from processor.model.source import SourcePlace
from processor.model.time import MINUTE, DurationMs, EpochMs
from processor.replay.expectations import Expectation
from processor.replay.notation import Sample


@dataclass(frozen=True, slots=True)
class Series:
    """What devices report, one reading each `every_ms`. `steady` values are in every reading; `delay_ms` is how late
    the marked ones come."""

    devices: tuple[str, ...]
    every_ms: DurationMs
    start_ms: DurationMs
    points: Mapping[str, list[Sample]]
    steady: Mapping[str, Value]
    delay_ms: DurationMs = 10 * MINUTE


class ReplyKind(StrEnum):
    """What a device says to a command."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NONE = "none"
    UNDELIVERED = "undelivered"  # the broker never took it in its lifetime


@dataclass(frozen=True, slots=True)
class Reply:
    """How one device answers every command, how long after it, and what it reports at once when it obeyed."""

    kind: ReplyKind
    after_ms: DurationMs = 1_000
    report: tuple[tuple[str, Value], ...] = ()


class Act(StrEnum):
    """What a person does; the words are those of the file."""

    ACCEPT = "accept"
    DONE = "done"
    CLOSE = "close"
    REOPEN = "reopen"
    RESET = "reset"
    STOP_COMMANDS = "stop_commands"
    ALLOW_COMMANDS = "allow_commands"


@dataclass(frozen=True, slots=True)
class Action:
    """A person's action at `at_ms` on the newest order (or, to reset, alert) of `rule`."""

    at_ms: DurationMs
    act: Act
    place: SourcePlace
    rule: str = ""
    by: str = ""
    note: str = ""
    result: OrderResult | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test: everything by its offset from `start`. `until_ms` is when looking ends; `settings` are other values of
    rules' parameters; `in_force` are rules that run in it as if they were neither off nor in shadow."""

    name: str
    place: SourcePlace
    start: EpochMs
    until_ms: DurationMs
    devices: Mapping[str, Device]
    series: tuple[Series, ...]
    replies: Mapping[str, Reply]
    actions: tuple[Action, ...]
    settings: tuple[Override, ...]
    expectations: tuple[Expectation, ...]
    in_force: tuple[str, ...] = ()
