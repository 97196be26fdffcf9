"""Small districts made in code, so that a time table shows the rule and the readings and nothing else."""

from dataclasses import dataclass, field

from processor.engine.core import Core
from processor.model.device import Device
from processor.model.district import District
from processor.model.effect import AlertChanged, DispositionChanged, Effect, SendCommand
from processor.model.inputs import Input
from processor.model.place import Place, PlaceKind
from processor.model.profile import CommandSpec, Listen, Point, PointKind, Profile
from processor.model.reading import Reading, Value
from processor.model.rule import (
    Answer,
    Clear,
    CommandAnswer,
    Gap,
    Level,
    Parameter,
    Rule,
    Selector,
    Trigger,
    Verification,
)
from processor.model.source import SourceText
from processor.model.text import Text
from processor.model.time import MINUTE, SECOND, DurationMs, EpochMs

START: EpochMs = 1_790_000_000_000
SCOPE = "sunrise"


def at(text: str) -> EpochMs:
    """Core time of a length after the start, such as "4m59s"."""
    total, number = 0, ""
    for sign in text:
        if sign.isdigit():
            number += sign
        else:
            total += int(number) * {"s": SECOND, "m": MINUTE, "h": 60 * MINUTE}[sign]
            number = ""
    return START + total


def number(name: str, unit: str = "mA", every_ms: DurationMs | None = 60 * SECOND) -> Point:
    """A periodic number."""
    return Point(name=name, kind=PointKind.NUMBER, path=name, unit=unit, every_ms=every_ms)


def state(name: str, *members: str) -> Point:
    """An on-change enum."""
    return Point(
        name=name, kind=PointKind.ENUM, path=name, members={member: member for member in members}, on_change=True
    )


METER = Profile(name="meter", listen=(Listen("m/{device}"),), points={"current": number("current")})
LEAK = Profile(name="leak", listen=(Listen("l/{device}"),), points={"leak": state("leak", "wet", "dry")})
FLOW = Profile(
    name="flow",
    listen=(Listen("f/{device}"),),
    points={"flow": number("flow", "L/min", 10 * SECOND)},
)
VALVE = Profile(
    name="valve",
    listen=(Listen("v/{device}"),),
    points={"position": state("position", "open", "closed")},
    commands={
        "close": CommandSpec(
            name="close",
            topic="v/{device}/command",
            payload='{"do":"close","id":"{command_id}"}',
            makes_safer=True,
            effect=SourceText("position == closed"),
            within_ms=30 * SECOND,
        ),
        "open": CommandSpec(
            name="open", topic="v/{device}/command", payload='{"do":"open","id":"{command_id}"}', makes_safer=False
        ),
    },
)


NO_ANSWER = Answer()


def trigger(when: str, *, level: Level = Level.L2, for_ms: DurationMs = 0, samples: int = 1, **more: object) -> Trigger:
    """One way to reach a level."""
    return Trigger(level=level, when=SourceText(when), for_ms=for_ms, samples=samples, **more)  # type: ignore[arg-type]  # tests pass the struct's own fields on


def rule(
    *triggers: Trigger,
    profile: str = "meter",
    clear: str = "",
    clear_for: DurationMs = 0,
    gap: Gap = Gap.UNKNOWN,
    latched: bool = False,
    answer: Answer = NO_ANSWER,
    parameters: dict[str, Parameter] | None = None,
    name: str = "R-1",
) -> Rule:
    """A rule on one profile."""
    return Rule(
        id=name,
        name=Text(zh="规则", en="rule"),
        applies_to=Selector(profiles=(profile,)),
        triggers=triggers,
        clear=Clear(SourceText(clear) if clear else None, clear_for),
        gap=gap,
        latched=latched,
        answer=answer,
        parameters=parameters or {},
    )


def close_valve(*, verify: bool = False) -> Answer:
    """Close the linked valve; an order as well; proved by the flow meter if `verify`."""
    proof = Verification("flow_meter", SourceText("flow <= 0.1 L/min"), 60 * SECOND) if verify else None
    return Answer(
        remind=("grid_worker",), order="leak", commands=(CommandAnswer(target="valve", command="close", verify=proof),)
    )


