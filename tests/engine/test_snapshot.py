"""After a snapshot and a restore at any input, everything goes on exactly as if nothing had happened."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.device_state import MARK
from processor.engine.scope import Scope
from processor.engine.snapshot import restore, snapshot
from processor.model.effect import Effect
from processor.model.inputs import Input, Mute, OrderAction
from processor.model.order import OrderResult, OrderVerb
from processor.model.reading import Flag, Reading
from processor.model.rule import Gap, Level, Rate, Rule
from processor.model.time import MINUTE, SECOND, EpochMs
from tests.engine.district import SCOPE, START, close_valve, district, rule, trigger
from tests.engine.test_restraint import CHATTER

RULES: tuple[Rule, ...] = (
    rule(
        trigger("current >= 300 mA", level=Level.L2, for_ms=MINUTE, samples=2),
        trigger("current >= 500 mA or delta(current, 5 min) >= 100 mA", level=Level.L1),
        clear="current <= 240 mA",
        clear_for=2 * MINUTE,
        name="EL",
    ),
    rule(
        trigger("leak == wet", for_ms=30 * SECOND),
        trigger("count(leak == wet, 90 s) >= 2"),
        profile="leak",
        latched=True,
        answer=close_valve(verify=True),
        name="LK",
    ),
    rule(trigger("count of devices where leak == wet >= 2 within 2 min by riser"), profile="leak", name="GR"),
    rule(trigger("missing(3 min)"), gap=Gap.HOLD, name="XR", clear_for=30 * SECOND),
    msgspec.structs.replace(
        rule(trigger("leak == wet"), profile="leak", answer=close_valve(), name="L0"),
        suppressed_by=("GR",),
        cooldown_ms=3 * MINUTE,
        limit=Rate(2, 2 * MINUTE),
        chatter=(Rate(2, 5 * MINUTE),),
    ),
    msgspec.structs.replace(rule(trigger("current >= 400 mA"), answer=close_valve(), name="SH"), shadow=True),
    CHATTER,
)

Timed = tuple[EpochMs, Input]


@st.composite
def inputs(draw: st.DrawFn) -> list[Timed]:
    """Readings, actions and pauses, at times that mostly go on and sometimes stumble."""
    now = START
    made: list[Timed] = []
    for number in range(draw(st.integers(5, 40))):
        now += draw(st.sampled_from([0, 1, 500, 10_000, 31_000, 60_000, 200_000]))
        late = draw(st.sampled_from([0, 0, 0, 5_000, 70_000]))
        flags = draw(st.sampled_from([0, 0, 0, 0, Flag.RETAINED, Flag.REDELIVERED, Flag.LATE, Flag.NO_DEVICE_TIME]))
        kind = draw(st.integers(0, 9))
        given: Input
        if kind <= 2:
            value = float(draw(st.sampled_from([100, 239, 310, 420, 510])))
            given = Reading("m1", now - late, now, {"current": value}, flags, number % 7)
        elif kind <= 5:
            sensor = draw(st.sampled_from(["l1", "l2", "l3"]))
            word = draw(st.sampled_from(["wet", "wet", "dry"]))
            given = Reading(sensor, now - late, now, {"leak": word}, flags, number % 5)
        elif kind == 6:
            place = draw(st.sampled_from(["open", "closed"]))
            given = Reading("v1", now, now, {"position": place}, flags, number)
        elif kind == 7:
            given = Reading("f1", now, now, {"flow": float(draw(st.sampled_from([0, 9])))}, 0, number)
        elif kind == 8:
            subject, muted = draw(st.sampled_from(["", "l1"])), draw(st.sampled_from(["", "L0"]))
            given = Mute(SCOPE, muted, subject, now + draw(st.sampled_from([0, MINUTE])), "p1", "-")
        else:
            verb = draw(st.sampled_from(OrderVerb))
            order = f"{SCOPE}-00000{draw(st.integers(1, 3))}"
            given = OrderAction(SCOPE, f"r{number}", order, verb, "p1", "note", OrderResult.TRUE_ALARM)
        made.append((now, given))
    return made


def turn(core: Core, given: Input, now: EpochMs) -> list[tuple[str, Effect]]:
    effects: list[tuple[str, Effect]] = []
    while (wake := core.next_wake()) is not None and wake < now:
        effects += core.turn(core.wakes(wake), wake).effects
    return effects + core.turn([given], now).effects


def started() -> Core:
    core = Core(district(*RULES))
    core.turn(core.start(START, None), START)
    return core


def reborn(core: Core) -> Core:
    again = Core(core.district)
    for name, scope in core.scopes.items():
        restore(again.scopes[name], snapshot(scope))
    return again


@given(inputs())
@settings(deadline=None, max_examples=100)
def test_a_crash_after_every_single_input_changes_nothing(timed: list[Timed]) -> None:
    steady, crashing = started(), started()
    for now, given_input in timed:
        expected = turn(steady, given_input, now)
        crashing = reborn(crashing)
        assert turn(crashing, given_input, now) == expected
    assert snapshot(crashing.scopes[SCOPE]) == snapshot(steady.scopes[SCOPE])


@given(inputs())
@settings(deadline=None, max_examples=40)
def test_the_same_inputs_give_the_same_effects_byte_for_byte(timed: list[Timed]) -> None:
    first, second = started(), started()
    for now, given_input in timed:
        assert turn(first, given_input, now) == turn(second, given_input, now)
    assert snapshot(first.scopes[SCOPE]) == snapshot(second.scopes[SCOPE])


@given(inputs())
@settings(deadline=None, max_examples=40)
def test_effect_keys_never_repeat(timed: list[Timed]) -> None:
    core = started()
    keys = [getattr(effect, "key", "") for now, each in timed for _, effect in turn(core, each, now)]
    refusals = [key for key in keys if key.endswith("/refused")]
    others = [key for key in keys if key not in refusals]
    assert len(others) == len(set(others))


@given(inputs())
@settings(deadline=None, max_examples=40)
def test_what_was_taken_before_is_recognised(timed: list[Timed]) -> None:
    core = started()
    for now, each in timed:
        turn(core, each, now)
        if isinstance(each, Reading) and not each.flags & Flag.NO_DEVICE_TIME:
            assert core.turn([each], now).duplicates == 1


def test_a_snapshot_of_another_format_is_refused_with_its_name() -> None:
    scope = Scope(started().scopes[SCOPE].plan)
    state = snapshot(scope).replace(b"\xa6format\x02", b"\xa6format\x7f")
    with pytest.raises(ValueError, match=SCOPE):
        restore(scope, state)


def in_format_1(state: bytes) -> bytes:
    """The same state as it was written before: the time of each point, and marks as pairs."""
    saved = msgspec.msgpack.decode(state)
    for row in saved["devices"]:
        points = len(saved["layouts"][row[1]][0])
        row[3] = row[3] or [row[6]] * points
        row[4] = row[4] or [row[5]] * points
        row[8] = list(MARK.iter_unpack(row[8]))
    return msgspec.msgpack.encode({**saved, "format": 1})


@given(inputs())
@settings(deadline=None, max_examples=60)
def test_what_an_earlier_version_saved_is_the_same_state(timed: list[Timed]) -> None:
    core, again = started(), Core(started().district)
    for now, each in timed:
        turn(core, each, now)
    for name, scope in core.scopes.items():
        restore(again.scopes[name], in_format_1(snapshot(scope)))
        assert snapshot(again.scopes[name]) == snapshot(scope)
