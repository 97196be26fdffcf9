"""Random programs that ask the devices around, and windows over what these say, agree with an independent interpreter.

`--programs 10000` asks for more of them.
"""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.language.check import check
from processor.language.compiled import WindowKind
from processor.language.format import format_node
from processor.language.nodes import Aggregate, And, Compare, Group, Name, Node, Not, Number, Or, Since
from processor.model.device import Device
from processor.model.district import District
from processor.model.profile import Profile
from processor.model.reading import Reading, Value
from processor.model.rule import Level, Rule, Selector, Trigger
from processor.model.source import SourceText
from processor.model.text import Text
from processor.model.time import HOUR, MINUTE, SECOND
from tests.engine.group_program_oracle import FLOORS, OWN, GroupProgram, Word, groups_of, own_points
from tests.engine.program_oracle import Message
from tests.engine.test_programs import BEGAN, reborn, said
from tests.language.district import POINTS, VOCABULARY, ZONE
from tests.language.expressions import OPERATORS
from tests.language.oracle import TooClose

VALUES: dict[str, st.SearchStrategy[Value]] = {
    "breaker": st.sampled_from(("open", "closed")),
    "leak_alarm": st.booleans(),
    "power": st.sampled_from((0.0, 1.0, 2.0)),
    "starts": st.sampled_from((0.0, 1.0, 2.0)),
}
numbers = st.sampled_from(("0", "1", "2", "3"))
atoms: st.SearchStrategy[Node] = st.one_of(
    st.just(Name("leak_alarm")),
    st.builds(Compare, st.sampled_from(("==", "!=")), st.just(Name("breaker")), st.just(Name("open"))),
    st.builds(Compare, st.sampled_from(OPERATORS), st.just(Name("power")), st.builds(Number, numbers, st.just("W"))),
    st.builds(Compare, st.sampled_from(OPERATORS), st.just(Name("starts")), st.builds(Number, numbers)),
)


def joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    both = st.tuples(inner, inner)
    return st.builds(Not, inner) | st.builds(And, both) | st.builds(Or, both)


wheres = atoms | joined(atoms)
lengths = st.builds(Number, st.integers(1, 9).map(str), st.sampled_from(("s", "min", "h")))


def group_tests(within: st.SearchStrategy[Number | None]) -> st.SearchStrategy[Node]:
    of, by = st.sampled_from(("others", "others", "devices", "floors")), st.just("riser")
    shares = st.sampled_from(("0", "25", "50", "60", "100")).map(lambda text: Number(text, "%"))
    limits = st.builds(Number, numbers)
    signs = st.sampled_from(OPERATORS)
    return st.one_of(
        st.builds(Group, st.sampled_from(("any", "all")), of, wheres, st.just(""), st.none(), within, by),
        st.builds(Group, st.just("count"), of, wheres, signs, limits, within, by),
        st.builds(Group, st.just("share"), of, wheres, signs, shares, within, by),
    )


def asked(within: st.SearchStrategy[Number | None]) -> st.SearchStrategy[Node]:
    """Group tests, alone or with others and with the device's own points."""
    tests = group_tests(within)
    return tests | joined(tests) | st.builds(And, st.tuples(tests, atoms)) | st.builds(Or, st.tuples(tests, atoms))


