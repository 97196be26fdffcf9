"""What is left to look at after a message says the same as the whole conditions, in as few looks as may be."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from processor.language.check import check
from processor.language.compile import compile_condition
from processor.language.compiled import WindowRegistry
from processor.language.looks import fewest
from processor.language.nodes import Node
from tests.language.district import ATTRIBUTES, NOW, PARAMETERS, VOCABULARY, ZONE, FixedWindow, View, compiled
from tests.language.expressions import conditions, devices

ALL = frozenset(VOCABULARY.slots.values())
answers = st.none() | st.integers(-4, 6).map(float) | st.sampled_from((300.0, 60_000.0, float("nan")))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(nodes=st.lists(conditions, min_size=1, max_size=4), device=devices(), data=st.data())
def test_some_look_is_true_if_and_only_if_some_condition_is(
    nodes: list[Node], device: View, data: st.DataObject
) -> None:
    assume(not any(check(node, VOCABULARY, PARAMETERS, zone=ZONE) for node in nodes))
    registry = WindowRegistry()
    found = [compile_condition(node, VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, registry) for node in nodes]
    present = frozenset(data.draw(st.sets(st.sampled_from(sorted(ALL)), min_size=1)))
    device.last_arrival = NOW
    for slot in present:
        device.arrivals[slot] = NOW
    said = [condition.said(present) for condition in found]
    looks = fewest(look for each in said for look in each.looks)
    device.windows = tuple(FixedWindow(data.draw(answers)) for _ in registry.specs)
    verdicts = [condition.evaluate(device, NOW) for condition in found]
    assert any(look(device, NOW) for look in looks) is any(verdicts)
    assert [each.verdict(device, NOW) if each.verdict else False for each in said] == verdicts


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (("missing(15 min)", "missing(power, 1 h)"), 0),  # what has just spoken is not silent
        (("residual_current >= 300 mA", "residual_current >= 0.5 A"), 1),
        (("residual_current >= 0.5 A", "residual_current >= 300 mA"), 1),
        (("residual_current > 300 mA", "residual_current >= 300 mA"), 1),
        (("residual_current >= 300 mA", "residual_current <= 300 mA"), 2),
        (("residual_current >= 300 mA", "residual_current >= 400 mA and delta(residual_current, 10 min) >= 100 mA"), 1),
        (("avg(power, 5 min) > 10 W", "avg(power, 5 min) > 20 W", "avg(power, 6 min) > 20 W"), 2),
        (("power > 10 W or residual_current > 1 mA", "(power > 20 W or residual_current > 2 mA) and leak_alarm"), 2),
    ],
)
def test_what_another_look_tells_is_not_looked_at(texts: tuple[str, ...], left: int) -> None:
    registry = WindowRegistry()
    said = [compiled(text, registry).said(ALL) for text in texts]
    assert len(fewest(look for each in said for look in each.looks)) == left
