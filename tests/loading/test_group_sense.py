"""What makes no sense in group tests, of places and in the conditions of devices, is said; what makes sense is not."""

from typing import Final

import pytest

from processor.loading.load import load
from tests.loading.sound import SOUND
from tests.loading.test_sense import found

QUIET: Final = "missing(5 min) and residual_current > 5 mA"
WET: Final = "devices where wet == true"


def codes(levels: str, clear: str = "", profile: str = "leak") -> list[str]:
    rule = f"R-2:\n  name: {{zh: 甲, en: a}}\n  applies_to: {{profile: {profile}}}\n  levels: {{{levels}}}\n"
    if clear:
        rule += f"  clear: {clear}\n"
    problems = load({**SOUND, "rules/new.yaml": rule}).problems
    return [("!" if each.severity == "error" else "") + each.code for each in problems]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (f"count of {WET} >= 2 by riser", []),
        (f"count of {WET} >= 0 by riser", ["always_true"]),
        (f"count of {WET} < 0 by riser", ["never_true"]),
        (f"count of {WET} <= 0 by riser", []),
        (f"not count of {WET} >= 0 by riser", ["always_true"]),
        (f"count of {WET} == 2.5 by riser", ["never_true"]),
        (f"count of {WET} != 2.5 by riser", ["always_true"]),
        (f"count of {WET} > 1 by riser and count of {WET} < 2 by riser", ["never_true"]),  # a count is a whole number
        (f"count of {WET} > 1 by riser and count of {WET} < 3 by riser", []),
        (f"share of {WET} >= 60 % by riser", []),
        (f"share of {WET} > 100 % by riser", ["never_true"]),
        (f"share of {WET} >= 120 % by riser", ["never_true"]),
        (f"share of {WET} >= 100 % by riser", []),
        (f"share of {WET} >= 0 % by riser", ["always_true"]),
        (f"share of {WET} <= 100 % by riser", ["always_true"]),
        (f"share of {WET} > 0 % by riser", []),
        (f"any of {WET} by riser and count of {WET} == 0 by riser", ["never_true"]),
        (f"any of {WET} by riser and share of {WET} <= 0 % by riser", ["never_true"]),
        (f"all of {WET} by riser and not any of {WET} by riser", ["never_true"]),
        (f"all of {WET} by riser and share of {WET} < 100 % by riser", ["never_true"]),
        (f"any of {WET} by riser or not any of {WET} by riser", ["always_true"]),
        (f"any of {WET} by riser or not any of {WET} within 5 min by riser", []),
        (f"count of {WET} >= 3 by riser and not any of {WET} within 5 min by riser", ["never_true"]),
        (f"count of {WET} >= 3 within 5 min by riser and not any of {WET} by riser", []),  # they were wet before
        (f"count of floors where wet == true >= 2 by riser and count of {WET} < 2 by riser", ["never_true"]),
        (f"count of floors where wet == true >= 2 by riser and count of {WET} < 3 by riser", []),
        ("any of devices where wet == true and not wet == true by riser", ["never_true"]),
        ("any of devices where missing(15 min) and not missing(5 min) by riser", ["never_true"]),
        ("any of devices where duration(wet == true, 5 min) > 5 min by riser", ["never_true"]),
        ("share of devices where count(wet == true, 5 min) >= 0 >= 50 % by riser", ["always_true"]),
        ("any of devices where tag(profile) == leak and wet == true by riser", []),
    ],
)
def test_a_group_test_that_its_numbers_or_its_members_settle_is_a_warning(when: str, expected: list[str]) -> None:
    assert codes(f'L2: {{when: "{when}"}}') == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("breaker == open and any of others where residual_current > 3000 mA by building", ["never_true"]),
        ("breaker == open and any of others where residual_current > 300 mA by building", []),
        ("breaker == open and count of others where breaker == open >= 0 by building", ["always_true"]),
        (
            "count of others where O >= 2 by building and count of devices where O < 2 by building",
            ["never_true"],
        ),
        (
            "count of devices where O >= 2 by building and not any of others where O by building",
            ["never_true"],
        ),
        (
            "count of devices where O >= 1 by building and not any of others where O by building",
            [],
        ),
        (
            (
                "any of others where residual_current > 500 mA by building"
                " and not any of others where residual_current > 300 mA by building"
            ),
            ["never_true"],
        ),
        (
            (
                "any of others where residual_current > 300 mA by building"
                " and not any of others where residual_current > 500 mA by building"
            ),
            [],
        ),
        # whoever is asked both is counted both times; but all kinds can be silent, a share is of those who are asked
        (
            "count of others where Q >= 2 by building and count of others where missing(5 min) < 2 by building",
            ["never_true"],
        ),
        ("share of others where Q >= 50 % by building and share of others where missing(5 min) < 50 % by building", []),
        # a flow meter is asked as well, and it can be so
        ("breaker == open and any of others where missing(2 min) and not missing(5 min) by building", []),
    ],
)
def test_group_tests_of_a_devices_place_are_looked_into(when: str, expected: list[str]) -> None:
    assert (
        codes(f'L2: {{when: "{when.replace("O", "breaker == open").replace("Q", QUIET)}"}}', profile="feeder")
        == expected
    )


