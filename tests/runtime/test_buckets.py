"""A histogram keeps every observation, in the bucket Prometheus would put it in."""

from hypothesis import given
from hypothesis import strategies as st

from processor.runtime.buckets import Buckets


def test_an_observation_equal_to_a_bound_belongs_to_it() -> None:
    buckets = Buckets((1.0, 5.0))
    for value in (0.5, 1.0, 1.1, 5.0, 5.1):
        buckets.observe(value)
    assert buckets.distribution().counts == (2, 2, 1)


@given(st.lists(st.floats(min_value=0, max_value=1e6)))
def test_nothing_observed_is_lost(values: list[float]) -> None:
    buckets = Buckets((0.1, 1.0, 10.0, 1000.0))
    for value in values:
        buckets.observe(value)
    found = buckets.distribution()
    assert sum(found.counts) == len(values)
    assert found.total == sum(values, 0.0)
    assert found.counts[0] == sum(1 for value in values if value <= 0.1)