LINKS = {"valve": "v1", "flow_meter": "f1"}


def device(name: str, profile: str, **more: object) -> Device:
    """A device of the one community."""
    place = {"building": f"{SCOPE}/b1", "riser": f"{SCOPE}/b1/r1"}
    return Device(id=name, profile=profile, community=SCOPE, critical=False, **place, **more)  # type: ignore[arg-type]  # as trigger


DEVICES = (
    device("m1", "meter"),
    device("l1", "leak", links=LINKS, floor="1"),
    device("l2", "leak", links=LINKS, floor="2"),
    device("l3", "leak", links=LINKS, floor="3"),
    device("v1", "valve"),
    device("f1", "flow"),
)


def district(*rules: Rule, devices: tuple[Device, ...] = DEVICES) -> District:
    """These rules on these devices."""
    return District(
        profiles={each.name: each for each in (METER, LEAK, FLOW, VALVE)},
        places={f"{SCOPE}/b1": Place(f"{SCOPE}/b1", PlaceKind.BUILDING, grid="g1")},
        devices={each.id: each for each in devices},
        rules={each.id: each for each in rules},
        hash="h1",
    )


@dataclass
class Play:
    """A core on virtual time that remembers what left it."""

    core: Core
    effects: list[tuple[EpochMs, Effect]] = field(default_factory=list)
    count: int = 0
    last_reading: Reading | None = None

    @classmethod
    def of(cls, *rules: Rule, devices: tuple[Device, ...] = DEVICES) -> "Play":
        """Started at START."""
        return cls.started(district(*rules, devices=devices))

    @classmethod
    def started(cls, whole: District) -> "Play":
        """On a district as it is, started at START."""
        play = cls(Core(whole))
        for given in play.core.start(START, None):
            play.give(given, START)
        return play

    def until(self, now: EpochMs) -> "Play":
        """Let time pass, waking the core at exactly the instants it asked for."""
        while (wake := self.core.next_wake()) is not None and wake <= now:
            for given in self.core.wakes(wake):
                self.give(given, wake)
        return self

    def give(self, given: Input, now: EpochMs) -> list[Effect]:
        """One input now, after all wake-ups before it."""
        made = [effect for _, effect in self.core.turn([given], now).effects]
        self.effects += [(now, effect) for effect in made]
        return made

    def say(self, device_id: str, when: str, *, flags: int = 0, delay_ms: int = 0, **values: Value) -> list[Effect]:
        """A reading of the device at `when`, arriving `delay_ms` later."""
        self.count += 1
        now = at(when) + delay_ms
        self.until(now - 1)
        self.last_reading = Reading(device_id, at(when), now, values, flags, self.count)
        return self.give(self.last_reading, now)

    def pass_to(self, when: str) -> "Play":
        """Let time pass until `when`."""
        return self.until(at(when))

    def transitions(self) -> list[str]:
        """Every step as "before>after", in order."""
        return [
            f"{effect.transition.before}>{effect.transition.after}"
            for _, effect in self.effects
            if isinstance(effect, AlertChanged)
        ]

    def state(self, rule_id: str = "R-1") -> str:
        """The newest state of the rule's alert, "ok" before the first."""
        states = [
            effect.transition.after
            for _, effect in self.effects
            if isinstance(effect, AlertChanged) and effect.transition.rule == rule_id
        ]
        return str(states[-1]) if states else "ok"

    def level(self) -> Level:
        """The newest level."""
        return [effect.transition.level for _, effect in self.effects if isinstance(effect, AlertChanged)][-1]

    def commands(self) -> list[str]:
        """Every command sent: "device command"."""
        return [f"{effect.device} {effect.command}" for _, effect in self.effects if isinstance(effect, SendCommand)]

    def dispositions(self) -> list[str]:
        """Every step of every disposition, with its interlock if any."""
        return [
            str(effect.disposition.interlock or effect.disposition.state)
            for _, effect in self.effects
            if isinstance(effect, DispositionChanged)
        ]

    def alerts(self) -> list[AlertChanged]:
        """Every alert step."""
        return [effect for _, effect in self.effects if isinstance(effect, AlertChanged)]