def test_of_several_kinds_of_members_all_must_be_unable() -> None:
    shared = {
        f"config/profiles/{name}.yaml": f'profile: {name}\nlisten: "{name}/{{device}}"\nevery: 60 s\n'
        f"points: {{heat: {{range: [0, {highest}]}}}}\n"
        for name, highest in (("one", 50), ("two", 99))
    }
    placed = "  {0}-1: {{profile: {0}, place: sunrise/b1}}\n"
    shared["config/devices-two.yaml"] = "devices:\n" + placed.format("one") + placed.format("two")
    head = "R-3:\n  name: {zh: 甲, en: a}\n  applies_to: {profile: [one, two]}\n  levels: {L2: {when: "
    for bound, expected in (("60", []), ("100", ["never_true"])):
        rule = f"{head}any of devices where heat > {bound} by building}}}}\n"
        problems = load({**SOUND, **shared, "rules/new.yaml": rule}).problems
        assert [each.code for each in problems] == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("L2: {when: count of W >= 3 by riser}, L1: {when: count of W >= 2 by riser}", ["level_unreached"]),
        ("L2: {when: count of W >= 3 by riser}, L1: {when: count of W >= 4 by riser}", []),
        ("L2: {when: share of W >= 30 % by riser}, L1: {when: share of W >= 60 % by riser}", []),
        ("L2: {when: share of W >= 60 % by riser}, L1: {when: share of W >= 30 % by riser}", ["level_unreached"]),
        ("L2: {when: count of W > 2 by riser}, L1: {when: count of W >= 3 by riser}", ["level_unreached"]),
        ("L2: {when: count of W >= 3 by riser}, L1: {when: any of W by riser}", ["level_unreached"]),
        ("L2: {when: all of W by riser}, L1: {when: any of W by riser}", ["level_unreached"]),
        ("L2: {when: any of W by riser}, L1: {when: count of W >= 3 within 5 min by riser}", []),
        ("L2: {when: any of W by riser}, L1: {when: any of W within 5 min by riser}", ["level_unreached"]),
        ("L2: {when: any of W by riser, for: 5 min}, L1: {when: any of W by riser, for: 10 min}", []),
        ("L2: [{when: any of W by riser}, {when: count of W >= 2 by riser}]", ["trigger_needless"]),
        (
            (
                'L2: {when: "any of devices where duration(W0, 1 h) > 30 min by riser"},'
                ' L1: {when: "any of devices where duration(W0, 1 h) > 10 min by riser"}'
            ),
            ["level_unreached"],
        ),
        (
            (
                'L2: {when: "any of devices where duration(W0, 1 h) > 10 min by riser"},'
                ' L1: {when: "any of devices where duration(W0, 1 h) > 30 min by riser"}'
            ),
            [],
        ),
    ],
)
def test_a_level_of_a_place_that_a_graver_one_overtakes_is_a_warning(levels: str, expected: list[str]) -> None:
    assert codes(levels.replace("W0", "wet == true").replace("W", WET)) == expected


