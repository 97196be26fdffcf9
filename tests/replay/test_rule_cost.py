"""The reported state of a rule is what devices really keep, within a factor of two; what is dear is marked."""

import gc
import tracemalloc

import pytest

from processor.engine.plan import Plans
from processor.engine.windows import running_window
from processor.loading.load import load
from processor.model.district import District
from processor.model.time import DAY, HOUR, MINUTE
from processor.replay.rule_cost import profile_costs, rule_costs
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
    assert cost.bytes_per_device == together.bytes_per_device
    real = real_bytes(district, length_ms, period_ms)
    assert real / 2 <= cost.bytes_per_device <= real * 2


def test_a_rule_without_windows_keeps_nothing_for_a_device() -> None:
    (cost,) = rule_costs(district_of(asking("residual_current > 5 mA")))
    assert (cost.windows, cost.bytes_per_device, cost.devices, cost.profile) == (0, 0, 1, "feeder")


def test_what_two_rules_ask_for_is_kept_once() -> None:
    when = "avg(residual_current, 1 h) > 5 mA"
    district = district_of(asking(when) + asking(f"{when} and breaker == open", "R-2"))
    first, second = rule_costs(district)
    (together,) = [each for each in profile_costs(district) if each.profile == "feeder"]
    assert first.bytes_per_device == second.bytes_per_device == together.bytes_per_device
    assert together.windows == 1


def test_the_dear_rule_is_first_and_marked() -> None:
    cheap = "".join(asking("residual_current > 5 mA", f"C-{number}") for number in range(20))
    costs = rule_costs(district_of(cheap + asking("median(residual_current, 1 d) > 5 mA")))
    assert costs[0].rule == "R-1"
    assert [cost.rule for cost in costs if cost.dear] == ["R-1"]
    assert costs[0].work > costs[1].work


def test_rules_that_are_off_or_watch_cost_nothing() -> None:
    watching = "W-1:\n  name: x\n  watches: flood\n  parameters: {devices: 10, within: 10 min}\n  levels: {L2: {}}\n"
    off = asking("residual_current > 5 mA") + "  enabled: false\n  note: x\n"
    assert rule_costs(district_of(off + watching)) == []
