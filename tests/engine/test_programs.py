"""The engine and an independent interpreter agree on random programs over random histories.

`--programs 10000` asks for more of them: the same test, longer.
"""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.snapshot import restore, snapshot
from processor.language.check import check
from processor.language.compiled import WindowKind
from processor.language.fault import ExpressionFault
from processor.language.format import format_node
from processor.language.nodes import Aggregate, And, Compare, Name, NightMin, Node, Not, Number, Or, Since
from processor.language.parse import parse
from processor.model.device import Device
from processor.model.district import District
from processor.model.profile import Profile
from processor.model.reading import Flag, Reading, Value
from processor.model.rule import Level, Rule, Selector, Trigger
from processor.model.source import SourceText
from processor.model.text import Text
from processor.model.time import DAY, HOUR, MINUTE, SECOND
from tests.engine.program_oracle import Message, Program
from tests.language.district import ATTRIBUTES, PARAMETERS, POINTS, VOCABULARY, ZONE
from tests.language.expressions import MEMBERS, OPERATORS, conditions, lengths
from tests.language.oracle import TooClose

BEGAN = 1_774_652_400_000
PERIODIC = ("residual_current", "cable_temperature", "flow")
UNITS = {"residual_current": "mA", "cable_temperature": "degC", "flow": "L/min"}
SLOPES = {"residual_current": "mA/d", "cable_temperature": "K/d", "flow": "L/min/d"}


def compared(left: st.SearchStrategy[Node], unit: str) -> st.SearchStrategy[Node]:
    amount = st.builds(Number, st.sampled_from(("0", "1", "2.5", "5", "300")), st.just(unit))
    return st.builds(Compare, st.sampled_from(OPERATORS), left, amount)


def more_of(point: str) -> st.SearchStrategy[Node]:
    """The forms that look at days, ranks and nights."""
    name, unit = st.just(Name(point)), UNITS[point]
    days = st.builds(Number, st.integers(3, 6).map(str), st.just("d"))
    ranked = st.builds(Aggregate, st.just(WindowKind.PERCENTILE), name, lengths | days, percent=st.integers(1, 99))
    hourly = st.builds(
        Aggregate,
        st.sampled_from((WindowKind.MEDIAN, WindowKind.AVG, WindowKind.MAX)),
        name,
        days,
        same_hour=st.just(True),
    )
    nights = st.none() | st.builds(Number, st.integers(1, 3).map(str), st.just("nights"))
    night = st.builds(NightMin, name, st.sampled_from((0, 120, 1_380)), st.sampled_from((240, 300)), nights)
    slope = st.builds(Aggregate, st.just(WindowKind.SLOPE), name, days)
    return st.one_of(
        compared(ranked | hourly | night, unit),
        compared(slope, SLOPES[point]),
        st.builds(Aggregate, st.just(WindowKind.FLAT), name, lengths),
    )


grown: st.SearchStrategy[Node] = st.one_of(
    conditions,
    *map(more_of, PERIODIC),
    compared(st.builds(Since, conditions), "min"),
)
programs: st.SearchStrategy[Node] = st.one_of(
    grown,
    grown.map(Not),
    st.builds(And, st.tuples(grown, grown)),
    st.builds(Or, st.tuples(grown, grown)),
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, Value]:
    """Some points, with values near the bounds that programs ask about."""
    found: dict[str, Value] = {}
    for name in draw(st.lists(st.sampled_from(sorted(POINTS)), min_size=1, max_size=6, unique=True)):
        if name in MEMBERS:
            found[name] = draw(st.sampled_from(MEMBERS[name]))
        elif name in {"leak_alarm", "producing"}:
            found[name] = draw(st.booleans())
        elif name == "end_reason":
            found[name] = draw(st.sampled_from(("overload", "full")))
        else:
            found[name] = draw(st.integers(-3, 6).map(float) | st.sampled_from((299.0, 300.0, 500.0, 2.5)))
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    """Messages at any pace, from seconds to days; some late, some out of order, some of one instant."""
    now = newest = BEGAN
    pace = draw(st.sampled_from((10 * SECOND, MINUTE, 20 * MINUTE, 5 * HOUR, DAY)))
    found = []
    for _ in range(draw(st.integers(1, 14))):
        newest += draw(st.sampled_from((1, pace // 3, pace, pace, 2 * pace + 1)))
        now = max(now, newest) + draw(st.sampled_from((0, 0, 0, SECOND)))
        late = draw(st.sampled_from((0, 0, 0, 0, 0, pace // 2, 3 * pace)))
        found.append(Message(max(BEGAN, newest - late), now, draw(values())))
    return found


def running(program: Node) -> Core:
    """A core with one device and one rule, started."""
    rule = Rule(
        id="P",
        name=Text(zh="程序", en="program"),
        applies_to=Selector(),
        triggers=(Trigger(level=Level.L3, when=SourceText(format_node(program))),),
        parameters=dict(PARAMETERS),
    )
    tags = {name: value for name, value in ATTRIBUTES.items() if name != "room"}
    device = Device(id="d", profile="everything", community="c", room=ATTRIBUTES["room"], tags=tags)
    core = Core(
        District(
            profiles={"everything": Profile("everything", (), POINTS)},
            devices={"d": device},
            rules={"P": rule},
            zone=ZONE,
        )
    )
    core.turn(core.start(BEGAN, None), BEGAN)
    return core


def reborn(core: Core) -> Core:
    """The same core after a crash."""
    again = Core(core.district)
    restore(again.scopes["c"], snapshot(core.scopes["c"]))
    return again


def said(core: Core, now: int) -> bool | None:
    """What the engine's own condition says now."""
    device = core.scopes["c"].devices["d"]
    return device.blueprint.rules[0].triggers[0].condition.evaluate(device, now)


def agree(program: Node, messages: Sequence[Message]) -> None:
    """After every message, a while after it, and across a crash in the middle."""
    core = running(program)
    for number, message in enumerate(messages, 1):
        flags = int(Flag.LATE) if message.at < message.now - MINUTE else 0
        reading = Reading("d", message.at, message.now, dict(message.values), flags, number)
        core.turn([reading], message.now)
        if number % 5 == 3:
            core = reborn(core)
        for now in (message.now, message.now + 90 * SECOND):
            if number == len(messages) or now < messages[number].now:
                with suppress(TooClose):
                    expected = Program.at(messages[:number], now, BEGAN).verdict(program)
                    assert said(core, now) is expected, (format_node(program), number, now)


@pytest.mark.timeout(3_600)
def test_the_engine_and_the_interpreter_agree(pytestconfig: pytest.Config) -> None:
    @settings(
        max_examples=pytestconfig.getoption("--programs"),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(program=programs, messages=histories())
    def agrees(program: Node, messages: list[Message]) -> None:
        assume(not check(program, VOCABULARY, PARAMETERS, zone=ZONE))
        agree(program, messages)

    agrees()


def test_a_late_reading_enters_a_window_before_the_window_over_it() -> None:
    program = parse("count(delta(cable_temperature, 15 min) < 0 K, 15 min) <= 0")
    assert not isinstance(program, ExpressionFault)
    early = Message(BEGAN + 1, BEGAN + 1, {"cable_temperature": 0.0})
    agree(program, [early, Message(BEGAN, BEGAN + 2, {"cable_temperature": 1.0})])