@pytest.mark.parametrize(
    ("when", "clear", "expected"),
    [
        ("count of W >= 3 by riser", "{when: count of W < 3 by riser, for: 5 min}", []),
        ("count of W >= 3 by riser", "{when: count of W <= 3 by riser, for: 5 min}", ["clear_overlaps"]),
        ("count of W >= 3 by riser", "{when: count of W >= 2 by riser, for: 5 min}", ["!clear_contradicts"]),
        ("count of W >= 3 by riser", "{when: any of W by riser}", ["!clear_contradicts"]),
        ("count of W >= 3 by riser", "{when: not any of W by riser, for: 5 min}", []),
        ("share of W >= 60 % by riser", "{when: share of W < 80 % by riser, for: 5 min}", ["clear_overlaps"]),
        ("share of W >= 60 % by riser and count of W >= 3 by riser", "{when: share of W < 40 % by riser}", []),
        ("count of W >= 3 by riser", "{when: share of W < 40 % by riser}", []),  # another number decides: may be meant
        # what looks back is over by itself: the way back is a rest
        ("count of W >= 3 within 10 min by riser", "{when: any of W by riser, for: 5 min}", []),
        ("count of W >= 3 within 10 min by riser", "{when: not any of W by riser}", []),
        (
            "count of W >= 3 within 10 min by riser",
            "{when: count of W >= 2 within 10 min by riser}",
            ["!clear_contradicts"],
        ),
    ],
)
def test_a_way_back_of_a_place_that_is_none_is_said(when: str, clear: str, expected: list[str]) -> None:
    assert codes(f"L2: {{when: {when.replace('W', WET)}}}", clear.replace("W", WET)) == expected


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("", []),
        ("  - {rule: R-1, community: sunrise, set: {part: 120 %}}\n", ["by_override"]),
        ("  - {rule: R-1, building: sunrise/b1, set: {calm: 70 %}}\n", ["by_override"]),
        ("  - {rule: R-1, community: sunrise, set: {limit: 3 A}}\n", ["by_override", "by_override"]),
        ("  - {rule: R-1, community: sunrise, set: {part: 80 %}}\n", []),
    ],
)
def test_an_override_that_breaks_a_rule_of_places_is_said_where_it_stands(overrides: str, expected: list[str]) -> None:
    rule = (
        "  parameters: {limit: 300 mA, part: 60 %, calm: 40 %}\n"
        "  levels: {L2: {when: share of devices where residual_current >= limit >= part by building}}\n"
        "  clear: {when: share of devices where residual_current >= limit < calm by building, for: 5 min}\n"
    )
    assert found(rule, overrides) == expected


@pytest.mark.parametrize(
    ("when", "hold", "expected"),
    [
        ("changes(breaker, 10 min) >= 3", "30 min", ["hold_outlasts"]),
        ("changes(breaker, 10 min) >= 3 and residual_current > 5 mA", "30 min", ["hold_outlasts"]),
        ("changes(breaker, 10 min) >= 3 or residual_current > 5 mA", "30 min", []),  # the other part may hold on
        ("changes(breaker, 10 min) <= 1", "30 min", []),  # nothing has to come again
        ("not changes(breaker, 10 min) >= 3", "30 min", []),
        ("any of devices where changes(breaker, 10 min) >= 3 by building", "30 min", ["hold_outlasts"]),
        ("any of devices where changes(breaker, 10 min) >= 3 by building", "5 min", []),
        ("any of devices where changes(breaker, 10 min) >= 3 within 1 h by building", "30 min", []),
        ("not any of devices where changes(breaker, 10 min) >= 3 by building", "30 min", []),
    ],
)
def test_a_hold_that_outlasts_what_it_counts_is_a_warning(when: str, hold: str, expected: list[str]) -> None:
    assert codes(f'L2: {{when: "{when}", for: {hold}}}', profile="feeder") == expected
