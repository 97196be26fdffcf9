"""What devices that are alike share, no device changes for another; what came before is known by its mark."""

from typing import Final

from processor.engine.core import Core
from processor.engine.device_state import REMEMBERED, DeviceState
from processor.model.district import District
from processor.model.profile import Listen, Profile
from processor.model.reading import Flag, Reading, Value
from processor.model.time import MINUTE, SECOND
from tests.engine.district import SCOPE, START, device, district, number, rule, trigger

PAIR: Final = Profile(
    name="pair",
    listen=(Listen("t/{device}"),),
    points={"b": number("b", every_ms=MINUTE), "a": number("a", every_ms=MINUTE)},
)


def pairs() -> District:
    """Two devices that are alike, of two points."""
    found = district(rule(trigger("a >= 90 mA"), profile="pair"), devices=(device("p1", "pair"), device("p2", "pair")))
    found.profiles["pair"] = PAIR
    return found


def state(core: Core, name: str) -> DeviceState:
    """A device's running state."""
    return core.scopes[SCOPE].devices[name]


def say(name: str, at: int, count: int = 0, flags: int = 0, **values: Value) -> Reading:
    """One message."""
    return Reading(name, at, at, values, flags, count)


def started() -> Core:
    """The two devices after a message with both points from each, in one batch; the points in the payload's order."""
    core = Core(pairs())
    core.turn(core.start(START, None), START)
    now = START + SECOND
    core.turn([say("p1", now, b=2.0, a=1.0), say("p2", now, b=4.0, a=3.0)], now)
    return core


def test_values_of_a_whole_message_stand_by_slot_whatever_their_order() -> None:
    core = started()
    assert tuple(state(core, "p1").values) == (1.0, 2.0)
    assert tuple(state(core, "p2").values) == (3.0, 4.0)


def test_devices_heard_in_one_batch_share_one_arrival() -> None:
    core = started()
    assert state(core, "p1").arrivals is state(core, "p2").arrivals


def test_what_one_device_says_alone_touches_no_other() -> None:
    core, later = started(), START + MINUTE
    core.turn([say("p1", later, a=7.0)], later)
    assert list(state(core, "p1").values) == [7.0, 2.0]
    assert list(state(core, "p1").arrivals) == [later, START + SECOND]
    assert list(state(core, "p2").values) == [3.0, 4.0]
    assert list(state(core, "p2").arrivals) == [START + SECOND] * 2


def test_a_restart_forgets_stale_values_of_one_device_and_touches_no_other() -> None:
    core, later = started(), START + 2 * MINUTE
    core.turn([say("p1", later, a=7.0)], later)
    down, up = later + SECOND, later + 2 * MINUTE
    core.turn(core.start(up, down), up)
    assert list(state(core, "p1").values) == [7.0, None]
    assert list(state(core, "p2").values) == [None, None]
    assert list(state(core, "p1").arrivals) == [later + (up - down), START + SECOND + (up - down)]


def test_a_mark_that_only_straddles_two_others_is_none_of_them() -> None:
    core, at = started(), START + MINUTE
    p1 = state(core, "p1")
    core.turn([say("p1", at + each, 7 * each, a=1.0) for each in range(REMEMBERED)], at)
    marks = {at + each: 7 * each for each in range(REMEMBERED)}
    for when in range(at - 4, at + 2 * REMEMBERED):
        for print_ in range(8 * REMEMBERED):
            if when <= p1.newest_at:
                assert p1.is_duplicate(say("p1", when, print_, a=1.0)) == (marks.get(when) == print_)


def test_the_oldest_mark_gives_way() -> None:
    core, at = started(), START + MINUTE
    readings = [say("p1", at + each, each + 1, a=1.0) for each in range(REMEMBERED + 1)]
    core.turn(readings, at)
    known = [state(core, "p1").is_duplicate(each) for each in readings]
    assert known == [False] + [True] * REMEMBERED


def test_without_a_time_of_its_own_a_message_sent_again_is_known_by_its_content() -> None:
    core, at = started(), START + MINUTE
    core.turn([say("p1", at, 5, a=1.0)], at)
    again = int(Flag.NO_DEVICE_TIME | Flag.REDELIVERED)
    assert state(core, "p1").is_duplicate(say("p1", at + 9, 5, again, a=1.0))
    assert not state(core, "p1").is_duplicate(say("p1", at + 9, 6, again, a=1.0))
