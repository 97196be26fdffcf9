"""What check says of rules that ask others: who cannot be asked, who has no such place, what is split."""

import pytest

from processor.loading.load import load
from processor.model.problem import Problem
from tests.loading.sound import SOUND

# A second kind of device that knows `position`, in other words.
DOOR = """\
profile: door
listen: "v1/{community}/door/{device}/telemetry"
points:
  position: {enum: [ajar, shut], on_change: true}
"""


def problems(when: str, *, applies: str = "profile: leak", devices: str = "", **files: str) -> list[Problem]:
    text = f"T-1:\n  name: {{zh: 测, en: T}}\n  applies_to: {{{applies}}}\n  levels:\n    L2: {{when: '{when}'}}\n"
    whole = {**SOUND, **files, "rules/t.yaml": text}
    if devices:
        whole["config/devices.yaml"] += devices
    return list(load(whole, ("console", "log")).problems)


def codes(found: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.severity)) for problem in found]


@pytest.mark.parametrize(
    "when",
    [
        "wet == true and any of others where flow > 1 L/min by riser",
        "wet == true and all of devices where position == open by riser",
        "wet == true and share of devices where missing(5 min) < 50 % by community",
        "wet == true and any of devices where residual_current >= 1 A by building and any of others where wet by floor",
    ],
)
def test_a_sound_rule_about_a_device_and_those_around_it_has_no_problem(when: str) -> None:
    assert problems(when) == []


def test_a_point_that_no_device_has_is_a_mistake_with_what_was_meant() -> None:
    (found,) = problems("wet == true and any of others where floww > 1 L/min by riser")
    assert (found.code, found.suggestion, found.place.column) == ("unknown_name", "flow", 53)


def test_a_device_without_the_place_is_warned_of_with_its_name_and_the_cure() -> None:
    (found,) = problems(
        "residual_current >= 300 mA and any of others where wet == true by riser", applies="profile: feeder"
    )
    assert codes([found]) == [("no_such_place", "warning")]
    assert "el-1" in found.what.en
    assert "narrow applies_to" in found.what.en
    assert "el-1" in found.what.zh


def test_a_group_rule_is_warned_of_only_if_none_of_its_devices_has_the_place() -> None:
    one = "count of devices where missing(5 min) >= 1 by riser"
    assert codes(problems(one, applies="profile: [feeder, leak]")) == []
    assert codes(problems(one, applies="profile: feeder")) == [("no_such_place", "warning")]


def test_a_kind_of_device_that_cannot_be_asked_is_warned_of_and_tag_profile_says_whom() -> None:
    door = {"config/profiles/door.yaml": DOOR}
    devices = "  door-1: {profile: door, place: sunrise/b1/r1}\n"
    when = "wet == true and any of devices where position == open by riser"
    (found,) = problems(when, devices=devices, **door)
    assert codes([found]) == [("not_asked", "warning")]
    assert '"door"' in found.what.en
    told = "wet == true and any of devices where tag(profile) == valve and position == open by riser"
    assert problems(told, devices=devices, **door) == []


def test_a_gateway_of_two_communities_is_two_groups_and_said_so() -> None:
    devices = (
        "  leak-2: {profile: leak, place: sunrise/b1/r1, gateway: g1}\n"
        "  leak-3: {profile: leak, place: lakeside/b1, gateway: g1}\n"
    )
    found = problems("all of devices where missing(15 min) by gateway", devices=devices)
    assert codes(found) == [("shared_gateway", "warning")]
    assert "lakeside, sunrise" in found[0].what.en


def test_a_level_about_a_place_among_levels_about_devices_is_warned_of() -> None:
    found = problems("count of devices where wet == true >= 2 by riser'}\n    L1: {when: 'wet == true")
    assert codes(found) == [("place_on_devices", "warning")]