def counted(operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    kinds = st.sampled_from((WindowKind.COUNT, WindowKind.CHANGES))
    return st.builds(Aggregate, kinds, operand, lengths)


def timed(operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(Aggregate, st.just(WindowKind.DURATION), operand, lengths) | st.builds(Since, operand)


def windowed(operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """A condition over a window."""
    signs = st.sampled_from(OPERATORS)
    return st.one_of(
        st.builds(Compare, signs, counted(operand), st.builds(Number, numbers)),
        st.builds(Compare, signs, timed(operand), lengths),
        st.builds(Aggregate, st.just(WindowKind.FLAT), operand, lengths),
    )


def highest(inner: st.SearchStrategy[Node], limits: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    kinds = st.sampled_from((WindowKind.MAX, WindowKind.MIN, WindowKind.LAST))
    return st.builds(Compare, st.sampled_from(OPERATORS), st.builds(Aggregate, kinds, inner, lengths), limits)


# What a window says changes by waiting, which is no word of a member: nested ones have no `within`.
flat_tests, any_tests = asked(st.none()), asked(st.none() | lengths)
grown = st.one_of(
    any_tests,
    windowed(any_tests),
    windowed(any_tests),
    windowed(windowed(flat_tests)),
    highest(counted(flat_tests), st.builds(Number, numbers)),
    highest(timed(flat_tests), lengths),
)
programs = grown | joined(grown) | st.builds(And, st.tuples(grown, atoms)) | st.builds(Or, st.tuples(grown, atoms))


@st.composite
def histories(draw: st.DrawFn) -> list[Word]:
    """Words of four devices, at any pace; times are even, so that no `within` ends at the instant of a word."""
    now, pace = BEGAN, draw(st.sampled_from((SECOND, 20 * SECOND, MINUTE, HOUR)))
    found = []
    for who in draw(st.permutations(sorted(FLOORS))) if draw(st.booleans()) else ():
        now += 2
        found.append((who, Message(now, now, {name: draw(each) for name, each in VALUES.items()})))
    for _ in range(draw(st.integers(1, 12))):
        now += draw(st.sampled_from((2, pace, pace, 2 * pace, 3 * pace + 2)))
        names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
        message = Message(now, now, {name: draw(VALUES[name]) for name in names})
        found.append((draw(st.sampled_from(sorted(FLOORS))), message))
    return found


def running(program: Node) -> Core:
    rule = Rule(
        id="P",
        name=Text(zh="程序", en="program"),
        applies_to=Selector(devices=(OWN,)),
        triggers=(Trigger(level=Level.L3, when=SourceText(format_node(program))),),
    )
    devices = {
        who: Device(id=who, profile="everything", community="c", building="c/b", riser="c/b/r", floor=floor)
        for who, floor in FLOORS.items()
    }
    core = Core(
        District(
            profiles={"everything": Profile("everything", (), POINTS)}, devices=devices, rules={"P": rule}, zone=ZONE
        )
    )
    core.turn(core.start(BEGAN, None), BEGAN)
    return core


def pass_time(core: Core, until: int) -> None:
    """Wake the core at each instant that it asked for."""
    while (wake := core.next_wake()) is not None and wake <= until:
        core.turn(core.wakes(wake), wake)


def agree(program: Node, words: Sequence[Word]) -> None:
    """After every word, a while after it, and across crashes."""
    core = running(program)
    for number, (who, message) in enumerate(words, 1):
        pass_time(core, message.now - 1)
        core.turn([Reading(who, message.at, message.now, dict(message.values), 0, number)], message.now)
        if number % 5 == 3:
            core = reborn(core)
        for now in (message.now, message.now + 9 * SECOND, message.now + 3 * HOUR):
            if number == len(words) or now < words[number][1].now:
                pass_time(core, now)
                with suppress(TooClose):
                    expected = GroupProgram.after(words[:number], now, BEGAN).verdict(program)
                    assert said(core, now) is expected, (format_node(program), number, now - BEGAN, words)


def is_about_a_device(program: Node) -> bool:
    return bool(own_points(program)) or any(group.of == "others" for group in groups_of(program))


@pytest.mark.timeout(3_600)
def test_the_engine_and_the_interpreter_agree_on_what_is_asked_around(pytestconfig: pytest.Config) -> None:
    @settings(
        max_examples=pytestconfig.getoption("--programs"),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(program=programs, words=histories())
    def agrees(program: Node, words: list[Word]) -> None:
        assume(is_about_a_device(program))
        assume(not check(program, VOCABULARY, {}, zone=ZONE, peers=True))
        agree(program, words)

    agrees()
