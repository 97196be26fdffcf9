"""Which devices a rule looks at, and which it leaves out."""

import pytest

from processor.engine.selection import selects
from processor.model.device import Device
from processor.model.rule import Selector

DEVICE = Device(id="m1", profile="meter", community="sunrise", building="sunrise/b1")
TAGS = {"role": "feeder", "room": "lift"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        (Selector(), True),
        (Selector(profiles=("meter",), communities=("sunrise",), buildings=("sunrise/b1",), devices=("m1",)), True),
        (Selector(tags={"role": ("main", "feeder")}), True),
        (Selector(tags={"role": ("main",)}), False),
        (Selector(except_devices=("m2",)), True),
        (Selector(except_devices=("m1",)), False),
        (Selector(except_profiles=("meter",)), False),
        (Selector(except_profiles=("leak",)), True),
        (Selector(except_communities=("sunrise",)), False),
        (Selector(except_buildings=("sunrise/b1",)), False),
        (Selector(except_buildings=("sunrise/b2",)), True),
        (Selector(except_tags={"room": ("lift", "pump")}), False),
        (Selector(except_tags={"room": ("pump",)}), True),
        (Selector(except_tags={"absent": ("lift",)}), True),
        # one exception is enough, whatever else is said
        (Selector(profiles=("meter",), except_profiles=("leak",), except_tags={"room": ("lift",)}), False),
        (Selector(except_tags={"role": ("main",), "room": ("lift",)}), False),
    ],
)
def test_a_rule_looks_at_what_matches_everything_and_no_exception(selector: Selector, selected: bool) -> None:
    assert selects(selector, DEVICE, TAGS) is selected
