"""The reported state of a rule is what devices really keep, within a factor of two; what is dear is marked."""

import gc
import tracemalloc

import pytest

from processor.engine.plan import Plans
from processor.engine.windows import running_window
from processor.language.compiled import WindowKind
from processor.loading.load import load
from processor.model.district import District
from processor.model.time import DAY, HOUR, MINUTE
from processor.replay.cost_hints import hint
from processor.replay.rule_cost import profile_costs, rule_costs
from processor.replay.unit_costs import PARTS, WINDOWS, Span
from processor.replay.work import price
from tests.loading.sound import SOUND

START = 1_790_000_000_000
MANY = 40
HEAD = "R-1:\n  name: x\n  applies_to: {profile: feeder}\n"


def district_of(rules: str) -> District:
    sources = {**SOUND, "rules/base.yaml": rules}
    del sources["config/overrides.yaml"]
    loaded = load(sources)
    assert loaded.district is not None, [problem.render() for problem in loaded.problems]
    return loaded.district


def asking(when: str, name: str = "R-1") -> str:
    return HEAD.replace("R-1", name) + f'  levels: {{L2: {{when: "{when}"}}}}\n'


def real_bytes(district: District, length_ms: int, period_ms: int) -> float:
    """What the windows of one feeder take, measured over many that are fed as a meter would feed them."""
    drawn = Plans(district).plan("sunrise").blueprint(district.devices["el-1"])
    steps = length_ms // period_ms + 2
    for spec in drawn.windows:  # what all devices share is made before it is measured
        running_window(spec).add(START, 1.0)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    windows = [running_window(spec) for _ in range(MANY) for spec in drawn.windows]
    for number in range(steps):
        at = START + number * period_ms
        for index, window in enumerate(windows):
            window.add(at, 80.0 + (number * 31 + index * 7) % 89 / 4)
            if number % 100 == 0:
                window.value(at)
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / MANY


@pytest.mark.parametrize(
    ("when", "length_ms", "period_ms"),
    [
        ("avg(residual_current, 1 h) > 5 mA", HOUR, MINUTE),
        ("delta(residual_current, 2 h) > 5 mA", 2 * HOUR, MINUTE),
        ("max(residual_current, 6 h) > 5 mA", 6 * HOUR, MINUTE),
        ("median(residual_current, 3 h) > 5 mA", 3 * HOUR, MINUTE),
        ("stddev(residual_current, 1 h) > 5 mA and changes(residual_current, 1 h) > 3", HOUR, MINUTE),
        ("p99(residual_current, 7 d) at same hour > 5 mA", 7 * DAY, 5 * MINUTE),
        ("avg(residual_current, 7 d) > 5 mA", 7 * DAY, 5 * MINUTE),
        ("slope(residual_current, 14 d) > 5 mA/d", 14 * DAY, 10 * MINUTE),
    ],
)
def test_the_bytes_reported_are_the_bytes_kept(when: str, length_ms: int, period_ms: int) -> None:
    district = district_of(asking(when))
    (cost,) = rule_costs(district)
    (together,) = [each for each in profile_costs(district) if each.profile == "feeder"]
    assert cost.window_bytes == cost.bytes_per_device == together.window_bytes
    real = real_bytes(district, length_ms, period_ms)
    assert real / 2 <= cost.window_bytes <= real * 2
    assert cost.bytes_at_most >= cost.window_bytes


def test_a_rule_without_windows_keeps_nothing_for_a_device() -> None:
    (cost,) = rule_costs(district_of(asking("residual_current > 5 mA")))
    assert (cost.windows, cost.bytes_per_device, cost.devices, cost.profile) == (0, 0, 1, "feeder")


def test_what_two_rules_ask_for_is_kept_once() -> None:
    when = "avg(residual_current, 1 h) > 5 mA"
    district = district_of(asking(when) + asking(f"{when} and breaker == open", "R-2"))
    first, second = rule_costs(district)
    (together,) = [each for each in profile_costs(district) if each.profile == "feeder"]
    assert first.window_bytes == second.window_bytes == together.window_bytes
    assert together.windows == 1
    assert together.micros < first.micros + second.micros + PARTS["message"] + 4 * PARTS["point"]


