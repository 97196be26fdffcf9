"""A person names instants and lengths of time; what is none is a wrong command line, said with an example."""

from zoneinfo import ZoneInfo

import pytest
import typer

from processor.cli.moments import how_long, when
from processor.model.time import DAY, HOUR, MINUTE

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_704_081_600_000  # 2024-01-01 12:00 in Shanghai


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2 h", NOON - 2 * HOUR),
        ("30min ago", NOON - 30 * MINUTE),
        ("2024-01-01T12:00", NOON),
        ("2024-01-01T04:00Z", NOON),
        ("2024-01-01", NOON - 12 * HOUR),
        ("1 d", NOON - DAY),
    ],
)
def test_a_person_names_an_instant(text: str, at: int) -> None:
    assert when(text, NOON, SHANGHAI, "--from") == at


def test_what_is_no_time_is_a_wrong_command_line() -> None:
    with pytest.raises(typer.BadParameter):
        when("yesterday-ish", NOON, SHANGHAI, "--from")


@pytest.mark.parametrize(("text", "least"), [("soon", 0), ("-1 h", 0), ("5", 0), ("0", 1)])
def test_what_is_no_length_of_time_is_a_wrong_command_line(text: str, least: int) -> None:
    with pytest.raises(typer.BadParameter):
        how_long(text, "--window", least)


def test_no_time_at_all_is_a_length_where_one_may_be_none() -> None:
    assert how_long("0", "--warm-up") == 0
