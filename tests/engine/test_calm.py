"""The short way of a calm reading leaves the same state, byte for byte, and the same effects as the long one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.engine import scope as scopes
from processor.engine.core import Core
from processor.engine.snapshot import snapshot
from processor.model.reading import Flag, Reading
from processor.model.time import SECOND
from tests.engine.district import SCOPE, START, district, rule, trigger
from tests.engine.test_peers_naive import CASES, DEVICES, meant

RULES = district(
    rule(trigger(CASES[0][0]), name="R-1"),
    rule(trigger("count of devices where leak == wet >= 3 within 10 min by riser"), name="R-2", profile="leak"),
    rule(trigger("all of devices where leak == dry by riser", for_ms=600 * SECOND), name="R-3", profile="leak"),
    rule(trigger("missing(3 min)"), name="R-4", profile="leak"),
    rule(trigger("changes(leak, 10 min) >= 4 and missing(60 min)"), name="R-5", profile="leak"),
    devices=DEVICES,
)
STEPS = st.lists(
    st.tuples(st.sampled_from((1, 20, 59, 130, 400)), st.sampled_from(DEVICES), st.booleans(), st.booleans()),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_short_way_and_the_long_way_are_one(
    steps: list[tuple[int, object, bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = Core(RULES), Core(RULES)
    now = START
    for core in (short, long):
        core.turn(core.start(START, None), START)
    for count, (pause, device, bad, doubtful) in enumerate(steps):
        name = getattr(device, "id", "")
        now += pause * SECOND
        given_one = Reading(name, now, now, meant(name, bad=bad), int(Flag.RETAINED) if doubtful else 0, count)
        made = []
        for core in (short, long):
            with monkeypatch.context() as patch:
                if core is long:
                    patch.setattr(scopes, "is_calm", lambda *_: False)
                found = []
                while (wake := core.next_wake()) is not None and wake < now:
                    found.append(core.turn(core.wakes(wake), wake).effects)
                found.append(core.turn([given_one], now).effects)
            made.append((found, snapshot(core.scopes[SCOPE])))
        assert made[0] == made[1]
        for state in short.scopes[SCOPE].devices.values():
            silence = state.next_silence(now) if state.device.id == name and state.blueprint.lapses else None
            assert silence is None or 0 < state.armed <= silence  # no silence is noticed late
