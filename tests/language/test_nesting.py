"""What may stand in what: a window takes all that is of the kind it counts, other windows and group tests as well."""

from itertools import product
from typing import Final

import pytest

from processor.language.check import check
from tests.language.district import PARAMETERS, VOCABULARY, ZONE, parsed

GROUP: Final = "any of others where leak == wet by riser"
CONDITIONS: Final = (
    "leak == wet",
    "leak_alarm",
    "not leak_alarm and time in 22:00-06:00",
    "missing(flow, 5 min) or tag(room) == lift",
    GROUP,
    f"flow > 2 L/min and {GROUP}",
    "count of devices where missing(3 min) >= 2 within 5 min by building",
)
COMPARED: Final = "({}) > ({})"
NUMBERS: Final = ("residual_current", "2 * flow", "residual_current - 1 mA")
OF_CONDITIONS: Final = ("count({}, 1 h)", "duration({}, 1 h)", "changes({}, 3 d)", "since({})")
OF_NUMBERS: Final = (
    *(f"{name}({{}}, {length})" for name in ("avg", "sum", "median", "p95", "delta") for length in ("1 h", "5 d")),
    *(f"{name}({{}}, 1 h)" for name in ("min", "max", "stddev", "first", "last", "rate", "count", "changes")),
    *(f"{name}({{}}, 28 d) at same hour" for name in ("avg", "median", "p99")),
    "slope({}, 14 d)",
    "night_min({}, 02:00-04:00)",
)


def codes(condition: str) -> list[str]:
    return [fault.code for fault in check(parsed(condition), VOCABULARY, PARAMETERS, zone=ZONE, peers=True)]


def over(number: str) -> list[str]:
    """Windows over a number, and a condition made of it."""
    return [COMPARED.format(window.format(number), window.format(number)) for window in OF_NUMBERS]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("window", OF_CONDITIONS)
def test_every_window_over_a_condition_takes_every_condition_and_every_window_takes_it(
    condition: str, window: str
) -> None:
    inner = window.format(condition)
    compared = COMPARED.format(inner, inner)
    assert codes(compared) == []
    assert [text for text in over(inner) if codes(text)] == []
    assert [outer for outer in OF_CONDITIONS if codes(compared.replace(inner, outer.format(compared)))] == []


@pytest.mark.parametrize(("number", "window"), list(product(NUMBERS, OF_NUMBERS)))
def test_every_window_over_a_number_takes_every_number_and_every_window_takes_it(number: str, window: str) -> None:
    inner = window.format(number)
    assert [text for text in over(inner) if codes(text)] == []
    assert codes(f"flat(({inner}) > ({inner}), 1 h)") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"median({GROUP}, 1 h) > 1", "wrong_kind"),
        ("avg(leak == wet, 1 h) > 1", "wrong_kind"),
        ("duration(flow, 1 h) > 1 min", "not_a_condition"),
        (f"any of others where count({GROUP}, 1 h) > 1 by riser", "group_in_device"),
        ("count(time in 22:00-06:00, 1 h) > 1", "window_without_point"),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, code: str) -> None:
    assert codes(text) == [code]