def test_the_dear_rule_is_first_and_marked() -> None:
    cheap = "".join(asking("residual_current > 5 mA", f"C-{number}") for number in range(20))
    costs = rule_costs(district_of(cheap + asking("median(residual_current, 1 d) > 5 mA")))
    assert costs[0].rule == "R-1"
    assert [cost.rule for cost in costs if cost.dear] == ["R-1"]
    assert costs[0].micros > costs[1].micros


def test_rules_that_are_off_or_watch_cost_nothing() -> None:
    watching = "W-1:\n  name: x\n  watches: flood\n  parameters: {devices: 10, within: 10 min}\n  levels: {L2: {}}\n"
    off = asking("residual_current > 5 mA") + "  enabled: false\n  note: x\n"
    assert rule_costs(district_of(off + watching)) == []


def test_an_alert_and_a_part_in_a_group_have_their_price() -> None:
    told = "count of devices where residual_current > 5 mA >= 2 by building"
    single, group = (rule_costs(district_of(asking(when)))[0] for when in ("residual_current > 5 mA", told))
    assert single.alert_bytes > 500
    assert (single.member_bytes, group.windows) == (0, 0)
    assert group.member_bytes > 100
    assert group.groups > single.groups == 0


def test_who_is_only_asked_by_a_rule_is_in_the_account() -> None:
    costs = rule_costs(district_of(asking("breaker == open and any of others where flow > 1 L/min by building")))
    assert {cost.profile: cost.devices for cost in costs} == {"feeder": 1, "flow": 2}
    assert next(cost for cost in costs if cost.profile == "flow").groups > 0


BOUNDS = {
    WindowKind.COUNT: "5",
    WindowKind.CHANGES: "5",
    WindowKind.RATE: "5 mA/min",
    WindowKind.DURATION: "1 min",
}


def test_every_window_that_can_be_written_has_a_measured_price() -> None:
    for kind in WindowKind:
        spans = {span for other, span in WINDOWS if other is kind}
        assert spans
        assert all(price(kind, span) == WINDOWS[kind, span] for span in spans)
    lengths = {Span.SHORT: "1 h", Span.LONG: "7 d", Span.DAYS: "7 d", Span.SAME_HOUR: "7 d"}
    for kind, span in WINDOWS:
        if span is not Span.ANY and kind is not WindowKind.SLOPE:
            word = "p95" if kind is WindowKind.PERCENTILE else str(kind)
            hour = " at same hour" if span is Span.SAME_HOUR else ""
            operand, bound = (
                ("breaker == open", "1 min") if kind is WindowKind.DURATION else ("residual_current", "5 mA")
            )
            bound = {WindowKind.COUNT: "5", WindowKind.CHANGES: "5", WindowKind.RATE: "5 mA/min"}.get(kind, bound)
            (cost,) = rule_costs(district_of(asking(f"{word}({operand}, {lengths[span]}){hour} > {bound}")))
            assert cost.dearest is not None
            assert (cost.dearest.kind, cost.dearest.span) == (kind, span)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("median(residual_current, 1 d) > 5 mA", "median(residual_current, 1 d)"),
        ("p99(residual_current, 28 d) at same hour > 5 mA", "fewer days"),
        ("avg(residual_current, 7 d) > 5 mA", "shorten it"),
        ("avg(residual_current, 1 d) > 5 mA", "48 h"),
        ("duration(breaker == open, 1 h) > 5 min", "waiting alone"),
        ("any of devices where residual_current > 5 mA by building", "ask fewer devices"),
        ("residual_current > 5 mA or temperature > 70 degC", "many conditions"),
    ],
)
def test_the_hint_says_what_makes_the_rule_dear(when: str, words: str) -> None:
    (cost,) = rule_costs(district_of(asking(when)))
    assert words in hint(cost).en
    assert hint(cost).zh != hint(cost).en
