"""Compiled conditions agree with a second interpreter on random expressions over random devices."""

import math
from contextlib import suppress

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from processor.language.check import check
from processor.language.compile import compile_condition
from processor.language.compiled import WindowKind, WindowRegistry
from processor.language.nodes import Aggregate, NightMin, Node, Since
from processor.language.walking import walk
from tests.language.district import ATTRIBUTES, NOW, PARAMETERS, VOCABULARY, ZONE, FixedWindow, View
from tests.language.expressions import conditions, devices
from tests.language.oracle import Oracle, TooClose, window_of

answers = st.none() | st.integers(-4, 6).map(float) | st.sampled_from((300.0, 60_000.0, math.nan))


def windows_of(node: Node) -> set[tuple[WindowKind, int]]:
    return {window_of(part) for part in walk(node) if isinstance(part, Aggregate | Since | NightMin)}


def assert_samples_agree(node: Node, registry: WindowRegistry, oracle: Oracle) -> None:
    """What a window over a condition is fed is what the oracle says of that condition."""
    aggregates = [part for part in walk(node) if isinstance(part, Aggregate | Since | NightMin)]
    for spec in registry.specs:
        same = {part.operand for part in aggregates if window_of(part) == (spec.kind, spec.length_ms)}
        sample = spec.sample(oracle.device, NOW)
        if len(same) == 1 and isinstance(sample, bool | None) and spec.kind is not WindowKind.COUNT:
            with suppress(TooClose):
                assert sample is oracle.answer(same.pop())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(node=conditions, device=devices(), data=st.data())
def test_compiled_and_interpreted_agree(node: Node, device: View, data: st.DataObject) -> None:
    found = check(node, VOCABULARY, PARAMETERS, zone=ZONE)
    # the only fault a random expression may have: a window over nothing but constants
    assert {fault.code for fault in found} <= {"window_without_point"}
    assume(not found)
    registry = WindowRegistry()
    condition = compile_condition(node, VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, registry)
    said = {window: data.draw(answers) for window in sorted(windows_of(node))}
    device.windows = tuple(FixedWindow(said[spec.kind, spec.length_ms]) for spec in registry.specs)
    try:
        expected = Oracle(device, said).verdict(node)
    except TooClose:
        assume(False)
        raise
    event(f"verdict {expected}")
    assert condition.evaluate(device, NOW) is expected
    assert_samples_agree(node, registry, Oracle(device, said))
    evidence = condition.explain(device, NOW)
    assert evidence.verdict is expected
    assert evidence.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(node=conditions, device=devices())
def test_only_what_it_names_can_change_a_verdict(node: Node, device: View) -> None:
    assume(not check(node, VOCABULARY, PARAMETERS, zone=ZONE))
    registry = WindowRegistry()
    condition = compile_condition(node, VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, registry)
    device.windows = tuple(FixedWindow(1.0) for _ in registry.specs)
    before = condition.evaluate(device, NOW)
    for slot in range(len(device.values)):
        if slot not in condition.slots:
            device.values[slot] = None
            device.arrivals[slot] = NOW
    assert condition.evaluate(device, NOW) is before


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(node=conditions, device=devices(), later=st.integers(0, 4 * 86_400_000))
def test_without_arrivals_a_verdict_changes_only_at_a_silence_or_an_edge(node: Node, device: View, later: int) -> None:
    assume(not check(node, VOCABULARY, PARAMETERS, zone=ZONE))
    registry = WindowRegistry()
    condition = compile_condition(node, VOCABULARY, PARAMETERS, ATTRIBUTES, ZONE, registry)
    device.windows = tuple(FixedWindow(1.0) for _ in registry.specs)
    due = [
        (device.last_arrival if silence.slot is None else device.arrivals[silence.slot]) + silence.after_ms
        for silence in condition.silences
    ]
    if condition.next_edge is not None:
        due.append(condition.next_edge(NOW))
    until = min((moment for moment in due if moment > NOW), default=NOW + later + 1)
    assert condition.evaluate(device, min(NOW + later, until - 1)) is condition.evaluate(device, NOW)
