"""The vocabulary: where a point stands and when it goes stale."""

import pytest

from processor.language.vocabulary import Vocabulary
from processor.model.profile import Point, PointKind, Profile
from processor.model.time import MINUTE
from tests.language.district import VOCABULARY


def test_slots_follow_the_sorted_names() -> None:
    assert list(VOCABULARY.slots) == sorted(VOCABULARY.slots)
    assert list(VOCABULARY.slots.values()) == list(range(len(VOCABULARY.points)))
    assert all(VOCABULARY.points[slot].name == name for name, slot in VOCABULARY.slots.items())


@pytest.mark.parametrize(
    ("point", "periodic", "stale_after_ms", "with_device"),
    [
        (Point("x", PointKind.NUMBER, every_ms=MINUTE), True, 2 * MINUTE, False),
        (Point("x", PointKind.NUMBER, every_ms=MINUTE, stale_after_ms=5 * MINUTE), True, 5 * MINUTE, False),
        (Point("x", PointKind.NUMBER, on_change=True), False, None, True),
        (Point("x", PointKind.NUMBER, on_change=True, stale_after_ms=MINUTE), False, MINUTE, True),
        (Point("x", PointKind.NUMBER, on_change=True, every_ms=MINUTE), False, None, True),
        (Point("x", PointKind.NUMBER), False, None, False),
    ],
)
def test_a_point_goes_stale_as_its_profile_says(
    point: Point, periodic: bool, stale_after_ms: int | None, with_device: bool
) -> None:
    found = Vocabulary.of(Profile("p", (), {"x": point})).get("x")
    assert found is not None
    assert (found.periodic, found.stale_after_ms, found.with_device) == (periodic, stale_after_ms, with_device)


def test_a_name_that_is_no_point_is_none() -> None:
    assert VOCABULARY.get("nothing") is None
