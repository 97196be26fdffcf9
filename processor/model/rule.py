"""What an operator says: the typed, frozen form of rules/*.yaml. Running state is elsewhere (`processor.engine`)."""

from enum import IntEnum, StrEnum

import msgspec

from processor.model.reading import Value
from processor.model.source import SourcePlace, SourceText
from processor.model.text import Text
from processor.model.time import DurationMs


class Level(IntEnum):
    """How grave: L1 red, life or fire now; L2 orange, damage now; L3 yellow, will become damage; L4 blue, upkeep."""

    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4


class Gap(StrEnum):
    """How time without evidence (a silent device, our own down time) counts for a running hold."""

    UNKNOWN = "unknown"  # it proves nothing: a pending alert becomes unknown, the hold starts again
    HOLD = "hold"  # the last word stands and the clock runs on
    RAISE = "raise"  # silence counts as the condition being true


class Watch(StrEnum):
    """What a rule without conditions looks at: not at points but at the alerts of other rules."""

    CHATTER = "chatter"  # one alert of one device that begins to fire again and again
    FLOOD = "flood"  # one rule that begins to fire on many devices of one community


class Trigger(msgspec.Struct, frozen=True):
    """One way to reach a level: the condition held `for_ms` and true on `samples` successive readings.

    `for_named` and `clear_for_named` name a parameter that holds the time instead. A rule that `watches` has one
    trigger, whose `when` is empty.
    """

    level: Level
    when: SourceText
    for_ms: DurationMs = 0
    samples: int = 1
    clear_when: SourceText | None = None
    clear_for_ms: DurationMs | None = None
    for_named: str = ""
    clear_for_named: str = ""


class Clear(msgspec.Struct, frozen=True):
    """When a firing alert ends. No `when`: as soon as no trigger's condition is true. `for_named`: as in Trigger."""

    when: SourceText | None = None
    for_ms: DurationMs = 0
    for_named: str = ""


class Rate(msgspec.Struct, frozen=True):
    """So many times (or devices) within so long: the limit of a chatter or of a flood."""

    times: int
    within_ms: DurationMs


class Parameter(msgspec.Struct, frozen=True):
    """A named number of a rule, in the unit the operator wrote (`unit` "" for a bare number)."""

    name: str
    value: Value
    unit: str = ""
    low: float | None = None
    high: float | None = None
    place: SourcePlace = SourcePlace()


class OverrideLayer(IntEnum):
    """Which layer an override belongs to; the higher one wins."""

    DEFAULT = 0
    PROFILE = 1
    COMMUNITY = 2
    BUILDING = 3
    DEVICE = 4


class Override(msgspec.Struct, frozen=True):
    """Another value of one parameter of one rule for a profile, community, building or device (`target`)."""

    rule: str
    parameter: str
    layer: OverrideLayer
    target: str
    value: Value
    unit: str = ""
    place: SourcePlace = SourcePlace()


class Selector(msgspec.Struct, frozen=True):
    """Which devices a rule looks at; an empty field asks nothing. `mains` None: both."""

    profiles: tuple[str, ...] = ()
    tags: dict[str, tuple[str, ...]] = {}
    communities: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    except_devices: tuple[str, ...] = ()
    except_profiles: tuple[str, ...] = ()
    except_tags: dict[str, tuple[str, ...]] = {}
    except_communities: tuple[str, ...] = ()
    except_buildings: tuple[str, ...] = ()
    mains: bool | None = None


class DayKind(StrEnum):
    """Which days of the district's calendar a schedule speaks of."""

    WORKDAYS = "workdays"  # Monday to Friday but holidays, and the weekend days that are worked instead
    HOLIDAYS = "holidays"  # the calendar's holidays, and weekends that are not worked


class Active(msgspec.Struct, frozen=True):
    """A daily schedule: minutes after local midnight, `end` <= `begin` runs over midnight. Days: 0 is Monday.

    `kind` asks the calendar too; `season` is (first, last) as month * 100 + day, both in it, and may run over the new
    year. An interval belongs to the day on which it begins.
    """

    begin_minute: int
    end_minute: int
    zone: str = "Asia/Shanghai"
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    kind: DayKind | None = None
    season: tuple[int, int] | None = None


class Verification(msgspec.Struct, frozen=True):
    """The independent reading that proves a command: `when` over the points of the device that `target` names."""

    target: str
    when: SourceText
    within_ms: DurationMs


class CommandAnswer(msgspec.Struct, frozen=True):
    """An automatic command of a rule.

    `target`: "self", a link's name, or "same_gateway" (every device of the profile behind the same gateway).
    `precheck` is a condition over the target's own points that must be true before anything is sent.
    `verify` overrides the command's own read-back.
    """

    target: str
    command: str
    precheck: SourceText | None = None
    verify: Verification | None = None
    place: SourcePlace = SourcePlace()


class Answer(msgspec.Struct, frozen=True):
    """What a rule does at a level. `order` is the kind of work order or ""; a command that failed opens one anyway."""

    remind: tuple[str, ...] = ()
    order: str = ""
    commands: tuple[CommandAnswer, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """One rule: condition + hold + levels + clearing + answer."""

    id: str
    name: Text
    applies_to: Selector
    triggers: tuple[Trigger, ...]
    clear: Clear = Clear()
    parameters: dict[str, Parameter] = {}
    gap: Gap = Gap.UNKNOWN
    latched: bool = False
    active: Active | None = None
    answer: Answer = Answer()
    level_answers: dict[Level, Answer] = {}
    text: Text = Text()
    runbook: str = ""
    source: str = ""
    enabled: bool = True
    shadow: bool = False  # evaluated, told to nobody, acts never
    note: str = ""  # why it is off or in shadow
    suppressed_by: tuple[str, ...] = ()  # rules whose alert on this subject, or on a place of it, answers for it
    cooldown_ms: DurationMs = 0  # after an episode: this long no new answer to a new one of the same level or milder
    watches: Watch | None = None
    chatter: tuple[Rate, ...] = ()  # own limits in place of the chatter rule's
    chatter_limited: bool = True
    limit: Rate | None = None  # own limit in place of the flood rule's
    limited: bool = True
    place: SourcePlace = SourcePlace()

    def answer_at(self, level: Level) -> Answer:
        """The answer in force at `level`."""
        return self.level_answers.get(level, self.answer)
