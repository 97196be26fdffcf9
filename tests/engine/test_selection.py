"""Which devices a rule looks at, and which it leaves out."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.plan import Plans
from processor.engine.selection import Named, effective_parameters, selects, tags_of
from processor.model.device import Device
from processor.model.district import District
from processor.model.profile import Point, PointKind, Profile
from processor.model.rule import Level, Override, OverrideLayer, Parameter, Rule, Selector, Trigger
from processor.model.source import SourceText
from processor.model.text import Text

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


A_FEW = st.sampled_from(("a", "b", "c"))
TAG_NAMES = ("role", "room", "floor", "mains", "profile")
devices = st.builds(
    Device,
    id=A_FEW,
    profile=A_FEW,
    community=A_FEW,
    building=A_FEW,
    room=A_FEW,
    floor=A_FEW,
    mains=st.booleans(),
    tags=st.dictionaries(st.sampled_from(TAG_NAMES), A_FEW, max_size=2),
)
NAMES = ("profiles", "communities", "buildings", "devices")
named = st.tuples(st.sampled_from((*NAMES, *(f"except_{name}" for name in NAMES))), A_FEW.map(lambda name: (name,)))
tagged = st.tuples(
    st.sampled_from(("tags", "except_tags")), st.dictionaries(st.sampled_from(TAG_NAMES), st.tuples(A_FEW), min_size=1)
)
fed = st.tuples(st.just("mains"), st.booleans())
selectors = st.lists(named | tagged | fed, max_size=2).map(lambda fields: msgspec.convert(dict(fields), Selector))
overrides = st.builds(
    Override,
    rule=st.just("R"),
    parameter=st.just("limit"),
    value=st.integers(1, 3),
    layer=st.sampled_from([layer for layer in OverrideLayer if layer is not OverrideLayer.DEFAULT]),
    target=A_FEW,
)


def rule(selector: Selector, when: str = "wet") -> Rule:
    limit = Parameter(name="limit", value=1.0)
    triggers = (Trigger(level=Level.L3, when=SourceText(when)),)
    return Rule(
        id="R", name=Text(zh="规", en="rule"), applies_to=selector, triggers=triggers, parameters={"limit": limit}
    )


@given(
    selector=selectors,
    layers=st.lists(overrides, max_size=2),
    asked=st.sets(st.sampled_from(TAG_NAMES)),
    first=devices,
    other=devices,
)
@settings(max_examples=500)
def test_what_has_one_signature_is_treated_alike(
    selector: Selector, layers: list[Override], asked: set[str], first: Device, other: Device
) -> None:
    told = Named([rule(selector)], layers, asked)
    bound, profile = rule(selector), Profile(first.profile, (), {}, tags={"role": "a"})
    for name in ("id", "community", "building", "room", "floor", "mains", "tags"):
        second = msgspec.structs.replace(first, **{name: getattr(other, name)})
        if told.signature(first) == told.signature(second):
            ours, theirs = tags_of(first, profile), tags_of(second, profile)
            assert selects(selector, first, ours) is selects(selector, second, theirs)
            assert {tag: ours.get(tag) for tag in asked} == {tag: theirs.get(tag) for tag in asked}
            assert effective_parameters(bound, first, layers) == effective_parameters(bound, second, layers)


def test_devices_that_no_rule_tells_apart_share_what_is_bound_to_them() -> None:
    points = {"wet": Point(name="wet", kind=PointKind.BOOLEAN)}
    everywhere = {
        f"d{number}": Device(
            id=f"d{number}",
            profile="leak",
            community=f"c{number % 5}",
            building=f"c{number % 5}/b{number % 7}",
            room=f"{number}",
            floor=f"{number % 9}",
            tags={"owner": f"{number}", "role": "lift" if number % 2 else "pump"},
        )
        for number in range(100)
    }
    limit = Override(rule="R", parameter="limit", value=2.0, layer=OverrideLayer.COMMUNITY, target="c1")
    district = District(
        profiles={"leak": Profile("leak", (), points)},
        devices=everywhere,
        rules={"R": rule(Selector(profiles=("leak",)), "wet and tag(role) == lift")},
        overrides=(limit,),
    )
    plans = Plans(district)
    drawn = {id(plans.plan(device.community).blueprint(device)) for device in everywhere.values()}
    assert len(drawn) == 4  # the lift and the pump, in c1 and elsewhere
